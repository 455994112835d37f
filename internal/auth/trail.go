package auth

import (
	"context"
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

// storePerson is scheduler.StorePerson, now.
func (a *Auth) storePerson(ctx context.Context, tx scheduler.Tx, actor account.Actor, before *account.Person, after account.Person) error {
	return scheduler.StorePerson(ctx, tx, actor, a.clock().UTC().Truncate(time.Second), before, after)
}

// endAccess is scheduler.EndAccess, now.
func (a *Auth) endAccess(ctx context.Context, tx scheduler.Tx, actor account.Actor, owner string, ends func(account.Token) bool) (n int, err error) {
	return scheduler.EndAccess(ctx, tx, actor, a.clock().UTC().Truncate(time.Second), owner, ends)
}
