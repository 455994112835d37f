package capacity

import (
	"berth/testbeds"
	"cmp"
	"slices"
	"time"
)

// maxConflicts is how many conflicts a verdict lists.
const maxConflicts = 50

// Fits answers like Check, without reasons and at the least cost.
func (f *Federation) Fits(e testbeds.Experiment, s testbeds.Slot) bool {
	g := f.spare.Get().(*gathering)
	defer f.spare.Put(g)
	g.reset()
	return len(f.gather(g, e)) == 0 && f.fits(g.wants, s)
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
	short, more := w.shortages(from, to, maxConflicts-len(v.Conflicts))
	switch {
	case more:
		v.Truncated = true
	case len(short) == 0:
		v.Conflicts = append(v.Conflicts, f.unitConflicts(w, from, to)...)
	case len(w.pins) > 0: // enough may be free at other times, and yet a wanted unit be taken
		for _, gap := range gaps(short, span{from, to}) {
			v.Conflicts = append(v.Conflicts, f.pinned(w, gap.from, gap.to)...)
		}
	}
	listed := f.conflicts(w.pool, short)
	for i, s := range short {
		listed[i].Units = f.unitsMissing(w, s.from, s.to)
	}
	v.Conflicts = append(v.Conflicts, listed...)
}

// gaps returns the parts of a span beside the shortages of one column, which are in order.
func gaps(short []shortage, within span) (list []span) {
	at := within.from
	for _, s := range short {
		if at < s.from {
			list = append(list, span{at, s.from})
		}
		at = max(at, s.to)
	}
	if at < within.to {
		list = append(list, span{at, within.to})
	}
	return list
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
	slices.SortFunc(list, func(a, b testbeds.Taker) int {
		return cmp.Or(a.Interval.Start.Compare(b.Interval.Start), cmp.Compare(a.Booking, b.Booking))
	})
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
