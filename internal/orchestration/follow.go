package orchestration

import (
	"context"
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds/plain"
)

// step is a step of a request that follows from the phase of its service.
type step struct {
	to     scheduler.Status
	at     *time.Time // when it really happened; nil: as it is seen
	reason string
}

// maxReason bounds the reason of a step, in characters.
const maxReason = 900

// follow takes the steps that follow from the phase of the service. A refused one waits: the next round tries it again.
func (r *round) follow(ctx context.Context, t *tie, v scheduler.View) (scheduler.View, error) {
	t.Waits = ""
	for range 3 {
		x, ok := r.due(v.Request, t)
		if !ok {
			return v, nil
		}
		out, err := r.take(ctx, v.Request, x)
		if refusal(err) {
			t.Waits = plain.Clip(strings.Join(scheduler.Explain(err), "; "), maxReason)
			return v, nil
		}
		if err != nil {
			return v, err
		}
		r.done++
		v.Request = out.Request
	}
	return v, nil
}

// due returns the next step of a request that follows from the phase of its service, if any.
func (r *round) due(q scheduler.Request, t *tie) (step, bool) {
	began := func(to scheduler.Status) (step, bool) { return step{to, t.Began, r.says(t, "")}, true }
	waits, over := q.Status == scheduler.Scheduled, t.Ended
	switch t.Phase {
	case Instantiating:
		if waits {
			return began(scheduler.Instantiating)
		}
	case Running:
		if waits || q.Status == scheduler.Instantiating {
			return began(scheduler.Running)
		}
	case Broken:
		if waits {
			return began(scheduler.Instantiating)
		}
		if q.Status.Begun() {
			return step{scheduler.Failed, nil, r.says(t, t.Detail)}, true
		}
	case Terminating:
		if waits {
			return began(scheduler.Running)
		}
		if q.Status.Started() {
			return step{scheduler.Terminating, nil, r.says(t, "")}, true
		}
	case Stuck:
		if waits {
			return began(scheduler.Running)
		}
		if q.Status.Begun() {
			return step{scheduler.Failed, nil, r.says(t, "its termination failed: "+t.Detail)}, true
		}
	case Terminated, Gone:
		if t.Phase == Gone && !t.Ending && q.Status != scheduler.Terminating {
			return step{}, false // somebody removed it: that is asked
		}
		if waits && over != nil && over.After(begins(q)) && t.Began != nil {
			return began(scheduler.Running)
		}
		if q.Status.Begun() {
			return step{scheduler.Completed, over, r.says(t, "")}, true
		}
	}
	return step{}, false
}

// says makes the reason of a step: what the orchestrator shows.
func (r *round) says(t *tie, detail string) string {
	text := fmt.Sprintf("network service %s is %s in %s", t.Name, t.Phase, r.called())
	if detail != "" {
		text += ": " + detail
	}
	return plain.Clip(text, maxReason)
}

// called names the orchestrator for people.
func (s *Sync) called() string { return strings.ToUpper(s.o.Via) + " " + s.o.Name }

// take takes a step, with the time when it really happened where the rules allow that.
func (r *round) take(ctx context.Context, q scheduler.Request, x step) (scheduler.Outcome, error) {
	in := scheduler.Step{State: x.to, Reason: x.reason}
	call := r.requests.Start
	switch x.to {
	case scheduler.Instantiating, scheduler.Running:
		if x.at != nil {
			in.Actual = &scheduler.Actual{Start: r.past(*x.at)}
		}
	case scheduler.Failed:
		in.State, call = "", r.requests.Fail
	default:
		call = r.requests.Complete
		if x.at != nil && x.to == scheduler.Completed {
			in.Actual = &scheduler.Actual{End: r.past(*x.at)}
		}
	}
	out, err := call(ctx, r.actor, q.ID, in)
	if in.Actual == nil || scheduler.CodeOf(err) != scheduler.CodeInvalid {
		return out, err
	}
	// The rules do not take that time: it began before the setup, or ended before it began here.
	in.Reason = plain.Clip(fmt.Sprintf("%s since %s", x.reason, x.at.UTC().Format(time.RFC3339)), maxReason)
	if in.Actual = nil; x.to == scheduler.Instantiating || x.to == scheduler.Running {
		in.Actual = &scheduler.Actual{Start: r.past(begins(q))}
	}
	return call(ctx, r.actor, q.ID, in)
}

// past returns an instant that does not lie ahead: clocks differ.
func (r *round) past(at time.Time) *time.Time {
	at = at.UTC().Truncate(time.Second)
	if now := r.now(); at.After(now) {
		at = now
	}
	return &at
}

// refusal reports whether Berth refused a step, for reasons that a person may know; other errors decide nothing.
func refusal(err error) bool {
	switch scheduler.CodeOf(err) {
	case scheduler.CodeConflict, scheduler.CodeForbidden, scheduler.CodeInvalid, scheduler.CodeNotFound, scheduler.CodePrecondition:
		return true
	}
	return false
}
