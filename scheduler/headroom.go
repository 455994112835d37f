package scheduler

import (
	"context"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// Headroom says how far a granted slot could grow at either end, without a conflict, as things stood at an instant. It is kept with the request at each
// of its steps, so that calendars have a text that changes with the request alone; who reads a request gets it as it is now.
type Headroom struct {
	Start time.Time     `json:"start"`      // the earliest start; the slot's where it cannot begin earlier
	End   time.Time     `json:"end"`        // the latest end; the slot's where it cannot be prolonged
	By    HeadroomLimit `json:"limited_by"` // why it ends there
	At    time.Time     `json:"as_of"`

	// Then lists what is in the way of a slot that ends later, as far as the reader may know it. Only the answer about one request has it.
	Then []testbeds.Conflict `json:"then,omitempty"`
}

// HeadroomLimit says why a slot cannot end later.
type HeadroomLimit string

const (
	LimitedByCapacity HeadroomLimit = "capacity" // something that it needs is taken or closed from then on
	LimitedByHorizon  HeadroomLimit = "horizon"  // nothing can be booked beyond it
	LimitedByLength   HeadroomLimit = "length"   // no slot is longer, or the policy in force allows none
	LimitedByFacility HeadroomLimit = "facility" // it cannot run where it is placed any more
)

// More returns by how much the slot could be prolonged.
func (h Headroom) More(s testbeds.Slot) time.Duration { return h.End.Sub(s.End) }

// roomToGrow works out the head-room of a granted request on a snapshot; most is how long the policy lets a slot be, 0 for any length. It is nil for a
// request whose slot cannot be moved any more.
//
// It asks as a move does (see decision.proposed): a later end continues the grant, with its units, its setup and its teardown, and an earlier start is
// granted anew, with those of today.
func roomToGrow(w snapshot, r Request, now time.Time, most time.Duration) *Headroom {
	if !r.Status.Granted() || !r.Status.Movable() || r.Released != nil {
		return nil
	}
	b, ok := w.fed.Booking(r.Booking)
	if !ok || !b.Strength.Blocks() {
		return nil
	}
	fed := w.fed.Without(r.bookings()...)
	h := &Headroom{Start: r.Slot.Start, End: r.Slot.End, At: now, By: LimitedByFacility}
	e := pinned(r, w.catalogue)
	if len(fed.Problems(e)) > 0 {
		return h
	}
	h.By = LimitedByLength
	longest := maxSlot
	if most > 0 {
		longest = min(longest, most)
	}
	if limit := r.Slot.Start.Add(longest); limit.After(r.Slot.End) {
		h.End = later(r.Slot.End, fed.Until(b, r.added(now), limit))
		if h.End.Before(limit) {
			h.By = whyUntil(fed, b, h.End)
		}
		if h.End.Before(now) { // its slot is over, and what is free behind it is, too
			h.End = r.Slot.End
		}
	}
	if r.Status == Scheduled {
		r.Units = nil // they are chosen anew
		h.Start = fed.Since(pinned(r, w.catalogue), r.Slot, later(now, r.Slot.End.Add(-longest)))
	}
	return h
}

// whyUntil tells the horizon from what is taken.
func whyUntil(fed *capacity.Federation, b testbeds.Booking, end time.Time) HeadroomLimit {
	if b.Until(end.Add(time.Second)).Occupied().End.After(fed.Horizon().End) {
		return LimitedByHorizon
	}
	return LimitedByCapacity
}

// added returns the instant from which a later end takes what the request does not have: one that has begun has its capacity until its end.
func (r Request) added(now time.Time) time.Time {
	if r.Status != Scheduled {
		return later(now, r.Slot.End)
	}
	return now
}

// explained adds to a head-room what is in the way of a later end.
func (h *Headroom) explained(w snapshot, r Request, now time.Time) {
	b, ok := w.fed.Booking(r.Booking)
	if !ok || h.By != LimitedByCapacity {
		return
	}
	v := w.fed.Without(r.bookings()...).Recheck(testbeds.Experiment{}, b.Until(h.End.Add(time.Second)), r.added(now))
	h.Then = v.Conflicts
}

// rooms works out head-rooms for a reader, and remembers how long the policy lets slots be.
type rooms struct {
	s       *Service
	rules   *rules // read when the first granted request comes
	persons map[string]policy.Person
}

func (s *Service) rooms() *rooms { return &rooms{s: s, persons: map[string]policy.Person{}} }

// of brings the head-room of a request up to date.
func (x *rooms) of(ctx context.Context, tx Reader, w snapshot, r *Request) error {
	r.Headroom = nil
	if !r.Status.Granted() {
		return nil
	}
	if x.rules == nil {
		at, err := tx.State(ctx)
		if err != nil {
			return err
		}
		if x.rules, err = x.s.policies.at(ctx, tx, at); err != nil {
			return err
		}
	}
	most, err := x.rules.most(ctx, tx, w, *r, x.s.now(), x.persons)
	r.Headroom = roomToGrow(w, *r, x.s.now(), most)
	return err
}

// mostRooms bounds for how many requests of a picture the head-room is worked out; where there are more, nobody looks at single ones.
const mostRooms = 300

// withRooms brings the head-rooms of requests up to date that still have time ahead of them.
func (s *Service) withRooms(ctx context.Context, tx Reader, w snapshot, list []Request) error {
	x := s.rooms()
	for i := range list {
		r := &list[i]
		if len(list) > mostRooms || !r.Slot.End.After(s.now()) {
			r.Headroom = nil
			continue
		}
		if err := x.of(ctx, tx, w, r); err != nil {
			return err
		}
	}
	return nil
}

// withRoom brings the head-room of one request up to date, with what ends it, as far as the actor may know that.
func (s *Service) withRoom(ctx context.Context, tx Reader, w snapshot, a account.Actor, r *Request) error {
	if err := s.rooms().of(ctx, tx, w, r); err != nil || r.Headroom == nil {
		return err
	}
	r.Headroom.explained(w, *r, s.now())
	v := testbeds.Verdict{Conflicts: r.Headroom.Then}
	err := s.mask(ctx, tx, a, w.fed, &v)
	r.Headroom.Then = v.Conflicts
	return err
}

// most returns how long the policy lets the slot of a request be; 0 for any length. persons, if there are, spares reading the same twice.
func (r *rules) most(ctx context.Context, tx Reader, w snapshot, q Request, now time.Time, persons map[string]policy.Person) (time.Duration, error) {
	if r == nil || !r.LimitsLength() {
		return 0, nil
	}
	who, known := persons[q.Experimenter+"\n"+q.Organisation]
	if !known {
		var err error
		if who, err = personOf(ctx, tx, q.Experimenter, q.Organisation); err != nil {
			return 0, err
		}
		if persons != nil {
			persons[q.Experimenter+"\n"+q.Organisation] = who
		}
	}
	return r.MostTime(policy.Ask{Person: who, Experiment: q.Experimented(), Slot: q.Slot, Demand: q.Demand, Now: now, Zone: zonesIn(w)}), nil
}

// roomed notes on a granted request how far it could grow, as this step leaves it. A change of the facility looks at another world: it notes nothing.
func (d *decision) roomed(ctx context.Context, r *Request) error {
	r.Headroom = nil
	if d.action == ActionFacility || !r.Status.Granted() {
		return nil
	}
	return d.snapshot(func(w snapshot) error {
		most, err := d.rules.most(ctx, d.tx, w, *r, d.now, nil)
		r.Headroom = roomToGrow(w, *r, d.now, most)
		return err
	})
}
