package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler"
)

// round is one look at what people did.
type round struct {
	t       *Tickets
	w       Workflow
	p       *Progress
	already []int64 // bugs that could not be dealt with before
	done    int
	ended   error // what all bugs meet, so that the others are not tried
}

// maxAgain is how many bugs are looked at one by one again. Where there are more of them, something is wrong with more than these.
const maxAgain = 200

func (t *Tickets) poll(ctx context.Context, p *Progress, sweep bool) (done int, err error) {
	w, err := t.steps(ctx)
	if err != nil {
		return 0, err
	}
	changed, err := t.changed(ctx, p)
	if err != nil {
		return 0, err
	}
	r := &round{t: t, w: w, p: p, already: p.Again}
	p.Again = nil
	for _, b := range changed {
		r.see(ctx, b)
	}
	if sweep && r.ended == nil {
		lost, err := t.sweep(ctx, func(b Bug) { r.see(ctx, b) })
		if err != nil {
			return r.done, err
		}
		p.Lost, p.Swept = lost, t.clock()
	}
	if r.ended == nil && len(p.Again) > maxAgain {
		r.ended = fmt.Errorf("%d bugs could not be dealt with", len(p.Again))
	}
	return r.done, r.ended
}

// changed are the bugs that changed since the last time, and those that could not be dealt with then.
func (t *Tickets) changed(ctx context.Context, p *Progress) ([]Bug, error) {
	since := p.Cursor.Add(-overlap)
	if p.Cursor.IsZero() { // what is older the sweep sees, as far as it is known
		_, now, err := t.client.Time(ctx)
		if err != nil {
			return nil, err
		}
		since = now.Add(-24 * time.Hour)
	}
	changed, err := t.client.ChangedSince(ctx, t.settings.Product, since)
	if err != nil {
		return nil, err
	}
	again := slices.DeleteFunc(slices.Clone(p.Again), func(id int64) bool {
		return slices.ContainsFunc(changed, func(b Bug) bool { return b.ID == id })
	})
	more, err := t.client.Bugs(ctx, again)
	return append(more, changed...), err
}

// see deals with one bug.
func (r *round) see(ctx context.Context, b Bug) {
	if r.ended != nil {
		return
	}
	if b.Changed.After(r.p.Cursor) && b.Product == r.t.settings.Product {
		r.p.Cursor = b.Changed
	}
	did, err := r.t.meet(ctx, r.w, b)
	if did {
		r.done++
		r.p.Seen++
	}
	_, outage := Outage(err)
	switch {
	case err == nil:
	case outage || ctx.Err() != nil:
		r.ended = err
	case IsTemporary(err):
		r.later(ctx, b, err)
	default:
		r.t.log.ErrorContext(ctx, "what happened to a bug cannot be dealt with", "bug", b.ID, "error", err, "remedy", Remedy(err))
	}
}

// later has a bug looked at again, which is said once. Of one that somebody else is at work on there is nothing to say.
func (r *round) later(ctx context.Context, b Bug, err error) {
	if !slices.Contains(r.p.Again, b.ID) {
		r.p.Again = append(r.p.Again, b.ID)
	}
	if !errors.Is(err, errBusy) && !slices.Contains(r.already, b.ID) {
		r.t.log.WarnContext(ctx, "a change of a bug could not be handled; the next poll tries it again", "bug", b.ID, "error", err)
	}
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
