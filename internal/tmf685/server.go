package tmf685

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Requests decides about reservations.
type Requests interface {
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
	Check(ctx context.Context, a account.Actor, q scheduler.Ask) (testbeds.Verdict, error)
	Suggest(ctx context.Context, a account.Actor, q scheduler.Ask) ([]testbeds.Alternative, testbeds.Verdict, error)
	List(ctx context.Context, a account.Actor, f scheduler.RequestFilter, cursor string) (scheduler.Page[scheduler.Request], error)
	Get(ctx context.Context, a account.Actor, id string) (scheduler.View, error)
	Submit(ctx context.Context, a account.Actor, in scheduler.Submission) (scheduler.Outcome, error)
	Edit(ctx context.Context, a account.Actor, id string, in scheduler.Edit) (scheduler.Outcome, error)
	Move(ctx context.Context, a account.Actor, id string, in scheduler.Move) (scheduler.Outcome, error)
	Schedule(ctx context.Context, a account.Actor, id string, in scheduler.Schedule) (scheduler.Outcome, error)
	Reject(ctx context.Context, a account.Actor, id string, in scheduler.Reject) (scheduler.Outcome, error)
	Cancel(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
}

// Identity authenticates callers.
type Identity interface {
	Authenticate(r *http.Request) (account.Actor, error)
}

// Options configure the server.
type Options struct {
	Log   *slog.Logger
	Clock func() time.Time
}

// Paths lists the patterns of New's handler.
var Paths = []string{base + "/"}

// base is the path under which Openslice serves TMF685.
const base = "/tmf-api/resourcePoolManagement/v1"

const maxBody = 1 << 20

type server struct {
	requests Requests
	identity Identity
	o        Options
}

// call is one call by somebody who may use its route.
type call struct {
	*http.Request
	w     http.ResponseWriter
	actor account.Actor
}

// route is one operation, and the scope that it requires. Everybody with a role may use it; the scheduler decides about each request.
type route struct {
	scope  account.Scope
	handle func(s *server, c call) error
}

// routes lists every operation.
var routes = map[string]route{
	"GET " + base + "/resourcePool":         {account.ScopeRead, (*server).listPools},
	"GET " + base + "/resourcePool/{id}":    {account.ScopeRead, (*server).getPool},
	"POST " + base + "/resourcePool":        {account.ScopeWrite, (*server).fixed},
	"PATCH " + base + "/resourcePool/{id}":  {account.ScopeWrite, (*server).fixed},
	"DELETE " + base + "/resourcePool/{id}": {account.ScopeWrite, (*server).fixed},
	"POST " + base + "/push":                {account.ScopeWrite, (*server).fixed},
	"POST " + base + "/extract":             {account.ScopeWrite, (*server).fixed},
	"POST " + base + "/availabilityCheck":   {account.ScopeRead, (*server).checkAvailability},
	"GET " + base + "/reservation":          {account.ScopeRead, (*server).listReservations},
	"GET " + base + "/reservation/{id}":     {account.ScopeRead, (*server).getReservation},
	"POST " + base + "/reservation":         {account.ScopeWrite, (*server).createReservation},
	"PATCH " + base + "/reservation/{id}":   {account.ScopeWrite, (*server).patchReservation},
	"DELETE " + base + "/reservation/{id}":  {account.ScopeWrite, (*server).deleteReservation},
}

// New serves everything below Paths.
func New(requests Requests, identity Identity, o Options) http.Handler {
	s := &server{requests: requests, identity: identity, o: o}
	mux := http.NewServeMux()
	for pattern, x := range routes {
		mux.Handle(pattern, s.guarded(x))
	}
	// What is not there is told only to those who have signed in, as everywhere.
	mux.Handle("/", s.guarded(route{account.ScopeRead, (*server).nowhere}))
	return s.logged(mux)
}

// guarded authenticates the caller, and admits those who may use the route.
func (s *server) guarded(x route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(scheduler.OneCall(r.Context()))
		actor, err := s.identity.Authenticate(r)
		if err == nil {
			err = scheduler.Require(actor, x.scope, account.Roles...)
		}
		if err == nil {
			err = x.handle(s, call{Request: r, w: w, actor: actor})
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	})
}

// fixed refuses changes of pools: they are what the facility has.
func (s *server) fixed(c call) error {
	c.w.Header().Set("Allow", "GET")
	return fault{status: http.StatusMethodNotAllowed, code: "fixed", text: "resource pools are the devices and VIMs of the facility; administrators and providers change them with PUT /api/v1/facility and PUT /api/v1/testbeds/{testbed}"}
}

func (s *server) nowhere(call) error {
	return fault{status: http.StatusNotFound, code: "not_found", text: "nothing is here; docs/api.md lists the operations of TMF685 that Berth serves"}
}

// read decodes the body; unknown properties are ignored, as in Openslice.
func (c call) read(into any) error {
	if kind, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); c.Header.Get("Content-Type") != "" && (err != nil || kind != "application/json" && kind != "application/merge-patch+json") {
		return fault{status: http.StatusUnsupportedMediaType, code: "media_type", text: "send application/json"}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return fault{status: http.StatusRequestEntityTooLarge, code: "too_large", text: "the body is longer than 1 MiB"}
	}
	if err != nil {
		return scheduler.Errorf(scheduler.CodeInvalid, "the body could not be read")
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return malformed(err)
	}
	return nil
}

// malformed says where a body cannot be decoded, without its text.
func malformed(err error) error {
	e := scheduler.Errorf(scheduler.CodeInvalid, "the body is not the JSON of this operation")
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		e.Fields = []scheduler.FieldError{{Field: t.Field, Rule: "must not be a JSON " + t.Value}}
	}
	return e
}

// answer writes a document.
func (c call) answer(status int, document any) error {
	raw, err := json.Marshal(document)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json;charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(raw)
	return nil
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// logged writes a line for each call, and answers a panic as an internal error.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, seen := s.o.Clock(), &recorder{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p)
			}
			if p != nil {
				s.o.Log.ErrorContext(r.Context(), "panic", "value", p, "stack", string(debug.Stack()))
				if seen.status == 0 {
					s.refuse(seen, r, fault{status: http.StatusInternalServerError, code: "internal", text: "an internal error"})
				}
			}
			s.o.Log.InfoContext(r.Context(), "call", "method", r.Method, "route", r.Pattern, "status", seen.status, "took", s.o.Clock().Sub(start).Round(time.Microsecond))
		}()
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(seen, r)
	})
}
