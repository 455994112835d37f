package auth

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"berth/scheduler"
)

// Trail lists the events of accounts, newest first, to administrators. It returns CodeForbidden and CodeInvalid.
func (a *Auth) Trail(ctx context.Context, actor scheduler.Actor, f scheduler.AccountFilter, cursor string) (scheduler.Page[scheduler.AccountEvent], error) {
	page := scheduler.Page[scheduler.AccountEvent]{Items: []scheduler.AccountEvent{}}
	if err := scheduler.Require(actor, scheduler.ScopeRead, scheduler.RoleAdministrator); err != nil {
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
		page.Items = append([]scheduler.AccountEvent{}, list...)
		return err
	})
	return page, err
}

// storePerson stores a new person (before is nil) or a changed one, with the entry in the audit trail. If they lose something, or get
// another password, their sessions end, except the one in which they change it themselves.
func (a *Auth) storePerson(ctx context.Context, tx scheduler.Tx, actor scheduler.Actor, before *scheduler.Person, after scheduler.Person) error {
	if err := tx.PutPerson(ctx, after); err != nil {
		return err
	}
	for _, e := range scheduler.AccountChanges(actor.Username, a.clock().UTC(), before, after) {
		if err := tx.AddAccountEvent(ctx, e); err != nil {
			return err
		}
	}
	if before == nil || !scheduler.Loses(*before, after) {
		return nil
	}
	_, err := a.endAccess(ctx, tx, actor, after.Username, func(t scheduler.Token) bool { return slices.Contains(t.Scopes, scheduler.ScopeSession) })
	return err
}

// endAccess revokes a person's valid sessions, tokens, app passwords and feeds that ends selects, except the one that the actor is using,
// and returns their number.
func (a *Auth) endAccess(ctx context.Context, tx scheduler.Tx, actor scheduler.Actor, owner string, ends func(scheduler.Token) bool) (n int, err error) {
	now := a.clock().UTC()
	list, err := tx.Tokens(ctx, owner)
	if err != nil {
		return 0, err
	}
	for _, t := range list {
		if t.Revoked != nil || t.Expires != nil && !now.Before(*t.Expires) || t.ID == actor.Token || !ends(t) {
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
	return n, tx.AddAccountEvent(ctx, scheduler.AccountEvent{At: now, Actor: actor.Username, Person: owner, Action: scheduler.AccountRevoked, Text: fmt.Sprintf("%d sessions or tokens", n)})
}
