package scheduler

import (
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/scheduler/series"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// CheckSeries answers for each occurrence of a series whether it fits, beside those before it as if they were granted: a series can be in its own way.
// It returns CodeForbidden without the scope to read, and CodeInvalid for the input.
func (s *Service) CheckSeries(ctx context.Context, a account.Actor, in SeriesAsk) ([]Part, error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	w, err := s.seriesWish(in)
	if err != nil {
		return nil, err
	}
	var parts []Part
	err = s.snapshot(ctx, func(tx Reader, world snapshot) error {
		parts = nil
		list, err := s.checkedSeries(w, world)
		if err != nil {
			return err
		}
		fork := world.fed.Without()
		for i, c := range list {
			v := fork.Check(c.experiment, c.slot)
			p := Part{Place: w.occurrences[i].Place, Slot: c.slot, Fit: &v}
			if v.Fits {
				fork.Put(granted(fork, c.experiment, c.slot, i))
			} else {
				p.Alternatives = s.alternatives(fork, c, limited(in.Limit), false)
			}
			parts = append(parts, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return parts, s.maskParts(ctx, a, parts)
}

// granted returns the booking that an occurrence would have, under an id that no booking has.
func granted(fed *capacity.Federation, e testbeds.Experiment, slot testbeds.Slot, i int) testbeds.Booking {
	return testbeds.Booking{ID: -1 - int64(i), Strength: testbeds.Firm, Slot: slot, Claims: fed.Claims(e.Demand(), slot)}
}

// SuggestSeries finds ways to grant a whole series that does not fit as it is, cheapest first, beside what it finds about its occurrences. It returns
// the codes of CheckSeries.
func (s *Service) SuggestSeries(ctx context.Context, a account.Actor, in SeriesAsk) ([]series.Way, []Part, error) {
	parts, err := s.CheckSeries(ctx, a, in)
	if err != nil {
		return nil, nil, err
	}
	w, err := s.seriesWish(in)
	if err != nil {
		return nil, nil, err
	}
	ways, err := s.waysOf(ctx, a, Request{NSD: in.NSD, Experimenter: a.Username}, in, w)
	return ways, parts, err
}

// waysOf finds the ways to grant a series that was asked for, to the experimenter of a request that says for whom and what.
func (s *Service) waysOf(ctx context.Context, a account.Actor, about Request, in SeriesAsk, w wish) (ways []series.Way, err error) {
	err = s.snapshot(ctx, func(tx Reader, world snapshot) error {
		list, err := s.checkedSeries(w, world)
		if err != nil {
			return err
		}
		allowed, err := s.boundsFor(ctx, tx, world, a, about, nil)
		if err != nil {
			return err
		}
		ways = s.ways(world.fed, in.Plan, w.occurrences, list, limited(in.Limit), allowed)
		return nil
	})
	return ways, err
}

// ways finds the ways to grant occurrences, each of which asks for something, within the policy.
func (s *Service) ways(fed *capacity.Federation, plan series.Plan, occurrences []series.Occurrence, asks []checkedAsk, limit int, allowed *bounds) []series.Way {
	m := market{s: s, fed: fed, of: map[int]checkedAsk{}, allowed: allowed}
	for i, o := range occurrences {
		m.of[o.Place] = asks[i]
	}
	return series.Suggest(series.Search{Plan: plan, Occurrences: occurrences, NotBefore: s.soonest(), Limit: limit, Fits: m.fits, Alone: m.alone,
		ShiftCost: capacity.CostShift, LostCost: capacity.CostShorten})
}

// market answers what fits of a series.
type market struct {
	s   *Service
	fed *capacity.Federation
	of  map[int]checkedAsk // what each place asks for

	allowed *bounds // by the policy
}

// fits checks occurrences, each beside those before it as if they were granted.
func (m market) fits(list []series.Occurrence) []bool {
	fits := make([]bool, len(list))
	fork, crowded := m.fed, m.crowded(list)
	if crowded {
		fork = m.fed.Without()
	}
	var taken []policy.Charge
	for i, o := range list {
		e := m.of[o.Place].experiment
		if fits[i] = fork.Check(e, o.Slot).Fits && m.allowed.allows(o.Slot, e.Demand(), taken); fits[i] && m.allowed != nil {
			taken = append(taken, policy.Charge{Slot: o.Slot, Demand: e.Demand()})
		}
		if fits[i] && crowded {
			fork.Put(granted(fork, e, o.Slot, i))
		}
	}
	return fits
}

// crowded reports whether occurrences are close enough to be in each other's way.
func (m market) crowded(list []series.Occurrence) bool {
	var taken []testbeds.Slot
	for _, o := range list {
		taken = append(taken, granted(m.fed, m.of[o.Place].experiment, o.Slot, 0).Occupied())
	}
	slices.SortFunc(taken, func(a, b testbeds.Slot) int { return a.Start.Compare(b.Start) })
	last := time.Time{}
	for _, t := range taken {
		if t.Start.Before(last) {
			return true
		}
		if t.End.After(last) {
			last = t.End
		}
	}
	return false
}

// alone finds the cheapest alternative of one occurrence beside others.
func (m market) alone(o series.Occurrence, others []series.Occurrence) (testbeds.Alternative, bool) {
	fork := m.fed.Without()
	for i, other := range others {
		fork.Put(granted(fork, m.of[other.Place].experiment, other.Slot, i))
	}
	q := m.of[o.Place]
	q.slot = o.Slot
	taken := m.charges(others)
	found := m.s.alternatives(fork, q, maxAlone, true)
	for _, a := range found {
		plain, shortened := true, false
		for _, c := range a.Changes {
			plain = plain && c.Kind == testbeds.ChangeShift
			shortened = shortened || c.Kind == testbeds.ChangeShorten
		}
		if shortened || m.allowed != nil && !m.allowed.allows(a.Slot, m.demand(o, a), taken) {
			continue // it would be a series of unlike occurrences, or the policy does not allow it
		}
		if plain {
			a.Placement, a.Devices = nil, nil
		}
		return a, true
	}
	return testbeds.Alternative{}, false
}

// demand returns what an alternative to an occurrence needs.
func (m market) demand(o series.Occurrence, a testbeds.Alternative) testbeds.Demand {
	e := m.of[o.Place].experiment
	if len(a.Placement) > 0 {
		e.Placement = a.Placement
	}
	if a.Devices != nil {
		e.Devices = a.Devices
	}
	return e.Demand()
}

// maxAlone is among how many alternatives of an occurrence one is looked for that keeps its length.
const maxAlone = 10
