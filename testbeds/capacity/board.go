package capacity

import (
	"berth/testbeds"
	"cmp"
	"slices"
	"time"
)

// Bookings lists the bookings that claim something of a testbed during a span, setup and teardown included, by the start of their slots.
func (f *Federation) Bookings(testbed string, span testbeds.Slot) []testbeds.Booking {
	return f.gathered(testbed, span, f.overlapping, f.waiting)
}

// Blocking lists the bookings that take capacity of a testbed in a span, in the order of their slots. However many wait for it costs nothing.
func (f *Federation) Blocking(testbed string, span testbeds.Slot) []testbeds.Booking {
	return f.gathered(testbed, span, f.overlapping)
}

// gathered lists the bookings whose claims some lookups yield, in the order of their slots.
func (f *Federation) gathered(testbed string, span testbeds.Slot, lookups ...func(key testbeds.Resource, from, to int64, yield func(claimSpan) bool)) []testbeds.Booking {
	seen := map[int64]bool{}
	var list []testbeds.Booking
	for _, p := range f.poolsOf(testbed) {
		for _, lookup := range lookups {
			lookup(p.key, span.Start.Unix(), span.End.Unix(), func(g claimSpan) bool {
				if !seen[g.Key] {
					seen[g.Key] = true
					list = append(list, g.Value.row.booking(g.Key))
				}
				return true
			})
		}
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
