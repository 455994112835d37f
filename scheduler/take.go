package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
)

// takeOffer gives a request that is not over what it was offered. One under review stays so, and its new slot stays held until it is granted, but no
// longer than offers hold by default. A scheduled one stays scheduled if the testbeds of its new slot have approved it, or need not.
func (d *decision) takeOffer(ctx context.Context, o Offer) error {
	r := d.request
	held, there := testbeds.Booking{}, false
	e := variantOf(r, o.What)
	if err := d.snapshot(func(w snapshot) error {
		held, there = w.fed.Booking(o.Booking)
		d.outcome.Fit = w.fed.Without(append(r.bookings(), o.Booking)...).Recheck(today(e, w.catalogue), held, d.now)
		return nil
	}); err != nil {
		return err
	}
	if !there || !d.outcome.Fit.Fits {
		return d.refusal("the offer's capacity is no longer available")
	}
	taken := r
	taken.Slot, taken.Demand = o.What.Slot, e.Demand()
	if err := d.judge(ctx, &taken, asks{hours: !withinGrant(taken, r)}, nil); err != nil {
		return err
	}
	r.Judged = taken.Judged
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return err
	}
	if err := d.withdraw(ctx, &r, o.ID); err != nil {
		return err
	}
	for i := range r.Offers {
		if r.Offers[i].ID == o.ID {
			r.Offers[i].State, r.Offers[i].Accepted = OfferAccepted, r.ID
		}
	}
	r.Components, r.Devices, r.Placement, r.Demand = e.Components, e.Devices, e.Placement, e.Demand()
	r.Slot, r.Requested, r.Wait, r.Units = o.What.Slot, new(o.What.Slot), nil, nil
	if r.Window != nil && !r.Window.Contains(r.Slot) {
		r.Window = nil
	}
	r.MinDuration = min2(r.MinDuration, r.Slot)
	r.Approvals = d.approvals(r)
	held.ID, held.Request = r.Booking, r.Number
	text := fmt.Sprintf("took offer %s: %s", o.ID, r.Slot)
	if r.Status == Scheduled && len(unapproved(r.Approvals)) == 0 {
		held.Strength, r.Scheduled = testbeds.Firm, new(r.Slot)
	} else {
		r.Status, r.Scheduled, r.HoldUntil = UnderReview, nil, new(sooner(d.now.Add(d.s.o.HoldFor), r.Slot.Start))
		text += ", held until " + r.HoldUntil.Format(time.RFC3339)
	}
	if r, err = d.occupy(ctx, r, held); err != nil {
		return err
	}
	r.unflag(FlagDisplaced)
	r.unflag(FlagFacility)
	d.outcome.Deployable = deployable(d.outcome.Fit)
	return d.keep(ctx, r, note{text: text, verdict: &d.outcome.Fit})
}

// settled ends what belongs to the request as it was: open offers, and its place among those who wait. An offer beside a live request, and what it
// waits for, are meant for what it has and asks for; once it has or asks for something else they are of no use, and keep capacity from others.
func (d *decision) settled(ctx context.Context, before, after Request) (Request, error) {
	if !before.Status.Ahead() || !changed(before, after) {
		return after, nil
	}
	after.Wait = nil
	return after, d.withdrawSome(ctx, &after, func(o Offer) bool {
		return slices.ContainsFunc(before.Offers, func(x Offer) bool { return x.ID == o.ID && x.State == OfferOpen })
	})
}

// changed reports whether a request has, or asks for, something else than before.
func changed(before, after Request) bool {
	return before.Status != after.Status || !before.Slot.Equal(after.Slot) || !sameDemand(before.Demand, after.Demand) ||
		(before.Window == nil) != (after.Window == nil) || before.Window != nil && !before.Window.Equal(*after.Window)
}
