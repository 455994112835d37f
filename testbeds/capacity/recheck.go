package capacity

import (
	"berth/testbeds"
	"math"
	"slices"
	"time"
)

// Recheck says whether a booking has what it claims from an instant on: its claims as they stand, with the setup, the teardown and the
// units that they were granted with, whatever the facility would grant today. The problems are those of the experiment that it is for. The
// booking itself has to be looked through (see Without).
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

// Problems are what keeps an experiment from ever running where it is placed.
func (f *Federation) Problems(e testbeds.Experiment) []testbeds.Problem {
	_, problems := f.wants(e)
	return problems
}

// Named reports whether a booking claims something of a device whose units have names.
func (f *Federation) Named(b testbeds.Booking) bool {
	return slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool {
		p := f.pools[poolKey(c.Resource)]
		return p != nil && len(p.units) > 0
	})
}

// Holds reports whether a booking has all that it claims, whenever that is. The booking itself has to be looked through.
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

// gone reports whether a claim is of something that the facility does not have, or no longer.
func (f *Federation) gone(c testbeds.Claim) bool {
	p := f.pools[poolKey(c.Resource)]
	if p == nil {
		return c.Amount > 0
	}
	_, counted := p.column(c.Quantity)
	return c.Amount > 0 && !counted
}

// unknownUnits are the units that a want names and that the device does not have.
func (f *Federation) unknownUnits(w want) []string {
	return filter(w.pins, func(u string) bool { _, known := w.pool.places[u]; return !known })
}

// claimed are the wants that a booking stands for from an instant on. What it claims of a resource that there is no more is no want.
func (f *Federation) claimed(b testbeds.Booking, since time.Time) []want {
	from := int64(math.MinInt64)
	if !since.IsZero() {
		from = since.Unix()
	}
	var wants []want
	for i := 0; i < len(b.Claims); {
		key := poolKey(b.Claims[i].Resource)
		p := f.pools[key]
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

// Conflicting are the conflicts of a booking's named units at one instant: a unit that another booking or a closure has then, one that the
// device has no more, and a device of which less is there than is claimed.
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
			conflicts = append(conflicts, testbeds.Conflict{Resource: w.pool.resource(0), Interval: slotOf(now, now+1), Needed: 1, ShortBy: 1,
				TakenBy: []testbeds.Taker{{Kind: testbeds.TakerCapacityChange, Summary: "there is no unit " + u, Amount: 1, Units: []string{u}, Interval: slotOf(now, now+1)}}})
		}
	}
	return conflicts
}
