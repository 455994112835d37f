package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// An invitation is a signed link with which a person sets a password without knowing the present one. It works once, because it names what it
// replaces: the present password, if any, and the address of mail that it was sent to.

// InviteFor is how long an invitation is valid.
const InviteFor = 7 * 24 * time.Hour

var errInvitation = scheduler.Errorf(scheduler.CodeNotFound, "this link is not valid, or no longer valid: it was used, has expired, or a newer one was sent. Ask an administrator for another")

// Invite makes an invitation for another person, which must reach nobody else. It returns CodeForbidden, CodeNotFound, and CodeConflict for a
// deactivated account.
func (a *Auth) Invite(ctx context.Context, actor account.Actor, username string) (link string, i account.Invitation, err error) {
	if err := scheduler.Require(actor, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return "", i, err
	}
	if refusal := actor.SetPassword(username); refusal != "" {
		return "", i, forbidden(refusal)
	}
	if actor.Username == username {
		return "", i, scheduler.Errorf(scheduler.CodeForbidden, "change your own password under Account: that asks for the present one")
	}
	now := a.clock().UTC().Truncate(time.Second)
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		p, err := tx.Person(ctx, username)
		if err != nil {
			return err
		}
		if p.Disabled {
			return scheduler.Errorf(scheduler.CodeConflict, "%s is deactivated: activate the account first", username)
		}
		i = account.Invitation{Person: p, Expires: now.Add(InviteFor)}
		if link, err = scheduler.ForPassword.Seal(ctx, tx, invitationBody(i)); err != nil {
			return err
		}
		return tx.AddAccountEvent(ctx, account.AuditEvent{At: now, Actor: actor.Username, Person: username, Action: account.Invited})
	})
	return link, i, err
}

// invitationBody names the person, the end, and what the link replaces.
func invitationBody(i account.Invitation) string {
	sum := sha256.Sum256([]byte(i.Person.Password + "\n" + i.Person.Email))
	return strings.Join([]string{i.Person.Username, strconv.FormatInt(i.Expires.Unix(), 10), hex.EncodeToString(sum[:8])}, "/")
}

// Invited reads an invitation, for the page that asks before it acts. It returns CodeNotFound for a link that is not valid, or no longer.
func (a *Auth) Invited(ctx context.Context, link string) (i account.Invitation, err error) {
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		i, err = a.invited(ctx, tx, link)
		return err
	})
	return i, err
}

func (a *Auth) invited(ctx context.Context, tx scheduler.Reader, link string) (i account.Invitation, err error) {
	body, err := scheduler.ForPassword.Open(ctx, tx, link)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return i, errInvitation
	}
	if err != nil {
		return i, err
	}
	parts := strings.Split(body, "/")
	if len(parts) != 3 {
		return i, errInvitation
	}
	ends, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return i, errInvitation
	}
	i.Expires = time.Unix(ends, 0).UTC()
	i.Person, err = tx.Person(ctx, parts[0])
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return i, errInvitation
	}
	if err == nil && (i.Person.Disabled || !a.clock().Before(i.Expires) || invitationBody(i) != body) {
		err = errInvitation
	}
	return i, err
}

// Join sets the password of an invited person and begins a session. It returns CodeNotFound as Invited does, and CodeInvalid.
func (a *Auth) Join(r *http.Request, link, password string) (secret string, err error) {
	ctx := r.Context()
	i, err := a.Invited(ctx, link)
	if err != nil {
		return "", err
	}
	hash, err := a.hashed(ctx, password)
	if err != nil {
		return "", err
	}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if i, err = a.invited(ctx, tx, link); err != nil {
			return err
		}
		after := i.Person
		after.Password = hash
		after.Revision++
		return a.storePerson(ctx, tx, account.ActorOf(i.Person), &i.Person, after)
	})
	if err != nil {
		return "", err
	}
	return a.begin(r, i.Person.Username, "browser")
}

// hashed checks a new password, and hashes it when its turn comes.
func (a *Auth) hashed(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	select {
	case a.slots <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-a.slots }()
	return Hash(password), nil
}
