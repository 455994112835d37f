package capacity

import (
	"berth/testbeds"
	"math"
	"slices"
	"time"
)

// Recheck decides whether a booking still gets all that it claims from an instant on: its claims as they were granted, with their setup,
// teardown and units, whatever the facility would grant today. It adds the problems of the booking's experiment. The federation must hide
// the booking itself (see Without).
func (f *Federation) Recheck(e testbeds.Experiment, b testbeds.Booking, since time.Time) testbeds.Verdict {
	wants := f.claimed(b, since)
	v := testbeds.Verdict{Problems: f.Problems(e), Contenders: f.contenders(wants, b.Slot)}
	if end := f.horizon.End; b.Occupied().End.After(end) {
		v.Problems = append(v.Problems, f.outside(b.Slot))
	}
	for _, w := range wants {
		from, to := w.span(b.Slot)
		f.explain(&v, w, max(from, f.horizon.Start.Unix()), min(to, f.horizon.End.Unix()))
	}
	return f.concluded(v, wants, b.Slot)
}

// Problems lists every reason why an experiment can never run at its placement.
func (f *Federation) Problems(e testbeds.Experiment) []testbeds.Problem {
	_, problems := f.wants(e)
	return problems
}

// Named reports whether a booking claims a device with named units.
func (f *Federation) Named(b testbeds.Booking) bool {
	return slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool {
		p := f.pool(c.Resource)
		return p != nil && len(p.units) > 0
	})
}

// Holds reports whether a booking gets all that it claims, at any time. The federation must hide the booking itself.
func (f *Federation) Holds(b testbeds.Booking) bool {
	if slices.ContainsFunc(b.Claims, f.gone) {
		return false
	}
	for _, w := range f.claimed(b, time.Time{}) {
		from, to := w.span(b.Slot)
		from, to = max(from, f.horizon.Start.Unix()), min(to, f.horizon.End.Unix())
		if from < to && (!w.pool.free.Fits(w.need, from, to) || !f.unitsFree(w, from, to) || len(f.unknownUnits(w)) > 0) {
			return false
		}
	}
	return true
}

// gone reports whether the facility lacks the resource of a claim, or no longer has it.
func (f *Federation) gone(c testbeds.Claim) bool {
	p := f.pool(c.Resource)
	if p == nil {
		return c.Amount > 0
	}
	_, counted := p.column(c.Quantity)
	return c.Amount > 0 && !counted
}

// unknownUnits lists the units that a want names and the device does not have.
func (f *Federation) unknownUnits(w want) []string {
	return filter(w.pins, func(u string) bool { _, known := w.pool.places[u]; return !known })
}

// claimed turns the claims of a booking from an instant on into wants. Claims on missing resources are left out.
func (f *Federation) claimed(b testbeds.Booking, since time.Time) []want {
	from := int64(math.MinInt64)
	if !since.IsZero() {
		from = since.Unix()
	}
	var wants []want
	for i := 0; i < len(b.Claims); {
		key := poolKey(b.Claims[i].Resource)
		p := f.pool(key)
		var w want
		if p != nil {
			w = p.want()
			w.buffers, w.since = b.Granted(b.Claims[i]), from
		}
		ends := b.Claims[i].To.Unix()
		for ; i < len(b.Claims) && poolKey(b.Claims[i].Resource) == key; i++ {
			if p == nil {
				continue
			}
			if col, ok := p.column(b.Claims[i].Quantity); ok {
				w.need[col] += b.Claims[i].Amount
			}
			w.pins = append(w.pins, b.Claims[i].Units...)
		}
		if p != nil && ends > from {
			wants = append(wants, w)
		}
	}
	return wants
}

// Conflicting lists the conflicts of a booking's named units at one instant: a unit taken by another booking or a closure, a unit that the
// device no longer has, and a device with less capacity than is claimed.
func (f *Federation) Conflicting(b testbeds.Booking, at time.Time) []testbeds.Conflict {
	others := f.Without(b.ID)
	var conflicts []testbeds.Conflict
	for _, w := range others.claimed(b, at) {
		if len(w.pool.units) == 0 {
			continue
		}
		now := at.Unix()
		if there := w.pool.total.Min(0, now, now+1); there < w.need[0] {
			c := testbeds.Conflict{Resource: w.pool.resource(0), Interval: slotOf(now, now+1), Needed: w.need[0], Free: there, ShortBy: w.need[0] - there}
			c.TakenBy = w.pool.away(0, now, now+1)
			conflicts = append(conflicts, c)
			continue
		}
		conflicts = append(conflicts, others.pinned(w, now, now+1)...)
		for _, u := range others.unknownUnits(w) {
			conflicts = append(conflicts, testbeds.Conflict{Resource: w.pool.resource(0), Interval: slotOf(now, now+1), Needed: 1, ShortBy: 1, Units: []string{u},
				TakenBy: []testbeds.Taker{{Kind: testbeds.TakerCapacityChange, Summary: "there is no unit " + u, Amount: 1, Units: []string{u}, Interval: slotOf(now, now+1)}}})
		}
	}
	return conflicts
}
