package scheduler

import (
	"context"
	"slices"
	"strconv"
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

// AccountTrail is what happened to accounts, newest first, for administrators. It returns CodeForbidden to everybody else, and CodeInvalid for a
// cursor or a limit.
func (s *Service) AccountTrail(ctx context.Context, a Actor, f AccountFilter, cursor string) (Page[AccountEvent], error) {
	if err := a.require(ScopeRead, RoleAdministrator); err != nil {
		return Page[AccountEvent]{}, err
	}
	before, limit, err := position(cursor, f.Limit)
	if err != nil {
		return Page[AccountEvent]{}, err
	}
	f.Before, f.Limit = before, limit+1
	page := Page[AccountEvent]{Items: []AccountEvent{}}
	err = s.store.View(ctx, func(tx Reader) error {
		list, err := tx.AccountEvents(ctx, f)
		if page.Next = ""; len(list) > limit {
			list = list[:limit]
			page.Next = strconv.FormatInt(list[limit-1].ID, 10)
		}
		page.Items = append([]AccountEvent{}, list...)
		return err
	})
	return page, err
}

// Trail appends to the audit trail of accounts, in the transaction that does what it says.
func Trail(ctx context.Context, tx Tx, events ...AccountEvent) error {
	for _, e := range events {
		if err := tx.AddAccountEvent(ctx, e); err != nil {
			return err
		}
	}
	return nil
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
