package scheduler

import (
	"context"
	"fmt"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// patient judges that no request waits while what it waits for is free. That holds once time has done what is due, and all that came back was passed on:
// before, nothing is said. It asks the engine, on a federation that is built from nothing of the bookings in force.
func (v *verifying) patient(ctx context.Context) error {
	at, err := v.tx.State(ctx)
	if err != nil || at.due(v.now) || len(v.waits) == 0 {
		return err
	}
	horizon := v.s.ledger.ahead(v.now.Truncate(day), 0)
	fed, err := capacity.NewFederation(v.facility, horizon)
	if err != nil {
		return err
	}
	fed.LoadFrom(func(yield func(testbeds.Booking) bool) {
		for i := range v.bookings.Len() {
			yield(v.bookings.At(i)) // it takes all
		}
	})
	w := snapshot{fed: fed}
	if w.catalogue, err = v.tx.Catalogue(ctx); err != nil {
		return err
	}
	var allowed allowance // an alternative may have become allowed, which nobody waits for: a quota comes back, and nothing else is free for it than before
	if !v.quotas.rules.Empty() {
		allowed = func(testbeds.Slot, testbeds.Demand) bool { return false }
	}
	for i, r := range v.waits {
		v.told("the waitlist", i, len(v.waits))
		free := snapshot{fed: fed.Without(r.bookings()...), catalogue: w.catalogue}
		if way, ok := v.s.wayFor(free, r, v.now, allowed); ok {
			v.found.Inconsistencies = append(v.found.Inconsistencies, fmt.Sprintf("request #%d (%s): waits since %s, although %s is free for it", r.Number, r.Status, r.Wait.Since.Format("2006-01-02 15:04:05Z"), way.Slot))
		}
	}
	return nil
}
