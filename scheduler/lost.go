package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/testbeds"
)

// lostOffers is how many alternatives are held for a request that lost its slot.
const lostOffers = 3

// compensate holds the best alternatives for a request that lost its slot, as offers. The snapshot has everything as it will be, without the request's
// booking; what is held goes into it.
func (d *decision) compensate(ctx context.Context, r *Request, w snapshot) error {
	open := 0
	for _, o := range r.Offers {
		if o.State == OfferOpen && o.For == OfferLost {
			open++
		}
	}
	for range lostOffers - open {
		way, ok, err := d.cheapest(ctx, *r, w)
		if err != nil || !ok {
			return err
		}
		o, err := d.offer(ctx, r, OfferLost, way, d.now.Add(d.s.o.HoldFor))
		if err != nil {
			return err
		}
		held := heldIn(w, *r, o)
		held.ID = o.Booking
		w.fed.Put(held)
	}
	return nil
}

// cheapest finds the cheapest alternative to a request that lost its slot, other than those that it is offered already. Its testbeds must be locked.
func (d *decision) cheapest(ctx context.Context, r Request, w snapshot) (testbeds.Alternative, bool, error) {
	ask := askOf(r)
	ask.experiment = current(r, w.catalogue)
	list := d.s.alternatives(w.fed, ask, 3*lostOffers, true)
	allowed, ruled, err := d.offering(ctx, r)
	if err != nil {
		return testbeds.Alternative{}, false, err
	}
	if allowed.fed = w.fed; ruled && len(list) > 0 {
		list = allowed.search(ask, list, len(list))
	}
	for _, way := range list {
		e := variantOf(r, way)
		if slices.ContainsFunc(r.Offers, func(x Offer) bool { return x.State == OfferOpen && x.gives(e, way.Slot) }) {
			continue
		}
		if !w.fed.Fits(today(e, w.catalogue), way.Slot) {
			continue
		}
		return way, true, d.covered(e.Demand().Testbeds())
	}
	return testbeds.Alternative{}, false, nil
}

// replace moves a scheduled request that a change of the facility breaks to its cheapest alternative, if nobody has to be asked for it: whoever makes
// the change speaks for their own testbeds. ok is false where nothing fits, or somebody has to be asked.
func (d *decision) replace(ctx context.Context, before, r Request, t CareTerms, w snapshot) (moved Request, ok bool, err error) {
	way, ok, err := d.cheapest(ctx, r, w)
	if err != nil || !ok {
		return r, false, err
	}
	e := variantOf(r, way)
	to := r
	to.Components, to.Devices, to.Placement, to.Demand, to.Slot = e.Components, e.Devices, e.Placement, e.Demand(), way.Slot.UTC()
	to.Approvals = d.approvals(to)
	for i, a := range to.Approvals {
		if a.missing() && a.Decision == "" && t.speaksFor(a.Testbed) {
			to.Approvals[i] = a.decided(to, Approved, t.By, t.Reason, d.now)
		}
	}
	if len(unapproved(to.Approvals)) > 0 {
		return r, false, nil
	}
	if to, err = d.dropMove(ctx, to); err != nil {
		return r, false, err
	}
	to.Units, to.Scheduled = nil, new(to.Slot)
	if to.Window != nil && !to.Window.Contains(to.Slot) {
		to.Window = nil
	}
	to.MinDuration = min2(to.MinDuration, to.Slot)
	to.unflag(FlagFacility)
	b := testbeds.Booking{ID: r.Booking, Request: r.Number, Strength: testbeds.Firm, Slot: to.Slot, Claims: w.fed.Claims(to.Demand, to.Slot)}
	if to, err = d.occupy(ctx, to, b); err != nil {
		return r, false, err
	}
	w.fed.Put(b)
	to, err = d.save(ctx, before, to, note{action: ActionMove, reason: t.Reason, text: fmt.Sprintf("from %s to %s", before.Slot, to.Slot)})
	return to, true, err
}
