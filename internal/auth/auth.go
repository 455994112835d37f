package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Auth authenticates callers.
type Auth struct {
	store scheduler.Store
	clock func() time.Time
	slots chan struct{} // for computing hashes

	bounds Bounds
	seats  seats
	limits *limiter
	known  *known

	remembered remembered
}

// Bounds limit the possessions of one person; 0 for no limit.
type Bounds struct {
	Tokens int // valid ones, app passwords among them, sessions apart
	Feeds  int
}

// New makes an Auth over the people and tokens of a store, without bounds unless given.
func New(store scheduler.Store, clock func() time.Time, bounds ...Bounds) *Auth {
	var b Bounds
	if len(bounds) > 0 {
		b = bounds[0]
	}
	return &Auth{bounds: b, store: store, clock: clock, slots: make(chan struct{}, atOnce),
		limits: newLimiter(clock), known: newKnown()}
}

// TooMany says that a caller has too many recent failures to sign in, and how long to wait.
type TooMany struct{ After time.Duration }

func (TooMany) Error() string { return "too many failed attempts to sign in; wait" }

// RetryAfter returns the time to wait.
func (t TooMany) RetryAfter() time.Duration { return t.After }

var (
	errAnonymous = scheduler.Errorf(scheduler.CodeUnauthenticated, "sign in with a token, or with username and password")
	errEnded     = scheduler.Errorf(scheduler.CodeUnauthenticated, "the credentials are not valid") // the same as errWrong: the text must not confirm that the credentials were valid once
	errWrong     = scheduler.Errorf(scheduler.CodeUnauthenticated, "the credentials are not valid")
)

// Authenticate identifies the sender of a request: by a bearer token, or by Basic with a password or a token in its
// place.
func (a *Auth) Authenticate(r *http.Request) (account.Actor, error) {
	header := r.Header.Get("Authorization")
	scheme, secret, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Bearer") {
		return a.attempt(r, "", strings.TrimSpace(secret))
	}
	if username, password, ok := r.BasicAuth(); ok {
		return a.attempt(r, username, password)
	}
	if header != "" {
		return account.Actor{}, errWrong
	}
	return account.Actor{}, errAnonymous
}

// attempt checks credentials. A token is looked up whatever else failed from the address: a valid one always passes.
func (a *Auth) attempt(r *http.Request, username, secret string) (account.Actor, error) {
	switch {
	case secret == "" || len(secret) > longest || len(username) > longest:
		return account.Actor{}, errWrong
	case strings.HasPrefix(secret, tokenPrefix):
		actor, err := a.byToken(r.Context(), username, secret)
		return actor, a.unknownToken(r, "tokens", err)
	case username == "":
		return account.Actor{}, a.unknownToken(r, "tokens", errWrong)
	}
	return a.byPassword(r, username, secret, true)
}

// unknownToken counts tokens that do not exist, and stops callers that try many.
func (a *Auth) unknownToken(r *http.Request, kind string, err error) error {
	if !errors.Is(err, errWrong) {
		return err
	}
	if wait := a.limits.wrong(limit{key: kind + " from " + origin(r), most: maxTokens}); wait > 0 {
		return TooMany{wait}
	}
	return err
}

// longest bounds the secrets that are checked, in bytes.
const longest = 4 * maxPassword

// byToken returns the owner of a token, within its scopes. A username must be the owner's.
func (a *Auth) byToken(ctx context.Context, username, secret string) (account.Actor, error) {
	actor, t, err := a.token(ctx, secret)
	if err == nil && (username != "" && username != t.Owner || slices.Contains(t.Scopes, account.ScopeSession)) {
		err = errWrong // a browser's cookie is valid for nothing else
	}
	if err != nil {
		return account.Actor{}, err
	}
	return actor, nil
}

// Feed returns the owner of the feed at a secret address, with a right to read only, and its collection.
func (a *Auth) Feed(r *http.Request, secret string) (actor account.Actor, collection string, err error) {
	var t account.Token
	if err = errWrong; strings.HasPrefix(secret, tokenPrefix) && len(secret) <= longest {
		actor, t, err = a.token(r.Context(), secret)
	}
	if err == nil && (t.Feed == "" || !slices.Contains(t.Scopes, account.ScopeFeed)) {
		err = errWrong
	}
	if err != nil {
		return account.Actor{}, "", a.unknownToken(r, "feeds", err)
	}
	actor.Scopes = []account.Scope{account.ScopeRead}
	return actor, t.Feed, nil
}

// token finds the token of a secret and its owner within its scopes, and records the use. Failures are not remembered.
func (a *Auth) token(ctx context.Context, secret string) (account.Actor, account.Token, error) {
	x, err := a.lookUp(ctx, digest(secret))
	if err != nil {
		return account.Actor{}, x.token, err
	}
	t, now := x.token, a.clock().UTC()
	if t.Expires != nil && !now.Before(*t.Expires) {
		return account.Actor{}, t, errEnded
	}
	if now.Sub(x.used) > usedEvery && a.remembered.records(t.Hash, now) {
		if err := a.used(ctx, t, now); err != nil {
			return account.Actor{}, t, err
		}
	}
	actor := x.owner
	actor.Scopes, actor.Token = t.Scopes, t.ID
	return actor, t, nil
}

// lookUp finds a token that was not revoked and whose owner may sign in, as both are now.
func (a *Auth) lookUp(ctx context.Context, hash string) (x owned, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		at, err := tx.State(ctx)
		if err != nil {
			return err
		}
		var known bool
		if x, known = a.remembered.get(at.Accounts, hash); known {
			return nil
		}
		if x.token, err = tx.TokenByHash(ctx, hash); err != nil {
			return err
		}
		p, err := tx.Person(ctx, x.token.Owner)
		if err != nil {
			return err
		}
		if x.token.Revoked != nil || p.Disabled {
			return errEnded
		}
		x.owner = account.ActorOf(p)
		if x.token.LastUsed != nil {
			x.used = *x.token.LastUsed
		}
		a.remembered.put(at.Accounts, x)
		return nil
	})
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		err = errWrong
	}
	return x, err
}

// used records the use of a token. If nothing can be written at present (a full disk, a lock that is not released), people can still
// read.
func (a *Auth) used(ctx context.Context, t account.Token, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	err := a.store.Change(ctx, nil, func(tx scheduler.Tx) error { return tx.UseToken(ctx, t.ID, now) })
	if scheduler.CodeOf(err) == scheduler.CodeUnavailable {
		return nil
	}
	return err
}

// noteWithin bounds the wait for recording that a token is in use.
const noteWithin = time.Second

// usedEvery limits how often the use of a token is recorded.
const usedEvery = time.Minute

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
