package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Schedule grants a slot. It checks again at the moment of the decision, with the testbeds locked: of two requests for the same capacity that are
// granted at once, exactly one succeeds. It returns CodeInvalid for the input, CodeConflict where the request does not fit or waits for approvals,
// and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Schedule(ctx context.Context, a account.Actor, id string, in Schedule) (Outcome, error) {
	victims, err := s.victims(ctx, a, in.Override)
	if err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionSchedule, id: id, revision: in.Revision, dry: in.DryRun, touches: touching(victims),
		take: func(ctx context.Context, d *decision) error { return d.schedule(ctx, in, victims) }})
}

// victims reads the requests that an override displaces.
func (s *Service) victims(ctx context.Context, a account.Actor, o *Override) ([]Request, error) {
	if o == nil {
		return nil, nil
	}
	var bad faults
	checkReason("override.reason", o.Reason, &bad)
	switch {
	case o.Mode != OverrideDisplace && o.Mode != OverrideOverbook && o.Mode != OverrideApprovals && o.Mode != OverridePolicy:
		bad.add("override.mode", "must be displace, overbook, approvals or policy")
	case o.Mode == OverrideDisplace && len(o.Displace) == 0:
		bad.add("override.displace", "must name the requests to displace")
	case o.Mode != OverrideDisplace && len(o.Displace) > 0:
		bad.add("override.displace", "applies only to the mode displace")
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

// touching returns what a step with other requests touches beyond its own.
func touching(others []Request) func(Request) []string {
	if len(others) == 0 {
		return nil
	}
	return func(Request) []string { return testbedsOf(others) }
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
		q.Window = nil // the mentor grants another window
	}
	q.MinDuration = min2(q.MinDuration, q.Slot)
	if err := d.recheckAsk(&r, q, false); err != nil {
		return err
	}
	r.Approvals = d.approvals(r) // earlier approvals may be for something else
	if err := d.agreed(&r, in.Override.beyond()); err != nil {
		return d.inVain(ctx, r, err)
	}
	if err := d.judge(ctx, &r, d.granting(r), in.Override); err != nil {
		return err
	}
	p, err := d.grant(ctx, d.proposed(r, testbeds.Firm), in.Override.beyond(), victims)
	if err != nil {
		return err
	}
	p.request.Status, p.request.Scheduled = Scheduled, new(p.request.Slot)
	p.request.unflag(FlagDisplaced)
	return d.rebook(ctx, p, note{reason: reasonOf(in.Override, in.Reason), text: "granted " + r.Slot.String() + overrideWords(in.Override), verdict: &d.outcome.Fit})
}

// unflag removes the flags of a kind from a request.
func (r *Request) unflag(kind FlagKind) {
	r.Flags = slices.DeleteFunc(slices.Clone(r.Flags), func(f Flag) bool { return f.Kind == kind })
}

// min2 limits a shortest useful duration to the length of the granted slot.
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
	if o.Policy && o.Mode != OverridePolicy {
		return ", override: " + string(o.Mode) + ", override: " + string(OverridePolicy)
	}
	return ", override: " + string(o.Mode)
}

// inVain refuses a request that waits for approvals; where it does not fit either, the refusal says so, so that nobody waits for an approval in vain.
func (d *decision) inVain(ctx context.Context, r Request, waits error) error {
	p := d.proposed(r, testbeds.Firm)
	if err := d.checkProposal(p); err != nil {
		return err
	}
	if d.outcome.Fit.Fits {
		return waits
	}
	return d.noRoom(ctx, p, waits.Error()+", and does not fit")
}

// grant decides whether a proposal may be booked: it fits, it is less than before, other requests make room, or it is overbooked.
func (d *decision) grant(ctx context.Context, p proposal, o *Override, victims []Request) (proposal, error) {
	displacing := o != nil && o.Mode == OverrideDisplace
	var given [][]int64
	if displacing {
		var err error
		if given, err = d.room(ctx, victims); err != nil {
			return p, err
		}
	}
	if err := d.checkProposal(p, slices.Concat(given...)...); err != nil {
		return p, err
	}
	number := p.request.Number
	switch {
	case d.outcome.Fit.Fits:
	case p.less && !displacing:
		d.outcome.Alternatives = nil // less than before, overbooked or not, takes nothing from anybody
	case o == nil || o.Mode != OverrideOverbook:
		return p, d.noRoom(ctx, p, fmt.Sprintf("request #%d does not fit", number))
	case !d.bookable():
		return p, d.refusal(fmt.Sprintf("request #%d cannot be booked there at all", number))
	}
	var err error
	if p, err = d.marked(ctx, p, o); err != nil || !displacing {
		return p, err
	}
	if err := d.needed(p, victims, given); err != nil {
		return p, err
	}
	return p, d.displace(ctx, p, o.Reason, victims)
}

// bookable reports whether what was checked can be booked at all, if need be beyond the capacity.
func (d *decision) bookable() bool {
	return !slices.ContainsFunc(d.outcome.Fit.Problems, func(x testbeds.Problem) bool {
		return x.Rule == testbeds.RuleHorizon || x.Rule == testbeds.RuleNotPlaced
	})
}

// forced lists the overrides that help where a slot does not fit.
func (d *decision) forced() []OverrideMode {
	switch {
	case !d.bookable():
		return nil
	case len(d.outcome.Fit.Problems) > 0: // nobody who makes room would help
		return []OverrideMode{OverrideOverbook}
	}
	return []OverrideMode{OverrideDisplace, OverrideOverbook}
}

// marked records on a proposal where it is overbooked, and notifies the people whom that hurts. An earlier record stays while it holds.
func (d *decision) marked(ctx context.Context, p proposal, o *Override) (proposal, error) {
	r := &p.request
	conflicts := d.outcome.Fit.Conflicts
	was, _ := d.booked(d.request)
	p.booking.Overbooked = p.kept && was.Overbooked && d.excess(p.booking)
	over := len(conflicts) > 0 || p.kept && o != nil && !d.outcome.Fit.Fits && d.excess(p.booking) // for example, a unit that no longer exists
	if p.less || !over {
		return p, nil
	}
	p.booking.Overbooked = true
	r.Overbooked = append(slices.Clone(r.Overbooked), Overbook{At: d.now, By: d.actor.Username, Reason: o.Reason, Conflicts: conflicts})
	if !p.kept {
		r.Overbooked = r.Overbooked[len(r.Overbooked)-1:]
	}
	_, err := d.notify(ctx, conflicts, nil, note{action: ActionFlag, reason: o.Reason, text: "another request was booked onto its capacity"})
	return p, err
}
