package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"berth/scheduler"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// places lists the places of requests that wait and pass a test, after another place.
func (d *data) places(after waitlist.Place, limit int, take func(scheduler.Request) bool) []waitlist.Place {
	var list []waitlist.Place
	for _, r := range d.requests {
		if r.Wait != nil && take(r) && scheduler.WaitPlace(r).After(after) {
			list = append(list, scheduler.WaitPlace(r))
		}
	}
	slices.SortFunc(list, waitlist.Compare)
	return list[:min(len(list), limit)]
}

// meets reports whether a request waits for some of the capacity.
func meets(r scheduler.Request, testbed string, pools []testbeds.Resource, free []int64, in testbeds.Slot) bool {
	if len(free) > 0 && slices.Max(free) <= 0 {
		return false
	}
	return slices.ContainsFunc(scheduler.WaitSpans(r), func(x scheduler.WaitSpan) bool {
		if x.Testbed != testbed || !x.Interval.Overlaps(in) || len(pools) == 0 || x.Pool == (testbeds.Resource{}) {
			return x.Testbed == testbed && x.Interval.Overlaps(in)
		}
		i := slices.Index(pools, x.Pool)
		return i >= 0 && (free == nil || x.Amount <= free[i])
	})
}

// WaitingFor lists those who wait for capacity that came back.
func (d *data) WaitingFor(_ context.Context, f scheduler.Freed, limit int) ([]waitlist.Place, error) {
	return d.places(f.Passed, limit, func(r scheduler.Request) bool { return meets(r, f.Testbed, f.Pools, f.Free, f.Interval) }), nil
}

// WaitingBefore counts those who wait for some of the same and come before a request.
func (d *data) WaitingBefore(_ context.Context, q scheduler.Request) (int, error) {
	list := d.places(waitlist.Place{}, len(d.requests), func(r scheduler.Request) bool {
		return scheduler.WaitPlace(q).After(scheduler.WaitPlace(r)) && slices.ContainsFunc(scheduler.WaitSpans(q), func(x scheduler.WaitSpan) bool {
			var pools []testbeds.Resource
			if x.Pool != (testbeds.Resource{}) {
				pools = append(pools, x.Pool)
			}
			return x.Testbed != "" && meets(r, x.Testbed, pools, nil, x.Interval)
		})
	})
	return len(list), nil
}

// Waiters lists those who wait.
func (d *data) Waiters(_ context.Context, testbed string, after waitlist.Place, limit int) ([]waitlist.Place, error) {
	return d.places(after, limit, func(r scheduler.Request) bool {
		return testbed == "" || slices.ContainsFunc(scheduler.WaitSpans(r), func(x scheduler.WaitSpan) bool { return x.Testbed == testbed })
	}), nil
}

// Freed reads capacity that came back.
func (d *data) Freed(_ context.Context, id string) (scheduler.Freed, error) {
	f, ok := d.freed[id]
	if !ok {
		return f, absent("such freed capacity")
	}
	return deep(f), nil
}

// FreedAmong lists capacity that came back.
func (d *data) FreedAmong(_ context.Context, among []string, limit int) ([]scheduler.Freed, error) {
	list := slices.SortedFunc(maps.Values(d.freed), func(a, b scheduler.Freed) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	var found []scheduler.Freed
	for _, f := range list {
		if len(found) < limit && (len(among) == 0 || slices.Equal(among, scheduler.AllTestbeds) || f.Testbed == "" || slices.Contains(among, f.Testbed)) {
			found = append(found, deep(f))
		}
	}
	return found, nil
}

// PutFreed creates or replaces capacity that came back.
func (d *data) PutFreed(_ context.Context, f scheduler.Freed) error {
	d.freed[f.ID] = deep(f)
	return nil
}

// DeleteFreed deletes it.
func (d *data) DeleteFreed(_ context.Context, id string) error {
	delete(d.freed, id)
	return nil
}
