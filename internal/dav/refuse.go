package dav

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// refusal is an answer without success: a status and, in its body, the failed precondition and a text for people.
type refusal struct {
	status    int
	name      string // of the precondition, with its prefix D: or C:; empty for none
	privilege string // in need-privileges
	href      string // the resource that needs it
	conflicts []testbeds.Conflict
	message   string
}

func (r refusal) Error() string { return r.message }

var errNotFound = refusal{status: http.StatusNotFound, message: "There is nothing here."}

func badRequest(message string) error {
	return refusal{status: http.StatusBadRequest, message: message}
}

// forbid refuses a call for lack of a privilege.
func (c *call) forbid(privilege, message string) error {
	return refusal{status: http.StatusForbidden, name: "D:need-privileges", privilege: privilege, href: c.href(c.at), message: message}
}

func precondition(name, message string) error {
	return refusal{status: http.StatusForbidden, name: name, message: message}
}

// answers maps the scheduler's errors to statuses. A refusal is never a 409 or 412, after which clients overwrite, nor a 5xx, which they
// repeat for ever.
var answers = map[scheduler.Code]int{
	scheduler.CodeInvalid: http.StatusForbidden, scheduler.CodeConflict: http.StatusForbidden, scheduler.CodeForbidden: http.StatusForbidden,
	scheduler.CodeNotFound: http.StatusNotFound, scheduler.CodeUnauthenticated: http.StatusUnauthorized,
	scheduler.CodePrecondition: http.StatusPreconditionFailed, scheduler.CodeUnavailable: http.StatusServiceUnavailable,
}

// refuse writes an error as an answer. Errors that are not meant for users show their status alone.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var slow interface{ RetryAfter() time.Duration }
	if errors.As(err, &slow) {
		w.Header().Set("Retry-After", strconv.Itoa(int(slow.RetryAfter()/time.Second)+1))
		s.challenge(w, "Too many failed attempts to sign in; wait a while.")
		return
	}
	if e, ok := errors.AsType[refusal](err); ok {
		e.write(w)
		return
	}
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || answers[e.Code] == 0 {
		if r.Context().Err() == nil {
			s.o.Log.ErrorContext(r.Context(), "calendar", "method", r.Method, "error", err)
		}
		refusal{status: http.StatusInternalServerError, message: "An internal error."}.write(w)
		return
	}
	if answers[e.Code] == http.StatusUnauthorized {
		s.challenge(w, "Sign in with your user name and an app password.")
		return
	}
	if answers[e.Code] == http.StatusServiceUnavailable {
		s.o.Log.ErrorContext(r.Context(), "calendar", "method", r.Method, "error", err)
		w.Header().Set("Retry-After", "30")
	}
	refusal{status: answers[e.Code], message: e.Error()}.write(w)
}

// challenge asks for credentials, always in the same way and never with a 403, after which clients give up.
func (s *server) challenge(w http.ResponseWriter, message string) {
	w.Header().Set("WWW-Authenticate", `Basic realm="Berth", charset="UTF-8"`)
	refusal{status: http.StatusUnauthorized, message: message}.write(w)
}

// write sends a precondition as XML, else plain text. Evolution shows the text of a D:error, others only report an error.
func (r refusal) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if r.status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "30")
	}
	if r.name == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(r.status)
		_, _ = w.Write([]byte(r.message + "\n"))
		return
	}
	h.Set("Content-Type", xmlType)
	w.WriteHeader(r.status)
	x := newWriter(w)
	x.raw(`<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:B="` + ownNamespace + `">`)
	if r.privilege != "" {
		x.raw(`<D:need-privileges><D:resource><D:href>`)
		x.text(r.href)
		x.raw(`</D:href><D:privilege><D:` + r.privilege + `/></D:privilege></D:resource></D:need-privileges>`)
	} else {
		x.raw("<" + r.name + "/>")
	}
	for _, c := range r.conflicts {
		x.raw(`<B:capacity-conflict resource="`)
		x.text(c.Resource.String())
		x.raw(`" from="` + c.Interval.Start.UTC().Format(icalUTC) + `" to="` + c.Interval.End.UTC().Format(icalUTC) + `"/>`)
	}
	x.raw(`<B:message>`)
	x.text(r.message)
	x.raw(`</B:message></D:error>`)
	_ = x.flush()
}
