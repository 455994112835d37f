package proof

import "berth/testbeds"

// marked judges whether a booking is marked as overbooked exactly when that is recorded, and for a reason.
func (p *Proof) marked(r Request, b testbeds.Booking) {
	switch {
	case b.Overbooked && !r.Overbooked && !r.Flagged:
		p.say(r, "its booking %d is marked as overbooked, and nothing records why", b.ID)
	case b.Overbooked && !p.o.Short[b.ID] && p.decided(r, b):
		p.say(r, "its booking %d is marked as overbooked, and it lacks nothing", b.ID)
	case !b.Overbooked && r.Overbooked && r.granted():
		p.say(r, "is recorded as overbooked, and its booking %d is not marked", b.ID)
	}
}

// decided reports whether sums alone can show that a booking lacks nothing. They cannot where it began before the sums do, where it lacks something
// other than capacity, or where named units are still to be chosen: enough may be free at any time, but none throughout.
func (p *Proof) decided(r Request, b testbeds.Booking) bool {
	if r.Unfit || span(b).Start.Before(p.o.Swept) || !span(b).End.After(p.o.Now) {
		return false
	}
	for _, c := range b.Claims {
		if p.o.Named[c.Resource] && int64(len(c.Units)) < c.Amount {
			return false
		}
	}
	return true
}
