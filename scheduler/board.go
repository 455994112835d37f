package scheduler

import (
	"context"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Placed is a booking as the schedule of a testbed shows it.
type Placed struct {
	Strength   testbeds.Strength
	Slot       testbeds.Slot
	Occupied   testbeds.Slot // with setup and teardown
	Overbooked bool
	Number     int64    // of the request; 0 where the reader may not know it
	Request    *Request // nil where the reader may not know it, or where there are too many to name them all
}

// Board is what the schedule of a testbed shows over a span.
type Board struct {
	Bookings []Placed          // by start
	Series   []testbeds.Series // of its resources, as far as they can be booked
}

// mostNamed limits how many bookings are named, in all and of a testbed.
const (
	mostNamed  = 4000
	namedThere = 300
	namedLeast = 40
)

// Boards shows testbeds over a span, all at one moment, with the requests that the actor may know. With brief only the actor's own are read, which is
// enough to count. Of an unknown testbed there is none. It returns CodeForbidden without the scope to read, and CodeInvalid for an empty span.
func (s *Service) Boards(ctx context.Context, a account.Actor, ids []string, span testbeds.Slot, brief bool) (all map[string]Board, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	if !span.Start.Before(span.End) {
		return nil, Errorf(CodeInvalid, "the span must not be empty")
	}
	span = span.UTC()
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		all = map[string]Board{}
		bookings := map[string][]testbeds.Booking{}
		var wanted []int64
		each := min(namedThere, max(namedLeast, mostNamed/max(1, len(ids))))
		for _, id := range ids {
			if _, known := w.fed.Testbed(id); !known {
				continue
			}
			bookings[id] = w.fed.Bookings(id, span)
			for _, b := range bookings[id][:min(each, len(bookings[id]))] {
				wanted = append(wanted, b.Request)
			}
		}
		var requests []Request
		if brief {
			requests, err = ownRequests(ctx, tx, a, span)
		} else {
			requests, err = tx.RequestsByNumber(ctx, sortedNumbers(wanted))
		}
		if err != nil {
			return err
		}
		known := map[int64]*Request{}
		for i := range requests {
			known[requests[i].Number] = &requests[i]
		}
		if err := s.withRooms(ctx, tx, w, requests); err != nil {
			return err
		}
		h := w.fed.Horizon()
		part := testbeds.Slot{Start: later(span.Start, h.Start), End: span.End}
		if part.End.After(h.End) {
			part.End = h.End
		}
		for id, list := range bookings {
			board := Board{Bookings: make([]Placed, 0, len(list))}
			for _, b := range list {
				board.Bookings = append(board.Bookings, placed(a, w, id, b, known[b.Request]))
			}
			if part.Start.Before(part.End) {
				board.Series = availability(a, w, id, part)
			}
			all[id] = board
		}
		return nil
	})
	return all, err
}

// ownRequests lists the requests of the actor, and those that they mentor, with a slot within a span; not those of which there are too many to name
// them all.
func ownRequests(ctx context.Context, tx Reader, a account.Actor, span testbeds.Slot) (list []Request, err error) {
	for _, f := range []RequestFilter{{Experimenter: a.Username}, {Mentor: a.Username}} {
		f.From, f.To, f.Limit = span.Start, span.End, namedThere
		some, err := tx.Requests(ctx, f)
		if err != nil {
			return nil, err
		}
		if len(some) < namedThere {
			list = append(list, some...)
		}
	}
	return list, nil
}

// placed shows a booking on a testbed, with as much of its request as the actor may know.
func placed(a account.Actor, w snapshot, testbed string, b testbeds.Booking, r *Request) Placed {
	p := Placed{Strength: b.Strength, Slot: b.Slot, Occupied: b.OccupiedAt(testbed)}
	if r != nil && shown(a, w.fed, *r, testbed) {
		if !knowsAll(a) {
			r = new(r.shown())
		}
		p.Request = r
	}
	p.Overbooked = b.Overbooked && (p.Request != nil || knowsOverbooks(a, w.fed, testbed))
	if p.Request != nil || VisibleTo(a) == nil {
		p.Number = b.Request
	}
	return p
}

// Windows lists the times within a span in which the experiment could run, each as long as possible and at least as long as q.Duration. It returns
// CodeForbidden without the scope to read, CodeInvalid for the input, and CodeNotFound for a request that the actor may not know.
func (s *Service) Windows(ctx context.Context, a account.Actor, q Ask, span testbeds.Slot, limit int) (list []testbeds.Slot, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		own, err := s.own(ctx, tx, a, q.Request)
		if err != nil {
			return err
		}
		var bad faults
		e := experiment(q, w, &bad)
		if err := bad.err(); err != nil {
			return err
		}
		if soonest := s.soonest(); span.Start.Before(soonest) {
			span.Start = soonest
		}
		if h := w.fed.Horizon(); span.End.After(h.End) {
			span.End = h.End
		}
		if span.Start.Before(span.End) {
			list = w.fed.Without(own...).Windows(e, span, max(q.Duration.Exact(), time.Minute), limit)
		}
		return nil
	})
	return list, err
}
