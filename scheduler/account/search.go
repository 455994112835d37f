package account

import (
	"slices"
	"strings"
)

// State says whether a person can sign in.
type State string

const (
	Active      State = "active"      // with a password, or through a provider
	Waiting     State = "invited"     // there is neither yet
	Deactivated State = "deactivated" // and nothing of theirs works
)

// States lists all states.
var States = []State{Active, Waiting, Deactivated}

// State says whether the person can sign in.
func (p Person) State() State {
	switch {
	case p.Disabled:
		return Deactivated
	case p.Password == "" && p.Subject == "":
		return Waiting
	}
	return Active
}

// Search selects people; zero fields select all.
type Search struct {
	Text  string // in the username, the name, the address of mail or the organisation, in any spelling
	Role  Role
	State State
}

// Selects reports whether a person is among those searched for.
func (s Search) Selects(p Person) bool {
	if s.Role != "" && !slices.Contains(p.Roles, s.Role) || s.State != "" && p.State() != s.State {
		return false
	}
	for _, word := range strings.Fields(strings.ToLower(s.Text)) {
		if !strings.Contains(strings.ToLower(strings.Join([]string{p.Username, p.Name, p.Email, p.Organisation}, "\n")), word) {
			return false
		}
	}
	return true
}
