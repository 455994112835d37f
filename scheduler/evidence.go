package scheduler

import (
	"context"
	"slices"

	"berth/scheduler/deadline"
	"berth/scheduler/proof"
	"berth/testbeds"
)

// evidence copies a request into plain values for package proof, and works nothing out.
func evidence(r Request) proof.Request {
	x := proof.Request{Number: r.Number, Status: string(r.Status), Stage: stages[r.Status], Slot: r.Slot, Granted: r.Scheduled, Demand: r.Demand,
		Occupied: r.Occupied, Booking: r.Booking, Due: r.Due, Updated: r.Updated, Overbooked: len(r.Overbooked) > 0}
	if r.HoldUntil != nil {
		x.HoldUntil = new(sooner(*r.HoldUntil, r.Slot.Start)) // a request whose slot has begun can no longer be granted
	}
	if n := len(r.Overbooked); n > 0 {
		x.Unfit = len(r.Overbooked[n-1].Conflicts) == 0
	}
	x.Flagged = slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Kind == FlagFacility || f.Kind == FlagOverrun })
	for _, c := range r.clocks() {
		x.Clocks = append(x.Clocks, proof.Clock{What: c.what(), At: c.At, Passed: c.Stage == deadline.Passed, Default: c.Default != ""})
	}
	x.Released, x.Unreported = r.Released, r.flagged(FlagUnreported)
	for _, u := range r.Units {
		x.Units = append(x.Units, proof.Units{Testbed: u.Testbed, Device: u.Device, Names: u.Units})
	}
	for _, o := range r.Offers {
		x.Offers = append(x.Offers, proof.Offer{ID: o.ID, Open: o.State == OfferOpen, Until: sooner(o.Expires, o.What.Slot.Start), Slot: o.What.Slot,
			Demand: variantOf(r, o.What).Demand(), Booking: o.Booking, Made: o.Made, Waited: o.Waited})
	}
	if r.Wait != nil {
		x.Wait = &proof.Wait{Since: r.Wait.Since, Until: r.Wait.Until, Offer: r.Wait.Offer, Missed: r.Wait.Missed}
	}
	for _, a := range r.Approvals {
		x.Approvals = append(x.Approvals, proof.Approval{Testbed: a.Testbed, Required: a.Policy == testbeds.ApprovalRequired,
			Decision: proof.Decision(a.Decision), At: a.At, Slot: a.Slot, Demand: a.Demand})
	}
	if m := r.PendingMove; m != nil {
		x.Move = &proof.Move{Slot: m.Slot, Booking: m.Booking}
	}
	return x
}

var stages = map[Status]proof.Stage{UnderReview: proof.Review, Scheduled: proof.Scheduled, Instantiating: proof.Running, Running: proof.Running,
	Terminating: proof.Running, Completed: proof.Over, Failed: proof.Over, Rejected: proof.Over, Cancelled: proof.Over}

// history summarises a request's history. The time of its grant is read only where a testbed has refused, before or after it.
func (v *verifying) history(ctx context.Context, r Record) (h proof.History, err error) {
	h = proof.History{Empty: r.Empty, First: string(r.First), Last: string(r.Last)}
	if !slices.ContainsFunc(r.Approvals, func(a Approval) bool { return a.Decision == Refused }) {
		return h, nil
	}
	for after := int64(0); ; {
		entries, err := v.tx.History(ctx, r.ID, after, maxPage)
		if err != nil {
			return h, err
		}
		for _, e := range entries {
			if after = e.ID; e.Action == ActionSchedule {
				h.Granted = e.At
			}
		}
		if len(entries) < maxPage {
			return h, nil
		}
	}
}

// named lists the devices whose units have names.
func named(f testbeds.Facility) map[testbeds.Resource]bool {
	all := map[testbeds.Resource]bool{}
	for _, t := range f.Testbeds {
		for _, d := range t.Devices {
			if len(d.Units) > 0 {
				all[testbeds.Resource{Testbed: t.ID, Device: d.ID}] = true
			}
		}
	}
	return all
}
