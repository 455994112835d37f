package capacity

import (
	"berth/testbeds"
	"cmp"
	"slices"
	"time"
)

// Limits of the lists in a verdict; further entries are only counted.
const (
	maxConflicts = 50
	maxTakers    = 20
)

// Fits answers like Check, without reasons and at the least cost.
func (f *Federation) Fits(e testbeds.Experiment, s testbeds.Slot) bool {
	wants, problems := f.wants(e)
	return len(problems) == 0 && f.fits(wants, s)
}

// fits reports whether the slot can be booked and every pool has what is wanted of it throughout.
func (f *Federation) fits(wants []want, s testbeds.Slot) bool {
	return f.withinHorizon(wants, s) && f.free(wants, s)
}

// free reports whether every pool has the wanted amounts throughout the slot.
func (f *Federation) free(wants []want, s testbeds.Slot) bool {
	for _, w := range wants {
		from, to := w.span(s)
		if !w.pool.free.Fits(w.need, from, to) || !f.unitsFree(w, from, to) {
			return false
		}
	}
	return true
}

// Check reports whether the experiment fits the slot, with every obstacle if it does not.
func (f *Federation) Check(e testbeds.Experiment, s testbeds.Slot) testbeds.Verdict {
	s = s.UTC()
	wants, problems := f.wants(e)
	problems = append(problems, f.beyondHorizon(wants, s)...)
	v := testbeds.Verdict{Problems: problems, Contenders: f.contenders(wants, s)}
	for _, w := range wants {
		from, to := w.span(s)
		f.explain(&v, w, max(from, f.horizon.Start.Unix()), min(to, f.horizon.End.Unix()))
	}
	return f.concluded(v, wants, s)
}

// concluded completes a verdict: whether the experiment fits, and where only time is in the way, the longest free slot.
func (f *Federation) concluded(v testbeds.Verdict, wants []want, s testbeds.Slot) testbeds.Verdict {
	v.Fits = len(v.Problems) == 0 && len(v.Conflicts) == 0
	if !v.Fits && len(v.Problems) == 0 {
		if longest, ok := f.longest(wants, s.Start, s.End); ok {
			v.Longest = &longest
		}
	}
	return v
}

// explain adds the conflicts of one pool: for each quantity the longest intervals in which less is free than needed. Time beyond the
// horizon is a problem, not a conflict.
func (f *Federation) explain(v *testbeds.Verdict, w want, from, to int64) {
	short := false
	for col, need := range w.need {
		if need <= 0 {
			continue
		}
		for at := from; at < to; {
			start, ok := w.pool.free.FirstBelow(col, need, at, to)
			if !ok {
				break
			}
			end, ok := w.pool.free.FirstAtLeast(col, need, start, to)
			if !ok {
				end = to
			}
			short = true
			if len(v.Conflicts) == maxConflicts {
				v.Truncated = true
				return
			}
			v.Conflicts = append(v.Conflicts, f.conflict(w.pool, col, need, start, end))
			at = end
		}
	}
	if !short {
		v.Conflicts = append(v.Conflicts, f.unitConflicts(w, from, to)...)
	}
}

func (f *Federation) conflict(p *pool, col int, need, from, to int64) testbeds.Conflict {
	free := p.free.Min(col, from, to)
	c := testbeds.Conflict{Resource: p.resource(col), Interval: slotOf(from, to), Needed: need, Free: free, ShortBy: need - free}
	c.TakenBy, c.More = f.takers(p, col, from, to)
	return c
}

// takers lists the absences and then the bookings that take of a column in [from, to), each in the order of time.
func (f *Federation) takers(p *pool, col int, from, to int64) (takers []testbeds.Taker, more int) {
	takers = p.away(col, from, to)
	var spans []claimSpan
	f.overlapping(p.key, from, to, func(g claimSpan) bool {
		if p.claimsOf(&g, col) {
			spans = append(spans, g)
		}
		return true
	})
	slices.SortFunc(spans, func(a, b claimSpan) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Key, b.Key))
	})
	more = max(0, len(takers)-maxTakers)
	takers = takers[:min(len(takers), maxTakers)]
	room := min(maxTakers-len(takers), len(spans))
	for _, g := range spans[:room] {
		takers = append(takers, p.taker(&g, col))
	}
	return takers, more + len(spans) - room
}

// away lists the absences that take of a column in [from, to).
func (p *pool) away(col int, from, to int64) (takers []testbeds.Taker) {
	for _, a := range p.absences {
		if a.from < to && a.to > from && a.cut[col] > 0 {
			takers = append(takers, testbeds.Taker{Kind: a.kind, Summary: a.summary, Amount: min(a.cut[col], p.peak[col]), Units: a.units,
				Interval: slotOf(a.from, a.to)})
		}
	}
	return takers
}

func byTime(a, b testbeds.Taker) int {
	return cmp.Or(a.Interval.Start.Compare(b.Interval.Start), cmp.Compare(a.Booking, b.Booking))
}

func (p *pool) taker(g *claimSpan, col int) testbeds.Taker {
	r := g.Value.row
	t := testbeds.Taker{Kind: testbeds.TakerBooking, Booking: g.Key, Request: r.request, Strength: r.form.strength, Amount: p.amount(g, col), Interval: slotOf(g.From, g.To)}
	if g.Value.named {
		t.Units = r.units(p.key)
	}
	return t
}

// contenders lists the requests under review that want some of the same capacity at the same time.
func (f *Federation) contenders(wants []want, s testbeds.Slot) []testbeds.Taker {
	found := map[int64]testbeds.Taker{}
	for _, w := range wants {
		from, to := w.span(s)
		f.waiting(w.pool.key, from, to, func(g claimSpan) bool {
			for col, need := range w.need {
				if _, named := found[g.Key]; !named && need > 0 && w.pool.claimsOf(&g, col) {
					found[g.Key] = w.pool.taker(&g, col)
				}
			}
			return len(found) < maxTakers
		})
	}
	var list []testbeds.Taker
	for _, t := range found {
		list = append(list, t)
	}
	slices.SortFunc(list, byTime)
	return list
}

// Longest finds the longest slot from start on, at most until limit, in which the experiment fits.
func (f *Federation) Longest(e testbeds.Experiment, start, limit time.Time) (testbeds.Slot, bool) {
	wants, problems := f.wants(e)
	if len(problems) > 0 {
		return testbeds.Slot{}, false
	}
	return f.longest(wants, start, limit)
}

func (f *Federation) longest(wants []want, start, limit time.Time) (testbeds.Slot, bool) {
	s := testbeds.Slot{Start: start.UTC(), End: limit.UTC()}
	for _, w := range wants {
		from, to := w.span(s)
		if from < f.horizon.Start.Unix() {
			return testbeds.Slot{}, false
		}
		to = min(to, f.horizon.End.Unix())
		for col, need := range w.need {
			if at, short := w.pool.free.FirstBelow(col, need, from, to); need > 0 && short {
				to = at
			}
		}
		to = f.unitsUntil(w, from, to)
		if end := instant(to).Add(-w.buffers.Teardown); end.Before(s.End) {
			s.End = end
		}
	}
	if !s.Start.Before(s.End) {
		return testbeds.Slot{}, false
	}
	return s, true
}
