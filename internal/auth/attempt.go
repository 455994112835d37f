package auth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

const (
	// familiar is the time for which an address counts as known after a sign-in from it.
	familiar = 90 * 24 * time.Hour
	// signInsEvery limits how often the trail records that a program signs in with a password.
	signInsEvery = time.Hour
)

// byPassword authenticates a username and a password. It reserves an attempt before the slow hash is computed; a password that was right a
// while ago passes without one, whatever others try at the account or from the same address. With note the trail records the success.
func (a *Auth) byPassword(r *http.Request, username, password string, note bool) (account.Actor, error) {
	ctx, from := r.Context(), origin(r)
	p, last, err := a.account(ctx, username, from)
	if err != nil {
		return account.Actor{}, err
	}
	hash := cmp.Or(p.Password, decoy())
	able := p.Password != "" && !p.Disabled
	if able && a.known.has(a.clock(), hash, password) {
		return account.ActorOf(p), nil
	}
	limits := a.limitsOf(username, from, last)
	if err := a.limits.reserve(ctx, limits...); err != nil {
		return account.Actor{}, err
	}
	right, err := a.verify(ctx, hash, password)
	sofar := a.limits.settle(err == nil && !(right && able), limits...)
	if err != nil {
		return account.Actor{}, err
	}
	if !right || !able {
		return account.Actor{}, cmp.Or[error](a.failed(ctx, p, from, sofar), errWrong)
	}
	a.limits.forgive(limits[0].key)
	a.known.add(a.clock(), hash, password)
	if note && a.clock().Sub(last) > signInsEvery {
		err = a.trail(ctx, account.AuditEvent{Actor: username, Person: username, Action: account.SignIn, Address: from, Text: "a program, with the password"})
	}
	return account.ActorOf(p), err
}

// account reads a person, and their last sign-in from an address; both are zero for an unknown name.
func (a *Auth) account(ctx context.Context, username, from string) (p account.Person, last time.Time, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		if last, err = tx.SignedIn(ctx, username, from); err != nil {
			return err
		}
		if p, err = tx.Person(ctx, username); scheduler.CodeOf(err) == scheduler.CodeNotFound {
			p, err = account.Person{}, nil
		}
		return err
	})
	return p, last, err
}

// limitsOf lists the bounds on an attempt, first that of the account from this address. From an address with an earlier sign-in an attempt
// is never refused, it takes its turn: otherwise one person could lock another out, from the same network or from many.
func (a *Auth) limitsOf(username, from string, last time.Time) []limit {
	pair := limit{key: "as " + username + " from " + from, most: maxPair}
	if !last.IsZero() && a.clock().Sub(last) < familiar {
		pair.patient = true
		return []limit{pair}
	}
	return []limit{pair, {key: "from " + from, most: maxAddress}, {key: "as " + username, most: maxAccount}}
}

// failed records failed sign-ins in the trail: the first in a window, and the one that reaches the limit. It records them for
// unknown names too, without the name, so that the duration does not tell which names exist.
func (a *Auth) failed(ctx context.Context, p account.Person, from string, sofar int) error {
	if sofar != 1 && sofar != maxPair {
		return nil
	}
	text := fmt.Sprintf("%d wrong within %d minutes", sofar, int(failWindow/time.Minute))
	if p.Disabled {
		text += "; the account is disabled"
	}
	return a.trail(ctx, account.AuditEvent{Person: p.Username, Action: account.Failed, Address: from, Text: text})
}

// trail appends to the audit trail of accounts.
func (a *Auth) trail(ctx context.Context, e account.AuditEvent) error {
	e.At = a.clock().UTC()
	return a.store.Change(ctx, nil, func(tx scheduler.Tx) error { return tx.AddAccountEvent(ctx, e) })
}

func (a *Auth) person(ctx context.Context, username string) (p account.Person, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		p, err = tx.Person(ctx, username)
		return err
	})
	return p, err
}

// verify computes a hash when its turn comes.
func (a *Auth) verify(ctx context.Context, hash, password string) (bool, error) {
	select {
	case a.slots <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-a.slots }()
	return matches(hash, password), nil
}
