package scheduler

import (
	"context"
	"slices"
	"strings"
	"time"

	"berth/scheduler/waitlist"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// aimed returns what a request waits for with where and when it may come: by that it is found. A facility that changes may change it.
func (d *decision) aimed(r Request, w Wait) *Wait {
	w.Places = nil
	_ = d.snapshot(func(now snapshot) error {
		f := now.fed.Facility()
		w.Reach = r.OccupiedIn(f)
		if w.Within != nil {
			before, after := r.Slot.Start.Sub(w.Reach.Start), w.Reach.End.Sub(r.Slot.End)
			if w.For == WaitAlternative {
				before, after = longestBuffers(f)
			}
			w.Reach = testbeds.Slot{Start: w.Within.Start.Add(-before), End: w.Within.End.Add(after)}
		}
		if w.For == WaitAlternative {
			w.Places = places(current(r, now.catalogue), f)
		}
		return nil
	})
	return &w
}

// longestBuffers returns the longest setup and teardown that there are.
func longestBuffers(f testbeds.Facility) (setup, teardown time.Duration) {
	add := func(b testbeds.Buffers) {
		setup, teardown = max(setup, b.Setup), max(teardown, b.Teardown)
	}
	for _, t := range f.Testbeds {
		for _, v := range t.VIMs {
			add(t.VIMBuffers(v))
		}
		for _, x := range t.Devices {
			add(t.DeviceBuffers(x))
		}
	}
	return setup, teardown
}

// places lists the testbeds on which an experiment could use anything: where its components are onboarded, and, if it needs devices, where there
// are any.
func places(e testbeds.Experiment, f testbeds.Facility) []string {
	list := e.Demand().Testbeds()
	for _, c := range e.Components {
		for _, where := range c.Onboarded {
			id, _, _ := strings.Cut(where, "/")
			list = append(list, id)
		}
	}
	for _, t := range f.Testbeds {
		if len(e.Devices) > 0 && len(t.Devices) > 0 {
			list = append(list, t.ID)
		}
	}
	return sorted(slices.DeleteFunc(list, func(id string) bool { _, ok := f.Testbed(id); return !ok }))
}

// way finds what can be offered to a request that waits: what it asked for if that is free, else the nearest slot of its window, or the cheapest
// alternative.
func (d *decision) way(ctx context.Context, r Request) (found testbeds.Alternative, ok bool, err error) {
	allowed, err := d.allowance(ctx, r)
	if err != nil {
		return found, false, err
	}
	_ = d.snapshot(func(w snapshot) error {
		found, ok = d.s.wayFor(w, r, d.now, allowed)
		return nil
	}, r.bookings()...)
	return found, ok, nil
}

// wayFor finds what can be offered to a request that waits, on a federation without its bookings: what it asked for, or what it is allowed besides.
func (s *Service) wayFor(w snapshot, r Request, now time.Time, allowed allowance) (testbeds.Alternative, bool) {
	e := current(r, w.catalogue)
	asked := testbeds.Alternative{Slot: r.Slot, Placement: e.Placement, Devices: e.Devices, Changes: []testbeds.Change{}}
	in := r.Wait.Within
	if claimable(r.Slot, now) && (in == nil || in.Contains(r.Slot)) && w.fed.Fits(e, r.Slot) {
		return asked, true
	}
	switch r.Wait.For {
	case WaitWindow:
		slot, ok := nearestWithin(w.fed.Windows(e, from(*in, earliestClaim(now)), r.Slot.Duration(), maxWindows), r.Slot, func(x testbeds.Slot) bool { return allowed.may(x, e.Demand()) })
		if !ok {
			return asked, false
		}
		return capacity.Moved(e, r.Slot, slot), true
	case WaitAlternative:
		q := checkedAsk{experiment: e, slot: r.Slot, window: in, shortest: r.MinDuration}
		limit := 1
		if allowed != nil {
			limit = maxNearest
		}
		for _, x := range s.alternatives(w.fed, q, limit, false) {
			if x.Cost <= r.Wait.MaxCost && claimable(x.Slot, now) && allowed.may(x.Slot, variantOf(r, x).Demand()) {
				return x, true
			}
		}
	}
	return asked, false
}

// claimable reports whether a slot can still be offered to somebody who waits.
func claimable(s testbeds.Slot, now time.Time) bool { return !now.After(waitlist.Latest(s.Start)) }

// earliestClaim returns the earliest start of a slot that can still be offered, at a full minute.
func earliestClaim(now time.Time) time.Time {
	return now.Add(now.Sub(waitlist.Latest(now)) + time.Minute - 1).Truncate(time.Minute)
}

// from cuts off the part of a slot before an instant.
func from(s testbeds.Slot, at time.Time) testbeds.Slot {
	s.Start = later(s.Start, at)
	return s
}

// nearestWithin returns the slot as long as another one, within one of the free times, that begins nearest to it and may be had.
func nearestWithin(free []testbeds.Slot, asked testbeds.Slot, may func(testbeds.Slot) bool) (best testbeds.Slot, ok bool) {
	for _, f := range free {
		start := later(f.Start, sooner(asked.Start, f.End.Add(-asked.Duration())))
		s := testbeds.NewSlot(start, asked.Duration())
		if nearer := !ok || s.Start.Sub(asked.Start).Abs() < best.Start.Sub(asked.Start).Abs(); nearer && may(s) {
			best, ok = s, true
		}
	}
	return best, ok
}
