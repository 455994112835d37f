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
	SeriesRequests(ctx context.Context, a account.Actor, id string) (scheduler.Series, []scheduler.Request, error)
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

	ScheduleSeries(ctx context.Context, a account.Actor, id string, in scheduler.SeriesSchedule) (scheduler.SeriesOutcome, error)
	RejectSeries(ctx context.Context, a account.Actor, id string, in scheduler.SeriesReject) (scheduler.SeriesOutcome, error)
	CancelSeries(ctx context.Context, a account.Actor, id string, in scheduler.SeriesCancel) (scheduler.SeriesOutcome, error)
	AssignSeries(ctx context.Context, a account.Actor, id string, in scheduler.SeriesAssign) (scheduler.SeriesOutcome, error)
}

// Channel is the channel of deliveries to tickets.
const Channel = "ticket"

// Store keeps the state of tickets, for all processes.
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

// Settings say which statuses tickets have, and how Berth writes on them.
type Settings struct {
	Statuses   StatusMap
	Site       string // of Berth's pages, without a trailing slash
	Marker     string // the word before the number of a request in a ticket opened by hand
	OfferLinks bool   // comments contain the links that accept offers without signing in
	PerSeries  bool   // a series without tickets gets one for all of its occurrences
}

// Service keeps a ticket for every request, or for every series. Deliver takes the events of a request in their order, and may repeat any of them; Poll fetches
// changes by users.
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

// New makes a service.
func New(t Tracker, r Requests, m Store, s Settings, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{tracker: t, about: t.About(), requests: r, store: m, settings: s, clock: clock, log: log, seen: seenTickets{byKey: map[string]seenTicket{}}}
}

// Lease returns how long a process may work on a ticket: longer than six writes that each take their full patience. A process that loses
// the lease writes nothing more, and the next one waits for writes that may still come through.
func (s *Service) Lease() time.Duration { return 6*s.about.Patience + 30*time.Second }

// Fault explains an error of Deliver, Poll or Sync.
func (s *Service) Fault(err error) Fault { return s.tracker.Fault(err) }
