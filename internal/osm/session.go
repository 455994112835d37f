package osm

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"berth/internal/remote"
)

// Lifetimes of tokens: OSM gives an hour.
const (
	usualLife   = time.Hour
	longestLife = 24 * time.Hour
	renewBefore = 5 * time.Minute
)

const signingIn = "signing in"

// keeper keeps the client's token. A password that OSM refused is not repeated: OSM locks accounts after a few.
func (c *Client) keeper() *remote.Keeper {
	return remote.NewKeeper(remote.Signing{Clock: c.o.Clock, Secret: c.o.Password, Reread: c.o.Reread, SignIn: c.signIn,
		Before: &Error{Doing: signingIn, Status: http.StatusUnauthorized, Login: true, Detail: "the password was refused before, and is not tried again"}})
}

// token returns a token that is good for a while.
func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.entry.Token(ctx)
	if _, ours := errors.AsType[*Error](err); err == nil || ours {
		return token, err
	}
	if errors.Is(err, remote.ErrNoSecret) {
		return "", &Error{Doing: signingIn, Login: true, Detail: "the password cannot be read"}
	}
	return "", &Error{Doing: signingIn, Cause: err}
}

// signIn gets a token by the password.
func (c *Client) signIn(ctx context.Context, password string) (token string, lasts time.Duration, refused bool, err error) {
	wish := map[string]string{"username": c.o.User, "password": password}
	if c.o.Project != "" {
		wish["project_id"] = c.o.Project
	}
	var got struct {
		ID      string  `json:"id"`
		Issued  float64 `json:"issued_at"`
		Expires float64 `json:"expires"`
	}
	switch err := c.exchange(ctx, "", signingIn, http.MethodPost, "admin/v1/tokens", nil, wish, &got); {
	case status(err) == http.StatusUnauthorized, status(err) == http.StatusForbidden:
		e := err.(*Error)
		e.Login = true
		return "", 0, true, e
	case err != nil:
		return "", 0, false, err
	case got.ID == "" || strings.ContainsAny(got.ID, "\r\n \x00") || len(got.ID) > 4096:
		return "", 0, false, &Error{Doing: signingIn, Detail: "the answer has no token"}
	}
	return got.ID, lasting(got.Issued, got.Expires), false, nil
}

// lasting returns how long a token is used: less than it lives, by the server's own clock.
func lasting(issued, expires float64) time.Duration {
	life := time.Duration((expires - issued) * float64(time.Second))
	if issued <= 0 || expires-issued > longestLife.Seconds() || life <= 0 {
		life = usualLife
	}
	return life - min(renewBefore, life/4)
}

// Seal returns what tells the refused password again, in this process or another, and does not give it away; empty if none was refused.
func (c *Client) Seal() string { return c.entry.Seal() }

// Heed keeps the client from signing in with the password of a seal. An empty seal lets it try again.
func (c *Client) Heed(seal string) { c.entry.Heed(seal) }
