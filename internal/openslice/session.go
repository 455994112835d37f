package openslice

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"berth/internal/remote"
)

// Lifetimes of tokens: Keycloak gives five minutes, unless its realm says otherwise.
const (
	usualLife   = time.Minute
	longestLife = 24 * time.Hour
	renewBefore = 30 * time.Second
)

const signingIn = "signing in"

// keeper keeps the client's token. A secret that Keycloak refused is not tried again: Keycloak logs each attempt, and may lock the client out.
func (c *Client) keeper() *remote.Keeper {
	return remote.NewKeeper(remote.Signing{Clock: c.o.Clock, Secret: c.o.Secret, Reread: c.o.Reread, SignIn: c.signIn,
		Before: &Error{Doing: signingIn, Status: http.StatusUnauthorized, Login: true, keycloak: true, Detail: "the secret was refused before, and is not tried again"}})
}

// token returns a token that is good for a while.
func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.session.Token(ctx)
	if _, ours := errors.AsType[*Error](err); err == nil || ours {
		return token, err
	}
	if errors.Is(err, remote.ErrNoSecret) {
		return "", &Error{Doing: signingIn, Login: true, Detail: "the secret cannot be read"}
	}
	return "", &Error{Doing: signingIn, Cause: err}
}

// SignIn gets a token if there is none.
func (c *Client) SignIn(ctx context.Context) error {
	_, err := c.token(ctx)
	return err
}

// signIn gets a token by the client's credentials (RFC 6749, section 4.4).
func (c *Client) signIn(ctx context.Context, secret string) (token string, lasts time.Duration, refused bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	// The style is named: finding it out would try a wrong secret twice.
	how := clientcredentials.Config{ClientID: c.o.Client, ClientSecret: secret, TokenURL: c.o.TokenURL, AuthStyle: oauth2.AuthStyleInParams}
	got, err := how.Token(context.WithValue(ctx, oauth2.HTTPClient, c.tokens))
	if err != nil {
		e := c.understood(signingIn, err)
		return "", 0, e.Login, e
	}
	if !strings.EqualFold(got.Type(), "Bearer") || len(got.AccessToken) > 64<<10 || strings.ContainsFunc(got.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", 0, false, &Error{Doing: signingIn, Detail: "the answer has no bearer token"}
	}
	return got.AccessToken, lasting(got.Extra("expires_in")), false, nil
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
	e.Code, e.Detail = remote.Clip(r.ErrorCode), remote.Masked(r.ErrorDescription, c.session.Secrets()...)
	e.Login = e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusBadRequest && slices.Contains(refusals, e.Code)
	return e
}

// Seal returns what tells the refused secret again, in this process or another, and does not give it away; empty if none was refused.
func (c *Client) Seal() string { return c.session.Seal() }

// Heed keeps the client from signing in with the secret of a seal. An empty seal lets it try again.
func (c *Client) Heed(seal string) { c.session.Heed(seal) }

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
