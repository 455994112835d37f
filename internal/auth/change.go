package auth

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// SetPassword gives a person a new password: people change their own by giving the present one, administrators anybody's. Wrong present
// passwords are limited like those of a sign-in, so that an abandoned session is no place to guess. All other sessions end; with
// everything given, so do all tokens, app passwords and feeds. A token needs the scope password, or its holder could take the account
// over.
func (a *Auth) SetPassword(ctx context.Context, actor account.Actor, username, old, password string, everything bool) error {
	if refusal := actor.SetPassword(username); refusal != "" {
		return forbidden(refusal)
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
		if err := a.storePerson(ctx, tx, actor, &before, after); err != nil || !everything {
			return err
		}
		_, err = a.endAccess(ctx, tx, actor, username, every)
		return err
	})
}

func every(account.Token) bool { return true }

// RevokeAll revokes all sessions, tokens, app passwords and feeds of a person, except the one in use, and returns their number. It returns
// CodeForbidden to actors who may not manage the owner's tokens.
func (a *Auth) RevokeAll(ctx context.Context, actor account.Actor, owner string) (n int, err error) {
	if refusal := actor.KeepTokens(owner); refusal != "" {
		return 0, forbidden(refusal)
	}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) (err error) {
		if _, err := tx.Person(ctx, owner); err != nil {
			return err
		}
		n, err = a.endAccess(ctx, tx, actor, owner, every)
		return err
	})
	return n, err
}

// confirm checks a person's present password.
func (a *Auth) confirm(ctx context.Context, p account.Person, old string) error {
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
			Fields: []scheduler.FieldError{{Field: "old_password", Rule: "is not the present password"}}}
	}
	a.limits.forgive(x.key)
	return nil
}
