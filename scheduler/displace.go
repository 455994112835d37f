package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/testbeds"
)

// room locks the requests that must make room, and lists for each the bookings that it would give up: its slot, the slot held for it, or its open
// offers.
func (d *decision) room(ctx context.Context, victims []Request) ([][]int64, error) {
	given := make([][]int64, len(victims))
	for i, v := range victims {
		if v.ID == d.request.ID {
			return nil, Errorf(CodeConflict, "request #%d cannot make room for itself", v.Number)
		}
		v, err := d.tx.LockRequest(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		if err := d.covered(Touched(v)); err != nil {
			return nil, err
		}
		victims[i] = v
		if d.request.Priority.Below(v.Priority) {
			return nil, Errorf(CodeConflict, "request #%d (priority %s) cannot displace request #%d (priority %s): only one of the same or a lower priority makes room", d.request.Number, d.request.Priority.Named(), v.Number, v.Priority.Named())
		}
		if given[i] = v.gives(d.now); len(given[i]) == 0 {
			return nil, Errorf(CodeConflict, "request #%d is %s: only a scheduled or held request can be displaced", v.Number, v.Status)
		}
	}
	return given, nil
}

// needed makes sure that no request is displaced in vain: with any one of them left alone the proposal must not fit.
func (d *decision) needed(p proposal, victims []Request, given [][]int64) error {
	var bad faults
	for i, v := range victims {
		others := slices.Concat(slices.Delete(slices.Clone(given), i, i+1)...)
		_ = d.snapshot(func(w snapshot) error {
			if d.verdictOn(w, p).Fits {
				bad.add(fmt.Sprintf("override.displace[%d]", i), "request #%d need not make room: there is enough without it", v.Number)
			}
			return nil
		}, append(others, d.request.bookings()...)...)
	}
	return bad.err()
}

// displace sends requests back to review, each with alternatives that take the new state into account, the best of them held as offers.
func (d *decision) displace(ctx context.Context, p proposal, reason string, victims []Request) error {
	for _, before := range victims {
		v, err := d.dropMove(ctx, before)
		if err != nil {
			return err
		}
		v.Scheduled, v.HoldUntil, v.Units, v.Overbooked, v.Reminded, v.Overrun = nil, nil, nil, nil, nil, false
		if v.Status == Rejected {
			err = d.withdraw(ctx, &v, "")
		} else {
			v.Status, v.Approvals = UnderReview, d.approvals(v)
			v, err = d.occupy(ctx, v, d.fresh(v, testbeds.Pending))
		}
		if err != nil {
			return err
		}
		// The verdict names the request that took the slot, and is masked for readers who may not know it.
		v.unflag(FlagFacility)
		v.Flags = append(slices.Clone(v.Flags), Flag{Kind: FlagDisplaced, At: d.now, Text: reason})
		verdict, alternatives := d.beside(p, v)
		err = d.snapshot(func(w snapshot) error {
			w.fed.Put(p.booking)
			return d.compensate(ctx, &v, w)
		}, p.booking.ID, v.Booking)
		if err != nil {
			return err
		}
		v, err = d.save(ctx, before, v, note{action: ActionDisplace, reason: reason, text: "its slot was given to another request", verdict: &verdict})
		if err != nil {
			return err
		}
		d.outcome.Displaced = append(d.outcome.Displaced, Displaced{Request: v.ID, Number: v.Number, Name: v.Name, Slot: v.Slot, Alternatives: alternatives})
	}
	return nil
}

// beside checks a displaced request once the other one has its slot, and finds alternatives for it.
func (d *decision) beside(p proposal, v Request) (verdict testbeds.Verdict, alternatives []testbeds.Alternative) {
	_ = d.snapshot(func(w snapshot) error {
		w.fed.Put(p.booking)
		verdict = w.fed.Check(current(v, w.catalogue), v.Slot)
		alternatives = d.s.alternatives(w.fed, askOf(v), limited(0), false)
		return nil
	}, p.booking.ID, v.Booking)
	return verdict, alternatives
}

// notify tells the people of requests that lose capacity, without saying to whom.
func (d *decision) notify(ctx context.Context, conflicts []testbeds.Conflict, already []string, n note) (told []string, err error) {
	var numbers []int64
	for _, c := range conflicts {
		for _, t := range c.TakenBy {
			if t.Kind == testbeds.TakerBooking && !slices.Contains(numbers, t.Request) && !slices.Contains(already, toldKey(t.Request)) {
				numbers = append(numbers, t.Request)
			}
		}
	}
	if len(numbers) == 0 {
		return already, nil
	}
	list, err := d.tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return already, err
	}
	told = slices.Clone(already)
	for _, r := range list {
		told = append(told, toldKey(r.Number))
		if err := d.record(ctx, r.Status, r, n); err != nil {
			return already, err
		}
	}
	return told, nil
}

// toldKey marks among a request's reminders that the people of another one were notified of its overrun.
func toldKey(number int64) string { return fmt.Sprintf("told #%d", number) }
