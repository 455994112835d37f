package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// byRule decides about a new request where the policy needs no person for it: what can never run where it is placed is rejected, with offers; what fits
// and is small enough is approved, or scheduled. Both happen in the transaction of the submission, as Berth's own steps, whose reason names the rule.
func (d *decision) byRule(ctx context.Context) error {
	if d.rules == nil || d.rules.Policy == nil || len(d.waived) > 0 {
		return nil
	}
	r := d.outcome.Request
	if x := d.rules.Rejects; x != nil && len(impossible(d.outcome.Fit)) > 0 {
		return d.rejectByRule(ctx, r, *x)
	}
	if !d.outcome.Fit.Fits {
		return nil
	}
	a, err := d.posed(ctx, r, asks{})
	if err != nil {
		return err
	}
	if g, ok := d.rules.Granted(a); ok {
		return d.grantByRule(ctx, r, g)
	}
	return nil
}

// impossible lists the problems that never go away by waiting, and by no move in time.
func impossible(v testbeds.Verdict) []testbeds.Problem {
	return slices.DeleteFunc(slices.Clone(v.Problems), func(p testbeds.Problem) bool { return p.Rule == testbeds.RuleHorizon })
}

// ruled names a rule in a reason.
func (d *decision) ruled(rule, because string) string {
	text := fmt.Sprintf("by the rule %s of the policy, revision %d", rule, d.rules.revision)
	if because != "" {
		text += ": " + because
	}
	return text
}

// own begins a step of Berth itself with a request, in the same transaction.
func (d *decision) own(action Action, r Request) *decision {
	return &decision{s: d.s, tx: d.tx, actor: account.System, action: action, now: d.now, locked: d.locked, dry: d.dry, request: r, changed: d.changed, rules: d.rules, whose: d.whose, judged: d.rules.revision}
}

// took takes over what a step of Berth itself did.
func (d *decision) took(by *decision) {
	d.changed = by.changed
	d.outcome.Request = by.outcome.Request
}

// grantByRule approves a request in the place of the testbeds, and schedules it where the rule says so. One that cannot be scheduled after all stays
// under review.
func (d *decision) grantByRule(ctx context.Context, r Request, g policy.Grant) error {
	reason := d.ruled(g.Name, g.Because)
	if missing := unapproved(r.Approvals); len(missing) > 0 {
		by := d.own(ActionApprove, r)
		text := ""
		r.Approvals = slices.Clone(r.Approvals)
		for i, a := range r.Approvals {
			if a.missing() {
				r.Approvals[i] = a.decided(r, Approved, account.System.Username, reason, d.now)
				text += a.Testbed + " " + string(Approved) + " "
			}
		}
		if err := by.keep(ctx, r, note{reason: reason, text: text[:len(text)-1], verdict: &d.outcome.Fit}); err != nil {
			return err
		}
		d.took(by)
	}
	if g.Then != policy.ThenSchedule {
		return nil
	}
	by := d.own(ActionSchedule, d.outcome.Request)
	switch err := by.schedule(ctx, Schedule{Reason: reason}, nil); CodeOf(err) {
	case CodeConflict, CodeInvalid:
		return nil
	default:
		if err == nil {
			d.took(by)
		}
		return err
	}
}

// rejectByRule rejects a request that can never run where it is placed.
func (d *decision) rejectByRule(ctx context.Context, r Request, x policy.Rejects) error {
	by := d.own(ActionReject, r)
	reason := d.ruled("rejects", x.Because) + ": " + impossible(d.outcome.Fit)[0].Message
	if err := by.reject(ctx, Reject{Reason: reason, Count: int(x.Offers)}, d.s.o.HoldFor); err != nil {
		return err
	}
	d.took(by)
	return nil
}
