package scheduler

import (
	"berth/scheduler/account"
	"cmp"
	"context"
)

// Assign hands a request to a mentor. A mentor may take over any request; an administrator may give it to any mentor. It returns CodeInvalid without
// such a mentor, and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Assign(ctx context.Context, a account.Actor, id string, in Assign) (Outcome, error) {
	return s.decide(ctx, command{actor: a, action: ActionAssign, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.assignMentor(ctx, in) }})
}

func (d *decision) assignMentor(ctx context.Context, in Assign) error {
	var bad faults
	checkName("mentor", in.Mentor, identifier, &bad)
	checkText("reason", in.Reason, maxReason, &bad)
	if len(bad) == 0 {
		if err := checkMentor(ctx, d.tx, "mentor", in.Mentor, &bad); err != nil {
			return err
		}
	}
	if err := bad.err(); err != nil {
		return err
	}
	r := d.request
	if err := d.checkAsItStands(r); err != nil {
		return err
	}
	d.outcome.Alternatives = nil
	r.Mentor = in.Mentor
	return d.keep(ctx, r, note{reason: in.Reason, text: "from " + cmp.Or(d.request.Mentor, "nobody") + " to " + r.Mentor})
}
