package scheduler

import (
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Standing counts what stands open now, for those who watch an instance. It names nobody and no request.
type Standing struct {
	Statuses         map[Status]int // requests under review and those that have begun
	Waitlisted       int            // under review, until capacity comes back
	Flagged          int            // that lost something that they need, or were not reported
	OverdueDecisions int            // whose deadline has passed
	OverdueDuties    int            // deployments and tear-downs that operators should have reported by now
	OpenOffers       int            // requests with one that can be taken
}

// standing lists the statuses that Standing counts: all requests in them are in the tray.
var standing = append([]Status{UnderReview}, Begun...)

// Standing counts what stands open. It has no code of its own.
func (s *Service) Standing(ctx context.Context) (x Standing, err error) {
	err = s.inTray(ctx, account.System, time.Time{}, func(_ Reader, t *tray) error {
		now := s.now()
		x = Standing{Statuses: map[Status]int{}, OverdueDuties: t.piles().due(now)}
		for _, status := range standing {
			x.Statuses[status] = 0
		}
		for _, r := range t.open {
			x.add(*r, now)
		}
		return nil
	})
	return x, err
}

func (x *Standing) add(r Request, now time.Time) {
	if slices.Contains(standing, r.Status) {
		x.Statuses[r.Status]++
	}
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	by := r.DecideBy()
	count(&x.Waitlisted, r.Status == UnderReview && r.Wait != nil)
	count(&x.Flagged, r.Troubled())
	count(&x.OverdueDecisions, by != nil && !by.At.After(now))
	count(&x.OpenOffers, r.Offered(now))
}

// InUse is how much of a kind of capacity of a testbed is booked now: of a quantity, over all its VIMs, or of a device.
type InUse struct {
	Testbed  string
	Resource string // "vcpu", or the id of a device
	There    int64  // that is not closed
	Booked   int64
}

// InUse lists what of every testbed is booked now, in the order of the facility. It has no code of its own.
func (s *Service) InUse(ctx context.Context) (list []InUse, err error) {
	err = s.snapshot(ctx, func(_ Reader, w snapshot) error {
		list = nil
		now := testbeds.Slot{Start: s.now(), End: s.now().Add(time.Second)}
		for _, t := range w.fed.Facility().Testbeds {
			series, _ := w.fed.Availability(t.ID, now)
			list = append(list, summed(t.ID, series)...)
		}
		return nil
	})
	return list, err
}

// summed adds up the first steps of a testbed's resources, by their kind.
func summed(testbed string, series []testbeds.Series) (list []InUse) {
	for _, x := range series {
		if len(x.Steps) == 0 {
			continue
		}
		name := x.Resource.Quantity
		if x.Resource.Device != "" {
			name = x.Resource.Device
		}
		at := slices.IndexFunc(list, func(u InUse) bool { return u.Resource == name })
		if at < 0 {
			at = len(list)
			list = append(list, InUse{Testbed: testbed, Resource: name})
		}
		list[at].There += x.Steps[0].Total
		list[at].Booked += x.Steps[0].Total - x.Steps[0].Free
	}
	return list
}
