package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/lateness"
	"berth/testbeds"
)

// What time does to a slot that nobody reports as started. Package lateness works out when; here it is done.

// granted returns the slot as it was granted, also where the rest of it was given back since.
func (r Request) granted() testbeds.Slot {
	if r.Scheduled != nil && r.Released != nil {
		return *r.Scheduled
	}
	return r.Slot
}

// terms returns the rules for the request's slot. Those that were granted before there were any have the stock ones.
func (r Request) terms() lateness.Terms {
	if r.Lateness == nil {
		return lateness.Stock()
	}
	return *r.Lateness
}

// regranted gives a request that was granted anew the terms of its testbeds, and ends what concerned an earlier slot. What was started, or lost its
// slot, is no longer unreported.
func (d *decision) regranted(before Request, after *Request) {
	if after.Status != Scheduled {
		after.unflag(FlagUnreported)
		if after.Status == UnderReview {
			after.Lateness, after.Released, after.Needed = nil, nil, nil
		}
		return
	}
	if before.Status == Scheduled && before.Scheduled != nil && after.Scheduled != nil && before.Scheduled.Equal(*after.Scheduled) && sameDemand(before.Demand, after.Demand) {
		return
	}
	after.unflag(FlagUnreported)
	after.Released, after.Needed = nil, nil
	var beds []testbeds.Testbed
	_ = d.s.ledger.read(func(w snapshot) error {
		for _, id := range after.Demand.Testbeds() {
			t, _ := w.fed.Testbed(id)
			beds = append(beds, t)
		}
		return nil
	})
	after.Lateness = new(lateness.Of(beds, after.Slot))
}

// lateSteps lists when time next does something to a slot that nobody has reported as started.
func (r Request) lateSteps(now time.Time) []time.Time {
	slot, terms := r.granted(), r.terms()
	list := []time.Time{lateness.Closed(slot)}
	if at, ever := terms.Asked(slot); ever && r.Needed == nil && now.Before(slot.Start) {
		list = append(list, at)
	}
	if !r.flagged(FlagUnreported) {
		list = append(list, terms.Unreported(slot))
	}
	if at, ever := terms.Released(slot); ever && r.Released == nil && now.Before(slot.End) {
		list = append(list, at)
	}
	return list
}

func (r Request) flagged(kind FlagKind) bool {
	return slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Kind == kind })
}

// askNeeded asks the experimenter whether a slot ahead is still needed.
func (d *decision) askNeeded(ctx context.Context, r Request) (Request, error) {
	at, ever := r.terms().Asked(r.Slot)
	if r.Status != Scheduled || r.Needed != nil || !ever || at.After(d.now) || !d.now.Before(r.Slot.Start) {
		return r, nil
	}
	before := r
	r.Needed = &Needed{Asked: d.now}
	return d.save(ctx, before, r, note{action: ActionAskNeeded, text: "is it still needed?"})
}

// unreported flags a slot that has begun without anybody saying so.
func (d *decision) unreported(ctx context.Context, r Request) (Request, error) {
	if r.Status != Scheduled || r.flagged(FlagUnreported) || r.terms().Unreported(r.granted()).After(d.now) || !lateness.Closed(r.granted()).After(d.now) {
		return r, nil // not yet, or it is closed at once
	}
	before := r
	text := "its slot began at " + r.granted().Start.Format(time.RFC3339) + ", and nobody has reported that it was started"
	r.Flags = append(slices.Clone(r.Flags), Flag{Kind: FlagUnreported, At: d.now, Text: text})
	return d.save(ctx, before, r, note{action: ActionUnreported, text: text})
}

// releaseRest gives the rest of a slot back that nobody has started.
func (d *decision) releaseRest(ctx context.Context, r Request) (Request, error) {
	at, ever := r.terms().Released(r.granted())
	if r.Status != Scheduled || r.Released != nil || !ever || at.After(d.now) || !d.now.Before(r.Slot.End) {
		return r, nil
	}
	before := r
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return r, err
	}
	if r, err = d.truncate(ctx, r, d.now); err != nil {
		return r, err
	}
	r.Released = new(d.now)
	text := fmt.Sprintf("nobody reported its start: the time until %s is free again", before.Slot.End.Format(time.RFC3339))
	return d.save(ctx, before, r, note{action: ActionRelease, text: text})
}

// closeUnused closes a slot as a no-show that passed long ago, and of which nobody has reported anything.
func (d *decision) closeUnused(ctx context.Context, r Request) (Request, error) {
	if r.Status != Scheduled || lateness.Closed(r.granted()).After(d.now) {
		return r, nil
	}
	before := r
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return r, err
	}
	r.Status, r.NoShow = Cancelled, new(d.now)
	return d.save(ctx, before, r, note{action: ActionNoShow, text: "closed as a no-show: nobody reported anything about it within seven days"})
}

// regain gives a request that starts late the rest of its slot again: all of it, or what is left from now on, if need be with other units. Where that
// is taken by now, it is refused, or overbooked by an override. A slot that is over meanwhile stays as it is: the request runs past its end.
func (d *decision) regain(ctx context.Context, r Request, o *Override) (Request, error) {
	if r.Released == nil {
		return r, nil
	}
	have, ok := d.booked(r)
	if !ok {
		return r, fmt.Errorf("request #%d (%s) has no booking", r.Number, d.request.Status)
	}
	released, end := *r.Released, r.Scheduled.End
	r.Released = nil
	if !end.After(d.now) {
		return r, nil
	}
	whole := have.Until(end)
	rest := begun(whole, d.now)
	b := whole
	for _, try := range []struct {
		booking testbeds.Booking
		since   time.Time
	}{{whole, released}, {rest, d.now}, {unchosen(rest, r.Demand), d.now}} {
		if b = try.booking; len(unitsIn(b)) == 0 {
			r.Units = nil
		}
		err := d.snapshot(func(w snapshot) error {
			d.found(w, r, w.fed.Recheck(pinned(r, w.catalogue), b, try.since))
			return nil
		}, r.bookings()...)
		if err != nil {
			return r, err
		}
		if len(d.outcome.Fit.Conflicts) == 0 {
			return d.retake(ctx, r, b)
		}
	}
	if o == nil || o.Mode != OverrideOverbook {
		return r, d.refusal(fmt.Sprintf("the rest of request #%d's slot was given back at %s, and is no longer free", r.Number, released.Format(time.RFC3339)), OverrideOverbook)
	}
	p, err := d.marked(ctx, proposal{request: r, booking: b}, o)
	if err != nil {
		return r, err
	}
	return d.retake(ctx, p.request, p.booking)
}

// retake gives a request a booking in place of the one that was cut off.
func (d *decision) retake(ctx context.Context, r Request, b testbeds.Booking) (Request, error) {
	r.Slot, r.Units = b.Slot, unitsIn(b)
	d.outcome.Alternatives = nil
	return d.occupy(ctx, r, b)
}

// begun returns a booking without the time before an instant within its slot.
func begun(b testbeds.Booking, at time.Time) testbeds.Booking {
	b.Claims = slices.Clone(b.Claims)
	b.Slot.Start = at
	for i := range b.Claims {
		b.Claims[i].From = at
	}
	return b
}

// saidOnce drops the last record of an overbook where the one before it, of the same decision, says as much: the slot was taken again, and its units
// with it.
func saidOnce(list []Overbook) []Overbook {
	n := len(list)
	if n < 2 || !list[n-1].At.Equal(list[n-2].At) || list[n-1].By != list[n-2].By {
		return list
	}
	more := slices.ContainsFunc(list[n-1].Conflicts, func(c testbeds.Conflict) bool {
		return !slices.ContainsFunc(list[n-2].Conflicts, func(o testbeds.Conflict) bool { return o.Resource == c.Resource })
	})
	if more {
		return list
	}
	return slices.Clip(list[:n-1])
}

// untilNow lets the booking of a request that is reported after its slot last until now: it needs units that nobody else runs on.
func (d *decision) untilNow(ctx context.Context, r Request) (Request, error) {
	have, ok := d.booked(r)
	if !ok || r.Slot.End.After(d.now) {
		return r, nil
	}
	return d.occupy(ctx, r, have.Until(d.now.Add(overrunStep)))
}
