package capacity

import (
	"slices"
)

// span is the half-open interval [from, to) in seconds.
type span struct{ from, to int64 }

func (s span) overlaps(o span) bool { return s.from < o.to && o.from < s.to }

// unitClaim is a claim on a device with named units, or a closure of some of them: the number of units, and the settled ones.
type unitClaim struct {
	span
	booking    int64
	overbooked bool   // for the claim that units are chosen for
	closed     bool   // a closure
	summary    string // of a closure
	count      int
	units      []string
}

// open returns how many units are still to be chosen.
func (h unitClaim) open() int { return max(0, h.count-len(h.units)) }

// competitors are the unit claims that influence which units of a device a claim can get.
type competitors struct {
	pool     *pool
	choice   bool // whether to choose units, not only to find out whether there are some
	holdings []unitClaim
}

// without returns a copy in which the claims that gone reports keep only their settled units, and whether that changes anything.
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

// competitors gathers the blocking claims that overlap a unit claim and wait for units, those that overlap these, and so on, and all units
// settled meanwhile.
//
// It stays within the settled intervals: before the first and after the last one counting is exact, so claims that lie wholly there always
// find units. Where units are to be chosen, the claim's own interval counts as settled.
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
	reach := f.rivals(p, seen, func(span) bool { return true }, &a).within(bounds).with(seen)
	for reach != seen {
		left, right := span{reach.from, seen.from}, span{seen.to, reach.to}
		further := f.rivals(p, left, func(s span) bool { return s.to <= left.to }, &a)
		further = further.with(f.rivals(p, right, func(s span) bool { return s.from >= right.from }, &a))
		seen, reach = reach, further.within(bounds).with(reach)
	}
	return a
}

// with returns the least span that holds both; an empty one counts for nothing.
func (s span) with(o span) span {
	if s.from >= s.to {
		return o
	}
	return span{min(s.from, o.from), max(s.to, o.to)}
}

func (s span) within(o span) span { return span{max(s.from, o.from), min(s.to, o.to)} }

// rivals adds the claims that overlap a span and were not seen yet, and returns the span of those among them that wait for units.
func (f *Federation) rivals(p *pool, in span, unseen func(span) bool, a *competitors) (reach span) {
	if in.from >= in.to {
		return reach
	}
	f.overlapping(p.key, in.from, in.to, func(g claimSpan) bool {
		s := span{g.From, g.To}
		if !unseen(s) {
			return true
		}
		h := p.unitClaim(&g)
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

// settledIn lists the bookings and closures with settled units at some time in [from, to).
func (f *Federation) settledIn(p *pool, from, to int64) []unitClaim {
	var found []unitClaim
	f.holders(p.key, settledClaims, from, to, func(g claimSpan) bool {
		found = append(found, p.unitClaim(&g))
		return true
	})
	p.closedIn(span{from, to}, func(h unitClaim) { found = append(found, h) })
	return found
}

// unitClaim returns a booking's claim on a device.
func (p *pool) unitClaim(g *claimSpan) unitClaim {
	h := unitClaim{span: span{g.From, g.To}, booking: g.Key, count: int(p.amount(g, 0))}
	if g.Value.named {
		h.units = g.Value.row.units(p.key)
	}
	return h
}

// settledSpan returns a span that holds all intervals with settled units of the pool, and may be somewhat longer.
func (f *Federation) settledSpan(p *pool) (all span, ok bool) {
	for fed := f; fed != nil; fed = fed.base {
		if x := fed.pool(p.key); fed.base == nil || x.mark == fed.mark {
			if from, to, ok := x.settled.Span(); ok {
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

// across yields the span of each claim or closure that takes units of the pool at some time in a span.
func (f *Federation) across(p *pool, in span, yield func(span)) {
	f.overlapping(p.key, in.from, in.to, func(g claimSpan) bool {
		yield(span{g.From, g.To})
		return true
	})
	p.closedIn(in, func(h unitClaim) { yield(h.span) })
}

// edges lists the instants that of picks from the claims overlapping a span, as far as they lie within it, in order and each once.
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
