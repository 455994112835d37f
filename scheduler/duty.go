package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Duty is a task of operators with a time.
type Duty struct {
	At      time.Time
	What    string // orchestrate, or tear down
	Request Request
	Late    bool // it should have been done before now
}

// Duties lists the tasks of granted requests until an instant, in the order of time, overdue ones among them: orchestrate when the first setup
// begins, tear down when the slot ends. Where the rest of a slot was given back there is nothing to tear down.
func Duties(requests []Request, f testbeds.Facility, now, until time.Time) (list []Duty) {
	for _, r := range requests {
		if !r.Status.Granted() {
			continue
		}
		if begin := r.OccupiedIn(f).Start; r.Status == Scheduled && begin.Before(until) {
			list = append(list, Duty{begin, "orchestrate", r, begin.Before(now)})
		}
		if r.Released == nil && r.Slot.End.Before(until) {
			list = append(list, Duty{r.Slot.End, "tear down", r, r.Slot.End.Before(now)})
		}
	}
	slices.SortStableFunc(list, func(a, b Duty) int { return a.At.Compare(b.At) })
	return list
}

// Duties lists the tasks of operators for requests that the actor may see, until an instant and overdue ones. It returns CodeForbidden to those who
// may not read.
func (s *Service) Duties(ctx context.Context, a account.Actor, now, until time.Time) (list []Duty, err error) {
	f, _, err := s.Facility(ctx, account.System)
	if err != nil {
		return nil, err
	}
	err = s.inTray(ctx, a, until, func(tx Reader, t *tray) error {
		var granted []Request
		for _, r := range t.open {
			if sees(a, *r) {
				granted = append(granted, *r)
			}
		}
		slices.SortFunc(granted, func(x, y Request) int { return cmp.Compare(y.Number, x.Number) })
		list = Duties(granted, f, now, until)
		x := s.rooms()
		for i := range list {
			if err := s.ledger.read(func(w snapshot) error { return x.of(ctx, tx, w, &list[i].Request) }); err != nil {
				return err
			}
			if err := s.show(ctx, tx, a, f, &list[i].Request); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// OccupiedIn returns the time that the request takes of its testbeds, setup and teardown included: of its booking, else by the present facility.
func (r Request) OccupiedIn(f testbeds.Facility) testbeds.Slot {
	if r.Occupied != nil {
		return *r.Occupied
	}
	s := r.Slot
	for _, n := range r.Demand {
		t, ok := f.Testbed(n.Testbed)
		if !ok {
			continue
		}
		var b testbeds.Buffers
		if v, ok := t.VIM(n.VIM); ok {
			b = t.VIMBuffers(v)
		} else if d, ok := t.Device(n.Device); ok {
			b = t.DeviceBuffers(d)
		}
		s = s.With(b.Around(r.Slot))
	}
	return s
}
