package story

import (
	"slices"

	"berth/scheduler"
	"berth/testbeds"
)

// shortage is the overbooking of a resource, or of one unit.
type shortage struct {
	resource testbeds.Resource
	at       testbeds.Slot
	bookings []int64
	there    int64
	booked   int64
}

// shortages lists those of each booked resource, within a span of time.
func (s snapshot) shortages(within testbeds.Slot) []shortage {
	var found []shortage
	var seen []testbeds.Resource
	for _, b := range s.blocking() {
		for _, c := range b.Claims {
			if !slices.Contains(seen, c.Resource) {
				seen = append(seen, c.Resource)
				found = append(found, s.shortagesOf(c.Resource, within)...)
			}
		}
	}
	return found
}

func (s snapshot) shortagesOf(r testbeds.Resource, within testbeds.Slot) []shortage {
	var found []shortage
	for _, at := range s.edges(r, within) {
		ids, booked := s.takers(r, at)
		if there := s.there(r, at); booked > there {
			found = append(found, shortage{r, testbeds.NewSlot(at, 1), ids, there, booked})
		}
	}
	return found
}

// excess: no resource is overbooked, except by bookings recorded as overbooked, whose records name every affected request; and their
// owners are told.
func (m *machine) excess(s snapshot) {
	for _, x := range s.shortages(testbeds.NewSlot(s.now, 4*366*day)) {
		rest := x.booked
		var hurt, guilty []testbeds.Booking
		for _, id := range x.bookings {
			if b := s.bookings[id]; b.Overbooked {
				rest -= amount(b, x.resource)
				guilty = append(guilty, b)
			} else {
				hurt = append(hurt, b)
			}
		}
		if rest > x.there {
			m.broken("excess: not marked", "%d of %d of %s at %s, by %v", x.booked, x.there, x.resource, x.at.Start, x.bookings)
			continue
		}
		m.named(s, x.resource, guilty, hurt)
	}
	list := s.blocking()
	for _, b := range list {
		for _, o := range list {
			if unit := s.clash(b, o); b.ID != o.ID && b.Overbooked && !o.Overbooked && unit != "" {
				m.named(s, b.Claims[0].Resource, []testbeds.Booking{b}, []testbeds.Booking{o})
			}
		}
	}
}

// named checks that the record of one guilty booking names the affected requests, and that these were told.
func (m *machine) named(s snapshot, of testbeds.Resource, guilty, hurt []testbeds.Booking) {
	for _, h := range hurt {
		if !slices.ContainsFunc(guilty, func(g testbeds.Booking) bool { return names(s.numbered(g.Request), h.Request) }) {
			m.broken("hurt: not named", "#%d is short of %s, and the record of #%d does not name it", h.Request, of, guilty[0].Request)
		}
		if !m.told(h.Request, scheduler.ActionFlag, scheduler.ActionOverrun, scheduler.ActionDisplace) {
			m.broken("hurt: not told", "#%d is short of %s, and has no event of it", h.Request, of)
		}
	}
}

// names reports whether a request's records name another one, or a change of the facility.
func names(r scheduler.Request, number int64) bool {
	if flagged(r, scheduler.FlagFacility) {
		return true
	}
	for _, o := range r.Overbooked {
		for _, c := range o.Conflicts {
			if c.More > 0 || slices.ContainsFunc(c.TakenBy, func(t testbeds.Taker) bool { return t.Request == number }) {
				return true
			}
		}
	}
	return false
}

// marks: an overbooked mark needs a record, and both go when their cause is gone.
func (m *machine) marks(s snapshot) {
	for _, r := range s.requests {
		b, ok := s.bookings[r.Booking]
		if !ok || !granted(r) || !span(b).End.After(m.clock) { // past bookings do not change
			continue
		}
		cause := s.cause(r, b)
		switch {
		case b.Overbooked && !cause:
			m.broken("mark without cause", "the booking of #%d is marked as overbooked, and has all that it needs", r.Number)
		case len(r.Overbooked) > 0 && !cause:
			m.broken("record without cause", "#%d is recorded as overbooked, and has all that it needs: %+v", r.Number, r.Overbooked)
		case b.Overbooked && len(r.Overbooked) == 0 && !flagged(r, scheduler.FlagFacility, scheduler.FlagOverrun):
			m.broken("mark without record", "the booking of #%d is marked as overbooked, and the request says nothing of it", r.Number)
		}
	}
}

// cause reports whether a booking is short at any time of its own. If named units are settled around it, the choice of units may be
// what fails, which counting does not show.
func (s snapshot) cause(r scheduler.Request, b testbeds.Booking) bool {
	if !s.deployable(r) {
		return true
	}
	whole := s
	whole.now = span(b).Start
	if whole.missing(b) != "" {
		return true
	}
	for _, c := range b.Claims {
		if slices.ContainsFunc(s.shortagesOf(c.Resource, during(c)), func(x shortage) bool { return true }) {
			return true
		}
		if s.contested(b, c) {
			return true
		}
	}
	return false
}

// contested reports whether others have a device with named units at the same time, some of them settled.
func (s snapshot) contested(b testbeds.Booking, c testbeds.Claim) bool {
	if c.Device == "" || !s.settled(c.Resource, during(c)) {
		return false
	}
	for _, o := range s.blocking() {
		if o.ID != b.ID && slices.ContainsFunc(o.Claims, func(x testbeds.Claim) bool { return x.Resource == c.Resource && during(x).Overlaps(during(c)) }) {
			return true
		}
	}
	t, _ := s.facility.Testbed(c.Testbed)
	return slices.ContainsFunc(closures(t, c.Resource), func(x testbeds.Closure) bool { return slices.ContainsFunc(occurrences(t, x), during(c).Overlaps) })
}
