package scheduler

import (
	"context"
	"slices"
	"strconv"

	"berth/testbeds"
)

// shortages are, by booking, the overcommitments that a change brings.
type shortages map[int64][]testbeds.Overcommitment

// broken names the bookings that the change leaves without capacity that they had before, and, after a change of the catalogue, the
// requests that are no longer deployable.
func (d *decision) broken(ctx context.Context, f testbeds.Facility, c testbeds.Catalogue, out *FacilityChange) (shortages, error) {
	out.Broken = []BrokenBooking{}
	var bookings []testbeds.Booking
	if err := d.tx.Bookings(ctx, d.now, func(b testbeds.Booking) error {
		bookings = append(bookings, b)
		return nil
	}); err != nil {
		return nil, err
	}
	var horizon testbeds.Slot
	var before testbeds.Facility
	var old testbeds.Catalogue
	_ = d.s.ledger.read(func(w world) error {
		horizon, before, old = w.fed.Horizon(), w.fed.Facility(), w.catalogue
		return nil
	})
	horizon.Start = d.now
	fed, err := testbeds.NewFederation(f, testbeds.Slot{Start: d.now.Add(-past), End: horizon.End})
	if err != nil {
		return nil, Errorf(CodeInvalid, "the facility cannot be laid out over time: %v", err)
	}
	fed.Load(bookings)
	short, err := newlyShort(before, f, horizon, bookings)
	if err != nil {
		return nil, err
	}
	for _, b := range bookings {
		if over := short[b.ID]; len(over) > 0 {
			if err := d.addBroken(ctx, fed, b, over, out); err != nil {
				return nil, err
			}
		}
	}
	return short, d.undeployable(ctx, fed, old, c, bookings, out)
}

// newlyShort are, by booking, the overcommitments that there are with the new facility and were not with the old one.
func newlyShort(before, after testbeds.Facility, horizon testbeds.Slot, bookings []testbeds.Booking) (shortages, error) {
	was, err := testbeds.Sweep(before, horizon, bookings)
	if err != nil {
		return nil, err
	}
	is, err := testbeds.Sweep(after, horizon, bookings)
	if err != nil {
		return nil, err
	}
	short := shortages{}
	for _, o := range is {
		old := slices.ContainsFunc(was, func(w testbeds.Overcommitment) bool {
			return w.Resource == o.Resource && w.Unit == o.Unit && w.Interval.Contains(o.Interval) && w.Booked-w.Total >= o.Booked-o.Total
		})
		for _, id := range o.Bookings {
			if !old {
				short[id] = append(short[id], o)
			}
		}
	}
	return short, nil
}

// maxBrokenOptions bounds for how many broken bookings alternatives are looked for; the others are named without.
const maxBrokenOptions = 20

func (d *decision) addBroken(ctx context.Context, fed *testbeds.Federation, b testbeds.Booking, over []testbeds.Overcommitment, out *FacilityChange) error {
	r, err := d.tx.RequestByNumber(ctx, b.Request)
	if err != nil {
		return err
	}
	broken := BrokenBooking{Request: r.ID, Number: r.Number, Name: r.Name, Slot: b.Slot, Short: over}
	if len(out.Broken) < maxBrokenOptions {
		broken.Alternatives = d.s.alternatives(fed.Without(b.ID), wish{experiment: r.Experiment(), slot: b.Slot, window: r.Window, shortest: r.MinDuration}, limited(0), false)
	}
	out.Broken = append(out.Broken, broken)
	return nil
}

// undeployable adds requests with a booking that could run with the old catalogue and cannot with the new one.
func (d *decision) undeployable(ctx context.Context, fed *testbeds.Federation, old, now testbeds.Catalogue, bookings []testbeds.Booking, out *FacilityChange) error {
	if len(old.Diff(now)) == 0 {
		return nil
	}
	for _, b := range bookings {
		r, err := d.tx.RequestByNumber(ctx, b.Request)
		if err != nil {
			return err
		}
		could := len(fed.Check(current(r, old), b.Slot).Problems) == 0
		can := len(fed.Check(current(r, now), b.Slot).Problems) == 0
		named := slices.ContainsFunc(out.Broken, func(x BrokenBooking) bool { return x.Request == r.ID })
		if could && !can && !named && b.Strength == testbeds.Firm {
			out.Broken = append(out.Broken, BrokenBooking{Request: r.ID, Number: r.Number, Name: r.Name, Slot: b.Slot, Short: []testbeds.Overcommitment{}})
		}
	}
	return nil
}

// flag records on each broken request that its capacity went away, and on its booking that this is known. Its offers that are short
// are withdrawn: nothing can be promised that is not there.
func (d *decision) flag(ctx context.Context, o ChangeOptions, broken []BrokenBooking, short shortages) error {
	flagged := map[string]bool{}
	for _, b := range broken {
		if flagged[b.Request] {
			continue
		}
		flagged[b.Request] = true
		r, err := d.tx.LockRequest(ctx, b.Request)
		if err != nil {
			return err
		}
		before := r
		if err := d.overbooked(ctx, r.Booking, r.ID, short); err != nil {
			return err
		}
		r.Offers = slices.Clone(r.Offers)
		for i, offer := range r.Offers {
			if len(short[offer.Booking]) == 0 || offer.State != OfferOpen {
				continue
			}
			r.Offers[i].State, r.Offers[i].Booking = OfferWithdrawn, 0
			if err := d.release(ctx, offer.Booking); err != nil {
				return err
			}
		}
		r.Flags = append(r.Flags, Flag{Kind: "facility_change", At: d.now, Text: "a change of the facility left it without its capacity: " + o.Reason})
		if _, err := d.save(ctx, before, r, note{action: ActionFlag, reason: o.Reason, text: strconv.Itoa(len(b.Short)) + " intervals are short"}); err != nil {
			return err
		}
	}
	return nil
}

// overbooked marks a booking that is short.
func (d *decision) overbooked(ctx context.Context, id int64, request string, short shortages) error {
	var b testbeds.Booking
	found := false
	_ = d.world(func(w world) error {
		b, found = w.fed.Booking(id)
		return nil
	})
	if !found || len(short[id]) == 0 {
		return nil
	}
	b.Overbooked = true
	_, err := d.book(ctx, request, b)
	return err
}
