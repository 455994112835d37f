package scheduler

import (
	"context"
	"fmt"
	"strings"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Move gives a request another slot, placement or devices: earlier, later, longer, shorter, with less. Of a running one only the end can move. Its
// experimenter may move it while it is under review, and shorten it once it is scheduled.
//
// A granted request that lacks approvals for the move keeps its slot and waits for them (PendingMove), unless they are overridden. It returns
// CodeInvalid for the input, CodeConflict where the request does not fit there, and those of a step (CodeNotFound, CodeForbidden, CodeConflict and
// CodePrecondition).
func (s *Service) Move(ctx context.Context, a account.Actor, id string, in Move) (Outcome, error) {
	var bad faults
	if in.Slot == nil && in.Placement == nil && in.Devices == nil {
		bad.add("slot", "give a slot, a placement or devices to move to")
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
		touches: touching(victims),
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
	if r.Status == UnderReview {
		return d.moveAsked(ctx, r, in)
	}
	if err := d.judge(ctx, &r, d.changes(r), in.Override); err != nil {
		return err
	}
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return err
	}
	p := d.proposed(r, testbeds.Firm)
	if !p.less || !agreedTo(r) {
		p.request.Approvals = d.approvals(r)
		if in.Override.beyond() == nil && waits(p.request.Approvals) {
			return d.await(ctx, p, in)
		}
		if err := d.agreed(&p.request, in.Override.beyond()); err != nil {
			return err
		}
	}
	if p, err = d.grant(ctx, p, in.Override.beyond(), victims); err != nil {
		return err
	}
	return d.rebook(ctx, p.moved(), d.moved(r, in))
}

// moveAsked moves a request under review: it asks for another slot, which must be free.
func (d *decision) moveAsked(ctx context.Context, r Request, in Move) error {
	r.Requested = new(r.Slot)
	p := d.proposed(r, testbeds.Pending)
	if err := d.checkProposal(p); err != nil {
		return err
	}
	if !d.outcome.Fit.Fits {
		return d.refusal("the request does not fit there")
	}
	if err := d.judge(ctx, &p.request, d.changes(r), in.Override); err != nil {
		return err
	}
	p.request.Approvals = d.approvals(r)
	return d.rebook(ctx, p, d.moved(r, in))
}

// moved turns a proposal into the new grant.
//
// An overrun that is to end sooner, but after its granted end, stays an overrun: that time was never approved.
func (p proposal) moved() proposal {
	if r := p.request; p.less && r.Overrun && r.Scheduled != nil && r.Slot.End.After(r.Scheduled.End) {
		return p
	}
	p.request.Scheduled, p.request.Overrun = new(p.request.Slot), false
	p.request.unflag(FlagOverrun)
	return p
}

func (d *decision) moved(r Request, in Move) note {
	return note{reason: reasonOf(in.Override, in.Reason), verdict: &d.outcome.Fit,
		text: fmt.Sprintf("from %s to %s%s%s", d.request.Slot, r.Slot, deviceWords(in.Devices), overrideWords(in.Override))}
}

// deviceWords says which devices a move asks for; empty where they stay.
func deviceWords(list *[]testbeds.DeviceNeed) string {
	if list == nil {
		return ""
	}
	words := make([]string, 0, len(*list))
	for _, n := range *list {
		words = append(words, fmt.Sprintf("%d × %s at %s", n.Count, n.Device, n.Testbed))
	}
	if len(words) == 0 {
		return ", without devices"
	}
	return ", with " + strings.Join(words, " and ")
}

// movable refuses moves that the actor may not make with the request as it is now.
func (d *decision) movable(in Move) error {
	r, a := d.request, d.actor
	mayDecide := MayOverride(a, d.action, r)
	if in.Override != nil && !mayDecide {
		return Errorf(CodeForbidden, "%s may not override; the request's mentor or an administrator may", a.Username)
	}
	if mayDecide || r.Status == UnderReview {
		return nil
	}
	inside := in.Slot != nil && r.Slot.Contains(in.Slot.UTC()) && in.Placement == nil && in.Devices == nil
	if r.Status == Scheduled && inside {
		return nil
	}
	return Errorf(CodeForbidden, "request #%d is %s: its experimenter can only shorten it; its mentor (%s) can move it", r.Number, r.Status, mentorOf(r))
}

// moveTo gives r its checked new slot, placement and devices.
func (d *decision) moveTo(r *Request, in Move) error {
	q := asked(*r)
	set(&q.Slot, in.Slot)
	q.Slot = q.Slot.UTC()
	if in.Placement != nil {
		q.Placement = in.Placement
	}
	set(&q.Devices, in.Devices)
	if q.Window != nil && !q.Window.Contains(q.Slot) {
		q.Window = nil
	}
	q.MinDuration = min2(q.MinDuration, q.Slot)
	if r.Status == UnderReview || r.Status == Scheduled && !q.Slot.Start.Equal(r.Slot.Start) {
		return d.recheckAsk(r, q, false)
	}
	// It has begun, or may have: only the time ahead can change.
	var bad faults
	switch {
	case !q.Slot.Start.Equal(r.Slot.Start):
		bad.add("slot.start", "request #%d is %s: its start stays %s", r.Number, r.Status, r.Slot.Start.Format("2006-01-02T15:04:05Z"))
	case in.Placement != nil && r.Status != Scheduled:
		bad.add("placement", "request #%d is %s: its placement can no longer change", r.Number, r.Status)
	case in.Devices != nil && r.Status != Scheduled:
		bad.add("devices", "request #%d is %s: its devices can no longer change", r.Number, r.Status)
	case r.Released != nil:
		bad.add("slot.start", "the rest of its slot was given back at %s, because nobody had reported its start: report the start, or give it a slot from now on", r.Released.Format("2006-01-02T15:04:05Z"))
	case q.Slot.End.Before(d.now):
		bad.add("slot.end", "lies in the past")
	}
	if err := bad.err(); err != nil {
		return err
	}
	if in.Placement == nil && in.Devices == nil {
		r.Slot, r.Window, r.MinDuration = q.Slot, q.Window, q.MinDuration
		return nil
	}
	return d.recheckAsk(r, q, false)
}
