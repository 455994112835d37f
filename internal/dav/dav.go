package dav

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Calendars keeps the calendars.
type Calendars interface {
	Calendar(ctx context.Context, since int64) (calendar.Changes, error)
	LoadCalendar(ctx context.Context, put func(*calendar.Object)) (calendar.Changes, error)
	CalendarObjects(ctx context.Context, names []string) ([]calendar.Object, error)
	RenewCalendarObject(ctx context.Context, name, version string) error
	CalendarProperties(ctx context.Context, owner string) (map[string]map[string]string, error)
	SetCalendarProperties(ctx context.Context, owner, collection string, values map[string]*string) error
}

// Bookings decides on the changes that people make in their clients.
type Bookings interface {
	MoveInCalendar(ctx context.Context, a account.Actor, id string, slot testbeds.Slot, revision int64) (scheduler.Moved, error)
	CancelInCalendar(ctx context.Context, a account.Actor, id string, revision int64) error
}

// Identity authenticates callers.
type Identity interface {
	Authenticate(r *http.Request) (account.Actor, error)
	// Feed finds the owner and the collection of the feed at a secret address.
	Feed(r *http.Request, secret string) (a account.Actor, collection string, err error)
}

// Options configure the server.
type Options struct {
	Log   *slog.Logger
	Clock func() time.Time
	URL   string // of Berth's pages, without a trailing slash
	Texts int    // bytes of events' texts that are kept in memory; 0 for the usual, less for none
}

// server holds the parts that the handlers share.
type server struct {
	bookings  Bookings
	identity  Identity
	store     Calendars
	o         Options
	schedule  *schedule
	feeds     *feeds
	chosen    *shelf[string, *chosen] // by user name
	held      *allowance              // of long request bodies
	pieces    *shelf[pieceKey, *piece]
	deflaters *sync.Pool
	buffers   sync.Pool // of *bufio.Writer
}

// Paths lists the patterns of New's handler. Clients look for a calendar at the root, too.
var Paths = []string{root, "/dav", wellKnown, wellKnown + "/{$}", "PROPFIND /{$}", "OPTIONS /{$}", feedRoot}

const (
	root      = "/dav/"
	feedRoot  = "/feeds/"
	wellKnown = "/.well-known/caldav"
)

// Server answers calendar clients.
type Server struct {
	http.Handler
	server *server
}

// Load reads the calendars ahead of the first client.
func (s *Server) Load(ctx context.Context) error {
	_, err := s.server.schedule.refresh(ctx)
	return err
}

// New serves CalDAV below /dav/, its discovery, and feeds below /feeds/.
func New(bookings Bookings, identity Identity, store Calendars, o Options) *Server {
	s := &server{bookings: bookings, identity: identity, store: store, o: o, schedule: newSchedule(store, o.Clock, cmp.Or(o.Texts, calendar.TextsInMemory)), held: newAllowance(maxHeld, maxHeldEach), chosen: newShelf[string, *chosen](maxChosen), pieces: newShelf[pieceKey, *piece](maxPieces), deflaters: newDeflaters()}
	s.feeds = newFeeds(s)
	mux := http.NewServeMux()
	// Relative, because behind a proxy an absolute address would be wrong; and before authentication.
	for _, path := range []string{wellKnown, wellKnown + "/{$}"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", root)
			w.WriteHeader(http.StatusMovedPermanently)
		})
	}
	mux.Handle(feedRoot+"{secret}/{file}", s.feeds)
	mux.HandleFunc("/", s.serve)
	return &Server{s.logged(mux), s}
}

// logged writes a line per call, without its address: a feed's address is a secret.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.o.Clock()
		seen := &status{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				s.o.Log.ErrorContext(r.Context(), "panic", "value", p, "stack", string(debug.Stack()))
				if seen.code == 0 {
					http.Error(w, "an internal error", http.StatusInternalServerError)
				}
			}
			area, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
			s.o.Log.InfoContext(r.Context(), "calendar", "method", r.Method, "area", area, "status", seen.code, "took", s.o.Clock().Sub(start).Round(time.Microsecond))
		}()
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(seen, r.WithContext(scheduler.OneCall(r.Context()))) // one state judges who calls, and what there is
	})
}

// status records the status of an answer.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b)
}

func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// serve answers a DAV call.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("DAV", "1, 3, calendar-access")
	err := caught(func() error {
		c, err := s.open(r)
		if err != nil {
			return err
		}
		return c.dispatch(w, r)
	})
	if err == nil {
		return
	}
	if cut, is := errors.AsType[unread](err); is {
		if err = cut.error; w.(*status).code != 0 {
			s.o.Log.ErrorContext(r.Context(), "an answer ends early", "method", r.Method, "error", err)
			panic(http.ErrAbortHandler)
		}
	}
	s.refuse(w, r, err)
}

// dispatch selects the handler by method, and refuses all other methods.
func (c *call) dispatch(w http.ResponseWriter, r *http.Request) error {
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("Allow", c.allow())
		w.WriteHeader(http.StatusOK)
		return nil
	case http.MethodGet, http.MethodHead:
		return c.get(w, r)
	case "PROPFIND":
		return c.propfind(w, r)
	case "PROPPATCH":
		return c.proppatch(w, r)
	case "REPORT":
		return c.report(w, r)
	case http.MethodPut:
		return c.put(w, r)
	case http.MethodDelete:
		return c.delete(w, r)
	case "MKCALENDAR", "MKCOL":
		return c.forbid("bind", "Berth has the calendars that it has; they cannot be added to.")
	default:
		w.Header().Set("Allow", c.allow())
		return refusal{status: http.StatusMethodNotAllowed, message: r.Method + " is not possible here."}
	}
}

func (c *call) allow() string {
	switch c.at.kind {
	case atObject:
		return "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND"
	case atCollection:
		return "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT"
	default:
		return "OPTIONS, GET, HEAD, PROPFIND"
	}
}
