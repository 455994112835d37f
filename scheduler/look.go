package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// passOnFreed looks through those who wait for capacity that came back, on testbeds or anywhere. It logs an error of one and goes on with the next.
func (s *Service) passOnFreed(ctx context.Context, among []string) (done int, err error) {
	seen := map[string]bool{}
	for {
		var list []Freed
		most := s.o.DueAtOnce + len(seen)
		if err := s.store.View(ctx, func(tx Reader) (err error) {
			list, err = tx.FreedAmong(ctx, among, most)
			return err
		}); err != nil {
			return done, err
		}
		all := len(list) < most
		list = slices.DeleteFunc(list, func(f Freed) bool { return seen[f.ID] })
		for _, f := range list {
			seen[f.ID] = true
			n, err := s.lookThrough(ctx, f)
			if done += n; err == nil {
				continue
			}
			if ctx.Err() != nil {
				return done, ctx.Err()
			}
			s.o.Log.Error("looking for those who wait for freed capacity", "freed", f.ID, "error", err)
		}
		if all || len(list) == 0 {
			return done, nil
		}
	}
}

// lookThrough looks through those who wait for capacity that came back, some in each transaction, until all were looked at.
func (s *Service) lookThrough(ctx context.Context, f Freed) (offers int, err error) {
	var lock []string
	if f.Testbed != "" {
		lock = []string{f.Testbed}
	}
	for over := false; !over; {
		made := 0
		err := growing(lock, nil, func(lock []string) error {
			return s.store.Change(ctx, lock, func(tx Tx) (err error) {
				d := &decision{s: s, tx: tx, actor: account.System, action: ActionOffer, now: s.now(), locked: lock}
				made, over, err = d.look(ctx, f.ID)
				return err
			})
		})
		if err != nil {
			return offers, err
		}
		offers += made
	}
	return offers, nil
}

const (
	// firstLook is how many of those who wait are read first: mostly the first one fits.
	firstLook = 4
	// mostLooked bounds how many are looked at in one transaction, and mostOffers how many of them get an offer.
	mostLooked = 100
	mostOffers = 8
)

// look looks at the next ones who wait, in their order, and makes them offers. over says that all were looked at.
func (d *decision) look(ctx context.Context, id string) (made int, over bool, err error) {
	f, err := d.tx.Freed(ctx, id)
	if CodeOf(err) == CodeNotFound {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	if _, err := d.s.ledger.catchUp(ctx, d.tx, d.now); err != nil {
		return 0, false, err
	}
	d.tx.OnCommit(d.s.ledger.take)
	looked := 0
	for n := firstLook; looked < mostLooked && made < mostOffers && !over; n *= 4 {
		f.Free = d.mostFree(f)
		list, err := d.tx.WaitingFor(ctx, f, n)
		if err != nil {
			return 0, false, err
		}
		over = len(list) < n
		some, err := d.lookAt(ctx, &f, list)
		if err != nil {
			return 0, false, err
		}
		if some { // what is free has changed, and with it who can be helped
			made, over, n = made+1, false, firstLook
		}
		looked += len(list)
	}
	if over {
		return made, true, d.tx.DeleteFreed(ctx, f.ID)
	}
	return made, false, d.tx.PutFreed(ctx, f)
}

// lookAt makes an offer to the first of those who wait that can be given something, and notes how far it looked.
func (d *decision) lookAt(ctx context.Context, f *Freed, list []waitlist.Place) (made bool, err error) {
	numbers := make([]int64, len(list))
	for i, p := range list {
		numbers[i] = p.Number
	}
	requests, err := d.tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return false, err
	}
	for _, p := range list {
		i := slices.IndexFunc(requests, func(r Request) bool { return r.Number == p.Number })
		if i >= 0 {
			if made, err = d.serve(ctx, *f, requests[i]); err != nil {
				return false, err
			}
		}
		if f.Passed = p; made {
			return true, nil
		}
	}
	return false, nil
}

// serve makes an offer to a request that waits, if something can be given to it.
func (d *decision) serve(ctx context.Context, f Freed, r Request) (made bool, err error) {
	if !r.waitsAt(d.now) {
		return false, nil
	}
	if f.altered() {
		if r, err = d.aimAnew(ctx, r); err != nil {
			return false, err
		}
	}
	way, ok, err := d.way(ctx, r)
	if err != nil || !ok {
		return false, err
	}
	// Now it counts: the request is locked, and every testbed of what it would get.
	if err := d.covered(sorted(append(Touched(r), variantOf(r, way).Demand().Testbeds()...))); err != nil {
		return false, err
	}
	if r, err = d.tx.LockRequest(ctx, r.ID); err != nil {
		return false, err
	}
	if way, ok, err = d.way(ctx, r); err != nil || !r.waitsAt(d.now) || !ok {
		return false, err
	}
	until, ok := waitlist.Claim(d.now, way.Slot.Start, d.s.o.ClaimFor)
	if !ok {
		return false, nil
	}
	before := r
	o, err := d.offer(ctx, &r, OfferWaited, way, until)
	if err != nil {
		return false, err
	}
	r.Wait = new(*r.Wait)
	r.Wait.Offer = o.ID
	_, err = d.save(ctx, before, r, note{action: ActionOffer, text: fmt.Sprintf("capacity came back: offer %s, %s, is held until %s", o.ID, way.Slot, o.until().Format(time.RFC3339))})
	return err == nil, err
}

// offer adds an offer to a request, and holds its capacity.
func (d *decision) offer(ctx context.Context, r *Request, kind OfferKind, way testbeds.Alternative, until time.Time) (Offer, error) {
	e := variantOf(*r, way)
	way.Slot, way.Placement, way.Devices = way.Slot.UTC(), e.Placement, e.Devices
	o := Offer{ID: strconv.Itoa(len(r.Offers) + 1), For: kind, State: OfferOpen, Made: d.now, Expires: sooner(until, way.Slot.Start), What: way}
	if kind == OfferWaited {
		o.Waited = new(r.Wait.Since)
	}
	var err error
	if o.Booking, err = d.book(ctx, r.ID, d.held(*r, o)); err != nil {
		return o, err
	}
	r.Offers = append(slices.Clone(r.Offers), o)
	return o, nil
}

// altered reports whether the facility may have changed, and not only what is booked.
func (f Freed) altered() bool { return len(f.Pools) == 0 }

// aimAnew notes where and when what a request waits for may come, if a changed facility changed that.
func (d *decision) aimAnew(ctx context.Context, r Request) (Request, error) {
	if w := d.aimed(r, *r.Wait); !w.Reach.Equal(r.Wait.Reach) || !slices.Equal(w.Places, r.Wait.Places) {
		if err := d.covered(Touched(r)); err != nil {
			return r, err
		}
		r, err := d.tx.LockRequest(ctx, r.ID)
		if err != nil || !r.waitsAt(d.now) {
			return r, err
		}
		before := r
		r.Wait = d.aimed(r, *r.Wait)
		return d.save(ctx, before, r, note{action: ActionWait, text: "the facility changed, and with it what may come free for it"})
	}
	return r, nil
}
