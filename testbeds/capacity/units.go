package capacity

import (
	"berth/testbeds"
	"slices"
)

// unitsFree reports whether named units can be had for a want throughout [from, to), where there are enough by count.
func (f *Federation) unitsFree(w want, from, to int64) bool {
	if len(w.pool.units) == 0 || w.need[0] <= 0 || from >= to {
		return true
	}
	mine := w.unitClaim(from, to)
	if len(mine.units) == 0 {
		if s, ok := f.settledSpan(w.pool); !ok || from >= s.to || to <= s.from {
			return true // counting is exact
		}
	}
	for _, h := range f.settledIn(w.pool, from, to) {
		if slices.ContainsFunc(mine.units, func(u string) bool { return slices.Contains(h.units, u) }) {
			return false
		}
	}
	_, ok := f.chooseUnits(w.pool, mine, false)
	return ok
}

// unitClaim is what a want would hold.
func (w want) unitClaim(from, to int64) unitClaim {
	return unitClaim{span: span{from, to}, count: int(w.need[0]), units: slices.Compact(slices.Sorted(slices.Values(w.pins)))}
}

// unitConflicts are the conflicts about named units alone: a wanted unit that somebody has, or a count that is free but that cannot be
// given without taking a settled unit from somebody.
func (f *Federation) unitConflicts(w want, from, to int64) []testbeds.Conflict {
	if f.unitsFree(w, from, to) {
		return nil
	}
	if conflicts := f.pinned(w, from, to); len(conflicts) > 0 {
		return conflicts
	}
	c := f.conflict(w.pool, 0, w.need[0], from, to)
	c.Free = min(c.Free, w.need[0]-1)
	c.ShortBy = w.need[0] - c.Free
	return []testbeds.Conflict{c}
}

// pinned are the conflicts of wanted units that overlapping bookings and closures have.
func (f *Federation) pinned(w want, from, to int64) []testbeds.Conflict {
	var conflicts []testbeds.Conflict
	around := f.settledIn(w.pool, from, to)
	for _, unit := range w.unitClaim(from, to).units {
		for _, h := range around {
			if !slices.Contains(h.units, unit) {
				continue
			}
			t := testbeds.Taker{Kind: testbeds.TakerClosure, Summary: h.summary, Amount: 1, Units: []string{unit}, Interval: slotOf(h.from, h.to)}
			if b, ok := f.Booking(h.booking); ok && !h.closed {
				t.Kind, t.Booking, t.Request, t.Strength = testbeds.TakerBooking, b.ID, b.Request, b.Strength
			}
			conflicts = append(conflicts, testbeds.Conflict{Resource: w.pool.resource(0), Interval: slotOf(max(h.from, from), min(h.to, to)),
				Needed: 1, Free: 0, ShortBy: 1, TakenBy: []testbeds.Taker{t}})
		}
	}
	return conflicts
}

// chooseUnits finds units for a holding such that everybody around can have some too, and answers with all units of the holding. Without
// need of the choice itself it looks only at what can be in its way.
//
// Where the bookings around have no solution as they are, those that are recorded as overbooked keep only the units that are settled
// for them, so that they do not close the device for what fits beside them.
func (f *Federation) chooseUnits(p *pool, mine unitClaim, choice bool) (units []string, ok bool) {
	around := f.competitors(p, mine, choice)
	if units, ok = around.solve(mine); ok {
		return units, true
	}
	lean, overbooked := around.without(func(h unitClaim) bool {
		b, known := f.Booking(h.booking)
		return known && b.Overbooked
	})
	if !overbooked {
		return nil, false
	}
	if !choice || mine.overbooked {
		if _, sound := around.solve(unitClaim{span: mine.span}); sound {
			return nil, false // it is not for the overbooked to give way to what is new
		}
	}
	return lean.solve(mine)
}

// unitsUntil is until when at the most, within [from, to), named units can be had for a want from the start on. Whatever is possible
// stays so with an earlier end, and the last possible one is where somebody around begins.
func (f *Federation) unitsUntil(w want, from, to int64) int64 {
	if f.unitsFree(w, from, to) {
		return to
	}
	ends := f.edges(w.pool, span{from, to}, func(s span) int64 { return s.from })
	n, _ := slices.BinarySearchFunc(ends, true, func(end int64, _ bool) int {
		if f.unitsFree(w, from, end) {
			return -1
		}
		return 1
	})
	if n == 0 {
		return from
	}
	return ends[n-1]
}

// unitsSince is from when at the least, within [from, to), named units can be had for a want until the end.
func (f *Federation) unitsSince(w want, from, to int64) int64 {
	if f.unitsFree(w, from, to) {
		return from
	}
	starts := f.edges(w.pool, span{from, to}, func(s span) int64 { return s.to })
	n, _ := slices.BinarySearchFunc(starts, true, func(start int64, _ bool) int {
		if f.unitsFree(w, start, to) {
			return 1
		}
		return -1
	})
	if n == len(starts) {
		return to
	}
	return starts[n]
}

// AssignUnits chooses named units for the claims of a booking on devices whose units have names: units that no other overlapping
// booking has and that no pinned one will need. Claims that have all their units keep them. ok is false where no choice exists,
// which can only be where the device is overbooked, or where the search gives up on a device that is nearly full (see packing): least likely
// where bookings get their units in the order of their start.
func (f *Federation) AssignUnits(b testbeds.Booking) (claims []testbeds.Claim, ok bool) {
	others := f.Without(b.ID)
	claims, ok = slices.Clone(b.Claims), true
	for i, c := range claims {
		p := f.pools[poolKey(c.Resource)]
		if c.Device == "" || p == nil || len(p.units) == 0 || int64(len(c.Units)) >= c.Amount {
			continue
		}
		mine := unitClaim{span: span{c.From.Unix(), c.To.Unix()}, booking: b.ID, count: int(c.Amount), units: c.Units, overbooked: b.Overbooked}
		chosen, found := others.chooseUnits(p, mine, true)
		if !found {
			ok = false
			continue
		}
		claims[i].Units = slices.Sorted(slices.Values(chosen))
	}
	return claims, ok
}
