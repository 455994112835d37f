package story

import (
	"berth/scheduler"
	"berth/testbeds"
)

// holds: held capacity can be taken. An offer or a hold ends when its slot begins at the latest, is gone when it has ended, and has
// a booking; and every held booking has one of them.
func (m *machine) holds(s snapshot) {
	owned := map[int64]bool{}
	for _, r := range s.requests {
		for _, o := range r.Offers {
			if o.State != scheduler.OfferOpen {
				continue
			}
			owned[o.Booking] = true
			if o.Expires.After(o.What.Slot.Start) {
				m.broken("hold: beyond its slot", "offer %s of #%d lasts until %s, and its slot begins at %s", o.ID, r.Number, o.Expires, o.What.Slot.Start)
			}
			if !o.Expires.After(s.now) {
				m.broken("hold: expired", "offer %s of #%d has not expired", o.ID, r.Number)
			}
			m.takable(s, r, o)
		}
		if r.HoldUntil != nil && r.Status == scheduler.UnderReview {
			owned[r.Booking] = true
			m.hold(s, r)
		}
	}
	for _, b := range s.blocking() {
		if b.Strength == testbeds.Held && !owned[b.ID] {
			m.broken("hold: of nobody", "booking %d of #%d is held for nothing", b.ID, b.Request)
		}
	}
}

func (m *machine) hold(s snapshot, r scheduler.Request) {
	if r.HoldUntil.After(r.Slot.Start) {
		m.broken("hold: beyond its slot", "#%d is held until %s, and its slot begins at %s", r.Number, r.HoldUntil, r.Slot.Start)
	}
	if !r.HoldUntil.After(s.now) {
		m.broken("hold: expired", "the hold of #%d has not expired", r.Number)
	}
	if b := s.bookings[r.Booking]; b.Strength != testbeds.Held {
		m.broken("hold: without booking", "#%d is held, and its booking is %q", r.Number, b.Strength)
	}
}

// takable checks that an open offer without shortage can be accepted.
func (m *machine) takable(s snapshot, r scheduler.Request, o scheduler.Offer) {
	b, ok := s.bookings[o.Booking]
	if !ok || b.Strength != testbeds.Held {
		m.broken("hold: without booking", "offer %s of #%d holds nothing", o.ID, r.Number)
		return
	}
	for _, c := range b.Claims {
		if len(s.shortagesOf(c.Resource, during(c))) > 0 || s.contested(b, c) || s.occupied(c.Resource, b.Slot) != during(c) {
			return
		}
	}
	variant := r
	variant.Placement, variant.Demand, variant.Devices = o.What.Placement, nil, o.What.Devices
	if !s.deployable(variant) {
		return
	}
	if _, err := m.AcceptOffer(m.ctx(), as("adele"), r.ID, o.ID, true); err != nil && !ruledOut(err) {
		m.broken("hold: cannot be taken", "offer %s of #%d, which is short of nothing: %v%s", o.ID, r.Number, err, reasons(err))
	}
}

// stillHeld: a held request that becomes smaller stays held, unless its capacity goes and an event says so.
func (m *machine) stillHeld(s snapshot, was, is scheduler.Request) {
	if was.Status != scheduler.UnderReview || is.Status != scheduler.UnderReview || was.HoldUntil == nil || !was.HoldUntil.After(s.now) {
		return
	}
	less := was.Slot.Contains(is.Slot) && was.Slot.Start.Equal(is.Slot.Start)
	for i := range is.Demand {
		less = less && len(is.Demand) == len(was.Demand) && sameNeed(was.Demand[i], is.Demand[i])
	}
	if less && is.HoldUntil == nil && !m.toldNow(is.Number, scheduler.ActionFlag, scheduler.ActionDisplace) {
		m.broken("hold: lost", "#%d was held in %s, is less with %s, and is not held any more", is.Number, was.Slot, is.Slot)
	}
}

// waiting: a move that waits for approvals shows as a contender, blocks no other request, and waits for
// something.
func (m *machine) waiting(s snapshot) {
	for _, r := range s.requests {
		if r.PendingMove == nil {
			continue
		}
		waits := false
		for _, a := range r.PendingMove.Approvals {
			waits = waits || a.Policy == testbeds.ApprovalRequired && a.Decision != scheduler.Approved && a.Decision != scheduler.Overridden
		}
		if b, ok := s.bookings[r.PendingMove.Booking]; !granted(r) || !waits || ok && b.Strength != testbeds.Pending {
			m.broken("pending move", "#%d is %s with %+v, booking %+v", r.Number, r.Status, r.PendingMove, b)
		}
	}
}
