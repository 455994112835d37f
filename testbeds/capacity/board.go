package capacity

import (
	"berth/testbeds"
	"cmp"
	"slices"
	"time"
)

// Bookings lists the bookings that claim something of a testbed during a span, setup and teardown included, by the start of their slots.
func (f *Federation) Bookings(testbed string, span testbeds.Slot) []testbeds.Booking {
	seen := map[int64]bool{}
	var list []testbeds.Booking
	for _, p := range f.poolsOf(testbed) {
		add := func(g claimSpan) bool {
			if !seen[g.Key] {
				seen[g.Key] = true
				list = append(list, g.Value.row.booking(g.Key))
			}
			return true
		}
		f.overlapping(p.key, span.Start.Unix(), span.End.Unix(), add)
		f.waiting(p.key, span.Start.Unix(), span.End.Unix(), add)
	}
	slices.SortFunc(list, func(a, b testbeds.Booking) int {
		return cmp.Or(a.Slot.Start.Compare(b.Slot.Start), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Windows lists, in order, the times within a span in which an experiment could run at its placement: each as long as possible, none
// shorter than least, at most limit of them. An experiment with a problem has none.
func (f *Federation) Windows(e testbeds.Experiment, span testbeds.Slot, least time.Duration, limit int) []testbeds.Slot {
	wants, problems := f.wants(e)
	if len(problems) > 0 || least <= 0 {
		return nil
	}
	var list []testbeds.Slot
	for from := span.Start; len(list) < limit; {
		start, ok := f.earliest(wants, from, span.End, least)
		if !ok {
			break
		}
		s, ok := f.longest(wants, start, span.End)
		if !ok {
			break
		}
		list = append(list, s)
		from = s.End
	}
	return list
}
