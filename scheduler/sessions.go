package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// StorePerson stores somebody who was made (before is nil) or changed, with what the audit trail says of it. Where they lose something, or
// the password is another one, their sessions end: but for the one in which they do it themself.
func StorePerson(ctx context.Context, tx Tx, a Actor, now time.Time, before *Person, after Person) error {
	if err := tx.PutPerson(ctx, after); err != nil {
		return err
	}
	if err := Trail(ctx, tx, AccountChanges(a.Username, now, before, after)...); err != nil {
		return err
	}
	if before == nil || !loses(*before, after) {
		return nil
	}
	_, err := EndAccess(ctx, tx, a, now, after.Username, func(t Token) bool { return slices.Contains(t.Scopes, ScopeSession) })
	return err
}

// loses reports whether somebody may do less than before, or has to know another password.
func loses(before, after Person) bool {
	return after.Disabled && !before.Disabled || after.Password != before.Password ||
		!within(before.Roles, after.Roles) || !within(before.Testbeds, after.Testbeds)
}

func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(x T) bool { return !slices.Contains(all, x) })
}

// EndAccess revokes those of somebody's sessions, tokens, app passwords and feeds that are good and that ends takes, but for the one that
// the actor is using, and answers with how many they were.
func EndAccess(ctx context.Context, tx Tx, a Actor, now time.Time, owner string, ends func(Token) bool) (n int, err error) {
	list, err := tx.Tokens(ctx, owner)
	if err != nil {
		return 0, err
	}
	for _, t := range list {
		if t.Revoked != nil || t.Expires != nil && !now.Before(*t.Expires) || t.ID == a.Token || !ends(t) {
			continue
		}
		t.Revoked = new(now.Truncate(time.Second))
		if err := tx.PutToken(ctx, t); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, tx.AddAccountEvent(ctx, AccountEvent{At: now, Actor: a.Username, Person: owner, Action: AccountRevoked, Text: fmt.Sprintf("%d sessions or tokens", n)})
}
