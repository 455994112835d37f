package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/testbeds"
)

// room locks the requests that are to make room, and names for each the bookings that it would give up: its slot, the slot that is
// held for it, or its open offers.
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
		switch {
		case v.Status == Scheduled, v.Status == UnderReview && v.HoldUntil != nil:
			given[i] = []int64{v.Booking}
		case v.Status == Rejected:
			for _, o := range v.Offers {
				if o.State == OfferOpen {
					given[i] = append(given[i], o.Booking)
				}
			}
		}
		if len(given[i]) == 0 {
			return nil, Errorf(CodeConflict, "request #%d is %s and has nothing to give: only what is scheduled or held can be displaced", v.Number, v.Status)
		}
	}
	return given, nil
}

// needed makes sure that nobody is displaced in vain: with one of them left alone the request must not fit.
func (d *decision) needed(r Request, victims []Request, given [][]int64) error {
	var bad faults
	for i, v := range victims {
		others := slices.Concat(slices.Delete(slices.Clone(given), i, i+1)...)
		_ = d.world(func(w world) error {
			if w.fed.Check(pinned(r, w.catalogue), r.Slot).Fits {
				bad.add(fmt.Sprintf("override.displace[%d]", i), "request #%d need not make room: it fits without that", v.Number)
			}
			return nil
		}, append(others, r.Booking)...)
	}
	return bad.err()
}

// displace sends requests back to review, each with alternatives that take the new state into account.
func (d *decision) displace(ctx context.Context, r Request, reason string, victims []Request) error {
	for _, before := range victims {
		v := before
		v.Scheduled, v.HoldUntil, v.Units, v.Overbooked, v.Reminded = nil, nil, nil, nil, nil
		if v.Status == Rejected {
			if err := d.withdraw(ctx, &v, ""); err != nil {
				return err
			}
		} else {
			v.Status, v.Approvals = UnderReview, d.approvals(v)
			if _, err := d.book(ctx, v.ID, d.booking(v, v.Booking, testbeds.Pending)); err != nil {
				return err
			}
		}
		// Whose request it was is for those to know who may: the verdict names it, and is masked for the others.
		v.Flags = append(slices.Clone(v.Flags), Flag{Kind: "displaced", At: d.now, Text: reason})
		verdict, alternatives := d.beside(r, v)
		v, err := d.save(ctx, before, v, note{action: ActionDisplace, reason: reason, text: "its slot was given to another request", verdict: &verdict})
		if err != nil {
			return err
		}
		d.outcome.Displaced = append(d.outcome.Displaced, Displaced{Request: v.ID, Number: v.Number, Name: v.Name, Slot: v.Slot, Alternatives: alternatives})
	}
	return nil
}

// beside is how a displaced request stands once the other one has its slot, and where it could go.
func (d *decision) beside(r, v Request) (verdict testbeds.Verdict, alternatives []testbeds.Alternative) {
	taken := d.booking(r, r.Booking, testbeds.Firm)
	_ = d.world(func(w world) error {
		w.fed.Put(taken)
		verdict = w.fed.Check(current(v, w.catalogue), v.Slot)
		alternatives = d.s.alternatives(w.fed, wishOf(v), limited(0), false)
		return nil
	}, r.Booking, v.Booking)
	return verdict, alternatives
}

// tell lets the people of the requests that lose capacity by something know of it, without saying whose doing it is.
func (d *decision) tell(ctx context.Context, conflicts []testbeds.Conflict, already []string, n note) (told []string, err error) {
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

// toldKey marks among a request's reminders that the people of another one were told of its overrun.
func toldKey(number int64) string { return fmt.Sprintf("told #%d", number) }
