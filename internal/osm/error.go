package osm

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"berth/internal/remote"
)

// Error is a server's refusal, or its lack of a useful answer.
type Error struct {
	Doing  string // the attempt, such as "creating a network service"
	Status int    // of HTTP; 0 where there was no answer
	Code   string // of OSM, such as CONFLICT; empty where it gave none
	Detail string // of OSM, cut
	Cause  error  // set if there was no answer
	Login  bool   // the account or its password was refused
	wrote  bool   // it was a write
}

func (e *Error) Error() string {
	switch {
	case e.Cause != nil:
		return fmt.Sprintf("%s: %v", e.Doing, e.Cause)
	case e.Status == 0:
		return e.Doing + ": " + e.Detail
	}
	text := fmt.Sprintf("%s: OSM answers %d", e.Doing, e.Status)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// Said returns what OSM itself said, else the whole error.
func (e *Error) Said() string {
	if e.Detail != "" && e.Cause == nil {
		return e.Detail
	}
	return e.Error()
}

// Temporary reports whether the same may work later without any action.
func (e *Error) Temporary() bool {
	return e.Cause != nil || e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout ||
		e.Status >= 200 && e.Status < 400 || e.Status == 0 && !e.Login
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

func status(err error) int {
	if e, ok := errors.AsType[*Error](err); ok && e.Cause == nil {
		return e.Status
	}
	return 0
}

// IsNotFound reports whether the object does not exist.
func IsNotFound(err error) bool { return status(err) == http.StatusNotFound }

// IsConflict reports whether the state of the object does not allow the call.
func IsConflict(err error) bool { return status(err) == http.StatusConflict }

// IsRefused reports whether OSM took the call and said no: repeating it changes nothing.
func IsRefused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Cause == nil && !e.Temporary()
}

// IsSignIn reports whether the account or its password is the problem.
func IsSignIn(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Login || e.Cause == nil && e.Status == http.StatusUnauthorized)
}

// Remedy advises an administrator about an error; empty if there is no advice.
func Remedy(err error) string {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return ""
	case e.Cause != nil:
		return remote.Unreached("OSM", e.Cause)
	case e.Login:
		return "Berth does not try this password again, because OSM locks an account after a few: check user, project and password; then change the password's file, or let it be tried again"
	case e.Status == http.StatusForbidden:
		return "the account lacks a role for this in its project"
	case e.Status == http.StatusNotFound && e.Code == "":
		return "there is no NBI at this address: url is that of the NBI, mostly port 9999, without /osm"
	case e.Status >= 300 && e.Status < 400:
		return "the address leads elsewhere: url must be that of the NBI itself"
	case e.Status >= 500:
		return "an internal error of OSM, which Berth retries; if it stays, read the log of its NBI"
	}
	return ""
}

// Outage tells faults of the server, the account or the network, which every call meets, from those of one network service.
func Outage(err error) (text string, is bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || errors.Is(e.Cause, context.Canceled) {
		return "", false
	}
	if IsSignIn(e) || e.Cause != nil || e.Temporary() {
		return e.Error(), true
	}
	return "", false
}

// AsError returns the error of this package in an error, if there is one.
func AsError(err error) (*Error, bool) { return errors.AsType[*Error](err) }
