package app

import (
	"context"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/outbox"
	"berth/scheduler"
)

// ticketChannel is where what Bugzilla is told waits.
const ticketChannel = "ticket"

// tickets is the duty of telling Bugzilla what happens; nil where there is none. What happens while it cannot be reached waits.
func (a *App) tickets(ctx context.Context, site string) (duty, error) {
	b := a.settings.Bugzilla
	if b.URL == "" {
		return nil, nil
	}
	client, err := bugzilla.New(bugzilla.Options{URL: b.URL, Key: b.Key, InQuery: b.KeyInQuery})
	if err != nil {
		return nil, err
	}
	desk := bugzilla.NewTickets(client, a.parts.Service, bugzilla.Settings{Product: b.Product, Component: b.Component, Version: b.Version, OpSys: b.OpSys,
		Platform: b.Platform, Standings: bugzilla.Usual(), Browse: b.URL, Site: site})
	a.parts.Store.SetChannels(ticketChannel)
	if n, err := a.parts.Store.Retry(ctx, ticketChannel, ""); err != nil || n > 0 {
		a.options.Log.InfoContext(ctx, "what Bugzilla has not been told yet is tried again", "messages", n, "error", err)
	}
	courier := outbox.New(a.parts.Store, func(ctx context.Context, m scheduler.Message) error {
		err := desk.Deliver(ctx, m.Event)
		if err == nil || bugzilla.IsTemporary(err) {
			return err
		}
		if remedy := bugzilla.Remedy(err); remedy != "" {
			a.options.Log.ErrorContext(ctx, "Bugzilla refuses a ticket", "request", m.Event.Number, "error", err, "remedy", remedy)
		}
		return outbox.Permanent{Err: err}
	}, outbox.Options{Channel: ticketChannel, Clock: now, Log: a.options.Log})
	return func(ctx context.Context) (int, *time.Time, error) {
		n, err := courier.Round(ctx)
		if n == 0 || err != nil {
			return n, nil, err
		}
		return n, new(now()), nil // there may be more
	}, nil
}
