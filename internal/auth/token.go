package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"berth/scheduler"
)

// tokenPrefix begins every token, so that one that lies about somewhere is found and known for what it is.
const tokenPrefix = "berth_"

// Create makes a token for somebody and answers with its secret, which is kept nowhere. Everybody may make tokens for themself,
// administrators for anybody; nobody gives a token more than they signed in with.
func (a *Auth) Create(ctx context.Context, actor scheduler.Actor, owner, name string, scopes []scheduler.Scope, expires *time.Time) (secret string, t scheduler.Token, err error) {
	if err := mayKeep(actor, owner); err != nil {
		return "", t, err
	}
	now := a.clock().UTC().Truncate(time.Second)
	if err := checkToken(actor, name, scopes, expires, now); err != nil {
		return "", t, err
	}
	bits := make([]byte, 32)
	rand.Read(bits)
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(bits)
	id, err := uuid.NewV7()
	if err != nil {
		return "", t, err
	}
	t = scheduler.Token{ID: id.String(), Owner: owner, Name: name, Hash: digest(secret), Scopes: scopes, Created: now, Expires: expires}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if _, err := tx.Person(ctx, owner); err != nil {
			return err
		}
		return tx.PutToken(ctx, t)
	})
	return secret, t, err
}

func mayKeep(actor scheduler.Actor, owner string) error {
	if !actor.Can(scheduler.ScopeAdmin) || actor.Username != owner && !actor.Is(scheduler.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not keep tokens of %s, or not with this token", actor.Username, owner)
	}
	return nil
}

// maxTokenName is the longest name of a token, in characters.
const maxTokenName = 100

func checkToken(actor scheduler.Actor, name string, scopes []scheduler.Scope, expires *time.Time, now time.Time) error {
	var bad []scheduler.FieldError
	add := func(field, rule string) { bad = append(bad, scheduler.FieldError{Field: field, Rule: rule}) }
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > maxTokenName || strings.ContainsFunc(name, unicode.IsControl) {
		add("name", "has to say what the token is for, in 1 to 100 characters on one line")
	}
	if len(scopes) == 0 {
		add("scopes", "has to name at least one of read, write and admin")
	}
	for i, s := range scopes {
		if !slices.Contains([]scheduler.Scope{scheduler.ScopeRead, scheduler.ScopeWrite, scheduler.ScopeAdmin}, s) || slices.Contains(scopes[:i], s) {
			add("scopes", "are read, write and admin, each at most once")
		} else if !actor.Can(s) {
			add("scopes", "cannot be more than those that you signed in with")
		}
	}
	if expires != nil && !expires.After(now) {
		add("expires", "has to lie ahead")
	}
	if len(bad) == 0 {
		return nil
	}
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the token cannot be made", Fields: bad}
}

// List are somebody's tokens, without their secrets.
func (a *Auth) List(ctx context.Context, actor scheduler.Actor, owner string) ([]scheduler.Token, error) {
	if !actor.Can(scheduler.ScopeRead) || actor.Username != owner && !actor.Is(scheduler.RoleAdministrator) {
		return nil, scheduler.Errorf(scheduler.CodeForbidden, "%s may not see the tokens of %s", actor.Username, owner)
	}
	var list []scheduler.Token
	err := a.store.View(ctx, func(tx scheduler.Reader) (err error) {
		if _, err := tx.Person(ctx, owner); err != nil {
			return err
		}
		list, err = tx.Tokens(ctx, owner)
		return err
	})
	return list, err
}

// Revoke makes a token worthless, at once and for good.
func (a *Auth) Revoke(ctx context.Context, actor scheduler.Actor, owner, id string) (scheduler.Token, error) {
	if err := mayKeep(actor, owner); err != nil {
		return scheduler.Token{}, err
	}
	var t scheduler.Token
	err := a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		list, err := tx.Tokens(ctx, owner)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(t scheduler.Token) bool { return t.ID == id })
		if i < 0 {
			return scheduler.Errorf(scheduler.CodeNotFound, "%s has no such token", owner)
		}
		t = list[i]
		if t.Revoked == nil {
			now := a.clock().UTC().Truncate(time.Second)
			t.Revoked = &now
		}
		return tx.PutToken(ctx, t)
	})
	return t, err
}
