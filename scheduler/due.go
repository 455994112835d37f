package scheduler

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// due returns when time next does something to a request; nil for never.
func (s *Service) due(r Request) *time.Time {
	var next *time.Time
	earliest := func(t *time.Time) {
		if t != nil && (next == nil || t.Before(*next)) {
			next = t
		}
	}
	for _, o := range r.Offers {
		if o.State == OfferOpen {
			earliest(new(o.until()))
		}
	}
	if r.Care != nil {
		earliest(&r.Care.At)
	}
	earliest(r.heldUntil())
	earliest(r.waitEnds())
	if r.PendingMove != nil {
		earliest(new(r.lapses()))
	}
	for _, m := range append(s.reminders(r), r.offerReminders()...) {
		earliest(&m.at)
	}
	if r.Status.Begun() {
		earliest(new(r.overruns()))
	}
	if s.unitsToChoose(r) {
		earliest(new(r.begins()))
	}
	for _, c := range r.clocks() {
		if at, ok := c.Next(); ok {
			earliest(&at)
		}
	}
	if r.Status == Scheduled {
		for _, at := range r.lateSteps(s.now()) {
			earliest(&at)
		}
	}
	return next
}

// begins returns when a request begins to occupy capacity: at its first setup, as it was granted.
func (r Request) begins() time.Time {
	if r.Occupied != nil {
		return r.Occupied.Start
	}
	return r.Slot.Start
}

// unitsLooked marks that the units were looked for when setup began, even where none were free.
func (r Request) unitsLooked() string { return "units " + r.begins().Format(time.RFC3339) }

// unitsToChoose reports whether the named units of a request are still to be chosen.
func (s *Service) unitsToChoose(r Request) bool {
	return r.Status == Scheduled && len(r.Units) == 0 && !slices.Contains(r.Reminded, r.unitsLooked()) && s.named(r)
}

// named reports whether a request uses a device whose units have names.
func (s *Service) named(r Request) bool {
	found := false
	_ = s.ledger.read(func(w snapshot) error {
		if w.fed == nil {
			return nil
		}
		for _, d := range r.Devices {
			t, _ := w.fed.Testbed(d.Testbed)
			device, _ := t.Device(d.Device)
			found = found || len(device.Units) > 0
		}
		return nil
	})
	return found
}

// RunDue does everything that is due: offers that expire, units to choose, reminders, overruns. Any number of processes may call it; each thing
// happens once. next is the latest time for the next call. It returns no code of its own.
func (s *Service) RunDue(ctx context.Context) (done int, next *time.Time, err error) {
	done, err = s.runDue(ctx, nil, s.o.DueAtOnce)
	if err != nil {
		return done, nil, err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		next, err = tx.NextDue(ctx)
		return err
	})
	return done, next, err
}

// settle handles everything due on testbeds before a decision about them; RunDue meets its errors again. Where the state says that nothing is
// due anywhere, it asks nothing.
func (s *Service) settle(ctx context.Context, at State, among []string) {
	if len(among) == 0 || !at.due(s.now()) {
		return
	}
	if _, err := s.runDue(ctx, among, math.MaxInt); err != nil {
		s.o.Log.Warn("handling due requests before a decision", "testbeds", among, "error", err)
	}
}

// runDue handles due requests one by one, up to a number or all, and then passes on what came back. It logs an error of one and goes on with the next.
func (s *Service) runDue(ctx context.Context, among []string, most int) (done int, err error) {
	seen := map[string]bool{}
	for done < most {
		ids, err := s.dueAmong(ctx, among, s.o.DueAtOnce+len(seen))
		if err != nil {
			return done, err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return seen[id] })
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			seen[id] = true
			switch err := s.handle(ctx, id); {
			case errors.Is(err, errNothingDue): // another process was faster
			case err != nil && ctx.Err() != nil:
				return done, ctx.Err()
			case err != nil:
				s.o.Log.Error("handling a due request", "request", id, "error", err)
			default:
				done++
			}
		}
	}
	offers, err := s.passOnFreed(ctx, among)
	return done + offers, err
}

// dueAmong lists the ids of requests that are due on testbeds, or anywhere.
func (s *Service) dueAmong(ctx context.Context, among []string, limit int) (ids []string, err error) {
	err = s.snapshot(ctx, func(tx Reader, _ snapshot) error {
		ids, err = tx.DueRequests(ctx, s.now(), among, limit)
		return err
	})
	return ids, err
}

// handle does everything that is due to one request.
func (s *Service) handle(ctx context.Context, id string) error {
	var lock []string
	if err := s.store.View(ctx, func(tx Reader) error {
		r, err := tx.Request(ctx, id)
		lock = Touched(r)
		return err
	}); err != nil {
		return err
	}
	return growing(lock, nil, func(lock []string) error { return s.handleLocked(ctx, id, lock) })
}

func (s *Service) handleLocked(ctx context.Context, id string, lock []string) error {
	return s.store.Change(ctx, lock, func(tx Tx) error {
		d := &decision{s: s, tx: tx, actor: account.System, now: s.now(), locked: lock}
		r, err := tx.LockRequest(ctx, id)
		if err != nil {
			return err
		}
		if r.Due == nil || r.Due.After(d.now) {
			return errNothingDue
		}
		if err := d.covered(Touched(r)); err != nil {
			return err
		}
		if _, err := s.ledger.catchUp(ctx, tx, d.now); err != nil {
			return err
		}
		tx.OnCommit(s.ledger.take)
		d.request = r
		if err := d.recall(ctx); err != nil {
			return err
		}
		if err := d.pass(ctx, r); err != nil {
			return err
		}
		return d.relieve(ctx)
	})
}

// pass does everything that is due to a locked request, each with its own row in the history. What a deadline decides comes before what follows from
// it: a slot that is granted by default may be so near that its reminders are due already.
func (d *decision) pass(ctx context.Context, r Request) error {
	for _, do := range []func(context.Context, Request) (Request, error){d.expireOffers, d.endWait, d.expireHold, d.lapseMove, d.care, d.passDeadlines, d.chooseUnits, d.remind, d.remindOfOffers, d.overrun,
		d.askNeeded, d.unreported, d.releaseRest, d.closeUnused} {
		var err error
		if r, err = do(ctx, r); err != nil {
			return err
		}
	}
	due := d.s.due(r)
	if due != nil && !due.After(d.now) {
		return fmt.Errorf("request #%d (%s) is still due after it was handled", r.Number, r.Status)
	}
	if r.Due == nil || r.Due.After(d.now) {
		return nil
	}
	// Nothing came of it, such as a reminder of a slot that has begun meanwhile: only the time changes.
	return d.tx.SetDue(ctx, r.ID, due)
}

func (d *decision) expireOffers(ctx context.Context, r Request) (Request, error) {
	before := r
	r.Offers = slices.Clone(r.Offers)
	text := ""
	for i, o := range r.Offers {
		if o.State == OfferOpen && !o.until().After(d.now) {
			if err := d.release(ctx, o.Booking); err != nil {
				return r, err
			}
			r.Offers[i].State, r.Offers[i].Booking = OfferExpired, 0
			text += " " + o.ID
			if r.Wait != nil && r.Wait.Offer == o.ID {
				r.Wait = r.Wait.missed(d.now)
			}
		}
	}
	if text == "" {
		return before, nil
	}
	switch {
	case before.Wait != nil && r.Wait == nil:
		text += " was not taken in time: it no longer waits"
	case before.Wait != nil && r.Wait.Missed > before.Wait.Missed:
		text += " was not taken in time: it waits on, behind the others"
	}
	return d.save(ctx, before, r, note{action: ActionOfferExpire, text: "offer" + text})
}

// expireHold releases the slot of an accepted offer that was not granted in time; the request stays under review.
func (d *decision) expireHold(ctx context.Context, r Request) (Request, error) {
	if until := r.heldUntil(); until == nil || until.After(d.now) {
		return r, nil
	}
	before := r
	r, err := d.occupy(ctx, r, d.fresh(r, testbeds.Pending))
	if err != nil {
		return r, err
	}
	return d.save(ctx, before, r, note{action: ActionOfferExpire, text: "its slot is no longer held"})
}

// chooseUnits gives a request its named units when its setup begins: as late as possible, and for good.
func (d *decision) chooseUnits(ctx context.Context, r Request) (Request, error) {
	if !d.s.unitsToChoose(r) || r.begins().After(d.now) {
		return r, nil
	}
	before := r
	r.Reminded = append(slices.Clone(r.Reminded), r.unitsLooked())
	b, ok := d.booked(r)
	if !ok {
		return r, fmt.Errorf("request #%d (%s) has no booking", r.Number, r.Status)
	}
	b, _ = d.equipped(b)
	r.Units = unitsIn(b)
	if _, err := d.book(ctx, r.ID, b); err != nil {
		return r, err
	}
	return d.save(ctx, before, r, note{action: ActionUnits, text: unitWords(r.Units)})
}
