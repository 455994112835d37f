package scheduler

import (
	"context"
	"reflect"
	"slices"
	"time"

	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// Freed is capacity that came back, and that those who wait for it are still to be looked through for. It is written in the transaction that gives the
// capacity back, and deleted when all of them have been looked at, so that no crash loses it.
type Freed struct {
	ID      string
	Testbed string // empty for all: what can run where has changed
	// Pools are the quantities of VIMs, and the devices; empty for all of the testbed.
	Pools []testbeds.Resource
	// Free is the most that is free of each of the pools at any time of the interval; nil where nobody has looked.
	Free     []int64 `json:"-"`
	Interval testbeds.Slot
	At       time.Time
	Passed   waitlist.Place // the last one that was looked at
}

// WaitSpan is capacity that a request waits for: of a VIM or device, or anything of a testbed, or anything anywhere.
type WaitSpan struct {
	Testbed  string
	Pool     testbeds.Resource // zero for anything of the testbed
	Amount   int64             // that must be free of the pool
	Interval testbeds.Slot
}

// WaitSpans lists the capacity that a request waits for, by which it is found when some of that comes back; none for one that does not wait.
func WaitSpans(r Request) (list []WaitSpan) {
	if r.Wait == nil {
		return nil
	}
	span := r.Wait.Reach
	if r.Wait.For == WaitAlternative {
		list = append(list, WaitSpan{Interval: span})
		for _, id := range r.Wait.Places {
			list = append(list, WaitSpan{Testbed: id, Interval: span})
		}
		return list
	}
	for _, n := range r.Demand {
		list = append(list, WaitSpan{Testbed: n.Testbed, Pool: n.Resource, Amount: n.Amount, Interval: span})
	}
	return list
}

// WaitPlace returns where a request that waits stands.
func WaitPlace(r Request) waitlist.Place { return r.place() }

// passOn writes down the capacity that this step gives back, if anybody waits for it.
func (d *decision) passOn(ctx context.Context) error {
	for _, f := range d.givenBack() {
		if err := d.announce(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// announce writes down capacity that came back, if anybody waits for it.
func (d *decision) announce(ctx context.Context, f Freed) error {
	some, err := d.tx.WaitingFor(ctx, f, 1)
	if err != nil || len(some) == 0 {
		return err
	}
	f.ID, f.At = d.s.o.NewID(), d.now
	return d.tx.PutFreed(ctx, f)
}

// announceAltered writes down that testbeds may have more capacity, or run more, than before.
func (d *decision) announceAltered(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	ahead := testbeds.Slot{Start: d.now, End: d.now.Truncate(day).Add(d.s.o.Horizon + day)}
	for _, id := range append([]string{""}, ids...) {
		if err := d.announce(ctx, Freed{Testbed: id, Interval: ahead}); err != nil {
			return err
		}
	}
	return nil
}

// givenBack lists what this step gave back: for each booking that took capacity, and each of its testbeds, the pools of which it claims something else
// now, and the time of what it had of them.
func (d *decision) givenBack() (list []Freed) {
	for _, old := range d.freed() {
		now := testbeds.Booking{}
		for _, c := range d.changed {
			if c.Booking.ID == old.ID && !c.Released && c.Booking.Strength.Blocks() {
				now = c.Booking
			}
		}
		var of []Freed
		for _, c := range old.Claims {
			p := pooled(c)
			if !c.To.After(d.now) || reflect.DeepEqual(claimsOn(old, p), claimsOn(now, p)) {
				continue
			}
			i := slices.IndexFunc(of, func(f Freed) bool { return f.Testbed == c.Testbed })
			if i < 0 {
				i = len(of)
				of = append(of, Freed{Testbed: c.Testbed, Interval: testbeds.Slot{Start: c.From, End: c.To}})
			}
			of[i].Interval = of[i].Interval.With(testbeds.Slot{Start: c.From, End: c.To})
			if !slices.Contains(of[i].Pools, c.Resource) {
				of[i].Pools = append(of[i].Pools, c.Resource)
			}
		}
		list = append(list, of...)
	}
	return list
}

// claimsOn lists the claims of a booking on a pool.
func claimsOn(b testbeds.Booking, p testbeds.Resource) (list []testbeds.Claim) {
	for _, c := range b.Claims {
		if pooled(c) == p {
			list = append(list, c)
		}
	}
	return list
}

// mostFree returns the most that is free of each of the pools at any time of an interval: who needs more cannot be helped.
func (d *decision) mostFree(f Freed) (free []int64) {
	if len(f.Pools) == 0 {
		return nil
	}
	free = make([]int64, len(f.Pools))
	_ = d.snapshot(func(w snapshot) error {
		series, _ := w.fed.Availability(f.Testbed, f.Interval)
		for _, x := range series {
			i := slices.Index(f.Pools, x.Resource)
			if i < 0 {
				continue
			}
			for _, step := range x.Steps {
				free[i] = max(free[i], step.Free)
			}
		}
		return nil
	})
	return free
}
