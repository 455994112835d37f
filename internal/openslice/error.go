package openslice

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"berth/internal/remote"
)

// Error is a server's refusal, or its lack of a useful answer.
type Error struct {
	Doing  string // the attempt, such as "listing the service orders"
	Status int    // of HTTP; 0 where there was no answer
	Code   string // of OAuth, such as invalid_client; empty elsewhere
	Detail string // what the server said, cut
	Cause  error  // set if there was no answer
	Login  bool   // the client or its secret was refused
	Spring bool   // the answer is Openslice's own, and not one of a proxy before it

	keycloak bool // it concerns the token endpoint
	wrote    bool // it was a write
}

func (e *Error) server() string {
	if e.keycloak {
		return "Keycloak"
	}
	return "Openslice"
}

func (e *Error) Error() string {
	switch {
	case e.Cause != nil:
		return fmt.Sprintf("%s: %v", e.Doing, e.Cause)
	case e.Status == 0:
		return e.Doing + ": " + e.Detail
	}
	text := fmt.Sprintf("%s: %s answers %d", e.Doing, e.server(), e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// Temporary reports whether the same may work later without any action.
func (e *Error) Temporary() bool {
	return e.Cause != nil || e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout ||
		e.Status >= 200 && e.Status < 400 || e.Status == 0 && !e.Login
}

func status(err error) int {
	if e, ok := errors.AsType[*Error](err); ok && e.Cause == nil {
		return e.Status
	}
	return 0
}

// IsSignIn reports whether the client, its secret or its token is the problem.
func IsSignIn(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Login || e.Cause == nil && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden))
}

// IsTemporary reports whether repeating may help. Errors from elsewhere count as temporary.
func IsTemporary(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return !ok || e.Temporary()
}

// IsOpen reports whether a write may still take effect: its fate is unknown.
func IsOpen(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return err != nil && (!ok || e.wrote && (e.Cause != nil || e.Status >= 500 || e.Status < 400))
}

// Outage tells faults of the server, the client or the network, which every call meets, from those of one order.
func Outage(err error) (text string, is bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || errors.Is(e.Cause, context.Canceled) {
		return "", false
	}
	if IsSignIn(e) || e.Cause != nil || e.Temporary() && !e.oneOrder() {
		return e.Error(), true
	}
	return "", false
}

// oneOrder reports whether an answer says something about one order alone: Openslice answers what it cannot do with an order as an internal error.
func (e *Error) oneOrder() bool {
	return e.Spring && e.Status == http.StatusInternalServerError || e.Status >= 200 && e.Status < 300
}

// AsError returns the error of this package in an error, if there is one.
func AsError(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// Remedy advises an administrator about an error; empty if there is no advice.
func Remedy(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return ""
	}
	switch {
	case e.Cause != nil:
		return remote.Unreached(e.server(), e.Cause)
	case e.Login:
		return "Berth does not try this secret again: check client, secret and realm, and that the client has service accounts enabled; then change the secret's file, or let it be tried again"
	case e.keycloak && e.Status == http.StatusNotFound:
		return "there is no such realm or no Keycloak at this address: token_url ends in /realms/REALM/protocol/openid-connect/token"
	case e.Status == http.StatusUnauthorized:
		return "Openslice does not take the token: it must come from the realm that Openslice trusts (its issuer), under the same address"
	case e.Status == http.StatusForbidden:
		return "the client's service account lacks the roles USER and ADMIN of the realm"
	case e.Status == http.StatusNotFound:
		return "there are no TMF APIs at this address: url ends in /tmf-api"
	case e.Status >= 300 && e.Status < 400:
		return "the address leads elsewhere: url must be that of the TMF APIs themselves"
	case e.Status >= 500:
		return "an internal error of " + e.server() + ", which Berth retries; if it stays, read its log"
	}
	return ""
}
