package timeline

import (
	"cmp"
	"slices"

	"berth/testbeds"
)

// Rank puts the lanes in order, what is scarce and busy first, and moves the idle ones to Quiet: nothing is booked, nothing waits, nothing is closed.
// An open lane is never idle.
func (c *Chart) Rank() {
	span := testbeds.Slot{Start: c.From, End: c.To}
	type ranked struct {
		Lane
		over  bool
		score float64
	}
	var list []ranked
	for _, l := range c.Lanes {
		mean, over := l.Pressure(span)
		if mean == 0 && !over && l.empty(span) {
			c.Quiet = append(c.Quiet, l)
			continue
		}
		for _, b := range l.Bars {
			if b.State == Pending && b.Slot.Overlaps(span) {
				mean += .01 // what waits is about to make it scarce
			}
		}
		list = append(list, ranked{l, over, mean})
	}
	slices.SortStableFunc(list, func(a, b ranked) int {
		if a.over != b.over {
			if a.over {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.score, a.score)
	})
	c.Lanes = c.Lanes[:0:0]
	for _, r := range list {
		c.Lanes = append(c.Lanes, r.Lane)
	}
}

// empty reports whether a lane has nothing to show within a range, apart from its capacity.
func (l Lane) empty(span testbeds.Slot) bool {
	closed := func(list []Closure) bool {
		return slices.ContainsFunc(list, func(c Closure) bool { return !c.Part && c.Slot.Overlaps(span) })
	}
	return !l.Open && !closed(l.Closures) &&
		!slices.ContainsFunc(l.Bars, func(b Bar) bool { return b.Slot.Overlaps(span) || b.Occupied.Overlaps(span) }) &&
		!slices.ContainsFunc(l.Bands, func(b Band) bool { return closed(b.Closures) })
}
