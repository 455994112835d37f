package scheduler

import (
	"context"
	"time"

	"berth/testbeds"
)

// A booking is one value: claims with their units, and the setup and teardown that were granted. Facility and catalogue may change around it: a
// granted or held booking is rechecked against them as it is, and only a new grant is laid out anew.

// proposal is a request as a step would leave it, with the booking that it would have.
type proposal struct {
	request Request
	booking testbeds.Booking
	kept    bool // it continues a grant: setup and teardown stay, and only additions are checked
	less    bool // it takes nothing that it does not have
}

// booked returns the booking of a request as this transaction has left it.
func (d *decision) booked(r Request) (b testbeds.Booking, ok bool) {
	_ = d.snapshot(func(w snapshot) error {
		b, ok = w.fed.Booking(r.Booking)
		return nil
	})
	return b, ok && r.Booking != 0
}

// fresh lays out the booking of a request with today's setup and teardown.
func (d *decision) fresh(r Request, strength testbeds.Strength) testbeds.Booking {
	b := testbeds.Booking{ID: r.Booking, Request: r.Number, Strength: strength, Slot: r.Slot}
	_ = d.s.ledger.read(func(w snapshot) error {
		b.Claims = w.fed.Claims(r.Demand, r.Slot)
		return nil
	})
	return b
}

// proposed applies another slot or demand to the request. A smaller demand, or another end of a granted slot, keeps the grant; anything else is a new
// grant.
func (d *decision) proposed(r Request, strength testbeds.Strength) proposal {
	was := d.request
	have, ok := d.booked(was)
	holds := ok && have.Strength.Blocks() && (was.Status != UnderReview || was.holds(d.now))
	if narrow, less := have.Narrowed(r.Demand, r.Slot); holds && less {
		narrow.Strength = strengthOf(strength, have.Strength)
		if len(r.Units) == 0 { // no units were chosen: it keeps those that it insists on
			narrow = unchosen(narrow, r.Demand)
		} else {
			r.Units = unitsIn(narrow)
		}
		return proposal{request: r, booking: narrow, kept: true, less: true}
	}
	if holds && was.Status != UnderReview && r.Slot.Start.Equal(was.Slot.Start) && sameDemand(r.Demand, was.Demand) {
		return proposal{request: r, booking: have.Until(r.Slot.End), kept: true}
	}
	r.Units = nil
	return proposal{request: r, booking: d.fresh(r, strength)}
}

// strengthOf returns the strength of a kept booking: a hold stays a hold while the request is under review.
func strengthOf(wanted, had testbeds.Strength) testbeds.Strength {
	if wanted == testbeds.Pending {
		return had
	}
	return wanted
}

// sameDemand reports whether two demands ask for the same, units included.
func sameDemand(a, b testbeds.Demand) bool { return a.Within(b) && b.Within(a) }

// bookings lists a request's own bookings: of its slot, of a pending move, and of offers that it can take instead of its slot.
func (r Request) bookings() []int64 {
	ids := []int64{r.Booking}
	for _, o := range r.Offers {
		if o.State == OfferOpen && r.Status != Rejected {
			ids = append(ids, o.Booking)
		}
	}
	if r.PendingMove != nil {
		ids = append(ids, r.PendingMove.Booking)
	}
	return ids
}

// holds reports whether the slot of an accepted offer is still held for a request under review.
func (r Request) holds(now time.Time) bool {
	until := r.heldUntil()
	return until != nil && until.After(now)
}

// verdict checks a request as it stands: a granted or held booking as it is, else the demand as it would be granted today.
func verdict(w snapshot, r Request, now time.Time) testbeds.Verdict {
	fed := w.fed.Without(r.bookings()...)
	if b, ok := w.fed.Booking(r.Booking); ok && b.Strength.Blocks() {
		return fed.Recheck(pinned(r, w.catalogue), b, now)
	}
	return fed.Check(current(r, w.catalogue), r.Slot)
}

// checkAsItStands fills in the outcome's verdict on the request as it stands.
func (d *decision) checkAsItStands(r Request) error {
	return d.snapshot(func(w snapshot) error {
		d.found(w, r, verdict(w, r, d.now))
		return nil
	})
}

// checkProposal fills in the outcome's verdict on a proposal, ignoring certain bookings.
func (d *decision) checkProposal(p proposal, without ...int64) error {
	return d.snapshot(func(w snapshot) error {
		d.found(w, p.request, d.verdictOn(w, p))
		return nil
	}, append(without, d.request.bookings()...)...)
}

// verdictOn checks a proposal on a snapshot without its own bookings.
func (d *decision) verdictOn(w snapshot, p proposal) testbeds.Verdict {
	if !p.kept {
		return w.fed.Check(pinned(p.request, w.catalogue), p.request.Slot)
	}
	return w.fed.Recheck(pinned(p.request, w.catalogue), p.booking, d.asksSince(p))
}

// asksSince returns the instant from which a kept grant is checked.
func (d *decision) asksSince(p proposal) time.Time {
	if p.less {
		return d.now
	}
	return d.request.added(d.now)
}

// found writes a verdict into the outcome, with alternatives where the request does not fit.
func (d *decision) found(w snapshot, r Request, v testbeds.Verdict) {
	d.outcome.Fit, d.outcome.Deployable, d.outcome.Alternatives = v, deployable(v), nil
	if !v.Fits {
		d.outcome.Alternatives = d.s.alternatives(w.fed.Without(r.bookings()...), askOf(r), limited(0), false)
	}
}

// excess reports whether a booking's claims exceed the capacity anywhere.
func (d *decision) excess(b testbeds.Booking) bool {
	over := false
	_ = d.snapshot(func(w snapshot) error {
		over = !w.fed.Holds(b)
		return nil
	}, b.ID)
	return over
}

// occupy writes the booking of a request and notes it on the request.
func (d *decision) occupy(ctx context.Context, r Request, b testbeds.Booking) (Request, error) {
	id, err := d.book(ctx, r.ID, b)
	if err != nil {
		return r, err
	}
	r.Booking, r.Occupied = id, nil
	if b.Strength.Blocks() {
		r.Occupied = new(b.Occupied())
	}
	if b.Strength != testbeds.Held {
		r.HoldUntil = nil
	}
	if !b.Overbooked {
		r.Overbooked = nil
	}
	return r, nil
}

// vacate releases the capacity of a request.
func (d *decision) vacate(ctx context.Context, r Request) (Request, error) {
	err := d.release(ctx, r.Booking)
	r.Booking, r.Occupied, r.HoldUntil, r.Units, r.Overbooked = 0, nil, nil, nil, nil
	return r, err
}

// rebook writes a request and the booking of its slot, and makes the request the outcome.
func (d *decision) rebook(ctx context.Context, p proposal, n note) error {
	r, err := d.occupy(ctx, p.request, p.booking)
	if err != nil {
		return err
	}
	if !p.booking.Overbooked && d.outcome.Deployable.OK {
		r.unflag(FlagFacility)
	}
	r, err = d.save(ctx, d.request, r, n)
	d.outcome.Request = r
	return err
}
