package scheduler

import (
	"context"
	"fmt"

	"berth/testbeds"
)

// Verification is what Verify found.
type Verification struct {
	Bookings        int                       `json:"bookings"`
	Overcommitments []testbeds.Overcommitment `json:"overcommitments"` // not recorded as overbooked: what must never be
	Recorded        []testbeds.Overcommitment `json:"recorded"`        // recorded overbooks
	Inconsistencies []string                  `json:"inconsistencies"` // requests and bookings that do not agree
}

// Clean reports whether nothing was found that must not be.
func (v Verification) Clean() bool { return len(v.Overcommitments) == 0 && len(v.Inconsistencies) == 0 }

// Verify sweeps the whole database from nothing: it adds up every claim that is in force against what the facility says, without the
// engine's own structures, and compares requests with their bookings.
func (s *Service) Verify(ctx context.Context) (Verification, error) {
	v := Verification{Overcommitments: []testbeds.Overcommitment{}, Recorded: []testbeds.Overcommitment{}, Inconsistencies: []string{}}
	err := s.store.View(ctx, func(tx Reader) error {
		f, err := tx.Facility(ctx)
		if err != nil {
			return err
		}
		horizon := testbeds.Slot{Start: s.now().Truncate(day).Add(-past), End: s.now().Truncate(day).Add(s.o.Horizon)}
		byID := map[int64]testbeds.Booking{}
		var bookings []testbeds.Booking
		err = tx.Bookings(ctx, horizon.Start, func(b testbeds.Booking) error {
			byID[b.ID] = b
			return nil
		})
		if err != nil {
			return err
		}
		// What is over is not swept: the facility may have been another one then.
		err = tx.Bookings(ctx, s.now(), func(b testbeds.Booking) error {
			bookings = append(bookings, b)
			return nil
		})
		if err != nil {
			return err
		}
		v.Bookings = len(byID)
		over, err := testbeds.Sweep(f, testbeds.Slot{Start: s.now(), End: horizon.End}, bookings)
		if err != nil {
			return err
		}
		for _, o := range over {
			if o.Recorded {
				v.Recorded = append(v.Recorded, o)
			} else {
				v.Overcommitments = append(v.Overcommitments, o)
			}
		}
		v.Inconsistencies, err = s.inconsistencies(ctx, tx, horizon, byID)
		return err
	})
	return v, err
}

// inconsistencies compares every request with its bookings, and every booking with its request.
func (s *Service) inconsistencies(ctx context.Context, tx Reader, horizon testbeds.Slot, bookings map[int64]testbeds.Booking) ([]string, error) {
	found := []string{}
	owned := map[int64]bool{}
	for before := int64(0); ; {
		list, err := tx.Requests(ctx, RequestFilter{Before: before, Limit: maxPage})
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			found = append(found, s.disagreements(r, horizon, bookings, owned)...)
		}
		if len(list) < maxPage {
			break
		}
		before = list[len(list)-1].Number
	}
	for id, b := range bookings {
		if !owned[id] {
			found = append(found, fmt.Sprintf("booking %d of request #%d belongs to no request in that state", id, b.Request))
		}
	}
	return found, nil
}

// disagreements are those of one request; the bookings that it owns are ticked off.
func (s *Service) disagreements(r Request, horizon testbeds.Slot, bookings map[int64]testbeds.Booking, owned map[int64]bool) []string {
	var found []string
	say := func(format string, args ...any) {
		found = append(found, fmt.Sprintf("request #%d (%s): ", r.Number, r.Status)+fmt.Sprintf(format, args...))
	}
	for _, o := range r.Offers {
		b, ok := bookings[o.Booking]
		owned[o.Booking] = true
		if o.State == OfferOpen && o.Expires.After(s.now()) && o.What.Slot.End.After(horizon.Start) && (!ok || b.Strength != testbeds.Held) {
			say("offer %s holds nothing", o.ID)
		}
	}
	b, ok := bookings[r.Booking]
	for _, id := range r.bookings() {
		owned[id] = true
	}
	active := r.Status == Scheduled || r.Status == Instantiating || r.Status == Running || r.Status == Terminating
	switch {
	case active && r.Slot.End.After(horizon.Start) && (!ok || b.Strength != testbeds.Firm):
		say("has no firm booking")
	case active && ok:
		found = append(found, uncovered(r, b)...)
	case r.Status == UnderReview && ok && b.Strength == testbeds.Firm:
		say("has a firm booking, and is not granted")
	case !active && r.Status != UnderReview && ok && b.Strength.Blocks() && b.Slot.End.After(r.Updated):
		say("is over, and its booking lasts until %s", b.Slot.End)
	}
	return found
}

// uncovered are the parts of a request's demand that its booking does not claim throughout its slot.
func uncovered(r Request, b testbeds.Booking) []string {
	claimed := map[testbeds.Resource]int64{}
	for _, c := range b.Claims {
		if !c.From.After(r.Slot.Start) && !c.To.Before(r.Slot.End) {
			claimed[c.Resource] += c.Amount
		}
	}
	var found []string
	for _, n := range r.Demand {
		if claimed[n.Resource] != n.Amount {
			found = append(found, fmt.Sprintf("request #%d (%s): needs %d of %s, its booking claims %d", r.Number, r.Status, n.Amount, n.Resource, claimed[n.Resource]))
		}
	}
	return found
}
