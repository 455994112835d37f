package scheduler

import (
	"berth/scheduler/account"
	"context"
	"slices"
	"strings"
	"time"
)

// Start records that operators orchestrate a request, or that it runs. It returns CodeInvalid for the input, CodeConflict before its setup and after
// its slot, or without its approvals or units, and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Start(ctx context.Context, a account.Actor, id string, in Step) (Outcome, error) {
	return s.progress(ctx, a, ActionStart, id, in, Running, Instantiating)
}

// Complete records that a request is being torn down, or is over, and frees the rest of its slot. It returns CodeInvalid for the input, and those of
// a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Complete(ctx context.Context, a account.Actor, id string, in Step) (Outcome, error) {
	return s.progress(ctx, a, ActionComplete, id, in, Completed, Terminating)
}

// Fail records that a deployment broke down, and frees the rest of its slot. It returns CodeInvalid for the input, and those of a step (CodeNotFound,
// CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Fail(ctx context.Context, a account.Actor, id string, in Step) (Outcome, error) {
	var bad faults
	checkReason("reason", in.Reason, &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.progress(ctx, a, ActionFail, id, in, Failed)
}

// Cancel takes a request back before it runs. It returns CodeInvalid for the input, and those of a step (CodeNotFound, CodeForbidden,
// CodeConflict and CodePrecondition).
func (s *Service) Cancel(ctx context.Context, a account.Actor, id string, in Step) (Outcome, error) {
	return s.progress(ctx, a, ActionCancel, id, in, Cancelled)
}

// progress takes a step that leads to one of the given states, by default the first.
func (s *Service) progress(ctx context.Context, a account.Actor, action Action, id string, in Step, to ...Status) (Outcome, error) {
	var bad faults
	checkText("reason", in.Reason, maxReason, &bad)
	state := to[0]
	if in.State != "" {
		if state = in.State; !slices.Contains(to, state) {
			bad.add("state", "must be %s", join(to))
		}
	}
	checkStartOverride(action, in.Override, &bad)
	checkActual(action, in.Actual, s.now(), &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: action, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.progress(ctx, state, in) }})
}

// checkStartOverride checks what a start may override: missing units, or a missing approval.
func checkStartOverride(action Action, o *Override, bad *faults) {
	switch {
	case o == nil:
		return
	case action != ActionStart:
		bad.add("override", "applies only to a start")
	case o.Mode != OverrideOverbook && o.Mode != OverrideApprovals:
		bad.add("override.mode", "must be overbook (start without its units) or approvals")
	}
	checkReason("override.reason", o.Reason, bad)
}

// checkActual checks reported instants.
func checkActual(action Action, a *Actual, now time.Time, bad *faults) {
	if a == nil {
		return
	}
	instant := func(field string, t *time.Time) {
		switch {
		case t == nil:
		case action == ActionCancel, field == "actual.end" && action == ActionStart:
			bad.add(field, "does not apply to this step")
		case t.Nanosecond() != 0:
			bad.add(field, "must be a whole second")
		case t.After(now):
			bad.add(field, "lies in the future (now is %s)", now.Format(time.RFC3339))
		}
	}
	instant("actual.start", a.Start)
	instant("actual.end", a.End)
	if a.Start != nil && a.End != nil && a.End.Before(*a.Start) {
		bad.add("actual.end", "must be after actual.start")
	}
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
		return notNow(d.actor, d.action, r, d.now)
	}
	if err := d.checkAsItStands(r); err != nil {
		return err
	}
	d.outcome.Alternatives = nil
	if unseen := r.Status == Scheduled && (d.action == ActionComplete || d.action == ActionFail); unseen && d.now.Before(r.Slot.End) && (in.Actual == nil || in.Actual.Start == nil) {
		return Errorf(CodeConflict, "request #%d was never reported as started, and its slot goes on until %s: give the time when it began (actual.start)", r.Number, r.Slot.End.Format(time.RFC3339))
	}
	if r.NoShow != nil {
		if err := d.corrected(&r, to, in); err != nil {
			return err
		}
	}
	r.Status = to
	if err := d.happened(&r, in.Actual); err != nil {
		return err
	}
	switch to {
	case Instantiating, Running:
		return d.begin(ctx, r, in)
	case Terminating:
		return d.keep(ctx, r, note{reason: in.Reason, verdict: &d.outcome.Fit})
	default:
		return d.end(ctx, r, in.Reason)
	}
}

// happened records on a request when it really began and ended: as reported, else now.
func (d *decision) happened(r *Request, told *Actual) error {
	was := Actual{}
	if r.Actual != nil {
		was = *r.Actual
	}
	if told != nil && told.Start != nil {
		was.Start = new(told.Start.UTC())
	}
	switch {
	case r.Status.Started():
		if was.Start == nil {
			was.Start = new(d.now)
		}
	case r.Status.Ended():
		was.End = new(d.now)
		if told != nil && told.End != nil {
			was.End = new(told.End.UTC())
		}
	case was.Start == nil:
		return nil
	}
	var bad faults
	if told != nil && told.Start != nil && was.Start.Before(r.begins()) {
		bad.add("actual.start", "lies before %s, when the request's setup begins", r.begins().Format(time.RFC3339))
	}
	if was.Start != nil && was.End != nil && was.End.Before(*was.Start) {
		bad.add("actual.end", "lies before the start, %s", was.Start.Format(time.RFC3339))
	}
	r.Actual = &was
	return bad.err()
}

// begin starts a request that has its slot, its approvals and its named units. It must run within the occupied time: not before its setup, and not
// after its slot.
func (d *decision) begin(ctx context.Context, r Request, in Step) error {
	if at := r.begins(); d.now.Before(at) {
		return Errorf(CodeConflict, "request #%d can be started from %s on, when its setup begins", r.Number, at.Format(time.RFC3339))
	}
	if end := r.granted().End; d.request.Status == Scheduled && !r.Actual.Start.Before(end) {
		return Errorf(CodeConflict, "the slot of request #%d ended on %s: give the time when it really began (actual.start), or move it", r.Number, end.Format(time.RFC3339))
	}
	if in.Override != nil && !MayOverride(d.actor, d.action, r) {
		return Errorf(CodeForbidden, "%s may not override; the request's mentor or an administrator may", d.actor.Username)
	}
	if d.request.Status == Scheduled {
		if err := d.agreed(&r, in.Override); err != nil {
			return err
		}
		var err error
		if r, err = d.regain(ctx, r, in.Override); err != nil {
			return err
		}
		if r, err = d.untilNow(ctx, r); err != nil {
			return err
		}
		if r, err = d.equip(ctx, r, in.Override); err != nil {
			return err
		}
		if !r.Slot.End.After(d.now) { // it ran on, unreported
			if r, err = d.prolong(ctx, r); err != nil {
				return err
			}
		}
		r.Overbooked = saidOnce(r.Overbooked)
	}
	r.unflag(FlagApproval)
	r.Driven = r.Driven || in.Driven
	return d.keep(ctx, r, note{reason: reasonOf(in.Override, in.Reason), text: unitWords(r.Units) + overrideWords(in.Override), verdict: &d.outcome.Fit})
}

// keep saves a request whose booking stays unchanged.
func (d *decision) keep(ctx context.Context, r Request, n note) error {
	r, err := d.save(ctx, d.request, r, n)
	d.outcome.Request = r
	return err
}

// end frees the rest of a request's slot: one that has begun ends now, followed by its teardown; one that has not is gone.
func (d *decision) end(ctx context.Context, r Request, reason string) (err error) {
	text := ""
	if r, err = d.dropMove(ctx, r); err != nil {
		return err
	}
	if r.Status.Ended() {
		switch {
		case d.now.Before(r.Slot.End):
			text = "early: the rest of the slot is free"
		case d.request.NoShow != nil:
			text = "corrected: it was no no-show"
		}
		r, err = d.truncate(ctx, r, *r.Actual.End)
	} else {
		r, err = d.vacate(ctx, r)
	}
	if err != nil {
		return err
	}
	r.Overrun, r.HoldUntil = false, nil
	r.unflag(FlagFacility)
	return d.keep(ctx, r, note{reason: reason, text: text, verdict: &d.outcome.Fit})
}

// truncate ends a request's booking at an instant that is not ahead. The slot then shows the time used; a slot that had not begun stays as planned.
func (d *decision) truncate(ctx context.Context, r Request, at time.Time) (Request, error) {
	b, ok := d.booked(r)
	left, some := b.Ended(at)
	if !ok || !some {
		return d.vacate(ctx, r)
	}
	if at.After(r.Slot.Start) {
		r.Slot.End = sooner(r.Slot.End, at)
	}
	left.Overbooked = left.Overbooked && d.excess(left)
	return d.occupy(ctx, r, left)
}
