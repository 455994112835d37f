package scheduler

import (
	"slices"
	"time"

	"berth/scheduler/account"
)

// Later is a step that an actor may take with a request, though not yet.
type Later struct {
	Action Action
	From   time.Time // when it can be taken; zero: once the request has come so far, as Why says
	Why    string    // for people, after the name of the step: "once it is scheduled"
}

// NotYet lists the steps that the actor may take with the request as it goes on, but not now, and what they wait for.
func (r Request) NotYet(a account.Actor, now time.Time) (list []Later) {
	add := func(action Action, from time.Time, why string) {
		if may(a, action, r) {
			list = append(list, Later{action, from, why})
		}
	}
	switch {
	case r.Status == UnderReview:
		if a.Is(account.RoleMentor) && !may(a, ActionSchedule, r) && may(a, ActionAssign, r) {
			list = append(list, Later{Action: ActionSchedule, Why: "once you are its mentor"})
		}
		add(ActionStart, time.Time{}, "once it is scheduled")
	case r.Status == Scheduled:
		if at := r.begins(); now.Before(at) {
			add(ActionStart, at, "when its setup begins")
		}
		if now.Before(r.Slot.Start) {
			add(ActionComplete, time.Time{}, "once it has started")
		}
	}
	return list
}

// MayNow reports whether a step is among the actions that the actor may take now, and does not wait for its time.
func (v View) MayNow(a account.Actor, action Action, now time.Time) bool {
	return slices.Contains(v.Actions, action) && !slices.ContainsFunc(v.NotYet(a, now), func(l Later) bool { return l.Action == action })
}
