package capacity

import (
	"berth/testbeds"
	"slices"
)

// unitsFree reports whether a want can get named units throughout [from, to), given that the count suffices.
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

// unitClaim returns the claim that a want would make.
func (w want) unitClaim(from, to int64) unitClaim {
	return unitClaim{span: span{from, to}, count: int(w.need[0]), units: slices.Compact(slices.Sorted(slices.Values(w.pins)))}
}

// unitConflicts lists the conflicts about named units alone: a wanted unit that is taken, or a count that is free but that no choice of
// units can give.
func (f *Federation) unitConflicts(w want, from, to int64) []testbeds.Conflict {
	if f.unitsFree(w, from, to) {
		return nil
	}
	if conflicts := f.pinned(w, from, to); len(conflicts) > 0 {
		return conflicts
	}
	c := f.conflicts(w.pool, []shortage{{span{from, to}, 0, w.need[0]}})[0]
	c.Free = min(c.Free, w.need[0]-1)
	c.ShortBy = w.need[0] - c.Free
	return []testbeds.Conflict{c}
}

// pinned lists the conflicts of wanted units with overlapping bookings and closures.
func (f *Federation) pinned(w want, from, to int64) []testbeds.Conflict {
	var conflicts []testbeds.Conflict
	around := f.settledIn(w.pool, from, to)
	for _, unit := range w.unitClaim(from, to).units {
		for _, h := range around {
			if !slices.Contains(h.units, unit) {
				continue
			}
			t := testbeds.Taker{Kind: testbeds.TakerClosure, Summary: h.summary, Amount: 1, Units: []string{unit}, Interval: slotOf(h.from, h.to)}
			if r := f.row(h.booking); r != nil && !h.closed {
				t.Kind, t.Booking, t.Request, t.Strength = testbeds.TakerBooking, h.booking, r.request, r.form.strength
			}
			conflicts = append(conflicts, testbeds.Conflict{Resource: w.pool.resource(0), Interval: slotOf(max(h.from, from), min(h.to, to)),
				Needed: 1, Free: 0, ShortBy: 1, Units: []string{unit}, TakenBy: []testbeds.Taker{t}})
		}
	}
	return conflicts
}

// unitsMissing lists the units that a want asks for by name and that are not free throughout [from, to).
func (f *Federation) unitsMissing(w want, from, to int64) (missing []string) {
	if len(w.pins) == 0 {
		return nil
	}
	around := f.settledIn(w.pool, from, to)
	for _, unit := range w.unitClaim(from, to).units {
		if slices.ContainsFunc(around, func(h unitClaim) bool { return h.overlaps(span{from, to}) && slices.Contains(h.units, unit) }) {
			missing = append(missing, unit)
		}
	}
	return missing
}

// chooseUnits finds units for a claim such that all its competitors can have some too, and returns all units of the claim. Unless the
// choice itself is wanted, it looks only at claims that can be in the way.
//
// If the competitors have no solution as they are, those recorded as overbooked keep only their settled units, so that they do not close
// the device for bookings that fit beside them.
func (f *Federation) chooseUnits(p *pool, mine unitClaim, choice bool) (units []string, ok bool) {
	around := f.competitors(p, mine, choice)
	if units, ok = around.solve(mine); ok {
		return units, true
	}
	lean, overbooked := around.without(func(h unitClaim) bool {
		r := f.row(h.booking)
		return r != nil && r.form.overbooked
	})
	if !overbooked {
		return nil, false
	}
	if !choice || mine.overbooked {
		if _, sound := around.solve(unitClaim{span: mine.span}); sound {
			return nil, false // overbooked bookings do not give way to new ones
		}
	}
	return lean.solve(mine)
}

// unitsUntil returns the latest instant within [from, to) until which a want can get named units from the start on. An earlier end never
// makes a claim impossible, and the latest possible end is the start of a competitor.
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

// unitsSince returns the earliest instant within [from, to) from which a want can get named units until the end.
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

// AssignUnits chooses named units for the claims of a booking on devices with named units: units that no other overlapping booking has and
// that no pinned one will need. Claims that have all their units keep them. ok is false if there is no choice, which can happen only on an
// overbooked device, or if the search gives up on a device that is nearly full (see packing): least likely if bookings get their units in
// the order of their start.
func (f *Federation) AssignUnits(b testbeds.Booking) (claims []testbeds.Claim, ok bool) {
	others := f.Without(b.ID)
	claims, ok = slices.Clone(b.Claims), true
	for i, c := range claims {
		p := f.pool(c.Resource)
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
