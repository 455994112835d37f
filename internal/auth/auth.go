package auth

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"berth/scheduler"
)

// Auth finds out who is asking.
type Auth struct {
	store scheduler.Store
	clock func() time.Time
	slots chan struct{} // for computing hashes
	decoy string        // hash for people who do not exist, so that they take as long

	failures *failures
	known    *known
}

// New makes an Auth over the people and tokens of a store.
func New(store scheduler.Store, clock func() time.Time) *Auth {
	return &Auth{store: store, clock: clock, slots: make(chan struct{}, atOnce), decoy: Hash(rand.Text()),
		failures: newFailures(), known: newKnown()}
}

// TooMany says that somebody failed to sign in too often lately, and how long they have to wait.
type TooMany struct{ After time.Duration }

func (TooMany) Error() string { return "too many failed attempts to sign in; wait" }

// RetryAfter is how long to wait.
func (t TooMany) RetryAfter() time.Duration { return t.After }

var (
	errAnonymous = scheduler.Errorf(scheduler.CodeUnauthenticated, "sign in with a token, or with username and password")
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

// attempt checks credentials, and counts where they are wrong.
func (a *Auth) attempt(r *http.Request, username, secret string) (scheduler.Actor, error) {
	keys := []string{"from " + address(r)}
	if username != "" {
		keys = append(keys, "as "+username)
	}
	now := a.clock()
	if wait := a.failures.wait(now, keys...); wait > 0 {
		return scheduler.Actor{}, TooMany{wait}
	}
	actor, err := a.check(r.Context(), username, secret)
	if scheduler.CodeOf(err) == scheduler.CodeUnauthenticated {
		a.failures.add(now, keys...)
	}
	return actor, err
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// longest is the longest secret that is looked at, in bytes.
const longest = 4 * maxPassword

func (a *Auth) check(ctx context.Context, username, secret string) (scheduler.Actor, error) {
	if secret == "" || len(secret) > longest || len(username) > longest {
		return scheduler.Actor{}, errWrong
	}
	if strings.HasPrefix(secret, tokenPrefix) {
		return a.byToken(ctx, username, secret)
	}
	if username == "" {
		return scheduler.Actor{}, errWrong
	}
	return a.byPassword(ctx, username, secret)
}

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
	from := "feeds from " + address(r)
	now := a.clock()
	if wait := a.failures.wait(now, from); wait > 0 {
		return actor, "", TooMany{wait}
	}
	var t scheduler.Token
	if err = errWrong; strings.HasPrefix(secret, tokenPrefix) && len(secret) <= longest {
		actor, t, err = a.token(r.Context(), secret)
	}
	if err == nil && (t.Feed == "" || !slices.Contains(t.Scopes, scheduler.ScopeFeed)) {
		err = errWrong
	}
	if scheduler.CodeOf(err) == scheduler.CodeUnauthenticated {
		a.failures.add(now, from)
	}
	actor.Scopes = []scheduler.Scope{scheduler.ScopeRead}
	return actor, t.Feed, err
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
		return scheduler.Actor{}, t, errWrong
	}
	if t.LastUsed == nil || now.Sub(*t.LastUsed) > usedEvery {
		if err := a.used(ctx, t, now); err != nil {
			return scheduler.Actor{}, t, err
		}
	}
	actor := scheduler.ActorOf(p)
	actor.Scopes = t.Scopes
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

// byPassword is the person of a username and a password.
func (a *Auth) byPassword(ctx context.Context, username, password string) (scheduler.Actor, error) {
	p, err := a.person(ctx, username)
	if err != nil && scheduler.CodeOf(err) != scheduler.CodeNotFound {
		return scheduler.Actor{}, err
	}
	hash := cmp.Or(p.Password, a.decoy)
	if !a.known.has(a.clock(), hash, password) {
		right, err := a.verify(ctx, hash, password)
		if err != nil {
			return scheduler.Actor{}, err
		}
		if !right || p.Password == "" || p.Disabled {
			return scheduler.Actor{}, errWrong
		}
		a.known.add(a.clock(), hash, password)
	}
	if p.Disabled {
		return scheduler.Actor{}, errWrong
	}
	return scheduler.ActorOf(p), nil
}

func (a *Auth) person(ctx context.Context, username string) (p scheduler.Person, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		p, err = tx.Person(ctx, username)
		return err
	})
	return p, err
}

// verify computes a hash, waiting for its turn.
func (a *Auth) verify(ctx context.Context, hash, password string) (bool, error) {
	select {
	case a.slots <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-a.slots }()
	return matches(hash, password), nil
}

// SetPassword gives somebody a new password: one's own by saying the old one, anybody's as an administrator.
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
	if !actor.Is(scheduler.RoleAdministrator) {
		right, err := a.verify(ctx, p.Password, old)
		if err != nil {
			return err
		}
		if !right {
			return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the password cannot be changed",
				Fields: []scheduler.FieldError{{Field: "old_password", Rule: "is not the present one"}}}
		}
	}
	hash := Hash(password)
	return a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		p, err := tx.Person(ctx, username)
		if err != nil {
			return err
		}
		p.Password = hash
		p.Revision++
		return tx.PutPerson(ctx, p)
	})
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// known remembers for a while that a password had a hash, so that a client that sends it with every request does not cost a slow
// hash each time. It keeps neither of them, only a keyed digest of both: a changed password is not known.
type known struct {
	key   []byte
	mu    sync.Mutex
	until map[[32]byte]time.Time
}

const (
	knownFor = 5 * time.Minute
	knownMax = 10_000
)

func newKnown() *known {
	key := make([]byte, 32)
	rand.Read(key)
	return &known{key: key, until: map[[32]byte]time.Time{}}
}

func (k *known) of(hash, password string) (id [32]byte) {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(hash + "\x00" + password))
	copy(id[:], h.Sum(nil))
	return id
}

func (k *known) has(now time.Time, hash, password string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return now.Before(k.until[k.of(hash, password)])
}

func (k *known) add(now time.Time, hash, password string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.until) >= knownMax {
		clear(k.until)
	}
	k.until[k.of(hash, password)] = now.Add(knownFor)
}
