package account_test

import (
	"berth/scheduler/account"
	"slices"
	"testing"
)

// Each step needs its scopes, with one's own tokens and with those of others.
func TestRightsOfTokens(t *testing.T) {
	t.Parallel()
	const read, admin, password = account.ScopeRead, account.ScopeAdmin, account.ScopePassword
	for what, tt := range map[string]struct {
		do          func(a account.Actor, owner string) (refusal string)
		own, others []account.Scope
	}{
		"see":          {account.Actor.SeeTokens, []account.Scope{read}, []account.Scope{read}},
		"keep":         {account.Actor.KeepTokens, []account.Scope{admin}, []account.Scope{admin}},
		"make":         {account.Actor.MakeTokens, []account.Scope{admin}, []account.Scope{admin, password}},
		"set password": {account.Actor.SetPassword, []account.Scope{password}, []account.Scope{password}},
	} {
		for _, x := range []struct {
			role   account.Role
			owner  string
			needed []account.Scope // nil: no scope is enough
		}{{account.RoleMentor, "ada", tt.own}, {account.RoleMentor, "eva", nil}, {account.RoleAdministrator, "ada", tt.own}, {account.RoleAdministrator, "eva", tt.others}} {
			a := account.Actor{Username: "ada", Roles: []account.Role{x.role}, Scopes: account.AllScopes()}
			if refusal := tt.do(a, x.owner); (refusal == "") != (x.needed != nil) {
				t.Errorf("%s of %s as %s: %v", what, x.owner, x.role, refusal)
			}
			if a.Scopes = x.needed; x.needed != nil && tt.do(a, x.owner) != "" {
				t.Errorf("%s of %s as %s is refused with %v", what, x.owner, x.role, x.needed)
			}
			for _, s := range x.needed {
				a.Scopes = slices.DeleteFunc(slices.Clone(account.AllScopes()), func(y account.Scope) bool { return y == s })
				if tt.do(a, x.owner) == "" {
					t.Errorf("%s of %s as %s is allowed without %s", what, x.owner, x.role, s)
				}
			}
		}
	}
}

// A user hands out no more than they signed in with, and never a session.
func TestScopesThatAreHandedOut(t *testing.T) {
	t.Parallel()
	const none = account.Scope("")
	for s, needed := range map[account.Scope]account.Scope{account.ScopeRead: account.ScopeRead, account.ScopeWrite: account.ScopeWrite, account.ScopeAdmin: account.ScopeAdmin,
		account.ScopePassword: account.ScopePassword, account.ScopeCalendar: account.ScopeRead, account.ScopeCalendarMove: account.ScopeWrite,
		account.ScopeFeed: account.ScopeRead, account.ScopeSession: none, "weather": none} {
		for _, with := range append(account.AllScopes(), s) {
			may, known := account.Actor{Scopes: []account.Scope{with}}.HandsOut(s)
			if known != (needed != none) || may != (known && with == needed) {
				t.Errorf("%s with %s: %v, %v", s, with, may, known)
			}
		}
	}
}

func TestWhatATokenMayInCalendars(t *testing.T) {
	t.Parallel()
	for s, want := range map[account.Scope]struct{ reads, moves bool }{account.ScopeCalendar: {true, false}, account.ScopeCalendarMove: {true, true}, account.ScopeRead: {true, false},
		account.ScopeWrite: {false, true}, account.ScopeAdmin: {}, account.ScopeFeed: {}, account.ScopePassword: {}} {
		a, moves, ok := account.Actor{Username: "eva", Scopes: []account.Scope{s}}.InCalendars()
		if ok != want.reads {
			t.Errorf("%s: %v", s, ok)
		}
		if ok && (moves != want.moves || a.Can(account.ScopeWrite) != want.moves || !a.Can(account.ScopeRead) || a.Can(account.ScopeAdmin) || a.Username != "eva") {
			t.Errorf("%s: moves %v, and acts as %+v", s, moves, a)
		}
	}
}
