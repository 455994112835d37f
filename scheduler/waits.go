package scheduler

import (
	"berth/scheduler/account"
	"berth/scheduler/deadline"
	"slices"
)

// WaitsFor reports whether the request waits for the actor: under review for its mentor, or for any mentor while it has none; and for a provider
// where an approval is required and still open. What is overdue, or soon will be, waits for all mentors and the administrators as well. A slot that nobody
// has reported as started waits for its mentor, who asks what happened, moves or cancels it.
func (r Request) WaitsFor(a account.Actor) bool {
	if r.Status == UnderReview && a.Is(account.RoleMentor) && (r.Mentor == a.Username || r.Mentor == "" || late(r.Deadline)) {
		return true
	}
	if a.Is(account.RoleAdministrator) && (r.Escalated() || r.Status == UnderReview && r.Mentor == a.Username) {
		return true
	}
	if r.Absent() && a.Username != "" && r.Mentor == a.Username && account.MayMentor(a.Roles) {
		return true
	}
	return slices.ContainsFunc(r.undecided(), func(x Approval) bool { return x.Open() && a.Provides(x.Testbed) })
}

// Absent reports whether nobody has reported the start of the request's slot within the grace of its testbeds.
func (r Request) Absent() bool { return r.Status == Scheduled && r.flagged(FlagUnreported) }

// late reports whether others are to decide as well.
func late(by *deadline.Deadline) bool {
	return by != nil && (by.Stage == deadline.Escalated || by.Stage == deadline.Passed)
}

// WaitsForTestbed reports whether a testbed has not decided yet about the request, whether its approval is required or not.
func (r Request) WaitsForTestbed(id string) bool {
	return slices.ContainsFunc(r.undecided(), func(x Approval) bool { return x.Testbed == id })
}

// undecided lists the approvals that can still be given or refused.
func (r Request) undecided() (list []Approval) {
	if !r.Status.Movable() {
		return nil
	}
	for _, x := range r.Asked() {
		if x.Decision == "" {
			list = append(list, x)
		}
	}
	return list
}

// Decidable lists the approvals of the request, or of its pending move, that the actor can give or refuse.
func (r Request) Decidable(a account.Actor) (list []Approval) {
	all := r.Approvals
	if r.PendingMove != nil {
		all = r.PendingMove.Approvals
	}
	for _, x := range all {
		if a.SpeaksFor(x.Testbed) {
			list = append(list, x)
		}
	}
	return list
}
