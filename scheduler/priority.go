package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler/account"
)

// Priority says how important a request is. Who waits for capacity gets it in the order of priorities, and no request is displaced for a less important
// one. The empty one is PriorityNormal.
type Priority string

// The priorities.
const (
	PriorityHigh   Priority = "high"
	PriorityNormal Priority = "normal"
	PriorityLow    Priority = "low"
)

// Priorities lists all priorities, the most important first.
var Priorities = []Priority{PriorityHigh, PriorityNormal, PriorityLow}

// rank is 0 for the most important.
func (p Priority) rank() int64 {
	if p == "" {
		p = PriorityNormal
	}
	return int64(slices.Index(Priorities, p))
}

// Below reports whether p is less important than another.
func (p Priority) Below(o Priority) bool { return p.rank() > o.rank() }

// Named returns the priority by its name.
func (p Priority) Named() Priority { return Priorities[p.rank()] }

// kept is how a request keeps a priority: the normal one as none.
func (p Priority) kept() Priority {
	if p == PriorityNormal {
		return ""
	}
	return p
}

// checkPriority checks a priority that an actor gives a request. Everybody may make their own less important; mentors and administrators decide what
// is more important than others.
func checkPriority(a account.Actor, p Priority, bad *faults) {
	switch {
	case p != "" && !slices.Contains(Priorities, p):
		bad.add("priority", "must be high, normal or low")
	case p.Below(PriorityHigh) || a.Is(account.RoleMentor) || a.Is(account.RoleAdministrator):
	default:
		bad.add("priority", "only a mentor or an administrator may make it high; you may ask for normal or low")
	}
}

// Prioritise gives a request another priority. Its place on the waitlist follows. It returns CodeInvalid for the input, and those of a step
// (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Prioritise(ctx context.Context, a account.Actor, id string, in Prioritise) (Outcome, error) {
	var bad faults
	if in.Priority == "" {
		bad.add("priority", "is missing")
	}
	checkPriority(a, in.Priority, &bad)
	checkText("reason", in.Reason, maxReason, &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionPriority, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error {
			r := d.request
			if err := d.checkAsItStands(r); err != nil {
				return err
			}
			r.Priority = in.Priority.kept()
			return d.keep(ctx, r, note{reason: in.Reason, text: fmt.Sprintf("from %s to %s", d.request.Priority.Named(), r.Priority.Named())})
		}})
}

// Prioritise says how important a request is to be.
type Prioritise struct {
	Priority Priority `json:"priority"`
	Reason   string   `json:"reason,omitempty"`
	DryRun   bool     `json:"dry_run,omitempty"`
	Revision int64    `json:"-"`
}
