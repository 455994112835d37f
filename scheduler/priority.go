package scheduler

import (
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
