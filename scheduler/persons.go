package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
)

// StorePerson stores a new person (before is nil) or a changed one at an instant, with the entry in the audit trail. If they lose something, or get
// another password, their sessions end, except the one in which they change it themselves.
func StorePerson(ctx context.Context, tx Tx, actor account.Actor, at time.Time, before *account.Person, after account.Person) error {
	if err := tx.PutPerson(ctx, after); err != nil {
		return err
	}
	for _, e := range account.Changes(actor.Username, at, before, after) {
		if err := tx.AddAccountEvent(ctx, e); err != nil {
			return err
		}
	}
	if before == nil || !account.Loses(*before, after) {
		return nil
	}
	_, err := EndAccess(ctx, tx, actor, at, after.Username, func(t account.Token) bool { return slices.Contains(t.Scopes, account.ScopeSession) })
	return err
}

// EndAccess revokes a person's valid sessions, tokens, app passwords and feeds that ends selects, except the one that the actor is using,
// and returns their number.
func EndAccess(ctx context.Context, tx Tx, actor account.Actor, now time.Time, owner string, ends func(account.Token) bool) (n int, err error) {
	if err := tx.EndDeviceLoginsOf(ctx, owner); err != nil { // programs that were confirmed and have not come for their token yet
		return 0, err
	}
	list, err := tx.Tokens(ctx, owner)
	if err != nil {
		return 0, err
	}
	for _, t := range list {
		if t.Revoked != nil || t.Expires != nil && !now.Before(*t.Expires) || t.ID == actor.Token || !ends(t) {
			continue
		}
		t.Revoked = new(now)
		if err := tx.PutToken(ctx, t); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, tx.AddAccountEvent(ctx, account.AuditEvent{At: now, Actor: actor.Username, Person: owner, Action: account.Revoked, Text: fmt.Sprintf("%d sessions or tokens", n)})
}
