package scheduler

import (
	"berth/scheduler/account"
	"slices"
)

// Visible is what a reader without a view of everything may see: requests of the experimenter, with the mentor, or touching one of
// the testbeds. A nil Visible lets everything be seen.
type Visible struct {
	Experimenter string
	Mentor       string
	Testbeds     []string
}

// VisibleTo is what the actor's lists and calendars are narrowed to; nil for who sees all. It says the same as sees.
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

// Includes reports whether a request of that experimenter, touching those testbeds, is within the view.
func (v *Visible) Includes(experimenter string, testbeds []string) bool {
	return v == nil || v.Experimenter != "" && v.Experimenter == experimenter ||
		slices.ContainsFunc(testbeds, func(t string) bool { return slices.Contains(v.Testbeds, t) })
}
