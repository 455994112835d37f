package scheduler

import (
	"context"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Get reads a request by its UUID or its number ("42" or "#42"). It returns CodeNotFound where the actor may not know it.
func (s *Service) Get(ctx context.Context, a account.Actor, id string) (View, error) {
	var v View
	err := s.snapshot(ctx, func(tx Reader, w snapshot) error {
		r, err := s.find(ctx, tx, a, id)
		if err != nil {
			return err
		}
		v, err = s.view(ctx, tx, w, a, r)
		return err
	})
	return v, err
}

// view adds to a request what a decision needs, as far as the actor may know it.
func (s *Service) view(ctx context.Context, tx Reader, w snapshot, a account.Actor, r Request) (View, error) {
	v := View{Request: r, Actions: allowed(a, r, s.now())}
	v.Fit = verdict(w, r, s.now())
	v.Deployable = deployable(v.Fit)
	if v.Fit.Fits { // there is nothing to wait for
		v.Actions = slices.DeleteFunc(v.Actions, func(x Action) bool { return x == ActionWait })
	}
	if err := s.withRoom(ctx, tx, w, a, &v.Request); err != nil {
		return v, err
	}
	if r.waitsAt(s.now()) {
		before, err := tx.WaitingBefore(ctx, r)
		if err != nil {
			return v, err
		}
		v.Place = before + 1
	}
	if err := s.mask(ctx, tx, a, w.fed, &v.Fit); err != nil {
		return v, err
	}
	return v, s.show(ctx, tx, a, w.fed, &v.Request)
}

// current returns the request's experiment, with the catalogue's present places and requirements of its VNFs.
func current(r Request, c testbeds.Catalogue) testbeds.Experiment { return today(r.Experiment(), c) }

// today returns an experiment with the catalogue's present places and requirements of its VNFs.
func today(e testbeds.Experiment, c testbeds.Catalogue) testbeds.Experiment {
	e.Components = slices.Clone(e.Components)
	for i, x := range e.Components {
		if v, ok := c.VNF(x.VNF); ok {
			e.Components[i].Onboarded, e.Components[i].Requires = v.Onboarded, v.Requires
		}
	}
	return e
}

// List reads requests that the actor may see, newest first; the cursor is the Page.Next of the previous page. It returns CodeForbidden without the
// scope to read, and CodeInvalid for the filter, the cursor or the limit.
func (s *Service) List(ctx context.Context, a account.Actor, f RequestFilter, cursor string) (Page[Request], error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return Page[Request]{}, err
	}
	before, limit, err := Position(cursor, f.Limit)
	if err != nil {
		return Page[Request]{}, err
	}
	var bad faults
	for _, st := range f.Status {
		if !slices.Contains(Statuses, st) {
			bad.add("status", "there is no status %q", clip(string(st)))
		}
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		bad.add("to", "must be after from")
	}
	if err := bad.err(); err != nil {
		return Page[Request]{}, err
	}
	f.Before, f.Limit, f.Visible = before, limit+1, VisibleTo(a)
	var page Page[Request]
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		list, err := tx.Requests(ctx, f)
		if err != nil {
			return err
		}
		page = pageOf(list, limit, func(r Request) int64 { return r.Number })
		x := s.rooms()
		for i := range page.Items {
			if !f.AsNoted {
				if err := x.of(ctx, tx, w, &page.Items[i]); err != nil {
					return err
				}
			}
			if err := s.show(ctx, tx, a, w.fed, &page.Items[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return page, err
}

// Events reads the changes after a sequence that the actor may know. It reads at most limit changes; last is the sequence to continue from. It
// returns CodeForbidden without the scope to read.
func (s *Service) Events(ctx context.Context, a account.Actor, after int64, limit int) (events []Event, last int64, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, 0, err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		list, err := tx.Events(ctx, after, limit)
		if err != nil {
			return err
		}
		last, events = after, nil
		seen := map[string]bool{}
		for _, e := range list {
			last = e.Sequence
			known, err := knows(ctx, tx, a, e, seen)
			if err != nil {
				return err
			}
			if !known {
				continue
			}
			if !knowsAll(a) {
				e = e.shown()
			}
			events = append(events, e)
		}
		return nil
	})
	return events, last, err
}

// knows reports whether the actor may know of an event; seen remembers the answer for each request.
func knows(ctx context.Context, tx Reader, a account.Actor, e Event, seen map[string]bool) (bool, error) {
	if VisibleTo(a) == nil || e.Request == "" {
		return true, nil
	}
	known, asked := seen[e.Request]
	if !asked {
		r, err := tx.Request(ctx, e.Request)
		if err != nil {
			return false, err
		}
		known = sees(a, r)
		seen[e.Request] = known
	}
	return known, nil
}

// LastEvent returns the sequence of the newest change. It returns no code of its own.
func (s *Service) LastEvent(ctx context.Context) (last int64, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		last, err = tx.Sequence(ctx)
		return err
	})
	return last, err
}
