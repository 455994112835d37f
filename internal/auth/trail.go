package auth

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Trail lists the events of accounts, newest first, to administrators. It returns CodeForbidden and CodeInvalid.
func (a *Auth) Trail(ctx context.Context, actor account.Actor, f account.Filter, cursor string) (scheduler.Page[account.AuditEvent], error) {
	page := scheduler.Page[account.AuditEvent]{Items: []account.AuditEvent{}}
	if err := scheduler.Require(actor, account.ScopeRead, account.RoleAdministrator); err != nil {
		return page, err
	}
	before, limit, err := scheduler.Position(cursor, f.Limit)
	if err != nil {
		return page, err
	}
	f.Before, f.Limit = before, limit+1
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		list, err := tx.AccountEvents(ctx, f)
		if page.Next = ""; len(list) > limit {
			list = list[:limit]
			page.Next = strconv.FormatInt(list[limit-1].ID, 10)
		}
		page.Items = append([]account.AuditEvent{}, list...)
		return err
	})
	return page, err
}

// storePerson stores a new person (before is nil) or a changed one, with the entry in the audit trail. If they lose something, or get
// another password, their sessions end, except the one in which they change it themselves.
func (a *Auth) storePerson(ctx context.Context, tx scheduler.Tx, actor account.Actor, before *account.Person, after account.Person) error {
	if err := tx.PutPerson(ctx, after); err != nil {
		return err
	}
	for _, e := range account.Changes(actor.Username, a.clock().UTC().Truncate(time.Second), before, after) {
		if err := tx.AddAccountEvent(ctx, e); err != nil {
			return err
		}
	}
	if before == nil || !account.Loses(*before, after) {
		return nil
	}
	_, err := a.endAccess(ctx, tx, actor, after.Username, func(t account.Token) bool { return slices.Contains(t.Scopes, account.ScopeSession) })
	return err
}

// endAccess revokes a person's valid sessions, tokens, app passwords and feeds that ends selects, except the one that the actor is using,
// and returns their number.
func (a *Auth) endAccess(ctx context.Context, tx scheduler.Tx, actor account.Actor, owner string, ends func(account.Token) bool) (n int, err error) {
	if err := tx.EndDeviceLoginsOf(ctx, owner); err != nil { // programs that were confirmed and have not come for their token yet
		return 0, err
	}
	now := a.clock().UTC().Truncate(time.Second)
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
