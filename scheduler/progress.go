package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
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
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: action, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.progress(ctx, state, in.Reason) }})
}

func join(list []Status) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}

func (d *decision) progress(ctx context.Context, to Status, reason string) error {
	r := d.request
	if r.Status == to || to == Terminating && r.Status == Terminating {
		return notNow(d.actor, d.action, r)
	}
	if err := d.judge(r); err != nil {
		return err
	}
	d.outcome.Alternatives = nil
	r.Status = to
	switch to {
	case Instantiating, Running:
		return d.begin(ctx, r, reason)
	case Terminating:
		return d.keep(ctx, r, note{reason: reason, verdict: &d.outcome.Fit})
	default:
		return d.end(ctx, r, reason)
	}
}

// begin starts what has its slot, and gives it its named units if time has not yet. Nothing runs outside of what it occupies: not
// before its setup, and not once its slot is over.
func (d *decision) begin(ctx context.Context, r Request, reason string) error {
	if at := d.s.setupStart(r); d.now.Before(at) {
		return Errorf(CodeConflict, "the setup of request #%d begins on %s: it can be started from then on", r.Number, at.Format(time.RFC3339))
	}
	if d.request.Status == Scheduled && !d.now.Before(r.Slot.End) {
		return Errorf(CodeConflict, "the slot of request #%d ended on %s: it has to be moved before it can be started", r.Number, r.Slot.End.Format(time.RFC3339))
	}
	b, changed := d.assign(&r)
	if changed {
		if _, err := d.book(ctx, r.ID, b); err != nil {
			return err
		}
	}
	return d.keep(ctx, r, note{reason: reason, text: unitWords(r.Units), verdict: &d.outcome.Fit})
}

// keep saves a request whose booking stays as it is.
func (d *decision) keep(ctx context.Context, r Request, n note) error {
	r, err := d.save(ctx, d.request, r, n)
	d.outcome.Request = r
	return err
}

// assign chooses the named units of a request's booking and writes them into the request.
func (d *decision) assign(r *Request) (b testbeds.Booking, changed bool) {
	if len(r.Units) > 0 {
		return b, false
	}
	_ = d.world(func(w world) error {
		var ok bool
		if b, ok = w.fed.Booking(r.Booking); !ok {
			return nil
		}
		before := b.Claims
		b.Claims, _ = w.fed.AssignUnits(b)
		for i, c := range b.Claims {
			if len(c.Units) > 0 {
				r.Units = append(r.Units, AssignedUnits{Testbed: c.Testbed, Device: c.Device, Units: c.Units})
			}
			changed = changed || len(c.Units) != len(before[i].Units)
		}
		return nil
	})
	return b, changed
}

func unitWords(units []AssignedUnits) string {
	var words []string
	for _, u := range units {
		words = append(words, fmt.Sprintf("%s %s: %s", u.Testbed, u.Device, strings.Join(u.Units, ", ")))
	}
	return strings.Join(words, "; ")
}

// end frees what is left of a request's slot: its claims end now, with their teardown after that.
func (d *decision) end(ctx context.Context, r Request, reason string) error {
	before := d.request
	text := ""
	if d.now.Before(before.Slot.End) && d.now.After(before.Slot.Start) && before.Status != UnderReview && before.Status != Scheduled {
		text = "early: the rest of the slot is free"
		if err := d.truncate(ctx, &r); err != nil {
			return err
		}
	} else if d.now.Before(before.Slot.End) || r.Status == Cancelled {
		if err := d.release(ctx, r.Booking); err != nil {
			return err
		}
		r.Booking = 0
	} else if err := d.truncate(ctx, &r); err != nil {
		return err
	}
	r.Overrun, r.HoldUntil = false, nil
	return d.keep(ctx, r, note{reason: reason, text: text, verdict: &d.outcome.Fit})
}

// truncate ends a request's booking now. The slot says from then on what was used.
func (d *decision) truncate(ctx context.Context, r *Request) error {
	var b testbeds.Booking
	found := false
	_ = d.world(func(w world) error {
		b, found = w.fed.Booking(r.Booking)
		return nil
	})
	if !found || !r.Slot.Start.Before(d.now) {
		err := d.release(ctx, r.Booking)
		r.Booking = 0
		return err
	}
	if d.now.Before(r.Slot.End) {
		r.Slot.End = d.now
	}
	whole := d.booking(*r, b.ID, testbeds.Firm)
	b.Claims = slices.Clone(b.Claims) // they belong to the federation
	for i, c := range b.Claims {
		if j := slices.IndexFunc(whole.Claims, func(o testbeds.Claim) bool { return o.Resource == c.Resource }); j >= 0 && whole.Claims[j].To.Before(c.To) {
			b.Claims[i].To = whole.Claims[j].To
		}
	}
	b.Slot = r.Slot
	_, err := d.book(ctx, r.ID, b)
	return err
}
