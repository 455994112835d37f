package bugzilla

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"berth/scheduler"
)

// markName is under which it is noted how far polling has come.
const markName = "bugzilla"

// Progress is how far polling has come.
type Progress struct {
	Cursor  time.Time `json:"cursor"` // the latest change that was seen, by the server's clock
	Polled  time.Time `json:"polled"` // when that was, by ours
	Swept   time.Time `json:"swept"`
	Failure string    `json:"failure,omitempty"` // of the last attempt, empty where it succeeded
	Remedy  string    `json:"remedy,omitempty"`  // what can be done about that
	Lost    []int64   `json:"lost,omitempty"`    // tickets that cannot be seen any more
}

// Progress reads how far polling has come.
func (t *Tickets) Progress(ctx context.Context) (Progress, error) {
	p, _, err := t.progress(ctx)
	return p, err
}

func (t *Tickets) progress(ctx context.Context) (p Progress, text string, err error) {
	if text, err = t.memory.Mark(ctx, markName); err != nil || text == "" {
		return p, text, err
	}
	return p, text, json.Unmarshal([]byte(text), &p)
}

// Poll does in Berth what people did in Bugzilla since the last time; with a sweep it looks at every ticket, wherever it is by now. Several
// processes may poll at once: what one deals with the others find done.
func (t *Tickets) Poll(ctx context.Context, sweep bool) (done int, err error) {
	p, before, err := t.progress(ctx)
	if err != nil {
		return 0, err
	}
	next := p
	done, err = t.poll(ctx, &next, sweep)
	next.Failure, next.Remedy = "", ""
	if err != nil {
		next.Cursor, next.Swept, next.Failure, next.Remedy = p.Cursor, p.Swept, cut(err.Error()), Remedy(err)
	} else {
		next.Polled = t.clock()
	}
	text, jsonErr := json.Marshal(next)
	_, markErr := t.memory.SetMark(ctx, markName, before, string(text)) // where somebody else was faster, they have seen as much
	return done, errors.Join(err, jsonErr, markErr)
}

func (t *Tickets) poll(ctx context.Context, p *Progress, sweep bool) (done int, err error) {
	w, err := t.steps(ctx)
	if err != nil {
		return 0, err
	}
	since := p.Cursor.Add(-overlap)
	if p.Cursor.IsZero() { // what is older the sweep sees, as far as it is known
		_, now, err := t.client.Time(ctx)
		if err != nil {
			return 0, err
		}
		since = now.Add(-24 * time.Hour)
	}
	changed, err := t.client.ChangedSince(ctx, t.settings.Product, since)
	if err != nil {
		return 0, err
	}
	var failures []error
	see := func(b Bug) {
		if b.Changed.After(p.Cursor) && b.Product == t.settings.Product {
			p.Cursor = b.Changed
		}
		did, err := t.meet(ctx, w, b)
		if err != nil && !IsTemporary(err) {
			t.log.ErrorContext(ctx, "what happened to a bug cannot be dealt with", "bug", b.ID, "error", err, "remedy", Remedy(err))
		} else if err != nil {
			failures = append(failures, fmt.Errorf("bug %d: %w", b.ID, err))
		}
		if did {
			done++
		}
	}
	for _, b := range changed {
		see(b)
	}
	if sweep {
		lost, err := t.sweep(ctx, see)
		if err != nil {
			failures = append(failures, err)
		}
		p.Lost, p.Swept = lost, t.clock()
	}
	return done, errors.Join(failures...)
}

// sweepPage is how many tickets are looked at at once.
const sweepPage = 500

// sweep looks at every known ticket by its number: moved ones are not among those of the product, and what a clock hides is seen here.
func (t *Tickets) sweep(ctx context.Context, see func(Bug)) (lost []int64, err error) {
	for after := int64(0); ; {
		known, err := t.memory.Tickets(ctx, after, sweepPage)
		if err != nil || len(known) == 0 {
			return lost, err
		}
		ids := make([]int64, len(known))
		for i, k := range known {
			ids[i], after = k.ID, k.ID
		}
		bugs, err := t.client.Bugs(ctx, ids)
		if err != nil {
			return lost, err
		}
		seen := map[int64]bool{}
		for _, b := range bugs {
			seen[b.ID] = true
			see(b)
		}
		for _, k := range known {
			if !seen[k.ID] {
				lost = append(lost, k.ID)
				t.log.WarnContext(ctx, "a ticket cannot be seen any more", "bug", k.ID, "request", k.Request)
			}
		}
	}
}

// quiet is a bug that was looked at, and since when it has been so.
type quiet struct {
	changed time.Time
	since   time.Time
}

// settled reports whether a bug was dealt with as it is, long enough ago for nothing to come late with the same stamp.
func (t *Tickets) settled(b Bug) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	q, known := t.quiet[b.ID]
	return known && q.changed.Equal(b.Changed) && t.clock().Sub(q.since) > overlap
}

func (t *Tickets) calm(b Bug) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q, known := t.quiet[b.ID]; !known || !q.changed.Equal(b.Changed) {
		if len(t.quiet) > 10*sweepPage {
			clear(t.quiet)
		}
		t.quiet[b.ID] = quiet{b.Changed, t.clock()}
	}
}

// meet deals with a bug that may have changed: a ticket, one that wants to be one, or nothing of ours.
func (t *Tickets) meet(ctx context.Context, w Workflow, b Bug) (did bool, err error) {
	if t.settled(b) {
		return false, nil
	}
	request, known, err := t.requestOf(ctx, b)
	if err != nil {
		return false, err
	}
	if known {
		err = t.catchUp(ctx, w, b.ID, request)
	} else if number, ok := t.marked(b); ok {
		err = t.adopt(ctx, b, number)
		known = true
	}
	if err == nil {
		t.calm(b)
	}
	return known, err
}

// catchUp does what people did with one ticket.
func (t *Tickets) catchUp(ctx context.Context, w Workflow, id int64, request string) error {
	v, err := t.requests.Get(ctx, scheduler.System, request)
	if err != nil {
		return err
	}
	if v.Ticket == nil || v.Ticket.ID != id {
		return t.memory.ForgetTicket(ctx, id) // the request has another one
	}
	return t.take(ctx, id, request, func(h *hold) error {
		b, err := t.client.Bug(ctx, id) // as it is now that nobody else is at work on it
		if err != nil {
			return err
		}
		comments, err := t.client.Comments(ctx, id, h.m.Since)
		if err != nil {
			return err
		}
		if err := h.absorb(ctx, w, v, b, comments); err != nil {
			return err
		}
		return h.mend(ctx, w, b)
	})
}

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
