package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Poll applies the users' changes of tickets since the last poll. A ticket that fails for now is tried again and delays no other: Poll
// returns only faults that all tickets meet. With a sweep it visits every known ticket, wherever it is now. Several processes may poll at
// once: each finds the others' work done.
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
	_, markErr := s.store.SetMark(ctx, s.about.Via, before, string(text)) // if another process was faster, it has seen as much
	return done, errors.Join(err, jsonErr, markErr)
}

// round is one poll.
type round struct {
	s       *Service
	w       Workflow
	p       *Progress
	already []string // tickets that failed before
	done    int
	ended   error // the fault that all tickets meet, so that no other one is tried
}

// maxAgain bounds how many tickets are retried one by one. More failures have a common cause.
const maxAgain = 200

// poll handles the tickets that changed, and with a sweep all others. It advances p accordingly.
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
		r.ended = fmt.Errorf("%d %ss could not be handled", len(p.Again), s.about.Ticket)
	}
	return r.done, r.ended
}

// changed reads the tickets that changed since the last poll, and those that failed in it.
func (s *Service) changed(ctx context.Context, p *Progress) ([]Ticket, error) {
	since := p.Cursor.Add(-overlap)
	if p.Cursor.IsZero() { // the sweep sees older changes of known tickets
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

// handle handles one ticket, unless the round has ended, and records the result in the progress.
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
		r.s.log.ErrorContext(ctx, "a change of a "+r.s.about.Ticket+" cannot be applied", r.s.about.Ticket, b.Key, "error", err, "remedy", fault.Remedy)
	}
}

// retryLater leaves a ticket to the next round, and logs that once; not if another process is working on the ticket.
func (r *round) retryLater(ctx context.Context, b Ticket, err error) {
	if !slices.Contains(r.p.Again, b.Key) {
		r.p.Again = append(r.p.Again, b.Key)
	}
	if !errors.Is(err, errBusy) && !slices.Contains(r.already, b.Key) {
		r.s.log.WarnContext(ctx, "a change of a "+r.s.about.Ticket+" could not be handled; the next poll tries it again", r.s.about.Ticket, b.Key, "error", err)
	}
}

// sweepPage is the number of tickets that a sweep reads at once.
const sweepPage = 500

// sweep visits every known ticket by its key: tickets moved elsewhere do not show among the changed ones, and clocks may hide a change. It
// returns the tickets that are no longer visible.
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
				s.log.WarnContext(ctx, "a ticket is no longer visible", s.about.Ticket, k.Key, "request", k.Request)
			}
		}
	}
}

// handle handles a ticket that may have changed: one of a request, one that names a request, or an unrelated one.
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

// sync applies the users' changes of one ticket, and mends old values of a late write.
func (s *Service) sync(ctx context.Context, w Workflow, key, request string) error {
	x, err := s.subject(ctx, request)
	if err != nil {
		return err
	}
	if x.Ticket == nil || x.Ticket.Key != key {
		return s.store.ForgetTicket(ctx, key) // the request has another one
	}
	return s.locked(ctx, key, x, func(t *lockedTicket) error {
		b, err := s.tracker.Ticket(ctx, key) // its state under the lock
		if err != nil {
			return err
		}
		comments, err := s.tracker.Comments(ctx, key, t.state.Since)
		if err != nil {
			return err
		}
		if err := t.inbound(ctx, w, x, b, comments); err != nil {
			return err
		}
		return t.mend(ctx, w, b)
	})
}
