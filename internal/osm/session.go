package osm

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
)

// session is the state of a client's sign-in.
type session struct {
	turn chan struct{} // held by the one that signs in

	mu      sync.Mutex
	token   string
	until   time.Time // when it is renewed
	used    string    // the password of the token
	refused *refusal
}

// refusal is a login that OSM did not take. It is not repeated with the same password: OSM locks accounts after a few.
type refusal struct {
	password string
	err      *Error
}

// Lifetimes of tokens: OSM gives an hour.
const (
	usualLife   = time.Hour
	longestLife = 24 * time.Hour
	renewBefore = 5 * time.Minute
)

// token returns a token that is good for a while.
func (c *Client) token(ctx context.Context) (string, error) {
	select {
	case c.entry.turn <- struct{}{}:
		defer func() { <-c.entry.turn }()
	case <-ctx.Done():
		return "", &Error{Doing: "signing in", Cause: ctx.Err()}
	}
	if token := c.current(); token != "" {
		return token, nil
	}
	return c.signIn(ctx)
}

// current returns the token, unless it is to be renewed.
func (c *Client) current() string {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	if c.entry.token == "" || !c.o.Clock().Before(c.entry.until) {
		return ""
	}
	return c.entry.token
}

// drop forgets a token that the server did not take.
func (c *Client) drop(token string) {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	if c.entry.token == token {
		c.entry.token = ""
	}
}

// password returns the present password: one in a file may change.
func (c *Client) password() (string, error) {
	if c.o.Reread == nil {
		return c.o.Password, nil
	}
	return c.o.Reread()
}

// signIn gets a token, unless this password was refused before.
func (c *Client) signIn(ctx context.Context) (string, error) {
	const doing = "signing in"
	password, err := c.password()
	if err != nil || password == "" {
		return "", &Error{Doing: doing, Login: true, Detail: "the password cannot be read"}
	}
	if before := c.refused(password); before != nil {
		return "", before
	}
	wish := map[string]string{"username": c.o.User, "password": password}
	if c.o.Project != "" {
		wish["project_id"] = c.o.Project
	}
	c.note(password)
	var got struct {
		ID      string  `json:"id"`
		Issued  float64 `json:"issued_at"`
		Expires float64 `json:"expires"`
	}
	switch err := c.exchange(ctx, "", doing, http.MethodPost, "admin/v1/tokens", nil, wish, &got); {
	case status(err) == http.StatusUnauthorized, status(err) == http.StatusForbidden:
		e := err.(*Error)
		e.Login = true
		c.refuse(password, e)
		return "", e
	case err != nil:
		return "", err
	case got.ID == "" || strings.ContainsAny(got.ID, "\r\n \x00") || len(got.ID) > 4096:
		return "", &Error{Doing: doing, Detail: "the answer has no token"}
	}
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	c.entry.token, c.entry.until, c.entry.refused = got.ID, c.o.Clock().Add(lasting(got.Issued, got.Expires)), nil
	return got.ID, nil
}

// lasting returns how long a token is used: less than it lives, by the server's own clock.
func lasting(issued, expires float64) time.Duration {
	life := time.Duration((expires - issued) * float64(time.Second))
	if issued <= 0 || expires-issued > longestLife.Seconds() || life <= 0 {
		life = usualLife
	}
	return life - min(renewBefore, life/4)
}

// note remembers the password in use, to mask it.
func (c *Client) note(password string) {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	c.entry.used = password
}

// secrets lists what no text may show.
func (c *Client) secrets() []string {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	return []string{c.entry.token, c.entry.used, c.o.Password}
}

func (c *Client) refused(password string) error {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	if c.entry.refused == nil || c.entry.refused.password != password {
		return nil
	}
	return c.entry.refused.err
}

func (c *Client) refuse(password string, e *Error) {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	c.entry.token, c.entry.refused = "", &refusal{password, e}
}

// Seal returns what tells the refused password again, in this process or another, and does not give it away; empty if none was refused.
func (c *Client) Seal() string {
	c.entry.mu.Lock()
	defer c.entry.mu.Unlock()
	if c.entry.refused == nil {
		return ""
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return hex.EncodeToString(salt) + "$" + hex.EncodeToString(sealed(c.entry.refused.password, salt))
}

// Heed keeps the client from signing in with the password of a seal. An empty seal lets it try again.
func (c *Client) Heed(seal string) {
	if seal == "" {
		c.entry.mu.Lock()
		defer c.entry.mu.Unlock()
		c.entry.refused = nil
		return
	}
	password, err := c.password()
	salt, sum, ok := strings.Cut(seal, "$")
	if err != nil || !ok || c.refused(password) != nil {
		return
	}
	raw, err := hex.DecodeString(salt)
	if err != nil || subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sealed(password, raw))), []byte(sum)) != 1 {
		return
	}
	c.refuse(password, &Error{Doing: "signing in", Status: http.StatusUnauthorized, Login: true, Detail: "the password was refused before, and is not tried again"})
}

func sealed(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, 1, 19<<10, 1, 32)
}
