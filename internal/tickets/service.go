package tickets

import (
	"context"
	"log/slog"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Requests decides about the requests that tickets follow, and that follow tickets.
type Requests interface {
	Get(ctx context.Context, a account.Actor, id string) (scheduler.View, error)
	List(ctx context.Context, a account.Actor, f scheduler.RequestFilter, cursor string) (scheduler.Page[scheduler.Request], error)
	Person(ctx context.Context, a account.Actor, username string) (account.Person, error)
	PersonByMail(ctx context.Context, a account.Actor, mail string) (account.Person, bool, error)
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
	Ways(ctx context.Context, a account.Actor, id string) ([]testbeds.Alternative, error)
	FeedbackText(ctx context.Context, a account.Actor, e scheduler.Event) (string, error)

	SetTicket(ctx context.Context, a account.Actor, id string, t scheduler.Ticket) error
	NoteOnTicket(ctx context.Context, a account.Actor, id, text string, c scheduler.Creation) error
	AddFeedback(ctx context.Context, a account.Actor, id, text string, c scheduler.Creation) (scheduler.Feedback, error)

	Schedule(ctx context.Context, a account.Actor, id string, in scheduler.Schedule) (scheduler.Outcome, error)
	Reject(ctx context.Context, a account.Actor, id string, in scheduler.Reject) (scheduler.Outcome, error)
	Cancel(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Start(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Complete(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Fail(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Assign(ctx context.Context, a account.Actor, id string, in scheduler.Assign) (scheduler.Outcome, error)
}

// Channel is where events wait that tickets hear of.
const Channel = "ticket"

// Store keeps what is remembered of tickets, for all processes.
type Store interface {
	LockTicket(ctx context.Context, key, request string, now, until time.Time) (x scheduler.TicketState, mine bool, err error)
	SaveTicket(ctx context.Context, x scheduler.TicketState) error
	UnlockTicket(ctx context.Context, x scheduler.TicketState) error
	ForgetTicket(ctx context.Context, key string) error
	TicketRequest(ctx context.Context, key string) (request string, err error)
	Tickets(ctx context.Context, after string, limit int) ([]scheduler.TicketState, error)
	Pending(ctx context.Context, channel, request string) (bool, error)
	Waiting(ctx context.Context, channel, request string, limit int) ([]scheduler.Delivery, error)
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, before, value string) (ok bool, err error)
}

// Settings say which statuses tickets have, and what is said on them.
type Settings struct {
	Statuses   StatusMap
	Site       string // of Berth's pages, without a trailing slash
	Marker     string // what a ticket opened by hand says before the number of its request
	OfferLinks bool   // comments have the links with which offers are taken without signing in
}

// Service keeps a ticket for every request. Deliver is called with the events of a request in their order, and may be called again with any;
// Poll brings what people did there.
type Service struct {
	tracker  Tracker
	about    About
	requests Requests
	store    Store
	settings Settings
	clock    func() time.Time
	log      *slog.Logger

	seen seenTickets
}

// New makes one.
func New(t Tracker, r Requests, m Store, s Settings, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{tracker: t, about: t.About(), requests: r, store: m, settings: s, clock: clock, log: log, seen: seenTickets{byKey: map[string]seenTicket{}}}
}

// Lease is how long one may be at work on a ticket: longer than six writes that are each waited for as long as can be. Whoever loses it all the
// same writes nothing more, and whoever has it then waits for what may still come through.
func (s *Service) Lease() time.Duration { return 6*s.about.Patience + 30*time.Second }

// Fault is what an error of Deliver, Poll or Sync means.
func (s *Service) Fault(err error) Fault { return s.tracker.Fault(err) }
