package scheduler

import (
	"berth/scheduler/account"
	"berth/scheduler/waitlist"
	"cmp"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Service takes every step of every request. Any number of goroutines may use it at once and, over one PostgreSQL, any number of processes.
//
// Each method names the codes of its errors. A step with a request returns CodeNotFound where the actor may not know the request, CodeForbidden where
// they may not take the step, CodeConflict where its status does not allow it, and CodePrecondition where it was changed since the caller saw it. A
// change of facility or catalogue returns CodeForbidden where the actor may not make it, CodeInvalid where the result breaks a rule, CodeConflict
// where it would break bookings and is not forced, and CodePrecondition where the facility was changed since the caller saw it. Every method returns
// CodeUnavailable where the store is too busy, or testbeds change faster than it can lock them; other failures have no code.
type Service struct {
	store  Store
	o      Options
	ledger *ledger

	remarks    hourly
	footprints footprints
	trays      trays
	policies   policies
}

// Options are the settings of a Service. The zero value of a field means the default in its comment.
type Options struct {
	Clock       func() time.Time // mandatory
	NewID       func() string    // UUIDs; mandatory
	Log         *slog.Logger     // default: none
	Horizon     time.Duration    // how far ahead can be booked; default two years
	HoldFor     time.Duration    // how long an offer holds its capacity if the mentor gives no time; default 72 h
	MaxHold     time.Duration    // default 30 days
	ClaimFor    time.Duration    // how long an offer to a request that waits holds its capacity, a minute at least; default a day
	MaxOpen     int              // open requests of one person; 0 for any number
	MaxRemarks  int              // of one person in an hour; 0 for any number
	MaxWebhooks int              // of one person; default 10
	// WebhookAddress returns the rule that a webhook's address breaks; empty for none. The default allows no address.
	WebhookAddress func(address string) (rule string)
	Hook           Hook            // asked about what people ask for; nil: nobody is
	HookOpen       bool            // what it does not answer is allowed
	DueAtOnce      int             // due requests read at once; default 500
	CareAtOnce     int             // requests that one change moves, or holds alternatives for, at once; default 50
	Tell           func(Progress)  // is called now and then during work for which people wait; default: nothing
	Tried          func(Tried)     // is called with every step that somebody tried to take with requests; default: nothing
	Reminders      []time.Duration // ahead of the start of orchestration (slot start less setup) and of the slot's end; default 24 h and 1 h
}

const day = 24 * time.Hour

// New makes a service on a store. It reads nothing before the first call.
func New(store Store, o Options) *Service {
	o.Horizon = cmp.Or(o.Horizon, 2*365*day)
	o.HoldFor = cmp.Or(o.HoldFor, 72*time.Hour)
	o.DueAtOnce = cmp.Or(o.DueAtOnce, 500)
	o.CareAtOnce = cmp.Or(o.CareAtOnce, 50)
	o.MaxHold = cmp.Or(o.MaxHold, 30*day)
	o.ClaimFor = max(cmp.Or(o.ClaimFor, waitlist.Window), waitlist.Shortest)
	o.MaxWebhooks = cmp.Or(o.MaxWebhooks, 10)
	if o.WebhookAddress == nil {
		o.WebhookAddress = func(string) string { return "cannot be used: this instance has no webhooks" }
	}
	if o.Reminders == nil {
		o.Reminders = []time.Duration{day, time.Hour}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: store, o: o, ledger: &ledger{horizon: o.Horizon, tell: o.Tell}}
}

// now returns the present second.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Second) }

// snapshot runs fn on a snapshot of the store and the federation of that moment.
func (s *Service) snapshot(ctx context.Context, fn func(tx Reader, w snapshot) error) error {
	return s.store.View(ctx, func(tx Reader) error {
		if _, err := s.ledger.catchUp(ctx, tx, s.now()); err != nil {
			return err
		}
		return s.ledger.read(func(w snapshot) error { return fn(tx, w) })
	})
}

// find reads a request by its UUID or its number ("42" or "#42"), if the actor may know it.
func (s *Service) find(ctx context.Context, tx Reader, a account.Actor, id string) (Request, error) {
	r, err := request(ctx, tx, id)
	if err != nil {
		return Request{}, err
	}
	if !sees(a, r) {
		return Request{}, notFound(id)
	}
	return r, nil
}

func request(ctx context.Context, tx Reader, id string) (Request, error) {
	if n, err := strconv.ParseInt(strings.TrimPrefix(id, "#"), 10, 64); err == nil {
		return tx.RequestByNumber(ctx, n)
	}
	return tx.Request(ctx, id)
}
