package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"berth/testbeds"
)

// settleImpact writes the effects of a facility change: it flags requests that the change breaks, takes the mark off bookings that have their
// capacity again, and asks for the approvals of the new policies where a request is under review.
func (d *decision) settleImpact(ctx context.Context, o ChangeOptions, m *impact, broken []BrokenBooking) error {
	done := map[int64]bool{}
	m.drawn = m.closuresOf()
	terms := d.termsOf(o, m)
	for _, b := range m.firstFirst(broken) {
		if done[b.Number] {
			continue
		}
		way := m.replacing(o, m.requests[b.Number].Booking)
		if err := d.breakRequest(ctx, m, b, way, terms, len(done)); err != nil {
			return err
		}
		done[b.Number] = true
	}
	for _, b := range m.bookings {
		r := m.requests[b.Request]
		if restored, runs := m.restored(r, b); restored && !done[b.Request] {
			if err := d.restore(ctx, r.ID, b, runs); err != nil {
				return err
			}
		}
	}
	if err := d.relieveAmong(ctx, m, done); err != nil {
		return err
	}
	if err := d.announceAltered(ctx, m.touched); err != nil {
		return err
	}
	return d.repolicy(ctx, m)
}

// firstFirst lists what broke by priority, so that the most important requests choose first among what is left.
func (m *impact) firstFirst(broken []BrokenBooking) []*BrokenBooking {
	list := make([]*BrokenBooking, len(broken))
	for i := range broken {
		list[i] = &broken[i]
	}
	slices.SortStableFunc(list, func(a, b *BrokenBooking) int {
		return cmp.Compare(m.requests[a.Number].Priority.rank(), m.requests[b.Number].Priority.rank())
	})
	return list
}

// breakRequest flags a request whose booking was broken, marks the booking, and takes back broken promises: open offers and a hold.
//
// Its people get the best alternatives as offers, or it is moved to the cheapest, as the way says; the n-th one of many later.
func (d *decision) breakRequest(ctx context.Context, m *impact, b *BrokenBooking, way testbeds.Replacing, terms CareTerms, n int) error {
	r, err := d.tx.LockRequest(ctx, b.Request)
	if err != nil {
		return err
	}
	if err := d.covered(Touched(r)); err != nil {
		return err
	}
	before, hit := r, r.Status.Ahead() && m.broken(r.Booking)
	later := d.later(n, way, terms)
	cared := hit && later == nil && way != testbeds.ReplaceNever
	if cared && way == testbeds.ReplaceTold && r.Status == Scheduled {
		if moved, err := d.replaceAmong(ctx, m, b, r, terms); moved || err != nil {
			return err
		}
	}
	r.Flags = append(slices.Clone(r.Flags), Flag{Kind: FlagFacility, At: d.now, Text: "a change of the facility took away something that it needs: " + terms.Reason})
	if r, err = d.breakBooking(ctx, r, m); err != nil {
		return err
	}
	if err := d.breakOffers(ctx, &r, m); err != nil {
		return err
	}
	if r.Care = nil; hit {
		r.Care = later
		b.Later = later != nil
	}
	if cared {
		if err := d.compensateAmong(ctx, m, b, &r); err != nil {
			return err
		}
	}
	_, err = d.save(ctx, before, r, note{action: ActionFlag, reason: terms.Reason, text: "the facility changed: " + b.why()})
	return err
}

// replaceAmong moves a request to its cheapest alternative, beside the others that the change breaks.
func (d *decision) replaceAmong(ctx context.Context, m *impact, b *BrokenBooking, r Request, terms CareTerms) (moved bool, err error) {
	rest := m.after
	rest.fed = m.after.fed.Without(r.bookings()...)
	to, moved, err := d.replace(ctx, r, r, terms, rest)
	if !moved || err != nil {
		return moved, err
	}
	b.Moved = new(to.Slot)
	if old, ok := m.before.fed.Booking(r.Booking); ok {
		m.left = append(m.left, old)
	}
	m.after.fed = m.after.fed.Next()
	m.after.fed.Put(testbeds.Booking{ID: to.Booking, Request: to.Number, Strength: testbeds.Firm, Slot: to.Slot, Claims: rest.fed.Claims(to.Demand, to.Slot)})
	return true, nil
}

// compensateAmong holds alternatives for a request, beside the others that the change breaks. What is held fits beside its own booking, so that it takes
// nothing from it: the closure may be lifted again.
func (d *decision) compensateAmong(ctx context.Context, m *impact, b *BrokenBooking, r *Request) error {
	already := len(r.Offers)
	if err := d.compensate(ctx, r, snapshot{m.after.fed.Next(), m.after.catalogue}); err != nil {
		return err
	}
	m.after.fed = m.after.fed.Next()
	for _, x := range r.Offers[already:] {
		b.Offered++
		held := heldIn(m.after, *r, x)
		held.ID = x.Booking
		m.after.fed.Put(held)
	}
	return nil
}

// breakOffers withdraws the offers of a request that can no longer be granted.
func (d *decision) breakOffers(ctx context.Context, r *Request, m *impact) error {
	r.Offers = slices.Clone(r.Offers)
	for i, offer := range r.Offers {
		if offer.State != OfferOpen || !m.broken(offer.Booking) {
			continue
		}
		if err := d.release(ctx, offer.Booking); err != nil {
			return err
		}
		r.Offers[i].State, r.Offers[i].Booking = OfferWithdrawn, 0
		if r.Wait != nil && r.Wait.Offer == offer.ID { // it waits on, in its old place, as if it had not been offered anything
			wait := *r.Wait
			wait.Offer = ""
			r.Wait, r.Offers[i].Waited = &wait, nil
		}
	}
	return nil
}

// breakBooking marks a booking that is short, and releases a hold that can no longer be granted.
func (d *decision) breakBooking(ctx context.Context, r Request, m *impact) (Request, error) {
	b, ok := d.booked(r)
	switch {
	case !ok || !m.broken(b.ID):
		return r, nil
	case b.Strength == testbeds.Held:
		b.Strength = testbeds.Pending
		return d.occupy(ctx, r, b)
	case len(m.short[b.ID]) > 0:
		b.Overbooked = true
		_, err := d.book(ctx, r.ID, b)
		return r, err
	}
	return r, nil
}

// restored reports whether the new facility gives a booking that was short its capacity again or lets a flagged request run again, and whether the
// request runs.
func (m *impact) restored(r Request, b testbeds.Booking) (restored, runs bool) {
	flagged := slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Kind == FlagFacility })
	if r.Booking != b.ID || r.Status.Over() || !b.Strength.Blocks() || !b.Overbooked && !flagged || !m.after.fed.Without(b.ID).Holds(b) {
		return false, false
	}
	runs = len(m.after.fed.Problems(pinned(r, m.after.catalogue))) == 0
	return b.Overbooked || runs, runs
}

func (d *decision) restore(ctx context.Context, id string, b testbeds.Booking, runs bool) error {
	r, err := d.tx.LockRequest(ctx, id)
	if err != nil {
		return err
	}
	if err := d.covered(Touched(r)); err != nil {
		return err
	}
	return d.unmark(ctx, r, b, runs)
}

// repolicy asks requests under review for the approvals that new policies require. Granted requests stay granted.
func (d *decision) repolicy(ctx context.Context, m *impact) error {
	for _, id := range m.beds {
		before, _ := m.before.fed.Testbed(id)
		after, ok := m.after.fed.Testbed(id)
		if !ok || before.Policy() == after.Policy() {
			continue
		}
		list, err := d.tx.Requests(ctx, RequestFilter{Status: []Status{UnderReview}, Testbed: id})
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := d.ask(ctx, r.ID, id, after.Policy()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *decision) ask(ctx context.Context, request, testbed string, policy testbeds.ApprovalPolicy) error {
	r, err := d.tx.LockRequest(ctx, request)
	if err != nil {
		return err
	}
	before := r
	r.Approvals = slices.Clone(r.Approvals)
	for i := range r.Approvals {
		if r.Approvals[i].Testbed == testbed {
			r.Approvals[i].Policy = policy
		}
	}
	_, err = d.save(ctx, before, r, note{action: ActionFlag, text: fmt.Sprintf("the approval of %s is now %s", testbed, policy)})
	return err
}
