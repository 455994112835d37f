package proof

import (
	"time"

	"berth/testbeds"
)

// booked judges the booking of a request's slot by the request's stage.
func (p *Proof) booked(r Request) {
	b, ok := p.own(r, r.Booking)
	switch {
	case r.Stage == Over:
		if ok && b.Strength != testbeds.Pending && b.Slot.End.After(r.Updated) {
			p.say(r, "is over, and its booking %d lasts until %s", b.ID, instant(b.Slot.End))
		}
		return
	case !ok:
		if p.lately(r.Slot) {
			p.say(r, "has no booking in force")
		}
		return
	case r.granted() && b.Strength != testbeds.Firm:
		p.say(r, "is granted, and its booking %d is %s", b.ID, b.Strength)
	case r.Stage == Review:
		p.reviewed(r, b)
	}
	p.same(r, b)
	if b.Strength == testbeds.Held || b.Strength == testbeds.Firm && r.granted() {
		p.claimed(r, b, r.Demand, r.Units)
		p.occupied(r, b)
		p.marked(r, b)
	}
}

// reviewed judges whether the slot of a request under review is held exactly when it should be.
func (p *Proof) reviewed(r Request, b testbeds.Booking) {
	held := b.Strength == testbeds.Held
	switch until := r.HoldUntil; {
	case b.Strength == testbeds.Firm:
		p.say(r, "its booking %d is firm, and nothing is granted", b.ID)
	case held && until == nil:
		p.say(r, "its booking %d is held, and nothing says until when", b.ID)
	case held && !until.After(p.o.Now) && !p.waits(r):
		p.say(r, "its booking %d is held, but should have been only until %s", b.ID, instant(*until))
	case !held && until != nil && until.After(p.o.Now):
		p.say(r, "its slot should be held until %s, and its booking %d is %s", instant(*until), b.ID, b.Strength)
	}
}

// same judges whether a booking is for the request's slot.
func (p *Proof) same(r Request, b testbeds.Booking) {
	if !b.Slot.Equal(r.Slot) {
		p.say(r, "its slot is %s, and its booking %d is for %s", r.Slot, b.ID, b.Slot)
	}
}

// occupied judges whether a request's occupied time is that of its claims.
func (p *Proof) occupied(r Request, b testbeds.Booking) {
	switch s := span(b); {
	case r.Occupied == nil:
		p.say(r, "does not say what it occupies, and its booking %d claims %s", b.ID, s)
	case !r.Occupied.Equal(s):
		p.say(r, "occupies %s, and its booking %d claims %s", *r.Occupied, b.ID, s)
	}
}

// span returns the time that a booking takes, from its first claim to its last.
func span(b testbeds.Booking) testbeds.Slot {
	s := b.Slot
	for i, c := range b.Claims {
		if i == 0 || c.From.Before(s.Start) {
			s.Start = c.From
		}
		if i == 0 || c.To.After(s.End) {
			s.End = c.To
		}
	}
	return s
}

// moving judges a move that waits for approvals.
func (p *Proof) moving(r Request) {
	if r.Move == nil {
		return
	}
	b, ok := p.own(r, r.Move.Booking)
	switch {
	case !r.granted():
		p.say(r, "a move waits for approvals, and nothing is granted")
	case !ok && p.lately(r.Move.Slot):
		p.say(r, "a move to %s waits for approvals, and no booking shows it", r.Move.Slot)
	case ok && b.Strength != testbeds.Pending:
		p.say(r, "a move waits for approvals, and its booking %d is %s", b.ID, b.Strength)
	case ok && !b.Slot.Equal(r.Move.Slot):
		p.say(r, "a move to %s waits for approvals, and its booking %d is for %s", r.Move.Slot, b.ID, b.Slot)
	}
}

// offered judges whether offers are held exactly while they can be taken.
func (p *Proof) offered(r Request) {
	for _, o := range r.Offers {
		b, ok := p.own(r, o.Booking)
		switch takeable := o.Open && o.Until.After(p.o.Now); {
		case takeable && (!ok || b.Strength != testbeds.Held):
			p.say(r, "offer %s is open until %s, and nothing is held for it", o.ID, instant(o.Until))
		case takeable && !b.Slot.Equal(o.Slot):
			p.say(r, "offer %s is for %s, and its booking %d holds %s", o.ID, o.Slot, b.ID, b.Slot)
		case takeable:
			p.claimed(r, b, o.Demand, nil)
		case ok && !(o.Open && p.waits(r)):
			p.say(r, "nobody can take offer %s any more, and booking %d is %s for it", o.ID, b.ID, b.Strength)
		case o.Open && !p.waits(r):
			p.say(r, "offer %s is open, although it ended at %s", o.ID, instant(o.Until))
		}
	}
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
