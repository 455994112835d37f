package scheduler_test

import (
	"slices"
	"testing"

	"berth/scheduler"
)

// What it takes to do something with one's own tokens, and with those of others.
func TestRightsOfTokens(t *testing.T) {
	t.Parallel()
	const read, admin, password = scheduler.ScopeRead, scheduler.ScopeAdmin, scheduler.ScopePassword
	for what, tt := range map[string]struct {
		do          func(a scheduler.Actor, owner string) (refusal string)
		own, others []scheduler.Scope
	}{
		"see":          {scheduler.Actor.SeeTokens, []scheduler.Scope{read}, []scheduler.Scope{read}},
		"keep":         {scheduler.Actor.KeepTokens, []scheduler.Scope{admin}, []scheduler.Scope{admin}},
		"make":         {scheduler.Actor.MakeTokens, []scheduler.Scope{admin}, []scheduler.Scope{admin, password}},
		"set password": {scheduler.Actor.SetPassword, []scheduler.Scope{password}, []scheduler.Scope{password}},
	} {
		for _, x := range []struct {
			role   scheduler.Role
			owner  string
			needed []scheduler.Scope // nil: no scope is enough
		}{{scheduler.RoleMentor, "ada", tt.own}, {scheduler.RoleMentor, "eva", nil}, {scheduler.RoleAdministrator, "ada", tt.own}, {scheduler.RoleAdministrator, "eva", tt.others}} {
			a := scheduler.Actor{Username: "ada", Roles: []scheduler.Role{x.role}, Scopes: scheduler.Everything()}
			if refusal := tt.do(a, x.owner); (refusal == "") != (x.needed != nil) {
				t.Errorf("%s of %s as %s: %v", what, x.owner, x.role, refusal)
			}
			if a.Scopes = x.needed; x.needed != nil && tt.do(a, x.owner) != "" {
				t.Errorf("%s of %s as %s is refused with %v", what, x.owner, x.role, x.needed)
			}
			for _, s := range x.needed {
				a.Scopes = slices.DeleteFunc(slices.Clone(scheduler.Everything()), func(y scheduler.Scope) bool { return y == s })
				if tt.do(a, x.owner) == "" {
					t.Errorf("%s of %s as %s is allowed without %s", what, x.owner, x.role, s)
				}
			}
		}
	}
}

// Nobody hands out more than they signed in with, and nobody a session.
func TestScopesThatAreHandedOut(t *testing.T) {
	t.Parallel()
	const none = scheduler.Scope("")
	for s, needed := range map[scheduler.Scope]scheduler.Scope{scheduler.ScopeRead: scheduler.ScopeRead, scheduler.ScopeWrite: scheduler.ScopeWrite, scheduler.ScopeAdmin: scheduler.ScopeAdmin,
		scheduler.ScopePassword: scheduler.ScopePassword, scheduler.ScopeCalendar: scheduler.ScopeRead, scheduler.ScopeCalendarMove: scheduler.ScopeWrite,
		scheduler.ScopeFeed: scheduler.ScopeRead, scheduler.ScopeSession: none, "weather": none} {
		for _, with := range append(scheduler.Everything(), s) {
			may, known := scheduler.Actor{Scopes: []scheduler.Scope{with}}.HandsOut(s)
			if known != (needed != none) || may != (known && with == needed) {
				t.Errorf("%s with %s: %v, %v", s, with, may, known)
			}
		}
	}
}

func TestWhatATokenMayInCalendars(t *testing.T) {
	t.Parallel()
	for s, want := range map[scheduler.Scope]struct{ reads, moves bool }{scheduler.ScopeCalendar: {true, false}, scheduler.ScopeCalendarMove: {true, true}, scheduler.ScopeRead: {true, false},
		scheduler.ScopeWrite: {false, true}, scheduler.ScopeAdmin: {}, scheduler.ScopeFeed: {}, scheduler.ScopePassword: {}} {
		a, moves, ok := scheduler.Actor{Username: "eva", Scopes: []scheduler.Scope{s}}.InCalendars()
		if ok != want.reads {
			t.Errorf("%s: %v", s, ok)
		}
		if ok && (moves != want.moves || a.Can(scheduler.ScopeWrite) != want.moves || !a.Can(scheduler.ScopeRead) || a.Can(scheduler.ScopeAdmin) || a.Username != "eva") {
			t.Errorf("%s: moves %v, and acts as %+v", s, moves, a)
		}
	}
}
