package auth

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/scheduler/account"
)

// A session is a token that a browser keeps in a cookie: it appears among its owner's tokens, where it can be revoked.

// SessionFor is the lifetime of a session.
const SessionFor = 12 * time.Hour

// SignIn begins a session for a username and its password. Each session has a secret of its own. A token in the password's place signs
// programs in, not browsers, because a session would outlive it.
func (a *Auth) SignIn(r *http.Request, username, password string) (secret string, err error) {
	if username == "" || password == "" || len(username) > longest || len(password) > longest || strings.HasPrefix(password, tokenPrefix) {
		return "", errWrong
	}
	actor, err := a.byPassword(r, username, password, false)
	if err != nil {
		return "", err
	}
	return a.begin(r, actor.Username, "browser")
}

// begin begins a session.
func (a *Auth) begin(r *http.Request, username, name string) (secret string, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	now := a.clock().UTC().Truncate(time.Second)
	secret = newSecret()
	t := account.Token{ID: id.String(), Owner: username, Name: name, Hash: digest(secret), Scopes: []account.Scope{account.ScopeSession}, Created: now, Expires: new(now.Add(SessionFor))}
	ctx := r.Context()
	return secret, a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if err := a.makeRoom(ctx, tx, username, now); err != nil {
			return err
		}
		if err := tx.PutToken(ctx, t); err != nil {
			return err
		}
		return tx.AddAccountEvent(ctx, account.AuditEvent{At: a.clock().UTC(), Actor: username, Person: username, Action: account.SignIn, Address: origin(r), Text: name})
	})
}

// maxSessions bounds the sessions of one person. One more ends the oldest.
const maxSessions = 50

func (a *Auth) makeRoom(ctx context.Context, tx scheduler.Tx, username string, now time.Time) error {
	list, err := tx.Tokens(ctx, username) // in the order of their creation
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(t account.Token) bool {
		return !slices.Contains(t.Scopes, account.ScopeSession) || t.Revoked != nil || t.Expires != nil && !now.Before(*t.Expires)
	})
	for len(list) >= maxSessions {
		list[0].Revoked = new(now)
		if err := tx.PutToken(ctx, list[0]); err != nil {
			return err
		}
		list = list[1:]
	}
	return nil
}

// Session returns the owner of a session.
func (a *Auth) Session(ctx context.Context, secret string) (account.Actor, error) {
	if secret == "" || len(secret) > longest {
		return account.Actor{}, errAnonymous
	}
	actor, t, err := a.token(ctx, secret)
	if err != nil {
		return account.Actor{}, err
	}
	if !slices.Contains(t.Scopes, account.ScopeSession) {
		return account.Actor{}, errWrong
	}
	actor.Scopes = account.AllScopes()
	return actor, nil
}

// SignOut ends a session; it succeeds for one that has already ended.
func (a *Auth) SignOut(ctx context.Context, secret string) error {
	return a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		t, err := tx.TokenByHash(ctx, digest(secret))
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			return nil
		}
		if err != nil || !slices.Contains(t.Scopes, account.ScopeSession) || t.Revoked != nil {
			return err
		}
		t.Revoked = new(a.clock().UTC().Truncate(time.Second))
		if err := tx.PutToken(ctx, t); err != nil {
			return err
		}
		return tx.AddAccountEvent(ctx, account.AuditEvent{At: a.clock().UTC(), Actor: t.Owner, Person: t.Owner, Action: account.SignOut})
	})
}
