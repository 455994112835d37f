package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/testbeds"
)

// equip makes sure that a request which starts has its named units: those that were chosen for it, others where these are not there, or
// none, if somebody overrides that.
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
		b, r.Units = unchosen(b, r.Demand), nil // it starts without, and has what it insists on on paper only
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

// reequipped is a booking with units that are there, and why it has not all that it needs.
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
	if len(lost) == 0 { // it has enough by count, and none that would do throughout
		lost = []testbeds.Conflict{{Resource: b.Claims[0].Resource, Interval: b.Slot, Needed: 1, ShortBy: 1}}
	}
	return b, lost, nil
}

// unequipped refuses a start whose units are not there, and names who has them.
func (d *decision) unequipped(r Request, lost []testbeds.Conflict) error {
	d.outcome.Fit.Conflicts, d.outcome.Fit.Fits = lost, false
	_ = d.snapshot(func(w snapshot) error {
		d.outcome.Alternatives = d.s.alternatives(w.fed, askOf(r), limited(0), false)
		return nil
	}, r.bookings()...)
	return d.refusal(fmt.Sprintf("the units of request #%d are not there", r.Number))
}

// lostUnits are the conflicts of a booking's named units right now: with what runs, with closures, and with units that there are no more.
// What is granted beside it and has not begun keeps no unit from it.
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

// equipped is a booking with its named units chosen; complete is false where not all could be.
func (d *decision) equipped(b testbeds.Booking) (_ testbeds.Booking, complete bool) {
	_ = d.snapshot(func(w snapshot) error {
		b.Claims, complete = w.fed.AssignUnits(b)
		return nil
	})
	return b, complete
}

// unchosen is a booking with the units alone that its request insists on.
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

// unitsIn are the named units that a booking has.
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
