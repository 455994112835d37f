package app

import (
	"context"
	"log/slog"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/config"
	"berth/internal/outbox"
	"berth/scheduler"
)

// Tickets keep a ticket for every request.
type Tickets = bugzilla.Tickets

// TicketChannel is where what tickets have to be told waits.
const TicketChannel = bugzilla.Channel

// Tickets are the tickets of the requests, as the settings say; nil where there is no Bugzilla. site is where Berth's pages are.
func (p *Parts) Tickets(settings config.Settings, site string, log *slog.Logger) (*bugzilla.Tickets, error) {
	b := settings.Bugzilla
	if b.URL == "" {
		return nil, nil
	}
	client, err := bugzilla.New(bugzilla.Options{URL: b.URL, Key: b.Key, InQuery: b.KeyInQuery})
	if err != nil {
		return nil, err
	}
	return bugzilla.NewTickets(client, p.Service, p.Store, bugzilla.Settings{Product: b.Product, Component: b.Component, Version: b.Version, OpSys: b.OpSys,
		Platform: b.Platform, Standings: bugzilla.Usual().With(b.Statuses), Login: b.Login, Browse: b.URL, Site: site, Marker: b.Marker, OfferLinks: b.OfferLinks},
		p.Clock, log), nil
}

// TicketCourier tells Bugzilla what happens; with a request given, of that one only.
func (p *Parts) TicketCourier(tickets *bugzilla.Tickets, request string, log *slog.Logger) *outbox.Courier {
	return outbox.New(p.Store, func(ctx context.Context, m scheduler.Message) ([]string, error) {
		err := tickets.Deliver(ctx, m.Event)
		if err == nil || bugzilla.IsTemporary(err) {
			return nil, err
		}
		return nil, outbox.Permanent{Err: err, Remedy: bugzilla.Remedy(err)}
	}, outbox.Options{Channel: bugzilla.Channel, Request: request, Clock: p.Clock, Log: log})
}

// SyncTicket brings a request and its ticket in line now, and says how many events that told.
func (p *Parts) SyncTicket(ctx context.Context, tickets *bugzilla.Tickets, request string, log *slog.Logger) (v scheduler.View, told int, err error) {
	if v, err = tickets.Sync(ctx, request); err != nil {
		return v, 0, err
	}
	if _, err := p.Store.Retry(ctx, bugzilla.Channel, v.ID); err != nil {
		return v, 0, err
	}
	courier := p.TicketCourier(tickets, v.ID, log)
	for {
		n, err := courier.Round(ctx)
		if err != nil {
			return v, told, err
		}
		if told += n; n == 0 {
			break
		}
	}
	if waits, err := p.Store.Pending(ctx, bugzilla.Channel, v.ID); err != nil {
		return v, told, err
	} else if waits {
		return v, told, scheduler.Errorf(scheduler.CodeUnavailable, "not everything about request #%d could be told; see berth bugzilla status", v.Number)
	}
	v, err = p.Service.Get(ctx, scheduler.System, v.ID)
	return v, told, err
}

// sweepEvery is how often every ticket is looked at, wherever it is.
const sweepEvery = time.Hour

// ticketDuty tells Bugzilla what happens here, and does here what happens there. What happens while Bugzilla cannot be reached waits.
type ticketDuty struct {
	tickets *bugzilla.Tickets
	courier *outbox.Courier
	every   time.Duration
	clock   func() time.Time
	log     *slog.Logger

	polled, swept time.Time
	missing       bool // requests without a ticket were looked for
}

// ticketDuty is nil where there is no Bugzilla.
func (a *App) ticketDuty(site string) (duty, error) {
	tickets, err := a.parts.Tickets(a.settings, site, a.options.Log)
	if err != nil || tickets == nil {
		return nil, err
	}
	d := &ticketDuty{tickets: tickets, courier: a.parts.TicketCourier(tickets, "", a.options.Log), every: a.settings.Bugzilla.Poll, clock: a.parts.Clock, log: a.options.Log}
	return d.run, nil
}

func (d *ticketDuty) run(ctx context.Context) (done int, next *time.Time, err error) {
	now := d.clock()
	if now.Sub(d.polled) >= d.every {
		d.polled = now
		d.poll(ctx, now)
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
	return done, new(d.polled.Add(d.every)), err
}

// poll does what people did. That Bugzilla cannot be reached keeps nothing else waiting: the next time it is asked for the same.
func (d *ticketDuty) poll(ctx context.Context, now time.Time) {
	sweep := now.Sub(d.swept) >= sweepEvery
	_, err := d.tickets.Poll(ctx, sweep)
	switch {
	case err != nil && ctx.Err() == nil:
		d.log.WarnContext(ctx, "what people did in Bugzilla was not seen; it is asked again", "error", err, "in", d.every)
	case err == nil && sweep:
		d.swept = now
	}
}
