package capacity

import (
	"berth/testbeds"
	"slices"
)

// span is the half-open interval [from, to) in seconds.
type span struct{ from, to int64 }

func (s span) overlaps(o span) bool { return s.from < o.to && o.from < s.to }

// unitClaim is a claim on a device whose units have names, or a closure of some of them: how many units, and those that are settled.
type unitClaim struct {
	span
	booking    int64
	overbooked bool   // of a holding that units are chosen for
	closed     bool   // a closure
	summary    string // of a closure
	count      int
	units      []string
}

// open is how many units are still to be chosen.
func (h unitClaim) open() int { return max(0, h.count-len(h.units)) }

// competitors is what has a say in which units of a device are given.
type competitors struct {
	pool     *pool
	choice   bool // whether the units of a holding are to be chosen, not only whether there are some
	holdings []unitClaim
}

// without is the same, certain holdings reduced to the units that are settled for them, and whether that changes anything.
func (a competitors) without(gone func(unitClaim) bool) (lean competitors, changed bool) {
	lean = a
	lean.holdings = slices.Clone(a.holdings)
	for i := range lean.holdings {
		if h := &lean.holdings[i]; h.open() > 0 && gone(*h) {
			h.count, changed = len(h.units), true
		}
	}
	return lean, changed
}

// competitors gathers the blocking claims that overlap a holding and wait for units, those that overlap these, and so on, and whatever is
// settled meanwhile.
//
// It looks no further than where units are settled: before the first settled interval and after the last one counting is exact, so that
// claims that lie there wholly always find units. With a choice to make, the holding's own interval counts as settled.
func (f *Federation) competitors(p *pool, mine unitClaim, choice bool) competitors {
	a := competitors{pool: p, choice: choice}
	bounds, ok := f.settledSpan(p)
	if choice || len(mine.units) > 0 {
		bounds, ok = bounds.with(mine.span), true
	}
	if !ok || !bounds.overlaps(mine.span) {
		return a
	}
	seen := mine.span.within(bounds)
	reach := f.gather(p, seen, func(span) bool { return true }, &a).within(bounds).with(seen)
	for reach != seen {
		left, right := span{reach.from, seen.from}, span{seen.to, reach.to}
		further := f.gather(p, left, func(s span) bool { return s.to <= left.to }, &a)
		further = further.with(f.gather(p, right, func(s span) bool { return s.from >= right.from }, &a))
		seen, reach = reach, further.within(bounds).with(reach)
	}
	return a
}

// with is the least span that holds both; an empty one counts for nothing.
func (s span) with(o span) span {
	if s.from >= s.to {
		return o
	}
	return span{min(s.from, o.from), max(s.to, o.to)}
}

func (s span) within(o span) span { return span{max(s.from, o.from), min(s.to, o.to)} }

// gather adds what overlaps a span and has not been seen yet, and answers with the span of those among it that wait for units.
func (f *Federation) gather(p *pool, in span, unseen func(span) bool, a *competitors) (reach span) {
	if in.from >= in.to {
		return reach
	}
	f.overlapping(p.key, in.from, in.to, func(g claimSpan) bool {
		s := span{g.From, g.To}
		if !g.Value.blocks || !unseen(s) {
			return true
		}
		h := unitClaim{span: s, booking: g.Key, count: int(g.Value.amounts[0])}
		if g.Value.named {
			h.units = f.unitsOf(g.Key, p.key)
		}
		if h.open() > 0 {
			reach = reach.with(s)
		}
		a.holdings = append(a.holdings, h)
		return true
	})
	p.closedIn(in, func(h unitClaim) {
		if unseen(h.span) {
			a.holdings = append(a.holdings, h)
		}
	})
	return reach
}

// settledIn are the bookings and closures that have certain units at some time in [from, to).
func (f *Federation) settledIn(p *pool, from, to int64) []unitClaim {
	var found []unitClaim
	f.holders(p.key, settledClaims, from, to, func(g claimSpan) bool {
		found = append(found, unitClaim{span: span{g.From, g.To}, booking: g.Key, count: int(g.Value.amounts[0]), units: f.unitsOf(g.Key, p.key)})
		return true
	})
	p.closedIn(span{from, to}, func(h unitClaim) { found = append(found, h) })
	return found
}

// unitsOf are the units that a booking names of a device.
func (f *Federation) unitsOf(booking int64, key testbeds.Resource) []string {
	b, _ := f.Booking(booking)
	return unitsNamed(b, key)
}

// unitsNamed lists the units that a booking names of a device.
func unitsNamed(b testbeds.Booking, key testbeds.Resource) []string {
	var units []string
	for _, c := range b.Claims {
		if c.Resource == key {
			units = append(units, c.Units...)
		}
	}
	return units
}

// settledSpan holds all intervals in which units of the pool are settled, and may be somewhat longer.
func (f *Federation) settledSpan(p *pool) (all span, ok bool) {
	for fed := f; fed != nil; fed = fed.base {
		if fed.base == nil || fed.own[p.key] {
			if from, to, ok := fed.pools[p.key].settled.Span(); ok {
				all = all.with(span{from, to})
			}
		}
	}
	if n := len(p.closed); n > 0 {
		all = all.with(span{p.closed[0].from, p.closedUntil[n-1]})
	}
	return all, all.from < all.to
}

func settledClaims(p *pool) *claimIndex { return p.settled }

// closedIn yields the closures of named units that overlap a span.
func (c *calendar) closedIn(in span, yield func(unitClaim)) {
	i, _ := slices.BinarySearch(c.closedUntil, in.from+1)
	for ; i < len(c.closed) && c.closed[i].from < in.to; i++ {
		if a := c.closed[i]; a.to > in.from {
			yield(unitClaim{span: span{a.from, a.to}, closed: true, summary: a.summary, count: len(a.units), units: a.units})
		}
	}
}

// across yields all that takes units of the pool at some time in a span.
func (f *Federation) across(p *pool, in span, yield func(span)) {
	f.overlapping(p.key, in.from, in.to, func(g claimSpan) bool {
		if g.Value.blocks {
			yield(span{g.From, g.To})
		}
		return true
	})
	p.closedIn(in, func(h unitClaim) { yield(h.span) })
}

// edges are instants of what overlaps a span that lie within it, in order and each once.
func (f *Federation) edges(p *pool, in span, of func(span) int64) []int64 {
	var at []int64
	f.across(p, in, func(s span) {
		if t := of(s); in.from < t && t < in.to {
			at = append(at, t)
		}
	})
	slices.Sort(at)
	return slices.Compact(at)
}
