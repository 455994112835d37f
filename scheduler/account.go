package scheduler

import (
	"slices"
	"strings"
	"time"
)

// AccountAction is what can happen to an account.
type AccountAction string

const (
	AccountMade     AccountAction = "made"
	AccountChanged  AccountAction = "changed" // name, address of mail, organisation
	AccountRoles    AccountAction = "roles"   // roles, or testbeds of a provider
	AccountDisabled AccountAction = "disabled"
	AccountEnabled  AccountAction = "enabled"
	AccountPassword AccountAction = "password" // was set or changed
	AccountToken    AccountAction = "token"    // was made: a token, an app password or a feed
	AccountRevoked  AccountAction = "revoked"  // a token, or sessions
	AccountLinked   AccountAction = "linked"   // with somebody at an OpenID Connect provider
	AccountSignIn   AccountAction = "sign-in"
	AccountSignOut  AccountAction = "sign-out"
	AccountFailed   AccountAction = "failed" // to sign in
)

// AccountActions are all of them.
var AccountActions = []AccountAction{AccountMade, AccountChanged, AccountRoles, AccountDisabled, AccountEnabled, AccountPassword, AccountToken, AccountRevoked,
	AccountLinked, AccountSignIn, AccountSignOut, AccountFailed}

// AccountEvent is one row of the audit trail of accounts.
type AccountEvent struct {
	ID      int64         `json:"id"`
	At      time.Time     `json:"at"`
	Actor   string        `json:"actor,omitempty"`  // who did it; empty where nobody knows
	Person  string        `json:"person,omitempty"` // whose account; empty for a name that nobody has, which may be a password typed in the wrong field
	Action  AccountAction `json:"action"`
	Address string        `json:"address,omitempty"` // from where; of IPv6 the network
	Text    string        `json:"text,omitempty"`    // what changed, never a secret
}

// AccountFilter selects from the trail; zero fields select all. The order is by id, newest first.
type AccountFilter struct {
	Person string
	Actor  string
	Action AccountAction
	Before int64 // ids below this one: the cursor
	Limit  int   // default 50
}

// AccountChanges are what the trail says of a change of an account: before is nil for one that was made.
func AccountChanges(actor string, at time.Time, before *Person, after Person) (list []AccountEvent) {
	add := func(action AccountAction, text string) {
		list = append(list, AccountEvent{At: at, Actor: actor, Person: after.Username, Action: action, Text: text})
	}
	if before == nil {
		add(AccountMade, roleText(after))
		before = &Person{Roles: after.Roles, Testbeds: after.Testbeds, Name: after.Name, Email: after.Email, Organisation: after.Organisation}
	}
	if names := changedFields(*before, after); len(names) > 0 {
		add(AccountChanged, strings.Join(names, ", "))
	}
	if !sameSet(before.Roles, after.Roles) || !sameSet(before.Testbeds, after.Testbeds) {
		add(AccountRoles, roleText(*before)+" → "+roleText(after))
	}
	if before.Disabled != after.Disabled {
		add(map[bool]AccountAction{true: AccountDisabled, false: AccountEnabled}[after.Disabled], "")
	}
	if before.Password != after.Password {
		add(AccountPassword, "")
	}
	if before.Subject != after.Subject {
		add(AccountLinked, after.Subject)
	}
	return list
}

func changedFields(before, after Person) (names []string) {
	for _, f := range []struct{ name, before, after string }{{"name", before.Name, after.Name}, {"email", before.Email, after.Email}, {"organisation", before.Organisation, after.Organisation}} {
		if f.before != f.after {
			names = append(names, f.name)
		}
	}
	return names
}

func roleText(p Person) string {
	names := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		names[i] = string(r)
		if r == RoleProvider && len(p.Testbeds) > 0 {
			names[i] += " of " + strings.Join(p.Testbeds, " and ")
		}
	}
	return strings.Join(names, ", ")
}

func sameSet[T ~string](a, b []T) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
