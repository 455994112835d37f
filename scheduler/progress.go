package scheduler

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Start records that operators orchestrate a request, or that it runs.
func (s *Service) Start(ctx context.Context, a Actor, id string, in Step) (Outcome, error) {
	return s.progress(ctx, a, ActionStart, id, in, Running, Instantiating)
}

// Complete records that a request is torn down, or over; what is left of its slot is free from now on.
func (s *Service) Complete(ctx context.Context, a Actor, id string, in Step) (Outcome, error) {
	return s.progress(ctx, a, ActionComplete, id, in, Completed, Terminating)
}

// Fail records that a deployment broke down; what is left of its slot is free from now on.
func (s *Service) Fail(ctx context.Context, a Actor, id string, in Step) (Outcome, error) {
	var bad faults
	checkReason("reason", in.Reason, &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.progress(ctx, a, ActionFail, id, in, Failed)
}

// Cancel takes a request back before it runs.
func (s *Service) Cancel(ctx context.Context, a Actor, id string, in Step) (Outcome, error) {
	return s.progress(ctx, a, ActionCancel, id, in, Cancelled)
}

// progress takes a step that leads to one of the given states, the first by default.
func (s *Service) progress(ctx context.Context, a Actor, action Action, id string, in Step, to ...Status) (Outcome, error) {
	var bad faults
	checkText("reason", in.Reason, maxReason, &bad)
	state := to[0]
	if in.State != "" {
		if state = in.State; !slices.Contains(to, state) {
			bad.add("state", "has to be %s", join(to))
		}
	}
	checkStartOverride(action, in.Override, &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: action, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.progress(ctx, state, in) }})
}

// checkStartOverride checks what a start may do without: its units, or an approval.
func checkStartOverride(action Action, o *Override, bad *faults) {
	switch {
	case o == nil:
		return
	case action != ActionStart:
		bad.add("override", "goes with a start only")
	case o.Mode != OverrideOverbook && o.Mode != OverrideApprovals:
		bad.add("override.mode", "has to be overbook (start without its units) or approvals")
	}
	checkReason("override.reason", o.Reason, bad)
}

func join(list []Status) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}

func (d *decision) progress(ctx context.Context, to Status, in Step) error {
	r := d.request
	if r.Status == to || to == Terminating && r.Status == Terminating {
		return notNow(d.actor, d.action, r)
	}
	if err := d.stand(r); err != nil {
		return err
	}
	d.outcome.Alternatives = nil
	r.Status = to
	switch to {
	case Instantiating, Running:
		return d.begin(ctx, r, in)
	case Terminating:
		return d.keep(ctx, r, note{reason: in.Reason, verdict: &d.outcome.Fit})
	default:
		return d.end(ctx, r, in.Reason)
	}
}

// begin starts what has its slot, its approvals and its named units. Nothing runs outside of what it occupies: not before its setup, and
// not once its slot is over.
func (d *decision) begin(ctx context.Context, r Request, in Step) error {
	if at := r.begins(); d.now.Before(at) {
		return Errorf(CodeConflict, "the setup of request #%d begins on %s: it can be started from then on", r.Number, at.Format(time.RFC3339))
	}
	if d.request.Status == Scheduled && !d.now.Before(r.Slot.End) {
		return Errorf(CodeConflict, "the slot of request #%d ended on %s: it has to be moved before it can be started", r.Number, r.Slot.End.Format(time.RFC3339))
	}
	if in.Override != nil && !d.actor.decides(r) {
		return Errorf(CodeForbidden, "%s may not override; the request's mentor or an administrator may", d.actor.Username)
	}
	if d.request.Status == Scheduled {
		if err := d.agreed(&r, in.Override); err != nil {
			return err
		}
	}
	r.unflag(flagApproval)
	r, err := d.equip(ctx, r, in.Override)
	if err != nil {
		return err
	}
	return d.keep(ctx, r, note{reason: reasonOf(in.Override, in.Reason), text: unitWords(r.Units) + overrideWords(in.Override), verdict: &d.outcome.Fit})
}

// keep saves a request whose booking stays as it is.
func (d *decision) keep(ctx context.Context, r Request, n note) error {
	r, err := d.save(ctx, d.request, r, n)
	d.outcome.Request = r
	return err
}

// end frees what is left of a request's slot: what has begun ends now, with its teardown after that; what has not is gone.
func (d *decision) end(ctx context.Context, r Request, reason string) (err error) {
	text := ""
	if r, err = d.dropMove(ctx, r); err != nil {
		return err
	}
	if !d.request.begun() {
		r, err = d.vacate(ctx, r)
	} else {
		if d.now.Before(r.Slot.End) {
			text = "early: the rest of the slot is free"
		}
		r, err = d.truncate(ctx, r)
	}
	if err != nil {
		return err
	}
	r.Overrun, r.HoldUntil = false, nil
	return d.keep(ctx, r, note{reason: reason, text: text, verdict: &d.outcome.Fit})
}

// truncate ends a request's booking now. The slot says from then on what was used; one that was not reached stays as it was planned.
func (d *decision) truncate(ctx context.Context, r Request) (Request, error) {
	b, ok := d.booked(r)
	left, some := b.Ended(d.now)
	if !ok || !some {
		return d.vacate(ctx, r)
	}
	if d.now.After(r.Slot.Start) {
		r.Slot.End = sooner(r.Slot.End, d.now)
	}
	left.Overbooked = left.Overbooked && d.excess(left)
	return d.occupy(ctx, r, left)
}
