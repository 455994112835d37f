package terminal

import (
	"context"
	"strings"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
	"berth/testbeds"
)

// Deciding is what somebody typed to take a step with a request; each step reads some of it.
type Deciding struct {
	Wish
	Reason   string
	Mode     string   // of an override: displace, overbook or approvals
	Displace []string // numbers of requests
	Offers   int      // of a rejection
	HoldFor  string
	State    string // of a start or an end
	Began    string // when it really began or ended, for late reports
	Over     string
	Mentor   string
}

// step parses what was typed.
func (w Deciding) step(t Times) (s client.Step, err error) {
	ask, err := w.ask(t)
	if err != nil {
		return s, err
	}
	s = client.Step{Slot: ask.Slot, Placement: ask.Placement, Devices: ask.Devices, Reason: w.Reason, State: scheduler.Status(strings.ToUpper(w.State)), Mentor: w.Mentor, Alternatives: w.Offers}
	var wrong console.Faults
	if w.HoldFor != "" {
		d, err := Length(w.HoldFor)
		wrong.Add("hold-for", err)
		s.HoldFor = period(d)
	}
	var actual scheduler.Actual
	if w.Began != "" {
		at, err := t.Moment(w.Began)
		wrong.Add("began", err)
		actual.Start = &at
	}
	if w.Over != "" {
		at, err := t.Moment(w.Over)
		wrong.Add("ended", err)
		actual.End = &at
	}
	if actual.Start != nil || actual.End != nil {
		s.Actual = &actual
	}
	if w.Mode != "" {
		s.Override, s.Reason = &client.Override{Mode: scheduler.OverrideMode(w.Mode), Reason: w.Reason}, ""
		for _, id := range w.Displace {
			s.Override.Displace = append(s.Override.Displace, bare(id))
		}
	}
	return s, wrong.Err()
}

// Take takes a step with a request: schedule, reject, move, cancel, start, complete, fail or assign. The question is asked after a preview.
func (d *Desk) Take(ctx context.Context, id, step, question string, w Deciding) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	s, err := w.step(d.Times)
	if err != nil {
		return err
	}
	return d.onRequest(ctx, id, question, func(r scheduler.Request, revision string, dry bool) (client.Answer[scheduler.Outcome], error) {
		s.DryRun = dry
		return d.Client.Take(ctx, r.ID, step, s, revision)
	})
}

// Approve records the decision of a testbed; without one, of the only one that has not decided.
func (d *Desk) Approve(ctx context.Context, id, testbed string, refuse bool, reason string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	decision, question := scheduler.Approved, "Approve #%d?"
	if refuse {
		decision, question = scheduler.Refused, "Refuse #%d?"
	}
	return d.onRequest(ctx, id, question, func(r scheduler.Request, revision string, dry bool) (client.Answer[scheduler.Outcome], error) {
		chosen, err := undecided(r, testbed)
		if err != nil {
			return client.Answer[scheduler.Outcome]{}, err
		}
		return d.Client.Approve(ctx, r.ID, chosen, decision, reason, dry, revision)
	})
}

func undecided(r scheduler.Request, testbed string) (string, error) {
	if testbed != "" {
		return testbed, nil
	}
	var open []string
	for _, x := range r.Approvals {
		if x.Decision == "" && x.Policy == testbeds.ApprovalRequired {
			open = append(open, x.Testbed)
		}
	}
	if len(open) != 1 {
		return "", scheduler.Errorf(scheduler.CodeInvalid, "request #%d waits for %d testbeds; name one with --testbed: %s", r.Number, len(open), strings.Join(open, ", "))
	}
	return open[0], nil
}
