package tickets

import (
	"berth/scheduler/account"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Poll does in Berth what people did with tickets since the last time. A ticket that cannot be dealt with for now is looked at again, and keeps none
// of the others: the error is of those faults alone that all of them meet. With a sweep it looks at every ticket, wherever it is by now. Several
// processes may poll at once: what one deals with the others find done.
func (s *Service) Poll(ctx context.Context, sweep bool) (done int, err error) {
	p, before, err := progress(ctx, s.store, s.about.Via)
	if err != nil {
		return 0, err
	}
	next := p
	done, err = s.poll(ctx, &next, sweep)
	next.Failure, next.Remedy = "", ""
	if err != nil {
		next.Cursor, next.Swept, next.Again, next.Failure, next.Remedy = p.Cursor, p.Swept, p.Again, cut(err.Error()), s.tracker.Fault(err).Remedy
	} else {
		next.Polled = s.clock()
	}
	text, jsonErr := json.Marshal(next)
	_, markErr := s.store.SetMark(ctx, s.about.Via, before, string(text)) // where somebody else was faster, they have seen as much
	return done, errors.Join(err, jsonErr, markErr)
}

// round is one poll.
type round struct {
	s       *Service
	w       Workflow
	p       *Progress
	already []string // tickets that could not be dealt with before
	done    int
	ended   error // the fault that all tickets meet, so that no other one is tried
}

// maxAgain bounds how many tickets are looked at one by one again. Where there are more of them, something is wrong with more than these.
const maxAgain = 200

// poll handles the tickets that changed, and with a sweep all others. p is moved on with what was done.
func (s *Service) poll(ctx context.Context, p *Progress, sweep bool) (done int, err error) {
	w, err := s.tracker.Workflow(ctx)
	if err != nil {
		return 0, err
	}
	changed, err := s.changed(ctx, p)
	if err != nil {
		return 0, err
	}
	r := &round{s: s, w: w, p: p, already: p.Again}
	p.Again = nil
	for _, b := range changed {
		r.handle(ctx, b)
	}
	if sweep && r.ended == nil {
		lost, err := s.sweep(ctx, func(b Ticket) { r.handle(ctx, b) })
		if err != nil {
			return r.done, err
		}
		p.Lost, p.Swept = lost, s.clock()
	}
	if r.ended == nil && len(p.Again) > maxAgain {
		r.ended = fmt.Errorf("%d %ss could not be dealt with", len(p.Again), s.about.Ticket)
	}
	return r.done, r.ended
}

// changed reads the tickets that changed since the last time, and those that could not be dealt with then.
func (s *Service) changed(ctx context.Context, p *Progress) ([]Ticket, error) {
	since := p.Cursor.Add(-overlap)
	if p.Cursor.IsZero() { // what is older the sweep sees, as far as it is known
		now, err := s.tracker.Now(ctx)
		if err != nil {
			return nil, err
		}
		since = now.Add(-24 * time.Hour)
	}
	changed, err := s.tracker.ChangedSince(ctx, since)
	if err != nil {
		return nil, err
	}
	again := slices.DeleteFunc(slices.Clone(p.Again), func(key string) bool {
		return slices.ContainsFunc(changed, func(b Ticket) bool { return b.Key == key })
	})
	more, err := s.tracker.Tickets(ctx, again)
	return append(more, changed...), err
}

// handle deals with one ticket, unless the round has ended, and notes in the progress how that went.
func (r *round) handle(ctx context.Context, b Ticket) {
	if r.ended != nil {
		return
	}
	if b.Changed.After(r.p.Cursor) && b.Polled {
		r.p.Cursor = b.Changed
	}
	did, err := r.s.handle(ctx, r.w, b)
	if did {
		r.done++
		r.p.Seen++
	}
	if err == nil {
		return
	}
	switch fault := r.s.tracker.Fault(err); {
	case fault.Outage != "" || ctx.Err() != nil:
		r.ended = err
	case fault.Temporary:
		r.retryLater(ctx, b, err)
	default:
		r.s.log.ErrorContext(ctx, "what happened to a "+r.s.about.Ticket+" cannot be dealt with", r.s.about.Ticket, b.Key, "error", err, "remedy", fault.Remedy)
	}
}

// retryLater has the next round look at a ticket again, and logs so once. Nothing is logged of one that somebody else is at work on.
func (r *round) retryLater(ctx context.Context, b Ticket, err error) {
	if !slices.Contains(r.p.Again, b.Key) {
		r.p.Again = append(r.p.Again, b.Key)
	}
	if !errors.Is(err, errBusy) && !slices.Contains(r.already, b.Key) {
		r.s.log.WarnContext(ctx, "a change of a "+r.s.about.Ticket+" could not be handled; the next poll tries it again", r.s.about.Ticket, b.Key, "error", err)
	}
}

// sweepPage is how many tickets a sweep looks at at once.
const sweepPage = 500

// sweep looks at every known ticket by its key: ones that were moved elsewhere do not show among the changed ones, and what a clock hides is
// seen here. It returns those that cannot be seen any more.
func (s *Service) sweep(ctx context.Context, handle func(Ticket)) (lost []string, err error) {
	for after := ""; ; {
		known, err := s.store.Tickets(ctx, after, sweepPage)
		if err != nil || len(known) == 0 {
			return lost, err
		}
		keys := make([]string, len(known))
		for i, k := range known {
			keys[i], after = k.Key, k.Key
		}
		list, err := s.tracker.Tickets(ctx, keys)
		if err != nil {
			return lost, err
		}
		seen := map[string]bool{}
		for _, b := range list {
			seen[b.Key] = true
			handle(b)
		}
		for _, k := range known {
			if !seen[k.Key] {
				lost = append(lost, k.Key)
				s.log.WarnContext(ctx, "a ticket cannot be seen any more", s.about.Ticket, k.Key, "request", k.Request)
			}
		}
	}
}

// handle deals with a ticket that may have changed: that of a request, one that names a request, or none of ours.
func (s *Service) handle(ctx context.Context, w Workflow, b Ticket) (did bool, err error) {
	if s.seen.has(b, s.clock()) {
		return false, nil
	}
	request, known, err := s.requestOf(ctx, b)
	if err != nil {
		return false, err
	}
	if known {
		err = s.sync(ctx, w, b.Key, request)
	} else if number, ok := s.marked(b); ok {
		err = s.adopt(ctx, b, number)
		known = true
	}
	if err == nil {
		s.seen.mark(b, s.clock())
	}
	return known, err
}

// sync does in Berth what people did with one ticket, and puts the ticket right where a late write has given it old values.
func (s *Service) sync(ctx context.Context, w Workflow, key, request string) error {
	v, err := s.requests.Get(ctx, account.System, request)
	if err != nil {
		return err
	}
	if v.Ticket == nil || v.Ticket.Key != key {
		return s.store.ForgetTicket(ctx, key) // the request has another one
	}
	return s.locked(ctx, key, request, func(t *lockedTicket) error {
		b, err := s.tracker.Ticket(ctx, key) // as it is now that nobody else is at work on it
		if err != nil {
			return err
		}
		comments, err := s.tracker.Comments(ctx, key, t.state.Since)
		if err != nil {
			return err
		}
		if err := t.inbound(ctx, w, v, b, comments); err != nil {
			return err
		}
		return t.mend(ctx, w, b)
	})
}
