package scheduler

import (
	"context"
	"fmt"

	"berth/testbeds"
)

// Move gives a request another slot or placement: earlier, later, longer, shorter. Of a running one only the end can be moved. Its
// experimenter may move it while it is under review, and shorten it once it is scheduled.
func (s *Service) Move(ctx context.Context, a Actor, id string, in Move) (Outcome, error) {
	var bad faults
	if in.Slot == nil && in.Placement == nil {
		bad.add("slot", "give a slot or a placement to move to")
	}
	checkText("reason", in.Reason, maxReason, &bad)
	if in.Slot != nil {
		checkSlot("slot", in.Slot.UTC(), &bad)
	}
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	victims, err := s.victims(ctx, a, in.Override)
	if err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionMove, id: id, revision: in.Revision, dry: in.DryRun,
		touches: func(Request) []string { return testbedsOf(victims) },
		take:    func(ctx context.Context, d *decision) error { return d.move(ctx, in, victims) }})
}

func (d *decision) move(ctx context.Context, in Move, victims []Request) error {
	r := d.request
	if err := d.movable(in); err != nil {
		return err
	}
	if err := d.moveTo(&r, in); err != nil {
		return err
	}
	smaller := d.request.Slot.Contains(r.Slot) && sameDemand(r.Demand, d.request.Demand)
	if !smaller {
		r.Approvals = d.approvals(r)
		r.Reminded = nil
	}
	if r.Status == UnderReview {
		if err := d.judge(r); err != nil {
			return err
		}
		if !d.outcome.Fit.Fits {
			return d.refusal("request does not fit there")
		}
		return d.rebook(ctx, r, d.moved(r, in), d.reviewStrength(r))
	}
	if smaller && in.Override == nil {
		// Less of what it has, be it overbooked or not, takes nothing from anybody.
		if err := d.judge(r); err != nil {
			return err
		}
		d.outcome.Alternatives = nil
		r.Scheduled, r.Overrun = new(r.Slot), false
		return d.rebook(ctx, r, d.moved(r, in), testbeds.Firm)
	}
	r.Units = d.kept(r)
	r, err := d.grant(ctx, r, in.Override, victims)
	if err != nil {
		return err
	}
	slot := r.Slot
	r.Scheduled, r.Overrun = &slot, false
	return d.rebook(ctx, r, d.moved(r, in), testbeds.Firm)
}

func (d *decision) moved(r Request, in Move) note {
	return note{reason: reasonOf(in.Override, in.Reason), verdict: &d.outcome.Fit,
		text: fmt.Sprintf("from %s to %s%s", d.request.Slot, r.Slot, overrideWords(in.Override))}
}

// movable refuses what the actor may not do with the request as it is now.
func (d *decision) movable(in Move) error {
	r, a := d.request, d.actor
	decides := a.Is(RoleAdministrator) || a.Is(RoleMentor) && a.Username == r.Mentor
	if in.Override != nil && !decides {
		return Errorf(CodeForbidden, "%s may not override; the request's mentor or an administrator may", a.Username)
	}
	if decides || r.Status == UnderReview {
		return nil
	}
	inside := in.Slot != nil && r.Slot.Contains(in.Slot.UTC()) && in.Placement == nil
	if r.Status == Scheduled && inside {
		return nil
	}
	return Errorf(CodeForbidden, "request #%d is %s: its experimenter can shorten it; its mentor (%s) moves it", r.Number, r.Status, mentorOf(r))
}

// moveTo gives r its new slot and placement, checked.
func (d *decision) moveTo(r *Request, in Move) error {
	q := asked(*r)
	set(&q.Slot, in.Slot)
	q.Slot = q.Slot.UTC()
	if in.Placement != nil {
		q.Placement = in.Placement
	}
	if q.Window != nil && !q.Window.Contains(q.Slot) {
		q.Window = nil
	}
	q.MinDuration = min2(q.MinDuration, q.Slot)
	if r.Status == UnderReview || r.Status == Scheduled && !q.Slot.Start.Equal(r.Slot.Start) {
		return d.rewish(r, q, false)
	}
	// It has begun, or may have: only what is to come can change.
	var bad faults
	switch {
	case !q.Slot.Start.Equal(r.Slot.Start):
		bad.add("slot.start", "request #%d is %s: its start stays %s", r.Number, r.Status, r.Slot.Start.Format("2006-01-02T15:04:05Z"))
	case in.Placement != nil && r.Status != Scheduled:
		bad.add("placement", "request #%d is %s: what runs stays where it is", r.Number, r.Status)
	case q.Slot.End.Before(d.now):
		bad.add("slot.end", "lies in the past")
	}
	if err := bad.err(); err != nil {
		return err
	}
	if in.Placement == nil {
		r.Slot, r.Window, r.MinDuration = q.Slot, q.Window, q.MinDuration
		return nil
	}
	return d.rewish(r, q, false)
}

// kept are the named units that a request keeps when it moves: those that it runs on.
func (d *decision) kept(r Request) []AssignedUnits {
	if r.Status == Instantiating || r.Status == Running {
		return r.Units
	}
	return nil
}
