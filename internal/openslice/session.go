package openslice

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"berth/internal/remote"
)

// session is the state of a client's sign-in.
type session struct {
	turn chan struct{} // held by the one that asks for a token

	mu      sync.Mutex
	token   string
	until   time.Time // when it is renewed
	used    string    // the secret of the token
	refused *refusal
}

// refusal is a secret that Keycloak did not take. It is not tried again: Keycloak logs each attempt, and may lock the client out.
type refusal struct {
	secret string
	err    *Error
}

// Lifetimes of tokens: Keycloak gives five minutes, unless its realm says otherwise.
const (
	usualLife   = time.Minute
	longestLife = 24 * time.Hour
	renewBefore = 30 * time.Second
)

// token returns a token that is good for a while.
func (c *Client) token(ctx context.Context) (string, error) {
	select {
	case c.session.turn <- struct{}{}:
		defer func() { <-c.session.turn }()
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
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if !c.o.Clock().Before(c.session.until) {
		return ""
	}
	return c.session.token
}

// drop forgets a token that the server did not take.
func (c *Client) drop(token string) {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.session.token == token {
		c.session.token = ""
	}
}

// secret returns the present secret: one in a file may change.
func (c *Client) secret() (string, error) {
	if c.o.Reread == nil {
		return c.o.Secret, nil
	}
	return c.o.Reread()
}

// SignIn gets a token if there is none.
func (c *Client) SignIn(ctx context.Context) error {
	_, err := c.token(ctx)
	return err
}

// signIn gets a token by the client's credentials (RFC 6749, section 4.4), unless this secret was refused before.
func (c *Client) signIn(ctx context.Context) (string, error) {
	const doing = "signing in"
	secret, err := c.secret()
	if err != nil || secret == "" {
		return "", &Error{Doing: doing, Login: true, Detail: "the secret cannot be read"}
	}
	if before := c.refused(secret); before != nil {
		return "", before
	}
	c.note(secret)
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	// The style is named: finding it out would try a wrong secret twice.
	how := clientcredentials.Config{ClientID: c.o.Client, ClientSecret: secret, TokenURL: c.o.TokenURL, AuthStyle: oauth2.AuthStyleInParams}
	got, err := how.Token(context.WithValue(ctx, oauth2.HTTPClient, c.tokens))
	if err != nil {
		e := c.understood(doing, err)
		if e.Login {
			c.refuse(secret, e)
		}
		return "", e
	}
	if !strings.EqualFold(got.Type(), "Bearer") || len(got.AccessToken) > 64<<10 || strings.ContainsFunc(got.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", &Error{Doing: doing, Detail: "the answer has no bearer token"}
	}
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	c.session.token, c.session.until, c.session.refused = got.AccessToken, c.o.Clock().Add(lasting(got.Extra("expires_in"))), nil
	return got.AccessToken, nil
}

// lasting returns how long a token is used: less than it lives, by the number of seconds that came with it.
func lasting(said any) time.Duration {
	life := usualLife
	if seconds, ok := said.(float64); ok && seconds >= 1 && seconds <= longestLife.Seconds() {
		life = time.Duration(seconds) * time.Second
	}
	return life - min(renewBefore, life/4)
}

// refusals are the errors of RFC 6749 (section 5.2) that no repetition with the same secret cures.
var refusals = []string{"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"}

// understood turns an error of the token endpoint into one of this package.
func (c *Client) understood(doing string, err error) *Error {
	r, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		cause := remote.Unaddressed(err)
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || cause != err {
			return &Error{Doing: doing, Cause: cause, keycloak: true}
		}
		return &Error{Doing: doing, Status: http.StatusOK, Detail: "the answer has no token", keycloak: true}
	}
	e := &Error{Doing: doing, keycloak: true}
	if r.Response != nil {
		e.Status = r.Response.StatusCode
	}
	e.Code, e.Detail = remote.Clip(r.ErrorCode), remote.Masked(r.ErrorDescription, c.secrets()...)
	e.Login = e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusBadRequest && slices.Contains(refusals, e.Code)
	return e
}

// note remembers the secret in use, to mask it.
func (c *Client) note(secret string) {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	c.session.used = secret
}

// secrets lists what no text may show.
func (c *Client) secrets() []string {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	return []string{c.session.token, c.session.used, c.o.Secret}
}

func (c *Client) refused(secret string) error {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.session.refused == nil || c.session.refused.secret != secret {
		return nil
	}
	return c.session.refused.err
}

func (c *Client) refuse(secret string, e *Error) {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	c.session.token, c.session.refused = "", &refusal{secret, e}
}

// Seal returns what tells the refused secret again, in this process or another, and does not give it away; empty if none was refused.
func (c *Client) Seal() string {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.session.refused == nil {
		return ""
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return hex.EncodeToString(salt) + "$" + hex.EncodeToString(sealed(c.session.refused.secret, salt))
}

// Heed keeps the client from signing in with the secret of a seal. An empty seal lets it try again.
func (c *Client) Heed(seal string) {
	if seal == "" {
		c.session.mu.Lock()
		defer c.session.mu.Unlock()
		c.session.refused = nil
		return
	}
	secret, err := c.secret()
	salt, sum, ok := strings.Cut(seal, "$")
	if err != nil || !ok || c.refused(secret) != nil {
		return
	}
	raw, err := hex.DecodeString(salt)
	if err != nil || subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sealed(secret, raw))), []byte(sum)) != 1 {
		return
	}
	c.refuse(secret, &Error{Doing: "signing in", Status: http.StatusUnauthorized, Login: true, keycloak: true, Detail: "the secret was refused before, and is not tried again"})
}

func sealed(secret string, salt []byte) []byte {
	return argon2.IDKey([]byte(secret), salt, 1, 19<<10, 1, 32)
}

// Roles lists the realm's roles that the token claims, for advice: Openslice itself decides what they allow. A token that is no JWT claims none.
func (c *Client) Roles(ctx context.Context) ([]string, error) {
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, nil
	}
	var claims struct {
		Realm struct {
			Roles []string `json:"roles"`
		} `json:"realm_access"`
	}
	_ = json.Unmarshal(raw, &claims)
	return claims.Realm.Roles, nil
}
