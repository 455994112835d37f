package capacity

import (
	"berth/testbeds"
	"cmp"
	"slices"
	"time"
)

// line walks along time once per resource: it sorts all starts and ends, and keeps running sums of the bookings. It looks up the bookings
// themselves only where the sum is too high.
type line struct {
	bookings []testbeds.Booking
	from, to int64

	// Reused for each resource.
	events []happening
	open   []int32 // the current parts, in no order
	place  []int32 // the index of each part among them
	booked int64
	rest   int64 // the booked amount without that of bookings recorded as overbooked
}

// happening is the start of a part or (as its complement) its end, at an instant, with its effect on the sums.
type happening struct {
	at, booked, rest int64
	part             int32
}

// level is the capacity from an instant on.
type level struct{ at, amount int64 }

func (l *line) claim(p part) *testbeds.Claim { return &l.bookings[p.booking].Claims[p.claim] }

// begin sorts the starts and ends of some parts within the horizon.
func (l *line) begin(parts []part, unit bool) {
	l.open, l.booked, l.rest = l.open[:0], 0, 0
	l.events = slices.Grow(l.events[:0], 2*len(parts))
	l.place = slices.Grow(l.place[:0], len(parts))[:len(parts)]
	for i, p := range parts {
		c := l.claim(p)
		e := happening{at: max(c.From.Unix(), l.from), booked: c.Amount, part: int32(i)}
		if unit {
			e.booked = 1
		}
		if !l.bookings[p.booking].Overbooked {
			e.rest = e.booked
		}
		if to := min(c.To.Unix(), l.to); e.at < to {
			l.events = append(l.events, e, happening{to, -e.booked, -e.rest, ^e.part})
		}
	}
	slices.SortFunc(l.events, func(a, b happening) int { return cmp.Compare(a.at, b.at) })
}

// sweep appends the intervals in which parts add up to more than their capacity.
func (l *line) sweep(found []testbeds.Overcommitment, what testbeds.Overcommitment, parts []part, there []level) []testbeds.Overcommitment {
	l.begin(parts, what.Unit != "")
	first, total := len(found), int64(0)
	for i, j := 0, 0; i < len(l.events); {
		at := next(l.events[i].at, there[j:])
		for ; j < len(there) && there[j].at == at; j++ {
			total = there[j].amount
		}
		for ; i < len(l.events) && l.events[i].at == at; i++ {
			l.pass(l.events[i])
		}
		if l.booked > total {
			until := next(l.events[i].at, there[j:]) // a booking still ends later
			found = l.short(found, first, what, parts, at, until, total)
		}
	}
	return found
}

// next returns the next instant at which bookings or capacity change.
func next(event int64, there []level) int64 {
	if len(there) > 0 {
		return min(event, there[0].at)
	}
	return event
}

// pass adds a part that begins, or subtracts one that ends.
func (l *line) pass(e happening) {
	l.booked, l.rest = l.booked+e.booked, l.rest+e.rest
	if e.part >= 0 {
		l.place[e.part] = int32(len(l.open))
		l.open = append(l.open, e.part)
		return
	}
	gone, last := l.place[^e.part], l.open[len(l.open)-1]
	l.open[gone], l.place[last] = last, gone
	l.open = l.open[:len(l.open)-1]
}

// short appends an interval in which too much is booked, or prolongs the one before if it has the same content.
func (l *line) short(found []testbeds.Overcommitment, first int, what testbeds.Overcommitment, parts []part, from, to, total int64) []testbeds.Overcommitment {
	what.Interval = testbeds.Slot{Start: time.Unix(from, 0).UTC(), End: time.Unix(to, 0).UTC()}
	what.Total, what.Booked, what.Recorded = total, l.booked, l.rest <= total
	what.Bookings = make([]int64, 0, len(l.open))
	for _, i := range l.open {
		what.Bookings = append(what.Bookings, l.bookings[parts[i].booking].ID)
	}
	slices.Sort(what.Bookings)
	what.Bookings = slices.Compact(what.Bookings)
	if n := len(found); n > first {
		last := &found[n-1]
		if last.Interval.End.Equal(what.Interval.Start) && last.Total == what.Total && last.Booked == what.Booked && slices.Equal(last.Bookings, what.Bookings) {
			last.Interval.End = what.Interval.End
			return found
		}
	}
	return append(found, what)
}
