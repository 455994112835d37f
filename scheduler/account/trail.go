package account

import (
	"slices"
	"strings"
	"time"
)

// Action is something that happens to an account.
type Action string

const (
	Made         Action = "made"
	Changed      Action = "changed" // name, address of mail, organisation
	RolesChanged Action = "roles"   // roles, or testbeds of a provider
	Disabled     Action = "disabled"
	Enabled      Action = "enabled"
	Password     Action = "password" // was set or changed
	TokenMade    Action = "token"    // was made: a token, an app password or a feed
	Revoked      Action = "revoked"  // a token, or sessions
	Invited      Action = "invited"  // to set a password, by a link
	Linked       Action = "linked"   // with an identity at an OpenID Connect provider
	SignIn       Action = "sign-in"
	SignOut      Action = "sign-out"
	Failed       Action = "failed" // to sign in
	Confirmed    Action = "device" // a program on another device may act for the person, or may not
)

// Actions lists all actions.
var Actions = []Action{Made, Changed, RolesChanged, Disabled, Enabled, Password, TokenMade, Revoked,
	Invited, Linked, SignIn, SignOut, Failed, Confirmed}

// AuditEvent is one row of the audit trail of accounts.
type AuditEvent struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor,omitempty"`  // empty where the actor is unknown
	Person  string    `json:"person,omitempty"` // whose account; empty for an unknown name, which may be a password typed in the wrong field
	Action  Action    `json:"action"`
	Address string    `json:"address,omitempty"` // of the client; of IPv6 the network
	Text    string    `json:"text,omitempty"`    // what changed, never a secret
}

// Filter selects from the trail; zero fields select all. The order is by id, newest first.
type Filter struct {
	Person string
	Actor  string
	Action Action
	Before int64 // ids below this one: the cursor
	Limit  int   // default 50
}

// Changes describes a change of an account for the trail; before is nil for a new account.
func Changes(actor string, at time.Time, before *Person, after Person) (list []AuditEvent) {
	add := func(action Action, text string) {
		list = append(list, AuditEvent{At: at, Actor: actor, Person: after.Username, Action: action, Text: text})
	}
	if before == nil {
		add(Made, roleText(after))
		before = &Person{Roles: after.Roles, Testbeds: after.Testbeds, Name: after.Name, Email: after.Email, Organisation: after.Organisation}
	}
	if names := changedFields(*before, after); len(names) > 0 {
		add(Changed, strings.Join(names, ", "))
	}
	if !sameSet(before.Roles, after.Roles) || !sameSet(before.Testbeds, after.Testbeds) {
		add(RolesChanged, roleText(*before)+" → "+roleText(after))
	}
	if before.Disabled != after.Disabled {
		add(map[bool]Action{true: Disabled, false: Enabled}[after.Disabled], "")
	}
	if before.Password != after.Password {
		add(Password, "")
	}
	if before.Subject != after.Subject {
		add(Linked, after.Subject)
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
