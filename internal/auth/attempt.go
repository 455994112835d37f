package auth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"berth/scheduler"
)

const (
	// familiar is for how long an address stays one from which somebody has signed in.
	familiar = 90 * 24 * time.Hour
	// signInsEvery is how often the trail says that a program signs in with a password.
	signInsEvery = time.Hour
)

// byPassword is the person of a username and a password. An attempt is reserved before the slow hash is computed; a password that was right
// a while ago passes without one, whatever others try at the account or from the same address. With note the trail says that it was right.
func (a *Auth) byPassword(r *http.Request, username, password string, note bool) (scheduler.Actor, error) {
	ctx, from := r.Context(), origin(r)
	p, last, err := a.account(ctx, username, from)
	if err != nil {
		return scheduler.Actor{}, err
	}
	hash := cmp.Or(p.Password, a.decoy)
	able := p.Password != "" && !p.Disabled
	if able && a.known.has(a.clock(), hash, password) {
		return scheduler.ActorOf(p), nil
	}
	limits := a.limitsOf(username, from, last)
	if err := a.limits.reserve(ctx, limits...); err != nil {
		return scheduler.Actor{}, err
	}
	right, err := a.verify(ctx, hash, password)
	sofar := a.limits.settle(err == nil && !(right && able), limits...)
	if err != nil {
		return scheduler.Actor{}, err
	}
	if !right || !able {
		return scheduler.Actor{}, cmp.Or[error](a.failed(ctx, p, from, sofar), errWrong)
	}
	a.limits.forgive(limits[0].key)
	a.known.add(a.clock(), hash, password)
	if note && a.clock().Sub(last) > signInsEvery {
		err = a.trail(ctx, scheduler.AccountEvent{Actor: username, Person: username, Action: scheduler.AccountSignIn, Address: from, Text: "a program, with the password"})
	}
	return scheduler.ActorOf(p), err
}

// account is somebody, and when they last signed in from an address; nobody for a name that nobody has.
func (a *Auth) account(ctx context.Context, username, from string) (p scheduler.Person, last time.Time, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		if last, err = tx.SignedIn(ctx, username, from); err != nil {
			return err
		}
		if p, err = tx.Person(ctx, username); scheduler.CodeOf(err) == scheduler.CodeNotFound {
			p, err = scheduler.Person{}, nil
		}
		return err
	})
	return p, last, err
}

// limitsOf are the bounds on an attempt; the first of them is that of the account from this address. Where somebody has signed in from
// before, they are not refused: their attempts take their turn. Otherwise anybody could lock anybody out, from the same network or from many.
func (a *Auth) limitsOf(username, from string, last time.Time) []limit {
	pair := limit{key: "as " + username + " from " + from, most: maxPair}
	if !last.IsZero() && a.clock().Sub(last) < familiar {
		pair.patient = true
		return []limit{pair}
	}
	return []limit{pair, {key: "from " + from, most: maxAddress}, {key: "as " + username, most: maxAccount}}
}

// failed says in the trail that somebody could not sign in: the first time in a window, and when the limit is reached. It is said of
// names that nobody has as well, without the name, so that it takes as long and tells nobody which names there are.
func (a *Auth) failed(ctx context.Context, p scheduler.Person, from string, sofar int) error {
	if sofar != 1 && sofar != maxPair {
		return nil
	}
	text := fmt.Sprintf("%d wrong within %d minutes", sofar, int(failWindow/time.Minute))
	if p.Disabled {
		text += "; the account is disabled"
	}
	return a.trail(ctx, scheduler.AccountEvent{Person: p.Username, Action: scheduler.AccountFailed, Address: from, Text: text})
}

// trail appends to the audit trail of accounts.
func (a *Auth) trail(ctx context.Context, e scheduler.AccountEvent) error {
	e.At = a.clock().UTC()
	return a.store.Change(ctx, nil, func(tx scheduler.Tx) error { return tx.AddAccountEvent(ctx, e) })
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
