package story

import (
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// asGranted: a granted or held request keeps its claims, setup and teardown included, and its units, until it is granted anew: with
// another start, elsewhere, or with another demand.
func (m *machine) asGranted(s snapshot, was, is scheduler.Request) {
	old, ok := m.before.bookings[was.Booking]
	b, still := s.bookings[is.Booking]
	if !ok || !still || !blocks(old) || !blocks(b) || !(granted(was) || was.HoldUntil != nil) || !(granted(is) || is.HoldUntil != nil) {
		return
	}
	if !was.Slot.Start.Equal(is.Slot.Start) || !slices.EqualFunc(was.Demand, is.Demand, sameNeed) || regranted(was, is) {
		return
	}
	for i, c := range b.Claims {
		if i >= len(old.Claims) || old.Claims[i].Resource != c.Resource || old.Claims[i].Amount != c.Amount {
			m.broken("claims: as granted", "#%d had %+v and has %+v", is.Number, old.Claims, b.Claims)
			return
		}
		before, after := distance(old.Claims[i], old.Slot), distance(c, b.Slot)
		if before != after {
			m.broken("claims: as granted", "%s of #%d had setup %s and teardown %s, and has %s and %s",
				c.Resource, is.Number, before.Setup, before.Teardown, after.Setup, after.Teardown)
		}
	}
	if was.Status == scheduler.Scheduled && running(is) && (s.lost(was) != "" || m.overruled[is.ID]) {
		return // it starts on other units, or without any
	}
	for _, u := range was.Units {
		r := testbeds.Resource{Testbed: u.Testbed, Device: u.Device}
		if granted(was) && !slices.Equal(given(is, r), u.Units) {
			m.broken("units: kept", "#%d had %v of %s and has %v", is.Number, u.Units, r, given(is, r))
		}
	}
}

// regranted reports whether this step granted a held request.
func regranted(was, is scheduler.Request) bool {
	return was.Status == scheduler.UnderReview && granted(is)
}

func sameNeed(a, b testbeds.Need) bool {
	return a.Resource == b.Resource && a.Amount == b.Amount && slices.Equal(a.Units, b.Units)
}

// distance measures how far a claim reaches beyond its slot.
func distance(c testbeds.Claim, s testbeds.Slot) testbeds.Buffers {
	return testbeds.Buffers{Setup: s.Start.Sub(c.From), Teardown: c.To.Sub(s.End)}
}

// ended: a started request that ends early, even during setup, keeps its teardown, and no more than it had.
func (m *machine) ended(s snapshot, was, is scheduler.Request) {
	if !granted(was) || granted(is) || is.Status != scheduler.Completed && is.Status != scheduler.Failed {
		return
	}
	old := m.before.bookings[was.Booking]
	b, ok := s.bookings[is.Booking]
	for _, c := range old.Claims {
		torn := m.clock.Add(distance(c, old.Slot).Teardown)
		if was.Status == scheduler.Scheduled || !torn.After(m.clock) || !c.To.After(m.clock) || !c.From.Before(m.clock) {
			continue // nothing to tear down, or everything over, or not begun
		}
		i := slices.IndexFunc(b.Claims, func(o testbeds.Claim) bool { return o.Resource == c.Resource })
		if !ok || i < 0 || b.Claims[i].To.Before(earlier(torn, c.To)) {
			m.broken("claims: teardown kept", "%s of #%d is torn down until %s, and is not kept", c.Resource, is.Number, torn)
		} else if b.Claims[i].To.After(c.To) {
			m.broken("claims: as granted", "%s of #%d is kept until %s instead of %s", c.Resource, is.Number, b.Claims[i].To, c.To)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// occupies: the occupation in a request equals that of its booking.
func (m *machine) occupies(s snapshot, r scheduler.Request) {
	b, ok := s.bookings[r.Booking]
	switch firm := ok && blocks(b) && (granted(r) || r.Status == scheduler.UnderReview); {
	case firm && r.Occupied == nil:
		m.broken("occupied: said", "#%d occupies %s and does not say so", r.Number, span(b))
	case firm && !r.Occupied.Equal(span(b)):
		m.broken("occupied", "#%d occupies %s and says %s", r.Number, span(b), r.Occupied)
	case !firm && r.Status == scheduler.UnderReview && r.Occupied != nil:
		m.broken("occupied", "#%d occupies nothing and says %s", r.Number, r.Occupied)
	}
	if granted(r) && (!ok || b.Strength != testbeds.Firm || !b.Slot.Equal(r.Slot)) {
		m.broken("booking", "#%d (%s, %s) has the booking %+v", r.Number, r.Status, r.Slot, b)
	}
}
