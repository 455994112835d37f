package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// AcceptOffer takes an offer. That of a rejected request becomes a linked new request, with the offer's booking: it is under review like any other, and
// its slot stays held until it is granted, but no longer than the offer. A request that is not over takes its offer itself (see take). It returns CodeNotFound without such an offer, CodeConflict where it is over or its capacity is
// gone, and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) AcceptOffer(ctx context.Context, a account.Actor, id, offer string, dryRun bool) (Outcome, error) {
	return s.decide(ctx, command{actor: a, action: ActionAcceptOffer, id: id, dry: dryRun,
		take: func(ctx context.Context, d *decision) error { return d.accept(ctx, offer) }})
}

// AcceptByLink accepts the offer of a signed link, as the experimenter who got it. A link works once. It returns the codes of OfferByLink and
// AcceptOffer.
func (s *Service) AcceptByLink(ctx context.Context, link string) (Outcome, error) {
	var r Request
	var o Offer
	var actor account.Actor
	err := s.store.View(ctx, func(tx Reader) (err error) {
		if r, o, err = s.open(ctx, tx, link); err != nil {
			return err
		}
		p, err := tx.Person(ctx, r.Experimenter)
		if err == nil && p.Disabled {
			err = errLink
		}
		actor = account.ActorOf(p)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	return s.AcceptOffer(ctx, actor, r.ID, o.ID, false)
}

// until returns the end of an offer: at the latest when its slot begins, because then it can no longer be granted.
func (o Offer) until() time.Time { return sooner(o.Expires, o.What.Slot.Start) }

// heldUntil returns how long the slot of an accepted offer stays held: no longer than it can still be granted.
func (r Request) heldUntil() *time.Time {
	if r.HoldUntil == nil || r.Status != UnderReview {
		return nil
	}
	return new(sooner(*r.HoldUntil, r.Slot.Start))
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// offerGone says why an offer can no longer be accepted.
func offerGone(r Request, o Offer, now time.Time) error {
	if o.State == OfferOpen && !o.until().After(now) {
		o.State = OfferExpired
	}
	e := Errorf(CodeConflict, "offer %s of request #%d is %s", o.ID, r.Number, o.State)
	if o.State == OfferAccepted {
		e.Message = fmt.Sprintf("offer %s of request #%d was already accepted; an offer works only once", o.ID, r.Number)
	}
	return e
}

func (d *decision) accept(ctx context.Context, id string) error {
	old := d.request
	o, ok := old.offer(id)
	if !ok {
		return Errorf(CodeNotFound, "request #%d has no offer %q", old.Number, clip(id))
	}
	if o.State != OfferOpen || !o.until().After(d.now) {
		return offerGone(old, o, d.now)
	}
	if old.Status != Rejected {
		return d.takeOffer(ctx, o)
	}
	e := variantOf(old, o.What)
	r := Request{ID: d.s.o.NewID(), Name: old.Name, Priority: old.Priority, NSD: old.NSD, Description: old.Description, Organisation: old.Organisation,
		Experimenter: old.Experimenter, Mentor: old.Mentor, Status: UnderReview, Slot: o.What.Slot, Requested: new(o.What.Slot), Components: e.Components, Devices: e.Devices,
		Placement: e.Placement, Demand: e.Demand(), Origin: old.ID, Series: old.Series, Portal: old.Portal, Created: d.now, HoldUntil: new(o.until())}
	var held testbeds.Booking
	there := false
	if err := d.snapshot(func(w snapshot) error {
		held, there = w.fed.Booking(o.Booking)
		d.outcome.Fit = w.fed.Without(o.Booking).Recheck(today(e, w.catalogue), held, d.now)
		return nil
	}); err != nil {
		return err
	}
	if !there || !d.outcome.Fit.Fits {
		return d.refusal("the offer's capacity is no longer available")
	}
	if err := d.judge(ctx, &r, asks{new: true, hours: true}, nil); err != nil {
		return err
	}
	if err := d.withdraw(ctx, &old, o.ID); err != nil {
		return err
	}
	if err := d.create(ctx, r, held); err != nil {
		return err
	}
	made := d.outcome.Request
	for i := range old.Offers {
		if old.Offers[i].ID == o.ID {
			old.Offers[i].State, old.Offers[i].Accepted = OfferAccepted, made.ID
		}
	}
	old, err := d.save(ctx, d.request, old, note{text: fmt.Sprintf("offer %s became request #%d", o.ID, made.Number)})
	d.outcome.Request, d.outcome.Created = old, &made
	return err
}

// withdraw releases all open offers of a request; the new request takes over the capacity of the accepted one.
func (d *decision) withdraw(ctx context.Context, r *Request, accepted string) error {
	if err := d.withdrawSome(ctx, r, func(o Offer) bool { return o.ID != accepted }); err != nil {
		return err
	}
	for i, o := range r.Offers {
		if o.State == OfferOpen {
			if err := d.release(ctx, o.Booking); err != nil {
				return err
			}
			r.Offers[i].Booking = 0
		}
	}
	return nil
}

// withdrawSome ends some of the open offers of a request, and releases their capacity.
func (d *decision) withdrawSome(ctx context.Context, r *Request, some func(Offer) bool) error {
	r.Offers = slices.Clone(r.Offers)
	for i, o := range r.Offers {
		if o.State != OfferOpen || !some(o) {
			continue
		}
		if err := d.release(ctx, o.Booking); err != nil {
			return err
		}
		r.Offers[i].Booking, r.Offers[i].State = 0, OfferWithdrawn
	}
	return nil
}

var errNothingDue = errors.New("nothing is due")
