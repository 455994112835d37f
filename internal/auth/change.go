package auth

import (
	"context"

	"berth/scheduler"
)

// SetPassword gives somebody a new password: one's own by saying the present one, anybody else's as an administrator. Wrong present
// passwords are limited like those of a sign-in: a session that was left open somewhere is no place to guess.
func (a *Auth) SetPassword(ctx context.Context, actor scheduler.Actor, username, old, password string) error {
	if !actor.Can(scheduler.ScopeAdmin) || actor.Username != username && !actor.Is(scheduler.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not change the password of %s", actor.Username, username)
	}
	if err := CheckPassword(password); err != nil {
		return err
	}
	p, err := a.person(ctx, username)
	if err != nil {
		return err
	}
	if actor.Username == username {
		if err := a.confirm(ctx, p, old); err != nil {
			return err
		}
	}
	hash := Hash(password)
	return a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		before, err := tx.Person(ctx, username)
		if err != nil {
			return err
		}
		after := before
		after.Password = hash
		after.Revision++
		if err := tx.PutPerson(ctx, after); err != nil {
			return err
		}
		return scheduler.Trail(ctx, tx, scheduler.AccountChanges(actor.Username, a.clock().UTC(), &before, after)...)
	})
}

// confirm makes sure that somebody knows their present password.
func (a *Auth) confirm(ctx context.Context, p scheduler.Person, old string) error {
	x := limit{key: "present password of " + p.Username, most: maxOld}
	if err := a.limits.reserve(ctx, x); err != nil {
		return err
	}
	right, err := a.verify(ctx, p.Password, old)
	a.limits.settle(err == nil && !right, x)
	if err != nil {
		return err
	}
	if !right {
		return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the password cannot be changed",
			Fields: []scheduler.FieldError{{Field: "old_password", Rule: "is not the present one"}}}
	}
	a.limits.forgive(x.key)
	return nil
}
