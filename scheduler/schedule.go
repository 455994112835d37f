package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/testbeds"
)

// Schedule grants a slot. It checks again at the moment of the decision, with the testbeds locked: of two requests for the same
// capacity that are granted at once exactly one is.
func (s *Service) Schedule(ctx context.Context, a Actor, id string, in Schedule) (Outcome, error) {
	victims, err := s.victims(ctx, a, in.Override)
	if err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionSchedule, id: id, revision: in.Revision, dry: in.DryRun,
		touches: func(Request) []string { return testbedsOf(victims) },
		take:    func(ctx context.Context, d *decision) error { return d.schedule(ctx, in, victims) }})
}

// victims are the requests that an override names to be displaced.
func (s *Service) victims(ctx context.Context, a Actor, o *Override) ([]Request, error) {
	if o == nil {
		return nil, nil
	}
	var bad faults
	checkReason("override.reason", o.Reason, &bad)
	switch {
	case o.Mode != OverrideDisplace && o.Mode != OverrideOverbook && o.Mode != OverrideApprovals:
		bad.add("override.mode", "has to be displace, overbook or approvals")
	case o.Mode == OverrideDisplace && len(o.Displace) == 0:
		bad.add("override.displace", "has to name the requests that have to make room")
	case o.Mode != OverrideDisplace && len(o.Displace) > 0:
		bad.add("override.displace", "goes with the mode displace only")
	case len(o.Displace) > maxListed:
		bad.add("override.displace", "at most %d requests", maxListed)
	}
	var list []Request
	err := s.store.View(ctx, func(tx Reader) error {
		list = nil
		for i, id := range o.Displace[:min(len(o.Displace), maxListed)] {
			r, err := s.find(ctx, tx, a, id)
			if CodeOf(err) == CodeNotFound {
				bad.add(fmt.Sprintf("override.displace[%d]", i), "there is no request %q", clip(id))
				continue
			}
			if err != nil {
				return err
			}
			if slices.ContainsFunc(list, func(o Request) bool { return o.ID == r.ID }) {
				bad.add(fmt.Sprintf("override.displace[%d]", i), "request #%d is named twice", r.Number)
				continue
			}
			list = append(list, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, bad.err()
}

func testbedsOf(list []Request) []string {
	var ids []string
	for _, r := range list {
		ids = append(ids, Touched(r)...)
	}
	return ids
}

func (d *decision) schedule(ctx context.Context, in Schedule, victims []Request) error {
	r := d.request
	q := asked(r)
	set(&q.Slot, in.Slot)
	if in.Placement != nil {
		q.Placement = in.Placement
	}
	set(&q.Devices, in.Devices)
	if q.Window != nil && !q.Window.Contains(q.Slot) {
		q.Window = nil // the mentor grants another one
	}
	q.MinDuration = min2(q.MinDuration, q.Slot)
	if err := d.rewish(&r, q, false); err != nil {
		return err
	}
	if !r.Slot.Equal(d.request.Slot) && !d.request.Slot.Contains(r.Slot) || !sameDemand(r.Demand, d.request.Demand) {
		r.Approvals = d.approvals(r) // what was approved was something else
	}
	if err := approvedOr(in.Override, r); err != nil {
		return d.unapproved(r, err)
	}
	r, err := d.grant(ctx, r, in.Override, victims)
	if err != nil {
		return err
	}
	r.Status = Scheduled
	slot := r.Slot
	r.Scheduled, r.HoldUntil = &slot, nil
	r.Flags = slices.DeleteFunc(r.Flags, func(f Flag) bool { return f.Kind == "displaced" })
	return d.rebook(ctx, r, note{reason: reasonOf(in.Override, in.Reason), text: "granted " + r.Slot.String() + overrideWords(in.Override), verdict: &d.outcome.Fit}, testbeds.Firm)
}

// min2 keeps a shortest useful duration from being longer than the slot that is granted.
func min2(p testbeds.Period, s testbeds.Slot) testbeds.Period {
	if p.Exact() > s.Duration() {
		return testbeds.Period{Clock: s.Duration()}
	}
	return p
}

func reasonOf(o *Override, reason string) string {
	if o != nil {
		return o.Reason
	}
	return reason
}

func overrideWords(o *Override) string {
	if o == nil {
		return ""
	}
	return ", override: " + string(o.Mode)
}

// approvedOr refuses while a testbed whose approval is required has not given it, unless somebody overrides.
func approvedOr(o *Override, r Request) *Error {
	if o != nil {
		return nil
	}
	var missing []string
	for _, a := range r.Approvals {
		if a.Decision == Refused {
			missing = append(missing, a.Testbed+" (refused)")
		} else if a.Policy == testbeds.ApprovalRequired && a.Decision != Approved {
			missing = append(missing, a.Testbed)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return Errorf(CodeConflict, "request #%d waits for the approval of %s", r.Number, strings.Join(missing, ", "))
}

// unapproved is the refusal of a request that waits for approvals: with what is short besides, where it does not fit either, so that nobody
// waits for an approval in vain.
func (d *decision) unapproved(r Request, waits *Error) error {
	if err := d.judge(r); err != nil {
		return err
	}
	if d.outcome.Fit.Fits {
		return waits
	}
	return d.refusal(waits.Message + ", and does not fit")
}

// grant decides whether a request may have its slot: it fits, or others make room, or more is booked than there is.
func (d *decision) grant(ctx context.Context, r Request, o *Override, victims []Request) (Request, error) {
	displacing := o != nil && o.Mode == OverrideDisplace
	var given [][]int64
	if displacing {
		var err error
		if given, err = d.room(ctx, victims); err != nil {
			return r, err
		}
	}
	if err := d.judge(r, slices.Concat(given...)...); err != nil {
		return r, err
	}
	r.Overbooked = nil
	switch {
	case d.outcome.Fit.Fits:
	case o == nil || o.Mode != OverrideOverbook:
		return r, d.refusal(fmt.Sprintf("request #%d does not fit", r.Number))
	case slices.ContainsFunc(d.outcome.Fit.Problems, func(p testbeds.Problem) bool {
		return p.Rule == testbeds.RuleHorizon || p.Rule == testbeds.RuleNotPlaced
	}):
		return r, d.refusal(fmt.Sprintf("request #%d cannot be booked there at all", r.Number))
	default:
		r.Overbooked = append(r.Overbooked, Overbook{At: d.now, By: d.actor.Username, Reason: o.Reason, Conflicts: d.outcome.Fit.Conflicts})
		_, err := d.tell(ctx, d.outcome.Fit.Conflicts, nil, note{action: ActionFlag, reason: o.Reason, text: "another request was booked over its capacity"})
		if err != nil {
			return r, err
		}
	}
	if !displacing {
		return r, nil
	}
	if err := d.needed(r, victims, given); err != nil {
		return r, err
	}
	return r, d.displace(ctx, r, o.Reason, victims)
}
