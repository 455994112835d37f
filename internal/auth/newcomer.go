package auth

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// PersonOrNewcomer returns the person with an email address, in any spelling, and makes an experimenter without a password where there is none. It
// returns CodeForbidden to all but administrators, CodeInvalid for an address that is none, and CodeConflict where the address leads to no single
// account that may be used.
func (a *Auth) PersonOrNewcomer(ctx context.Context, actor account.Actor, n account.Newcomer) (p account.Person, made bool, err error) {
	if err := scheduler.Require(actor, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return p, false, err
	}
	if !mail.MatchString(n.Email) {
		return p, false, scheduler.Errorf(scheduler.CodeInvalid, "%q is no email address", plain.Clip(n.Email, 80))
	}
	if n.Username == "" {
		n.Username = n.Email
	}
	err = a.store.Change(ctx, []string{scheduler.LockOfAddress(n.Email)}, func(tx scheduler.Tx) error {
		p, made = account.Person{}, false
		found, err := byMail(ctx, tx, n.Email)
		switch {
		case err != nil:
			return err
		case len(found) > 1:
			return scheduler.Errorf(scheduler.CodeConflict, "more than one account has the address %s", n.Email)
		case len(found) == 1 && found[0].Disabled:
			return scheduler.Errorf(scheduler.CodeConflict, "the account %s with the address %s is disabled", found[0].Username, n.Email)
		case len(found) == 1:
			p = found[0]
			return nil
		}
		if p, err = a.newcomer(ctx, tx, n); err != nil {
			return err
		}
		made = true
		p.Revision++
		return a.storePerson(ctx, tx, actor, nil, p)
	})
	return p, made, err
}

// byMail lists the people with an address. Disabled accounts are left out where another one has it.
func byMail(ctx context.Context, tx scheduler.Reader, address string) (found []account.Person, err error) {
	var disabled []account.Person
	for after := ""; ; {
		list, err := tx.People(ctx, after, listAtOnce)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			break
		}
		for _, x := range list {
			after = x.Username
			switch {
			case !strings.EqualFold(x.Email, address):
			case x.Disabled:
				disabled = append(disabled, x)
			default:
				found = append(found, x)
			}
		}
	}
	if len(found) == 0 && len(disabled) > 0 {
		return disabled[:1], nil
	}
	return found, nil
}

var notUsername = regexp.MustCompile(`[^a-z0-9._-]+`)

// newcomer makes the account of a person, with a username that is free.
func (a *Auth) newcomer(ctx context.Context, tx scheduler.Reader, n account.Newcomer) (account.Person, error) {
	name, _, _ := strings.Cut(n.Username, "@")
	name = strings.Trim(notUsername.ReplaceAllString(strings.ToLower(name), "-"), "._-")
	if name == "" || name == account.System.Username {
		name = "person"
	}
	name = name[:min(len(name), 50)]
	username := name
	for i := 2; ; i++ {
		_, err := tx.Person(ctx, username)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			break
		}
		if err != nil {
			return account.Person{}, err
		}
		username = fmt.Sprintf("%s-%d", name, i) // the name belongs to another person
	}
	p := account.Person{Username: username, Name: shownName(n.Name), Organisation: shownName(n.Organisation), Roles: []account.Role{account.RoleExperimenter}, Created: a.clock().UTC()}
	if p.Name == "" {
		p.Name = username
	}
	if mail.MatchString(n.Email) {
		p.Email = n.Email
	}
	return p, nil
}

// shownName makes a name from elsewhere one that can be shown; empty if it cannot.
func shownName(name string) string {
	name = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(name, ""), func(r rune) bool { return unicode.IsSpace(r) || plain.Hidden(r) }), " ")
	if len(name) > 200 {
		return ""
	}
	return name
}

var mail = regexp.MustCompile(`^[^\s@<>",;:\\()\[\]]{1,64}@[A-Za-z0-9.-]{1,255}$`)
