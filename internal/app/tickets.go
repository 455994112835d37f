package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/tracker"
	"berth/internal/config"
	"berth/internal/delivery"
	"berth/internal/remote"
	"berth/internal/retry"
	"berth/internal/tickets"
	"berth/scheduler"
	"berth/scheduler/account"
)

// Tickets keep a ticket for every request.
type Tickets = tickets.Service

// TicketChannel is the channel of deliveries to tickets.
const TicketChannel = tickets.Channel

// Tickets makes the service of tickets, by the settings; nil without a Bugzilla. site is the address of Berth's pages.
func (p *Parts) Tickets(settings config.Settings, site string, log *slog.Logger) (*tickets.Service, error) {
	b := settings.Bugzilla
	if b.URL == "" {
		return nil, nil
	}
	t, err := newTracker(b)
	if err != nil {
		return nil, err
	}
	return tickets.New(t, p.directory(), p.Store, tickets.Settings{Statuses: statuses(b), Site: site, Marker: b.Marker, OfferLinks: b.OfferLinks, PerSeries: b.PerSeries}, p.Clock, log), nil
}

func newTracker(b config.Bugzilla) (*tracker.Tracker, error) {
	client, err := bugzilla.New(bugzilla.Options{URL: b.URL, Login: b.Login, Key: b.Key, Reread: b.ReadKey, HTTP: &http.Client{Transport: remote.Traced(http.DefaultTransport)}})
	if err != nil {
		return nil, err
	}
	return tracker.New(client, tracker.Settings{Product: b.Product, Component: b.Component, Components: b.Components, Fields: b.Fields,
		Version: b.Version, OpSys: b.OpSys, Platform: b.Platform, Login: b.Login, Browse: b.URL}), nil
}

func statuses(b config.Bugzilla) tickets.StatusMap { return tracker.Stock().With(b.Statuses) }

// CheckTickets examines everything that tickets depend on. It needs no database: a new instance may have none yet.
func CheckTickets(ctx context.Context, settings config.Settings) ([]tracker.Finding, error) {
	t, err := newTracker(settings.Bugzilla)
	if err != nil {
		return nil, err
	}
	return t.Check(ctx, statuses(settings.Bugzilla), now), nil
}

// TicketCourier makes the courier to Bugzilla; with a request given, for its deliveries only.
func (p *Parts) TicketCourier(service *tickets.Service, request string, log *slog.Logger) *delivery.Courier {
	return p.courier(p.Store, func(ctx context.Context, m scheduler.Delivery) ([]string, error) {
		return nil, judged(service, service.Deliver(ctx, m.Event))
	}, delivery.Options{Channel: tickets.Channel, Request: request, Log: log, Lease: service.Lease()})
}

// judged classifies an error: whether it concerns all tickets, whether it goes away by itself, and the advice against it.
func judged(service *tickets.Service, err error) error {
	if err == nil {
		return nil
	}
	switch fault := service.Fault(err); {
	case fault.Outage != "":
		return delivery.Down{Err: errors.New(fault.Outage), Remedy: fault.Remedy, Permanent: !fault.Temporary}
	case fault.Temporary:
		return err
	default:
		return retry.Permanent{Err: err, Remedy: fault.Remedy}
	}
}

// SyncTicket brings a request and its ticket in line now, and returns the number of events delivered.
func (p *Parts) SyncTicket(ctx context.Context, service *tickets.Service, request string, log *slog.Logger) (v scheduler.View, told int, err error) {
	if v, err = service.Sync(ctx, request); err != nil {
		return v, 0, err
	}
	if _, err := p.Store.Retry(ctx, tickets.Channel, v.ID); err != nil {
		return v, 0, err
	}
	courier := p.TicketCourier(service, v.ID, log)
	for {
		n, err := courier.Round(ctx)
		if err != nil {
			return v, told, err
		}
		if told += n; n == 0 {
			break
		}
	}
	if waits, err := p.Store.Pending(ctx, tickets.Channel, v.ID); err != nil {
		return v, told, err
	} else if waits {
		return v, told, scheduler.Errorf(scheduler.CodeUnavailable, "some deliveries of request #%d failed; see berth bugzilla status", v.Number)
	}
	v, err = p.Service.Get(ctx, account.System, v.ID)
	return v, told, err
}

// sweepEvery is the time between two visits of every ticket, wherever it is.
const sweepEvery = time.Hour

// soonest is the longest pause before Berth asks again whether Bugzilla is there.
const soonest = time.Minute

// ticketJob delivers Berth's events to Bugzilla, and applies the users' changes in Bugzilla. Deliveries wait while Bugzilla cannot be
// reached.
type ticketJob struct {
	tickets *tickets.Service
	courier *delivery.Courier
	retry   func(context.Context) error // makes the waiting deliveries due at once
	every   time.Duration
	clock   func() time.Time
	log     *slog.Logger

	polled, swept time.Time
	down          bool   // no delivery before a poll has succeeded
	failure       string // of the last poll, as logged
	missing       bool   // missing tickets were looked for
}

// ticketJob returns nil without a Bugzilla.
func (a *App) ticketJob(site string) (job, error) {
	service, err := a.parts.Tickets(a.settings, site, a.options.Log)
	if err != nil || service == nil {
		return nil, err
	}
	return a.parts.ticketJob(service, a.settings.Bugzilla.Poll, a.options.Log).run, nil
}

func (p *Parts) ticketJob(service *tickets.Service, every time.Duration, log *slog.Logger) *ticketJob {
	retry := func(ctx context.Context) error {
		_, err := p.Store.Retry(ctx, tickets.Channel, "")
		return err
	}
	return &ticketJob{tickets: service, courier: p.TicketCourier(service, "", log), retry: retry, every: every, clock: p.Clock, log: log}
}

func (d *ticketJob) run(ctx context.Context) (done int, next *time.Time, err error) {
	if now := d.clock(); !now.Before(d.next()) {
		d.polled = now
		if err := d.poll(ctx, now); err != nil {
			return 0, nil, err
		}
	}
	if d.down {
		return 0, new(d.next()), nil
	}
	if !d.missing {
		if _, err := d.tickets.Missing(ctx); err != nil {
			return 0, nil, err
		}
		d.missing = true
	}
	done, err = d.courier.Round(ctx)
	if done > 0 && err == nil {
		return done, new(d.clock()), nil // there may be more
	}
	return done, new(d.next()), err
}

// next returns the time of the next poll.
func (d *ticketJob) next() time.Time {
	if d.down {
		return d.polled.Add(min(d.every, soonest))
	}
	return d.polled.Add(d.every)
}

// poll applies the users' changes. It logs a fault once. An unreachable Bugzilla delays no other work: the next poll asks again, and when
// it succeeds the waiting deliveries go out.
func (d *ticketJob) poll(ctx context.Context, now time.Time) error {
	sweep := now.Sub(d.swept) >= sweepEvery
	_, err := d.tickets.Poll(ctx, sweep)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fault := d.tickets.Fault(err)
	before := d.failure
	d.down, d.failure = fault.Outage != "", fault.Outage
	if err != nil {
		if !d.down {
			d.failure = err.Error()
		}
		if d.failure != before {
			d.log.WarnContext(ctx, "polling Bugzilla failed; it is tried again", "error", d.failure, "remedy", fault.Remedy)
		}
		return nil
	}
	if sweep {
		d.swept = now
	}
	if before == "" && !d.courier.Down() {
		return nil
	}
	d.log.InfoContext(ctx, "polling Bugzilla works again")
	return d.retry(ctx)
}
