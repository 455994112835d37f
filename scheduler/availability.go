package scheduler

import (
	"context"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// own returns the bookings that a check ignores: those of a request which the actor may see.
func (s *Service) own(ctx context.Context, tx Reader, a account.Actor, id string) ([]int64, error) {
	if id == "" {
		return nil, nil
	}
	r, err := s.find(ctx, tx, a, id)
	return r.bookings(), err
}

// Check answers for a slot: it fits, or every conflict, with as much about the takers as the actor may know. A slot that does not fit is no error. It
// returns CodeForbidden without the scope to read, CodeInvalid for the input, and CodeNotFound for a request that the actor may not know.
func (s *Service) Check(ctx context.Context, a account.Actor, q Ask) (testbeds.Verdict, error) {
	var v testbeds.Verdict
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return v, err
	}
	err := s.snapshot(ctx, func(tx Reader, w snapshot) error {
		own, err := s.own(ctx, tx, a, q.Request)
		if err != nil {
			return err
		}
		wish, err := s.checkAsk(q, w, s.now())
		if err != nil {
			return err
		}
		v = w.fed.Without(own...).Check(wish.experiment, wish.slot)
		return s.mask(ctx, tx, a, w.fed, &v)
	})
	return v, err
}

// Suggest finds alternatives, and says what is wrong with the given slot. Without a slot it finds the first slots of the duration within the window.
// It returns the codes of Check.
func (s *Service) Suggest(ctx context.Context, a account.Actor, q Ask) ([]testbeds.Alternative, testbeds.Verdict, error) {
	var found []testbeds.Alternative
	var v testbeds.Verdict
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, v, err
	}
	err := s.snapshot(ctx, func(tx Reader, w snapshot) error {
		own, err := s.own(ctx, tx, a, q.Request)
		if err != nil {
			return err
		}
		anywhere := q.Slot.IsZero()
		if q, err = s.withSlot(q); err != nil {
			return err
		}
		wish, err := s.checkAsk(q, w, s.now())
		if err != nil {
			return err
		}
		fed := w.fed.Without(own...)
		v = fed.Check(wish.experiment, wish.slot)
		allowed, ruled, err := s.withinFor(ctx, tx, w, a, q, wish.experiment, wish.slot)
		if err != nil {
			return err
		}
		if found = s.alternatives(fed, wish, q.Limit, false); ruled {
			allowed.fed = fed
			refused := allowed.against(wish.slot, wish.experiment.Demand())
			if found = allowed.search(wish, found, limited(q.Limit)); len(found) == 0 && len(refused) > 0 {
				found = allowed.nearest(wish, refused, limited(q.Limit))
			}
			anywhere = anywhere && len(refused) == 0
		}
		if anywhere && v.Fits {
			first := testbeds.Alternative{Slot: wish.slot, Placement: wish.experiment.Placement, Devices: wish.experiment.Devices}
			found = append([]testbeds.Alternative{first}, found...)[:max(1, min(len(found)+1, limited(q.Limit)))]
		}
		return s.mask(ctx, tx, a, w.fed, &v)
	})
	return found, v, err
}

// withSlot fills in the slot of an Ask that gives only a duration and a window.
func (s *Service) withSlot(q Ask) (Ask, error) {
	var bad faults
	if q.Limit < 0 || q.Limit > maxSuggestions {
		bad.add("limit", "must be from 1 to %d", maxSuggestions)
	}
	if q.Slot.IsZero() {
		if q.Duration.IsZero() {
			bad.add("slot", "give a slot, or a duration (and a window)")
		}
		start := s.soonest()
		if q.Window != nil && q.Window.Start.After(start) {
			start = q.Window.Start
		}
		q.Slot = testbeds.NewSlot(start, q.Duration.Exact())
		if q.Window != nil && q.Window.Contains(testbeds.Slot{Start: q.Window.Start, End: q.Window.Start.Add(q.Duration.Exact())}) && !q.Window.Contains(q.Slot) {
			bad.add("window.end", "the duration does not fit between now and the end of the window")
		}
	}
	return q, bad.err()
}

// soonest returns the earliest start to offer: the experimenter needs time to take it.
func (s *Service) soonest() time.Time {
	return s.now().Add(leadTime + time.Minute - 1).Truncate(time.Minute)
}

const leadTime = 5 * time.Minute

func limited(n int) int {
	if n <= 0 {
		return 5
	}
	return min(n, maxSuggestions)
}

// alternatives finds other ways to grant an Ask; elsewhere looks for other slots even where it fits as it is.
func (s *Service) alternatives(fed *capacity.Federation, w checkedAsk, limit int, elsewhere bool) []testbeds.Alternative {
	return s.alternativesFrom(fed, w, s.soonest(), limit, elsewhere)
}

// alternativesFrom finds them from an instant on.
func (s *Service) alternativesFrom(fed *capacity.Federation, w checkedAsk, from time.Time, limit int, elsewhere bool) []testbeds.Alternative {
	q := capacity.Search{Experiment: w.experiment, Slot: w.slot, NotBefore: from, Shortest: w.shortest.Exact(), Limit: limit, Elsewhere: elsewhere}
	if w.window != nil {
		q.Window = w.window.UTC()
	}
	return fed.Suggest(q)
}

// Availability returns the free and total capacity per resource of a testbed, over at most 366 days. It returns CodeForbidden without the scope to
// read, CodeInvalid for the span, and CodeNotFound without such a testbed.
func (s *Service) Availability(ctx context.Context, a account.Actor, testbed string, span testbeds.Slot) ([]testbeds.Series, error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	var series []testbeds.Series
	err := s.snapshot(ctx, func(_ Reader, w snapshot) error {
		var bad faults
		if !span.Start.Before(span.End) {
			bad.add("to", "must be after from")
		} else if span.Duration() > maxSlot {
			bad.add("to", "at most %d days after from", maxSlot/day)
		} else if h := w.fed.Horizon(); !h.Contains(span) {
			bad.add("from", "must lie within %s", h)
		}
		if _, ok := w.fed.Testbed(testbed); !ok {
			return Errorf(CodeNotFound, "there is no testbed %q", clip(testbed))
		}
		series = availability(a, w, testbed, span.UTC())
		return bad.err()
	})
	return series, err
}

// availability returns the capacities of a testbed, where overbooked capacity is just taken for those who may not know it.
func availability(a account.Actor, w snapshot, testbed string, span testbeds.Slot) []testbeds.Series {
	series, _ := w.fed.Availability(testbed, span)
	if !knowsOverbooks(a, w.fed, testbed) {
		for _, x := range series {
			for i := range x.Steps {
				x.Steps[i].Free = max(0, x.Steps[i].Free)
			}
		}
	}
	return series
}
