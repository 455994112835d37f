package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
)

// Auth finds out who is asking.
type Auth struct {
	store scheduler.Store
	clock func() time.Time
	slots chan struct{} // for computing hashes
	decoy string        // hash for people who do not exist, so that they take as long

	bounds Bounds
	seats  seats
	limits *limiter
	known  *known
}

// Bounds are how much one person may have; 0 for any number.
type Bounds struct {
	Tokens int // that are good, app passwords among them, sessions apart
	Feeds  int
}

// New makes an Auth over the people and tokens of a store. Without bounds there are none.
func New(store scheduler.Store, clock func() time.Time, bounds ...Bounds) *Auth {
	var b Bounds
	if len(bounds) > 0 {
		b = bounds[0]
	}
	return &Auth{bounds: b, store: store, clock: clock, slots: make(chan struct{}, atOnce), decoy: Hash(rand.Text()),
		limits: newLimiter(clock), known: newKnown()}
}

// TooMany says that somebody failed to sign in too often lately, and how long they have to wait.
type TooMany struct{ After time.Duration }

func (TooMany) Error() string { return "too many failed attempts to sign in; wait" }

// RetryAfter is how long to wait.
func (t TooMany) RetryAfter() time.Duration { return t.After }

var (
	errAnonymous = scheduler.Errorf(scheduler.CodeUnauthenticated, "sign in with a token, or with username and password")
	errEnded     = scheduler.Errorf(scheduler.CodeUnauthenticated, "the credentials are not valid") // any more: nobody guesses what once was good
	errWrong     = scheduler.Errorf(scheduler.CodeUnauthenticated, "the credentials are not valid")
)

// Authenticate finds out who sent a request: by a bearer token, or by Basic with a password or a token in its place.
func (a *Auth) Authenticate(r *http.Request) (scheduler.Actor, error) {
	header := r.Header.Get("Authorization")
	scheme, secret, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Bearer") {
		return a.attempt(r, "", strings.TrimSpace(secret))
	}
	if username, password, ok := r.BasicAuth(); ok {
		return a.attempt(r, username, password)
	}
	if header != "" {
		return scheduler.Actor{}, errWrong
	}
	return scheduler.Actor{}, errAnonymous
}

// attempt checks credentials. A token is looked for whatever else is wrong where it comes from: one that is good always passes.
func (a *Auth) attempt(r *http.Request, username, secret string) (scheduler.Actor, error) {
	switch {
	case secret == "" || len(secret) > longest || len(username) > longest:
		return scheduler.Actor{}, errWrong
	case strings.HasPrefix(secret, tokenPrefix):
		actor, err := a.byToken(r.Context(), username, secret)
		return actor, a.unknownToken(r, "tokens", err)
	case username == "":
		return scheduler.Actor{}, a.unknownToken(r, "tokens", errWrong)
	}
	return a.byPassword(r, username, secret, true)
}

// unknownToken counts tokens that do not exist, so that whoever tries many is told to stop.
func (a *Auth) unknownToken(r *http.Request, kind string, err error) error {
	if !errors.Is(err, errWrong) {
		return err
	}
	if wait := a.limits.wrong(limit{key: kind + " from " + origin(r), most: maxTokens}); wait > 0 {
		return TooMany{wait}
	}
	return err
}

// longest is the longest secret that is looked at, in bytes.
const longest = 4 * maxPassword

// byToken is the owner of a token, within its scopes. With a username it has to be the owner's.
func (a *Auth) byToken(ctx context.Context, username, secret string) (scheduler.Actor, error) {
	actor, t, err := a.token(ctx, secret)
	if err == nil && (username != "" && username != t.Owner || slices.Contains(t.Scopes, scheduler.ScopeSession)) {
		err = errWrong // a browser's cookie is good for nothing else
	}
	if err != nil {
		return scheduler.Actor{}, err
	}
	return actor, nil
}

// Feed is whose feed a secret address is, and of which collection. The actor may read, nothing else.
func (a *Auth) Feed(r *http.Request, secret string) (actor scheduler.Actor, collection string, err error) {
	var t scheduler.Token
	if err = errWrong; strings.HasPrefix(secret, tokenPrefix) && len(secret) <= longest {
		actor, t, err = a.token(r.Context(), secret)
	}
	if err == nil && (t.Feed == "" || !slices.Contains(t.Scopes, scheduler.ScopeFeed)) {
		err = errWrong
	}
	if err != nil {
		return scheduler.Actor{}, "", a.unknownToken(r, "feeds", err)
	}
	actor.Scopes = []scheduler.Scope{scheduler.ScopeRead}
	return actor, t.Feed, nil
}

// token finds the token of a secret, and its owner within its scopes. That it is in use is written down.
func (a *Auth) token(ctx context.Context, secret string) (scheduler.Actor, scheduler.Token, error) {
	var t scheduler.Token
	var p scheduler.Person
	err := a.store.View(ctx, func(tx scheduler.Reader) (err error) {
		if t, err = tx.TokenByHash(ctx, digest(secret)); err != nil {
			return err
		}
		p, err = tx.Person(ctx, t.Owner)
		return err
	})
	now := a.clock().UTC()
	switch {
	case scheduler.CodeOf(err) == scheduler.CodeNotFound:
		return scheduler.Actor{}, t, errWrong
	case err != nil:
		return scheduler.Actor{}, t, err
	case t.Revoked != nil || t.Expires != nil && !now.Before(*t.Expires) || p.Disabled:
		return scheduler.Actor{}, t, errEnded
	}
	if t.LastUsed == nil || now.Sub(*t.LastUsed) > usedEvery {
		if err := a.used(ctx, t, now); err != nil {
			return scheduler.Actor{}, t, err
		}
	}
	actor := scheduler.ActorOf(p)
	actor.Scopes, actor.Token = t.Scopes, t.ID
	return actor, t, nil
}

// used notes that a token is in use. Where nothing can be written just now (a full disk, somebody who does not let go) people can look
// all the same.
func (a *Auth) used(ctx context.Context, t scheduler.Token, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	err := a.store.Change(ctx, nil, func(tx scheduler.Tx) error { return tx.UseToken(ctx, t.ID, now) })
	if scheduler.CodeOf(err) == scheduler.CodeUnavailable {
		return nil
	}
	return err
}

// noteWithin is how long anybody waits for it to be noted that a token is in use.
const noteWithin = time.Second

// usedEvery is how often it is written down that a token is in use.
const usedEvery = time.Minute

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
