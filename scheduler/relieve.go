package scheduler

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"berth/testbeds"
)

// relieve looks, after a step that released capacity, for overbooked bookings that now have theirs: a mark must not outlive its cause, and people who
// were told of the shortage are told that it is over. What is left goes to those who wait.
func (d *decision) relieve(ctx context.Context) error {
	for _, b := range d.relieved() {
		r, err := d.tx.RequestByNumber(ctx, b.Request)
		if err != nil {
			return err
		}
		if err := d.covered(Touched(r)); err != nil {
			return err
		}
		if r, err = d.tx.LockRequest(ctx, r.ID); err != nil {
			return err
		}
		if err := d.unmark(ctx, r, b, d.runs(r)); err != nil {
			return err
		}
	}
	return d.passOn(ctx)
}

// relieveAmong takes the mark off bookings that have their capacity again because a change of the facility moved others away or ended holds, those it
// broke itself among them.
func (d *decision) relieveAmong(ctx context.Context, m *impact, broken map[int64]bool) error {
	var numbers []int64
	for _, b := range m.bookings {
		if b.Overbooked && broken[b.Request] { // it was short before, and breaks for another reason
			numbers = append(numbers, b.Request)
		}
	}
	if len(m.left) > 0 {
		numbers = slices.AppendSeq(numbers, maps.Keys(broken))
	}
	for _, old := range m.left {
		for _, testbed := range old.Testbeds() {
			for _, b := range m.after.fed.Blocking(testbed, old.Occupied()) {
				if b.Overbooked {
					numbers = append(numbers, b.Request)
				}
			}
		}
	}
	for _, n := range sortedNumbers(numbers) {
		r, err := d.tx.RequestByNumber(ctx, n)
		if err != nil {
			return err
		}
		b, ok := d.booked(r)
		if !ok || !b.Overbooked || !m.after.fed.Without(b.ID).Holds(b) {
			continue
		}
		if err := d.restore(ctx, r.ID, b, len(m.after.fed.Problems(pinned(r, m.after.catalogue))) == 0); err != nil {
			return err
		}
	}
	return nil
}

// runs reports whether a request can run where it is placed, whatever the time.
func (d *decision) runs(r Request) bool {
	var problems []testbeds.Problem
	_ = d.snapshot(func(w snapshot) error {
		problems = w.fed.Problems(pinned(r, w.catalogue))
		return nil
	})
	return len(problems) == 0
}

// unmark takes the mark off a booking, and the record off its request; the flag of a facility change stays where the request cannot run.
func (d *decision) unmark(ctx context.Context, r Request, b testbeds.Booking, runs bool) error {
	b.Overbooked = false
	before := r
	r, err := d.occupy(ctx, r, b)
	if err != nil {
		return err
	}
	if runs {
		r.unflag(FlagFacility)
		if err := d.withdrawSome(ctx, &r, func(o Offer) bool { return o.For == OfferLost }); err != nil { // it has again what it lost
			return err
		}
	}
	_, err = d.save(ctx, before, r, note{action: ActionFlag, text: "its capacity is available again"})
	return err
}

// relieved finds marked bookings that overlap the capacity that this step released, and now have everything that they claim.
func (d *decision) relieved() []testbeds.Booking {
	var found []testbeds.Booking
	freed := d.freed()
	if len(freed) == 0 {
		return nil
	}
	_ = d.snapshot(func(w snapshot) error {
		seen := map[int64]bool{}
		for _, c := range d.changed {
			seen[c.Booking.ID] = true
		}
		for _, old := range freed {
			for _, testbed := range old.Testbeds() {
				for _, b := range w.fed.Blocking(testbed, old.Occupied()) {
					if b.Overbooked && !seen[b.ID] && w.fed.Without(b.ID).Holds(b) {
						found = append(found, b)
					}
					seen[b.ID] = true
				}
			}
		}
		return nil
	})
	return found
}

// freed returns the bookings, as they were, that took capacity before this step and take other capacity or none after it.
func (d *decision) freed() []testbeds.Booking {
	var list []testbeds.Booking
	_ = d.before(func(w snapshot) error {
		for _, c := range d.changed {
			old, ok := w.fed.Booking(c.Booking.ID)
			if ok && old.Strength.Blocks() && (c.Released || !c.Booking.Strength.Blocks() || !reflect.DeepEqual(old.Claims, c.Booking.Claims)) {
				list = append(list, old)
			}
		}
		return nil
	})
	return list
}
