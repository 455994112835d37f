package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"time"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// tokenPrefix begins every token, so that a leaked one can be found and recognised.
const tokenPrefix = "berth_"

// Create makes a token and returns its secret, which is not stored. People make tokens for themselves, administrators for
// anybody, for which a token needs the scope password; no token gets scopes beyond those of the sign-in.
func (a *Auth) Create(ctx context.Context, actor account.Actor, owner, name string, scopes []account.Scope, expires *time.Time) (secret string, t account.Token, err error) {
	return a.create(ctx, actor, account.Token{Owner: owner, Name: name, Scopes: scopes, Expires: expires})
}

// CreateFeed makes the secret address of a feed of one of the owner's collections.
func (a *Auth) CreateFeed(ctx context.Context, actor account.Actor, owner, name, collection string) (secret string, t account.Token, err error) {
	return a.create(ctx, actor, account.Token{Owner: owner, Name: name, Scopes: []account.Scope{account.ScopeFeed}, Feed: collection})
}

func (a *Auth) create(ctx context.Context, actor account.Actor, wish account.Token) (secret string, t account.Token, err error) {
	owner := wish.Owner
	if refusal := actor.MakeTokens(owner); refusal != "" {
		return "", t, forbidden(refusal)
	}
	now := a.clock().UTC().Truncate(time.Second)
	if err := checkToken(actor, wish, now); err != nil {
		return "", t, err
	}
	secret = newSecret()
	id, err := uuid.NewV7()
	if err != nil {
		return "", t, err
	}
	t = wish
	t.ID, t.Hash, t.Created = id.String(), digest(secret), now
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if _, err := tx.Person(ctx, owner); err != nil {
			return err
		}
		if err := a.room(ctx, tx, t, now); err != nil {
			return err
		}
		if err := tx.PutToken(ctx, t); err != nil {
			return err
		}
		return tx.AddAccountEvent(ctx, account.AuditEvent{At: now, Actor: actor.Username, Person: owner, Action: account.TokenMade, Text: tokenText(t)})
	})
	return secret, t, err
}

// room checks that a person may have another token or feed.
func (a *Auth) room(ctx context.Context, tx scheduler.Reader, wish account.Token, now time.Time) error {
	what, most, mine := "tokens", a.bounds.Tokens, func(t account.Token) bool {
		return t.Feed == "" && !slices.Contains(t.Scopes, account.ScopeSession)
	}
	if wish.Feed != "" {
		what, most, mine = "feeds", a.bounds.Feeds, func(t account.Token) bool { return t.Feed != "" }
	}
	if most == 0 {
		return nil
	}
	list, err := tx.Tokens(ctx, wish.Owner)
	if err != nil {
		return err
	}
	n := 0
	for _, t := range list {
		if mine(t) && t.Revoked == nil && (t.Expires == nil || now.Before(*t.Expires)) {
			n++
		}
	}
	if n >= most {
		return scheduler.Errorf(scheduler.CodeConflict, "%s has %d %s, the most that a person may have: revoke one that is not needed", wish.Owner, most, what)
	}
	return nil
}

// tokenText names a token in the trail.
func tokenText(t account.Token) string {
	text := t.Name + " (" + t.ID + ")"
	for i, s := range t.Scopes {
		text += []string{": ", ", "}[min(i, 1)] + string(s)
	}
	return text
}

// newSecret makes the secret of a token: 256 random bits.
func newSecret() string {
	bits := make([]byte, 32)
	rand.Read(bits)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(bits)
}

// maxTokenName is the longest name of a token, in characters.
const maxTokenName = 100

func checkToken(actor account.Actor, t account.Token, now time.Time) error {
	var bad []scheduler.FieldError
	add := func(field, rule string) { bad = append(bad, scheduler.FieldError{Field: field, Rule: rule}) }
	if plain.Line(t.Name, maxTokenName) != "" {
		add("name", "must describe the token in 1 to 100 characters on one line")
	}
	if len(t.Scopes) == 0 {
		add("scopes", "must name at least one of read, write, admin, password, calendar and calendar:move")
	}
	for i, s := range t.Scopes {
		if may, known := actor.HandsOut(s); !known || slices.Contains(t.Scopes[:i], s) || s == account.ScopeFeed && t.Feed == "" {
			add("scopes", "must be of read, write, admin, password, calendar and calendar:move, each at most once")
		} else if !may {
			add("scopes", "must not exceed those that you signed in with")
		}
	}
	if t.Expires != nil && !t.Expires.After(now) {
		add("expires", "must lie in the future")
	}
	if len(bad) == 0 {
		return nil
	}
	return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the token is not valid", Fields: bad}
}

// List lists a person's tokens, without their secrets.
func (a *Auth) List(ctx context.Context, actor account.Actor, owner string) ([]account.Token, error) {
	if refusal := actor.SeeTokens(owner); refusal != "" {
		return nil, forbidden(refusal)
	}
	var list []account.Token
	err := a.store.View(ctx, func(tx scheduler.Reader) (err error) {
		if _, err := tx.Person(ctx, owner); err != nil {
			return err
		}
		list, err = tx.Tokens(ctx, owner)
		return err
	})
	return list, err
}

// Revoke invalidates a token, at once and for good. Every token may revoke itself.
func (a *Auth) Revoke(ctx context.Context, actor account.Actor, owner, id string) (account.Token, error) {
	if refusal := actor.KeepTokens(owner); refusal != "" && (actor.Token == "" || actor.Token != id || actor.Username != owner) {
		return account.Token{}, forbidden(refusal)
	}
	var t account.Token
	err := a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		list, err := tx.Tokens(ctx, owner)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(t account.Token) bool { return t.ID == id })
		if i < 0 {
			return scheduler.Errorf(scheduler.CodeNotFound, "%s has no such token", owner)
		}
		if t = list[i]; t.Revoked != nil {
			return nil
		}
		t.Revoked = new(a.clock().UTC().Truncate(time.Second))
		if err := tx.PutToken(ctx, t); err != nil {
			return err
		}
		return tx.AddAccountEvent(ctx, account.AuditEvent{At: *t.Revoked, Actor: actor.Username, Person: owner, Action: account.Revoked, Text: tokenText(t)})
	})
	return t, err
}

// forbidden is the error of a step that the actor may not take.
func forbidden(refusal string) error { return scheduler.Errorf(scheduler.CodeForbidden, "%s", refusal) }
