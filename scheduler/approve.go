package scheduler

import (
	"berth/scheduler/account"
	"context"
	"slices"
	"strings"
)

// Approve records the decision of a testbed's providers about a request. It can be changed until the experiment starts. It returns CodeInvalid for
// the decision, CodeNotFound without such a request or testbed, CodeForbidden to all but its providers, CodeConflict where nothing waits for
// approval, and CodePrecondition where the request was changed since the caller saw it.
func (s *Service) Approve(ctx context.Context, a account.Actor, id, testbed string, in Approve) (Outcome, error) {
	if err := in.check(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionApprove, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.approve(ctx, testbed, in) }})
}

func (d *decision) approve(ctx context.Context, testbed string, in Approve) error {
	r := d.request
	i, moving := slices.IndexFunc(r.Approvals, func(a Approval) bool { return a.Testbed == testbed }), r.approving(testbed)
	if i < 0 && moving < 0 {
		return Errorf(CodeNotFound, "request #%d does not touch a testbed %q", r.Number, clip(testbed))
	}
	if !d.actor.SpeaksFor(testbed) {
		return Errorf(CodeForbidden, "%s is not a provider of %s", d.actor.Username, testbed)
	}
	if moving >= 0 {
		return d.approveMove(ctx, moving, in)
	}
	if r.Status.Begun() {
		return notNow(d.actor, d.action, r, d.now)
	}
	if err := d.checkAsItStands(r); err != nil {
		return err
	}
	whole := r
	whole.Slot = r.granted() // also where the rest of it was given back: a late start takes that again
	r.Approvals = slices.Clone(r.Approvals)
	r.Approvals[i] = r.Approvals[i].decided(whole, in.Decision, d.actor.Username, in.Reason, d.now)
	r.unflag(FlagApproval)
	if r.Status == Scheduled && len(unapproved(r.Approvals)) > 0 {
		r.Flags = append(r.Flags, Flag{Kind: FlagApproval, At: d.now, Text: "it cannot be started without the approval of " + strings.Join(unapproved(r.Approvals), ", ")})
	}
	return d.keep(ctx, r, note{reason: in.Reason, text: testbed + " " + string(in.Decision), verdict: &d.outcome.Fit})
}
