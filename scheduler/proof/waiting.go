package proof

import "time"

// mostMissed is the number of missed offers with which waiting ends.
const mostMissed = 3

// Wait is what a request waits for.
type Wait struct {
	Since, Until time.Time
	Offer        string // the offer that it got
	Missed       int    // offers that were not taken in time
}

// waiting judges whether a request waits as it should, and got what the waitlist promises: at most one offer for each time that it began to wait, held
// for no longer than a quarter of the time that was left.
func (p *Proof) waiting(r Request) {
	offered := map[time.Time]string{}
	for _, o := range r.Offers {
		if o.Waited == nil {
			continue
		}
		if other, twice := offered[o.Waited.UTC()]; twice {
			p.say(r, "waited since %s, and was offered something twice: offers %s and %s", instant(*o.Waited), other, o.ID)
		}
		offered[o.Waited.UTC()] = o.ID
		if left := o.Slot.Start.Sub(o.Made); 4*o.Until.Sub(o.Made) > left {
			p.say(r, "offer %s was held until %s, which is more than a quarter of the time until its slot begins at %s", o.ID, instant(o.Until), instant(o.Slot.Start))
		}
	}
	w := r.Wait
	switch {
	case w == nil:
		return
	case r.Stage != Review:
		p.say(r, "waits for capacity, and is not under review")
	case w.Missed >= mostMissed:
		p.say(r, "waits, although it has missed %d offers", w.Missed)
	case w.Offer != "" && !r.open(w.Offer) && !p.waits(r):
		p.say(r, "waits with offer %s, which is not open", w.Offer)
	case w.Offer == "" && offered[w.Since.UTC()] != "":
		p.say(r, "waits since %s without its offer %s", instant(w.Since), offered[w.Since.UTC()])
	case w.Offer == "" && !w.Until.After(p.o.Now) && !p.waits(r):
		p.say(r, "waits, although it should have only until %s", instant(w.Until))
	}
}

// open reports whether an offer is open.
func (r Request) open(offer string) bool {
	for _, o := range r.Offers {
		if o.ID == offer {
			return o.Open
		}
	}
	return false
}
