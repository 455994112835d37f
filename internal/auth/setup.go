package auth

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// SetupFor is how long the link for the first account is valid.
const SetupFor = 24 * time.Hour

var errSetup = scheduler.Errorf(scheduler.CodeNotFound, "this link is not valid, or no longer valid: it has expired, or somebody has made the first account with it. Start berth again for a new one, or sign in")

// Unclaimed reports whether nobody has an account yet.
func (a *Auth) Unclaimed(ctx context.Context) (is bool, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		is, err = unclaimed(ctx, tx)
		return err
	})
	return is, err
}

func unclaimed(ctx context.Context, tx scheduler.Reader) (bool, error) {
	list, err := tx.People(ctx, "", 1)
	return len(list) == 0, err
}

// SetupLink makes the link with which whoever started Berth makes the first account, an administrator's. It works as long as there is none.
func (a *Auth) SetupLink(ctx context.Context) (link string, err error) {
	ends := strconv.FormatInt(a.clock().Add(SetupFor).Unix(), 10)
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		link, err = scheduler.ForSetup.Seal(ctx, tx, ends)
		return err
	})
	return link, err
}

// Setup returns CodeNotFound unless the link makes the first account.
func (a *Auth) Setup(ctx context.Context, link string) error {
	return a.store.View(ctx, func(tx scheduler.Reader) error { return a.setup(ctx, tx, link) })
}

func (a *Auth) setup(ctx context.Context, tx scheduler.Reader, link string) error {
	body, err := scheduler.ForSetup.Open(ctx, tx, link)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return errSetup
	}
	if err != nil {
		return err
	}
	ends, err := strconv.ParseInt(body, 10, 64)
	if err != nil || a.clock().Unix() >= ends {
		return errSetup
	}
	first, err := unclaimed(ctx, tx)
	if err == nil && !first {
		err = errSetup
	}
	return err
}

// Claim makes the first account, an administrator's, and begins a session. It returns CodeNotFound as Setup does, and CodeInvalid.
func (a *Auth) Claim(r *http.Request, link string, p account.Person, password string) (secret string, err error) {
	ctx := r.Context()
	if err := a.Setup(ctx, link); err != nil {
		return "", err
	}
	p.Roles, p.Testbeds, p.Revision = []account.Role{account.RoleAdministrator}, nil, 1
	p.Created = a.clock().UTC().Truncate(time.Second)
	if p.Password, err = a.hashed(ctx, password); err != nil && scheduler.CodeOf(err) != scheduler.CodeInvalid {
		return "", err
	}
	if bad := account.Check(p, func(string) bool { return false }); len(bad) > 0 || err != nil {
		return "", together(scheduler.Invalid(bad), err)
	}
	err = a.store.Change(ctx, []string{scheduler.TheFacility}, func(tx scheduler.Tx) error { // the lock lets one of two at once go first
		if err := a.setup(ctx, tx, link); err != nil {
			return err
		}
		return a.storePerson(ctx, tx, account.ActorOf(p), nil, p)
	})
	if err != nil {
		return "", err
	}
	return a.begin(r, p.Username, "browser")
}

// together adds the fields of a second refusal to a first one.
func together(first *scheduler.Error, second error) error {
	if e, ok := errors.AsType[*scheduler.Error](second); ok {
		first.Fields = append(first.Fields, e.Fields...)
	}
	return first
}
