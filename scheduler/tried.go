package scheduler

import (
	"errors"
	"slices"
	"time"
)

// Tried is a step that somebody tried to take with requests, for those who count.
type Tried struct {
	Action Action
	DryRun bool
	Err    error // why it was not taken
	Took   time.Duration
}

// Result is what became of a step.
type Result string

// The results of a step.
const (
	ResultTaken   Result = "taken"
	ResultDryRun  Result = "dry_run"
	ResultRefused Result = "refused" // by a rule; Reason says which
	ResultFailed  Result = "failed"  // the fault is the instance's: it was too busy, or broke
)

// Results lists all results.
var Results = []Result{ResultTaken, ResultDryRun, ResultRefused, ResultFailed}

// Result returns what became of the step.
func (t Tried) Result() Result {
	switch CodeOf(t.Err) {
	case CodeUnavailable:
		return ResultFailed
	case "":
		switch {
		case t.Err != nil:
			return ResultFailed
		case t.DryRun:
			return ResultDryRun
		}
		return ResultTaken
	}
	return ResultRefused
}

// Reason is the reason for which a step was refused, in one word.
type Reason string

// The reasons for refusals.
const (
	RefusedCapacity     Reason = "capacity"     // it does not fit
	RefusedUndeployable Reason = "undeployable" // it can never run where it is placed
	RefusedPolicy       Reason = "policy"
	RefusedStatus       Reason = "status" // the request's status does not allow it
	RefusedRights       Reason = "rights"
	RefusedInput        Reason = "input"
	RefusedStale        Reason = "stale" // it was changed since the caller saw it
	RefusedMissing      Reason = "missing"
	RefusedOther        Reason = "other" // a conflict of another kind, such as an offer that has expired
)

// Reasons lists all reasons for refusals.
var Reasons = []Reason{RefusedCapacity, RefusedUndeployable, RefusedPolicy, RefusedStatus, RefusedRights, RefusedInput, RefusedStale, RefusedMissing, RefusedOther}

// Reason returns why the step was refused; empty if it was not.
func (t Tried) Reason() Reason {
	e, ok := errors.AsType[*Error](t.Err)
	if !ok || t.Result() != ResultRefused {
		return ""
	}
	switch e.Code {
	case CodeForbidden, CodeUnauthenticated:
		return RefusedRights
	case CodeInvalid:
		return RefusedInput
	case CodePrecondition:
		return RefusedStale
	case CodeNotFound:
		return RefusedMissing
	}
	switch v := e.Verdict; {
	case len(e.Refusals) > 0:
		return RefusedPolicy
	case v != nil && len(v.Problems) > 0:
		return RefusedUndeployable
	case v != nil, len(e.Ways) > 0, len(e.Parts) > 0:
		return RefusedCapacity
	case e.Allowed != nil:
		return RefusedStatus
	}
	return RefusedOther
}

// bookkeeping lists steps that nobody decides: Berth writes down by them what other systems say.
var bookkeeping = []Action{ActionTicket, ActionTicketNote, ActionRemark, ActionFlag}

// tried tells those who count of a step that began at an instant.
func (s *Service) tried(action Action, dry bool, began time.Time, err error) {
	if s.o.Tried != nil && !slices.Contains(bookkeeping, action) {
		s.o.Tried(Tried{Action: action, DryRun: dry, Err: err, Took: s.o.Clock().Sub(began)})
	}
}
