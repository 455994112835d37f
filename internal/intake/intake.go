package intake

import (
	"context"
	"log/slog"
	"time"

	"berth/internal/retry"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Channel is the channel of deliveries to portals. A delivery's target is the name of a portal.
const Channel = "portal"

// Takes reports whether portals receive an event: those about requests, but for what concerns tickets alone.
func Takes(e scheduler.Event) bool {
	return e.Request != "" && e.Action != scheduler.ActionTicket && e.Action != scheduler.ActionTicketNote && e.Kind != scheduler.EventReminder
}

// Requests decides about the requests that are made of orders.
type Requests interface {
	Get(ctx context.Context, a account.Actor, id string) (scheduler.View, error)
	Submit(ctx context.Context, a account.Actor, in scheduler.Submission) (scheduler.Outcome, error)
	Edit(ctx context.Context, a account.Actor, id string, in scheduler.Edit) (scheduler.Outcome, error)
	Schedule(ctx context.Context, a account.Actor, id string, in scheduler.Schedule) (scheduler.Outcome, error)
	Move(ctx context.Context, a account.Actor, id string, in scheduler.Move) (scheduler.Outcome, error)
	Reject(ctx context.Context, a account.Actor, id string, in scheduler.Reject) (scheduler.Outcome, error)
	Cancel(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Start(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Complete(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Fail(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	AddFeedback(ctx context.Context, a account.Actor, id, text string, c scheduler.Creation) (scheduler.Feedback, error)
	Feedback(ctx context.Context, a account.Actor, id, cursor string, limit int) (scheduler.Page[scheduler.Feedback], error)
	History(ctx context.Context, a account.Actor, id, cursor string, limit int) (scheduler.Page[scheduler.Entry], error)
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
}

// People knows whose orders become requests.
type People interface {
	Person(ctx context.Context, a account.Actor, username string) (account.Person, error)
	PersonByMail(ctx context.Context, a account.Actor, mail string) (p account.Person, found bool, err error)
	PersonOrNewcomer(ctx context.Context, a account.Actor, n account.Newcomer) (p account.Person, made bool, err error)
}

// Store keeps ties and progress, for all processes.
type Store interface {
	Order(ctx context.Context, portal, key string) (scheduler.OrderTie, error)
	OrderOf(ctx context.Context, request string) (scheduler.OrderTie, error)
	Orders(ctx context.Context, portal, after string, limit int) ([]scheduler.OrderTie, error)
	PutOrder(ctx context.Context, t scheduler.OrderTie) (scheduler.OrderTie, error)
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, before, value string) (ok bool, err error)
}

// Sync keeps requests and the orders of one portal alike. Any number of processes may run one each: one of them polls at a time.
type Sync struct {
	o        Settings
	portal   Portal
	requests Requests
	people   People
	store    Store
	clock    func() time.Time
	log      *slog.Logger
	berth    account.Actor // Berth itself, on behalf of the portal
	operator account.Actor // who reports what runs there
	said     string        // the failure that was logged last
	down     breaker
}

// New makes a sync.
func New(o Settings, portal Portal, r Requests, p People, store Store, clock func() time.Time, log *slog.Logger) *Sync {
	s := &Sync{o: o, portal: portal, requests: r, people: p, store: store, clock: clock, log: log.With("portal", o.Name), berth: account.System, operator: account.System}
	s.berth.Via, s.operator.Via = o.Via, o.Via
	s.operator.Roles, s.operator.Scopes = []account.Role{account.RoleOperator}, []account.Scope{account.ScopeRead, account.ScopeWrite}
	return s
}

// Name returns the name of the portal in the settings.
func (s *Sync) Name() string { return s.o.Name }

const (
	// lease bounds a round, and the work on one order; a process that was frozen for longer has lost it, and its next write of a tie is refused.
	lease = 3 * time.Minute
	// patience is how long a call whose fate is unknown may still take effect.
	patience = 10 * time.Minute
	// leisure is the time between two looks at every order that did not change there.
	leisure = 15 * time.Minute
	// memory is how long orders are watched after their requests are over: people still talk about them.
	memory = 24 * time.Hour
	// atOnce bounds how many ties are read at once.
	atOnce = 200
)

// later is when a portal that did not take what was written is written to again.
var later = retry.BackOff{First: time.Minute, Longest: 2 * time.Hour}

// now returns the present second.
func (s *Sync) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// called names the portal for people.
func (s *Sync) called() string { return "portal " + s.o.Name }
