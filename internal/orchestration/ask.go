package orchestration

import (
	"context"
	"fmt"
	"time"

	"berth/scheduler"
)

// leisure is how long people have to end in the orchestrator what they have reported as over, before they are asked about it.
const leisure = 15 * time.Minute

// question returns what a person must decide about a service, empty if nothing: Berth neither ends what somebody may want, nor leaves running
// unsaid what nobody has a slot for.
func (r *round) question(t *tie, q scheduler.Request) string {
	now, here := r.now(), fmt.Sprintf("network service %s is %s in %s", t.Name, t.Phase, r.called())
	switch {
	case t.Keep:
		return ""
	case t.Phase == Gone && q.Status.Started() && !t.Ending:
		return fmt.Sprintf("network service %s was removed in %s while the request is %s: report whether it is complete or failed, or tie another service", t.Name, r.called(), q.Status)
	case !t.Phase.Holds() || t.Phase == Terminating || t.Handed:
		return ""
	case q.Status == scheduler.UnderReview, q.Status == scheduler.Rejected, q.Status == scheduler.Cancelled:
		return fmt.Sprintf("%s, and the request is %s: terminate it?", here, q.Status)
	case t.Made && q.Status == scheduler.Scheduled && now.Before(begins(q)):
		return here + ", and the request was moved: terminate it?"
	case t.Made && q.Status == scheduler.Scheduled && !now.Before(ends(q)):
		return here + ", and the slot is over: terminate it?"
	case t.Made && t.Placed != nil && q.Status.Started() && !same(t.Placed, q.Placement):
		return here + ", and the request was moved to other VIMs: terminate it?"
	case q.Status.Ended() && !t.Made && now.Sub(q.Updated) >= leisure:
		return fmt.Sprintf("%s, and the request is %s: terminate it?", here, q.Status)
	}
	return ""
}

// settle asks about a service, and drives it; over says that nothing is left of it.
func (r *round) settle(ctx context.Context, t *tie, v scheduler.View, busy bool) (over bool, err error) {
	t.Question = r.question(t, v.Request)
	if t.Phase == Gone {
		return t.Question == "" && (t.Waits == "" || !v.Status.Begun()), nil
	}
	if !t.ours() || t.Question != "" {
		return t.Phase == Terminated && v.Status.Over() && !t.ours(), nil
	}
	return r.drive(ctx, t, v, busy)
}

// flag tells people what a tie needs them for, and takes that back when it needs nobody any more.
func (r *round) flag(ctx context.Context, t *tie) error {
	text := t.Question
	if text == "" {
		text = t.Trouble
	}
	if text == "" && t.Phase == Stuck && !t.Keep {
		text = fmt.Sprintf("the termination of network service %s failed in %s, and it may still hold machines: %s", t.Name, r.called(), t.Detail)
	}
	if text == t.Flagged {
		return nil
	}
	if err := r.requests.FlagDeployment(ctx, r.actor, t.saved.Request, text, ""); err != nil && !refusal(err) {
		return err
	}
	t.Flagged = text
	return nil
}

// same reports whether two placements are the same.
func same(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for member, vim := range a {
		if b[member] != vim {
			return false
		}
	}
	return true
}
