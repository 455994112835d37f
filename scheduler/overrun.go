package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// overrunStep is the time by which an overrun slot is prolonged at once.
const overrunStep = time.Hour

// overrun prolongs an experiment that runs past its end: it keeps its capacity, whatever is booked after it. A conflict with another request is
// recorded as an overbook that names the requests it hurts.
func (d *decision) overrun(ctx context.Context, r Request) (Request, error) {
	if !r.Status.Begun() || r.overruns().After(d.now) {
		return r, nil
	}
	before := r
	r, err := d.prolong(ctx, r)
	if err != nil {
		return r, err
	}
	text := "occupies its capacity until " + r.Slot.End.Format(time.RFC3339)
	return d.save(ctx, before, r, note{action: ActionOverrun, text: text, verdict: &d.outcome.Fit})
}

// prolong lets a request that runs past its end occupy its capacity for some time more, and tells whom that hurts.
func (d *decision) prolong(ctx context.Context, r Request) (Request, error) {
	before := r
	for !r.Slot.End.After(d.now) {
		r.Slot.End = r.Slot.End.Add(overrunStep)
	}
	if late := d.now.Sub(before.Slot.End); late > overrunStep {
		r.Slot.End = d.now.Truncate(overrunStep).Add(overrunStep) // after a long downtime
	}
	have, ok := d.booked(before)
	if !ok {
		return r, fmt.Errorf("request #%d (%s) has no booking", r.Number, r.Status)
	}
	b := have.Until(r.Slot.End)
	if err := d.hurt(r, b); err != nil {
		return r, err
	}
	conflicts := d.outcome.Fit.Conflicts
	b.Overbooked = len(conflicts) > 0 || have.Overbooked && d.excess(b)
	if len(conflicts) > 0 { // the newest record has everything
		r.Overbooked = slices.DeleteFunc(slices.Clone(r.Overbooked), func(o Overbook) bool { return o.Reason == reasonOverrun })
		r.Overbooked = append(r.Overbooked, Overbook{At: d.now, By: account.System.Username, Reason: reasonOverrun, Conflicts: conflicts})
	}
	r, err := d.occupy(ctx, r, b)
	if err != nil {
		return r, err
	}
	if r.Reminded, err = d.notify(ctx, conflicts, r.Reminded, note{action: ActionOverrun, text: "the request before it runs past its end; its capacity may be late"}); err != nil {
		return r, err
	}
	if !r.Overrun {
		r.Flags = append(slices.Clone(r.Flags), Flag{Kind: FlagOverrun, At: d.now, Text: "it runs past its end, " + before.Slot.End.Format(time.RFC3339)})
	}
	r.Overrun = true
	return r, nil
}

// drivenPatience is how long Berth may take to end what it deployed itself. That is no overrun: nobody has to look after it.
const drivenPatience = 5 * time.Minute

// overruns returns when the request runs past its end. One that Berth itself ends in an orchestrator has a little longer, and while that tears it down
// as long as was granted for it.
func (r Request) overruns() time.Time {
	at := r.Slot.End
	if !r.Driven || r.Overrun {
		return at
	}
	at = at.Add(drivenPatience)
	if r.Status == Terminating && r.Occupied != nil && r.Occupied.End.After(at) {
		at = r.Occupied.End
	}
	return at
}

// reasonOverrun marks the record that an overrun leaves.
const reasonOverrun = "overrun"

// hurt fills in the outcome's verdict with everything that an overrun takes from other requests since its granted end.
func (d *decision) hurt(r Request, b testbeds.Booking) error {
	since := d.request.Slot.End
	if r.Scheduled != nil {
		since = sooner(since, r.Scheduled.End)
	}
	return d.snapshot(func(w snapshot) error {
		d.found(w, r, w.fed.Recheck(pinned(r, w.catalogue), b, since))
		return nil
	}, r.bookings()...)
}
