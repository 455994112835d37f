package scheduler

import (
	"berth/scheduler/account"
	"slices"
)

// Visible limits a reader with limited rights to requests of the experimenter, with the mentor, or touching one of the testbeds. A nil Visible limits
// nothing.
type Visible struct {
	Experimenter string
	Mentor       string
	Testbeds     []string
}

// VisibleTo returns the limit of the actor's lists and calendars; nil for an actor who sees everything. It agrees with sees.
func VisibleTo(a account.Actor) *Visible {
	if a.Is(account.RoleMentor) || a.Is(account.RoleOperator) || a.Is(account.RoleAdministrator) {
		return nil
	}
	v := &Visible{Experimenter: a.Username}
	if a.Is(account.RoleProvider) {
		v.Testbeds = a.Testbeds
	}
	return v
}

// Includes reports whether the limit admits a request of that experimenter that touches those testbeds.
func (v *Visible) Includes(experimenter string, testbeds []string) bool {
	return v == nil || v.Experimenter != "" && v.Experimenter == experimenter ||
		slices.ContainsFunc(testbeds, func(t string) bool { return slices.Contains(v.Testbeds, t) })
}
