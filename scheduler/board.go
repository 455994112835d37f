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

// maxNamed limits how many bookings of a schedule are named.
const maxNamed = 300

// Board lists the bookings of a testbed during a span, by start, with their requests where the actor may know them. It returns CodeForbidden without
// the scope to read.
func (s *Service) Board(ctx context.Context, a account.Actor, testbed string, span testbeds.Slot) (list []Placed, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		bookings := w.fed.Bookings(testbed, span)
		var numbers []int64
		seen := map[int64]bool{}
		for _, b := range bookings {
			if !seen[b.Request] && len(numbers) < maxNamed {
				seen[b.Request] = true
				numbers = append(numbers, b.Request)
			}
		}
		requests, err := tx.RequestsByNumber(ctx, numbers)
		if err != nil {
			return err
		}
		named := map[int64]*Request{}
		for i := range requests {
			if !shown(a, w.fed, requests[i], testbed) {
				continue
			}
			if !knowsAll(a) {
				requests[i] = requests[i].shown()
			}
			named[requests[i].Number] = &requests[i]
		}
		list = make([]Placed, 0, len(bookings))
		for _, b := range bookings {
			p := Placed{Strength: b.Strength, Slot: b.Slot, Occupied: b.OccupiedAt(testbed), Request: named[b.Request],
				Overbooked: b.Overbooked && (named[b.Request] != nil || knowsOverbooks(a, w.fed, testbed))}
			if p.Request != nil || VisibleTo(a) == nil {
				p.Number = b.Request
			}
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// Windows lists the times within a span in which the experiment could run, each as long as possible and at least as long as q.Duration. It returns
// CodeForbidden without the scope to read, and CodeInvalid for the input.
func (s *Service) Windows(ctx context.Context, a account.Actor, q Ask, span testbeds.Slot, limit int) (list []testbeds.Slot, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	err = s.snapshot(ctx, func(_ Reader, w snapshot) error {
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
			list = w.fed.Windows(e, span, max(q.Duration.Exact(), time.Minute), limit)
		}
		return nil
	})
	return list, err
}
