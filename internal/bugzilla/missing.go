package bugzilla

import (
	"context"

	"berth/scheduler"
)

// open are the statuses in which a request has a ticket also where it was made before there were tickets.
var open = []scheduler.Status{scheduler.UnderReview, scheduler.Scheduled, scheduler.Instantiating, scheduler.Running, scheduler.Terminating}

// Missing opens tickets for requests that are under way and were made before there were tickets.
func (t *Tickets) Missing(ctx context.Context) (opened int, err error) {
	for cursor := ""; ; {
		page, err := t.requests.List(ctx, scheduler.System, scheduler.RequestFilter{Status: open, Limit: 200}, cursor)
		if err != nil {
			return opened, err
		}
		for _, r := range page.Items {
			if r.Ticket != nil {
				continue
			}
			asked, err := t.ask(ctx, r.ID)
			if err != nil {
				return opened, err
			}
			if asked {
				opened++
			}
		}
		if cursor = page.Next; cursor == "" {
			return opened, nil
		}
	}
}

// ask has a ticket opened for a request that has none, unless one is on its way already.
func (t *Tickets) ask(ctx context.Context, request string) (asked bool, err error) {
	if waits, err := t.memory.Pending(ctx, Channel, request); err != nil || waits {
		return false, err
	}
	return true, t.requests.NoteOnTicket(ctx, scheduler.System, request, "A ticket for a request that was made before there were tickets.",
		scheduler.Creation{Key: "ticket " + request + " opened", Fingerprint: "note"})
}

// Sync brings one request in line with what people did with its ticket, now; where there is none, one is going to be opened.
func (t *Tickets) Sync(ctx context.Context, request string) (scheduler.View, error) {
	v, err := t.requests.Get(ctx, scheduler.System, request)
	if err != nil {
		return v, err
	}
	if v.Ticket == nil {
		_, err := t.ask(ctx, v.ID)
		return v, err
	}
	w, err := t.steps(ctx)
	if err != nil {
		return v, err
	}
	return v, t.catchUp(ctx, w, v.Ticket.ID, v.ID)
}
