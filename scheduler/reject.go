package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// maxOffers limits the offers of a rejection: each takes capacity from everybody else.
const maxOffers = 10

// Reject turns a request down, with offers that hold their capacity for the experimenter until they expire. It returns CodeInvalid for the
// input, CodeConflict where a chosen offer does not fit, and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Reject(ctx context.Context, a account.Actor, id string, in Reject) (Outcome, error) {
	hold, err := s.checkReject(in)
	if err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionReject, id: id, revision: in.Revision, dry: in.DryRun,
		touches: s.offered(ctx, in),
		take:    func(ctx context.Context, d *decision) error { return d.reject(ctx, in, hold) }})
}

func (s *Service) checkReject(in Reject) (hold time.Duration, err error) {
	var bad faults
	checkReason("reason", in.Reason, &bad)
	if in.Count < 0 || in.Count > maxOffers {
		bad.add("alternatives", "a number must be from 0 to %d", maxOffers)
	}
	if len(in.Offers) > maxOffers {
		bad.add("alternatives", "at most %d offers", maxOffers)
	}
	for i, o := range in.Offers[:min(len(in.Offers), maxOffers)] {
		checkSlot(fmt.Sprintf("alternatives[%d].slot", i), o.Slot.UTC(), &bad)
		if !o.Slot.Start.After(s.now()) {
			bad.add(fmt.Sprintf("alternatives[%d].slot.start", i), "must lie ahead: the experimenter needs time to accept it")
		}
	}
	hold = in.HoldFor.Exact()
	switch {
	case hold == 0:
		hold = s.o.HoldFor
	case hold < time.Minute || hold > s.o.MaxHold:
		bad.add("hold_for", "must be from PT1M to %s", testbeds.Period{Clock: s.o.MaxHold})
	}
	return hold, bad.err()
}

// offered lists the testbeds that the offers of a rejection will touch, as things stand.
func (s *Service) offered(ctx context.Context, in Reject) func(Request) []string {
	return func(r Request) []string {
		var ids []string
		err := s.snapshot(ctx, func(_ Reader, w snapshot) error {
			for _, o := range s.candidates(w.fed.Without(r.Booking), r, in) {
				ids = append(ids, variantOf(r, o).Demand().Testbeds()...)
			}
			return nil
		})
		if err != nil {
			return nil // the decision meets the same error and reports it
		}
		return ids
	}
}

// candidates lists the alternatives for offers: the chosen ones, or more than wanted, because they may exclude one another.
func (s *Service) candidates(fed *capacity.Federation, r Request, in Reject) []testbeds.Alternative {
	if len(in.Offers) > 0 || in.Count == 0 {
		return in.Offers
	}
	return s.alternatives(fed, askOf(r), min(maxSuggestions, 5*in.Count), true)
}

// variantOf applies an alternative to the request's experiment; parts that it does not name stay.
func variantOf(r Request, o testbeds.Alternative) testbeds.Experiment {
	e := r.Experiment()
	if len(o.Placement) > 0 {
		e.Placement = maps.Clone(r.Placement)
		if e.Placement == nil {
			e.Placement = testbeds.Placement{}
		}
		for _, c := range r.Components {
			if where, ok := o.Placement[testbeds.PlaceAll]; ok {
				e.Placement[c.Member] = where
			}
			if where, ok := o.Placement[c.Member]; ok {
				e.Placement[c.Member] = where
			}
		}
	}
	if o.Devices != nil {
		e.Devices = o.Devices
	}
	return e
}

func (d *decision) reject(ctx context.Context, in Reject, hold time.Duration) error {
	r := d.request
	if err := d.checkAsItStands(r); err != nil {
		return err
	}
	own := r.Booking
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return err
	}
	if r, err = d.vacate(ctx, r); err != nil {
		return err
	}
	r.Scheduled, r.Status = nil, Rejected
	allowed, ruled, err := d.offering(ctx, r)
	if err != nil {
		return err
	}
	if err := allowed.chosen(r, in.Offers, ruled); err != nil {
		return err
	}
	offers, err := d.offers(r, in, own, func(w snapshot) []testbeds.Alternative {
		list := d.s.candidates(w.fed, r, in)
		if allowed.fed = w.fed; ruled && len(in.Offers) == 0 && len(list) > 0 {
			list = allowed.search(askOf(r), list, len(list))
		}
		return list
	})
	if err != nil {
		return err
	}
	for i := range offers {
		offers[i].Expires = sooner(d.now.Add(hold), offers[i].What.Slot.Start)
		if offers[i].Booking, err = d.book(ctx, r.ID, d.held(r, offers[i])); err != nil {
			return err
		}
	}
	r.Offers = append(slices.Clone(r.Offers), offers...)
	text := "no offers"
	if len(offers) > 0 {
		text = fmt.Sprintf("%d offers, held until %s", len(offers), lastOf(offers).Format(time.RFC3339))
	}
	r, err = d.save(ctx, d.request, r, note{reason: in.Reason, text: text, verdict: &d.outcome.Fit})
	d.outcome.Request, d.outcome.Alternatives = r, nil
	return err
}

// lastOf returns when the last of some offers ends.
func lastOf(offers []Offer) time.Time {
	return slices.MaxFunc(offers, func(a, b Offer) int { return a.Expires.Compare(b.Expires) }).Expires
}

// offers chooses among candidates what fits, each beside those before it. A chosen one that does not fit is a conflict.
func (d *decision) offers(r Request, in Reject, own int64, candidates func(snapshot) []testbeds.Alternative) ([]Offer, error) {
	var offers []Offer
	err := d.snapshot(func(w snapshot) error {
		wanted := max(in.Count, len(in.Offers))
		list := candidates(w)
		for i := 0; i < len(list) && len(offers) < wanted; i++ {
			o := list[i]
			e := variantOf(r, o)
			if len(in.Offers) == 0 && slices.ContainsFunc(offers, func(x Offer) bool { return x.gives(e, o.Slot) }) {
				continue // it fits a second time beside itself, but is no other alternative
			}
			if err := d.possible(w, e, fmt.Sprintf("alternatives[%d]", i)); err != nil {
				return err
			}
			if err := d.covered(e.Demand().Testbeds()); err != nil {
				return err
			}
			if v := w.fed.Check(e, o.Slot); !v.Fits {
				if len(in.Offers) > 0 {
					return &Error{Code: CodeConflict, Message: fmt.Sprintf("alternatives[%d] does not fit", i), Verdict: &v}
				}
				continue
			}
			o.Slot, o.Placement, o.Devices = o.Slot.UTC(), e.Placement, e.Devices
			offer := Offer{ID: strconv.Itoa(len(r.Offers) + len(offers) + 1), State: OfferOpen, Made: d.now, What: o}
			offers = append(offers, offer)
			held := heldIn(w, r, offer)
			held.ID = -int64(len(offers)) // stands in until the store gives it one
			w.fed.Put(held)
			if len(in.Offers) == 0 {
				list, i = candidates(w), -1 // search again beside the offers chosen so far
			}
		}
		return nil
	}, own)
	return offers, err
}

// gives reports whether an offer is that experiment in that slot.
func (o Offer) gives(e testbeds.Experiment, slot testbeds.Slot) bool {
	return o.What.Slot.Equal(slot) && maps.Equal(o.What.Placement, e.Placement) &&
		slices.EqualFunc(o.What.Devices, e.Devices, func(a, b testbeds.DeviceNeed) bool {
			return a.Testbed == b.Testbed && a.Device == b.Device && a.Count == b.Count && slices.Equal(a.Units, b.Units)
		})
}

// possible makes sure that an alternative names only existing VIMs and devices.
func (d *decision) possible(w snapshot, e testbeds.Experiment, field string) error {
	var bad, here faults
	checkDevices(e.Devices, w.fed, &here)
	for _, member := range slices.Sorted(maps.Keys(e.Placement)) {
		if !hasVIM(w.fed, e.Placement[member]) {
			here.add("placement."+clip(member), "there is no VIM %q", clip(e.Placement[member]))
		}
	}
	for _, f := range here {
		bad.add(field+"."+strings.TrimPrefix(f.Field, "."), "%s", f.Rule)
	}
	return bad.err()
}

// held lays out the booking that holds an offer's capacity.
func (d *decision) held(r Request, o Offer) testbeds.Booking {
	var b testbeds.Booking
	_ = d.s.ledger.read(func(w snapshot) error {
		b = heldIn(w, r, o)
		return nil
	})
	return b
}

func heldIn(w snapshot, r Request, o Offer) testbeds.Booking {
	return testbeds.Booking{Request: r.Number, Strength: testbeds.Held, Slot: o.What.Slot,
		Claims: w.fed.Claims(variantOf(r, o.What).Demand(), o.What.Slot)}
}
