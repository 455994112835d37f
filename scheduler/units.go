package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/testbeds"
)

// equip makes sure that a starting request has its named units: the chosen ones, others where these are not available, or none under an override.
func (d *decision) equip(ctx context.Context, r Request, o *Override) (Request, error) {
	was, ok := d.booked(r)
	if !ok {
		return r, fmt.Errorf("request #%d (%s) has no booking", r.Number, d.request.Status)
	}
	b, lost, err := d.reequipped(ctx, r, was)
	if err != nil {
		return r, err
	}
	b.Overbooked = b.Overbooked && d.excess(b) // other units may be all that it lacked
	if r.Units = unitsIn(b); len(lost) > 0 {
		if o == nil || o.Mode != OverrideOverbook {
			return r, d.unequipped(r, lost)
		}
		b, r.Units = unchosen(b, r.Demand), nil // it starts without units, and keeps only on paper those that it insists on
		b.Overbooked = true
		r.Overbooked = append(slices.Clone(r.Overbooked), Overbook{At: d.now, By: d.actor.Username, Reason: o.Reason, Conflicts: lost})
	}
	if sameUnits(was, b) && was.Overbooked == b.Overbooked {
		return r, nil
	}
	if was.Overbooked && !b.Overbooked && d.runs(r) {
		r.unflag(FlagFacility)
	}
	return d.occupy(ctx, r, b)
}

// reequipped gives a booking units that are available, and lists the conflicts that remain.
func (d *decision) reequipped(ctx context.Context, r Request, b testbeds.Booking) (_ testbeds.Booking, lost []testbeds.Conflict, err error) {
	if lost, err = d.lostUnits(ctx, b); err != nil {
		return b, nil, err
	}
	if len(lost) > 0 {
		b = unchosen(b, r.Demand)
	}
	b, complete := d.equipped(b)
	if complete {
		lost, err = d.lostUnits(ctx, b)
		return b, lost, err
	}
	_ = d.snapshot(func(w snapshot) error {
		lost = append(lost, w.fed.Recheck(testbeds.Experiment{}, b, d.now).Conflicts...)
		return nil
	}, b.ID)
	if len(lost) == 0 { // enough units by count, but none that is free throughout
		lost = []testbeds.Conflict{{Resource: b.Claims[0].Resource, Interval: b.Slot, Needed: 1, ShortBy: 1}}
	}
	return b, lost, nil
}

// unequipped refuses a start without its units, and names the requests that have them.
func (d *decision) unequipped(r Request, lost []testbeds.Conflict) error {
	d.outcome.Fit.Conflicts, d.outcome.Fit.Fits = lost, false
	_ = d.snapshot(func(w snapshot) error {
		d.outcome.Alternatives = d.s.alternatives(w.fed, askOf(r), limited(0), false)
		return nil
	}, r.bookings()...)
	return d.refusal(fmt.Sprintf("the units of request #%d are not available", r.Number), OverrideOverbook)
}

// lostUnits lists the conflicts of a booking's named units right now: with running requests, with closures, and with removed units. A granted request
// that has not begun takes no unit from it.
func (d *decision) lostUnits(ctx context.Context, b testbeds.Booking) ([]testbeds.Conflict, error) {
	var conflicts []testbeds.Conflict
	_ = d.snapshot(func(w snapshot) error {
		conflicts = w.fed.Conflicting(b, d.now)
		return nil
	})
	var numbers []int64
	for _, c := range conflicts {
		for _, t := range c.TakenBy {
			if t.Kind == testbeds.TakerBooking {
				numbers = append(numbers, t.Request)
			}
		}
	}
	if len(numbers) == 0 {
		return conflicts, nil
	}
	list, err := d.tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(conflicts, func(c testbeds.Conflict) bool {
		return !slices.ContainsFunc(c.TakenBy, func(t testbeds.Taker) bool {
			return t.Kind != testbeds.TakerBooking || slices.ContainsFunc(list, func(r Request) bool { return r.Number == t.Request && r.Status.Begun() })
		})
	}), nil
}

// equipped chooses a booking's named units; complete is false where some are missing.
func (d *decision) equipped(b testbeds.Booking) (_ testbeds.Booking, complete bool) {
	_ = d.snapshot(func(w snapshot) error {
		b.Claims, complete = w.fed.AssignUnits(b)
		return nil
	})
	return b, complete
}

// unchosen reduces a booking's units to those that its request insists on.
func unchosen(b testbeds.Booking, demand testbeds.Demand) testbeds.Booking {
	b.Claims = slices.Clone(b.Claims)
	for i, c := range b.Claims {
		b.Claims[i].Units = nil
		for _, n := range demand {
			if n.Resource == c.Resource {
				b.Claims[i].Units = n.Units
			}
		}
	}
	return b
}

func sameUnits(a, b testbeds.Booking) bool {
	return slices.EqualFunc(a.Claims, b.Claims, func(x, y testbeds.Claim) bool { return slices.Equal(x.Units, y.Units) })
}

// unitsIn lists the named units of a booking.
func unitsIn(b testbeds.Booking) []AssignedUnits {
	var list []AssignedUnits
	for _, c := range b.Claims {
		if len(c.Units) > 0 {
			list = append(list, AssignedUnits{Testbed: c.Testbed, Device: c.Device, Units: c.Units})
		}
	}
	return list
}

func unitWords(units []AssignedUnits) string {
	var words []string
	for _, u := range units {
		words = append(words, fmt.Sprintf("%s %s: %s", u.Testbed, u.Device, strings.Join(u.Units, ", ")))
	}
	return strings.Join(words, "; ")
}
