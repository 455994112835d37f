package testbeds

import (
	"cmp"
	"slices"
	"time"
)

// Bookings are those that want something of a testbed during a span, with setup and teardown, by the start of their slots.
func (f *Federation) Bookings(testbed string, span Slot) []Booking {
	seen := map[int64]bool{}
	var list []Booking
	for _, key := range f.order {
		if key.Testbed != testbed {
			continue
		}
		f.overlapping(key, span.Start.Unix(), span.End.Unix(), func(g grip) bool {
			if !seen[g.booking] {
				seen[g.booking] = true
				b, _ := f.Booking(g.booking)
				list = append(list, b)
			}
			return true
		})
	}
	slices.SortFunc(list, func(a, b Booking) int { return cmp.Or(a.Slot.Start.Compare(b.Slot.Start), cmp.Compare(a.ID, b.ID)) })
	return list
}

// OccupiedAt is the slot of a booking with the setup and teardown that it was granted with at a testbed.
func (b Booking) OccupiedAt(testbed string) Slot {
	s := b.Slot
	for _, c := range b.Claims {
		if c.Testbed == testbed && c.From.Before(s.Start) {
			s.Start = c.From
		}
		if c.Testbed == testbed && c.To.After(s.End) {
			s.End = c.To
		}
	}
	return s
}

// Windows are the times within a span in which an experiment could run as it is placed, each as long as it can be and at least so long, at
// most limit of them, in their order. It answers nothing for an experiment that can run at no time.
func (f *Federation) Windows(e Experiment, span Slot, least time.Duration, limit int) []Slot {
	wants, problems := f.wants(e)
	if len(problems) > 0 || least <= 0 {
		return nil
	}
	var list []Slot
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
