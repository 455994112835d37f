package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"berth/internal/remote"
)

// Error is a portal's refusal, or its lack of a useful answer.
type Error struct {
	Doing  string // the attempt, such as "reading deployment 7"
	Status int    // of HTTP; 0 where there was no answer
	Detail string // what the portal said, cut
	Cause  error  // set if there was no answer
	wrote  bool   // it was a write
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Doing, e.Cause)
	}
	text := fmt.Sprintf("%s: the portal answers %d", e.Doing, e.Status)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// AsError returns the error of this package in an error, if there is one.
func AsError(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// IsSignIn reports whether the key is the problem. The portal answers 404 or 406 to whom it does not know, and says so.
func (e *Error) IsSignIn() bool {
	return e.Cause == nil && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || strings.Contains(strings.ToLower(e.Detail), "not logged in"))
}

// IsMissing reports whether the portal knows the key, and no such record.
func (e *Error) IsMissing() bool {
	return e.Cause == nil && e.Status == http.StatusNotFound && !e.IsSignIn()
}

// Temporary reports whether the same may work later without any action.
func (e *Error) Temporary() bool {
	return e.Cause != nil || e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= 200 && e.Status < 300
}

// Open reports whether a write may still take effect.
func (e *Error) Open() bool { return e.wrote && (e.Cause != nil || e.Status >= 500 || e.Status < 300) }

// Outage reports whether every call meets the error.
func (e *Error) Outage() bool {
	return !errors.Is(e.Cause, context.Canceled) && (e.Cause != nil || e.IsSignIn() || e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable ||
		e.Status == http.StatusGatewayTimeout || e.Status == http.StatusTooManyRequests || e.Status >= 300 && e.Status < 400)
}

// Remedy advises an administrator; empty if there is no advice.
func (e *Error) Remedy() string {
	switch {
	case e.Cause != nil:
		return remote.Unreached("portal", e.Cause)
	case e.IsSignIn() && e.wrote:
		return "the account of the key may not change deployments: it must be a PORTALADMIN"
	case e.IsSignIn():
		return "the portal does not know the key: take the X-APIKEY of a PORTALADMIN from the portal, and write it into the key's file"
	case e.Status == http.StatusNotFound:
		return "there is no portal at this address: url ends with /services/api/repo"
	case e.Status == http.StatusNotAcceptable || e.Status == http.StatusBadRequest:
		return "the portal does not allow this change of status now: look at the deployment there"
	case e.Status >= 300 && e.Status < 400:
		return "the address leads elsewhere: url must be that of the portal's API itself"
	case e.Status >= 500:
		return "an internal error of the portal, which Berth retries; if it stays, read the portal's log"
	}
	return ""
}
