package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// listAtOnce bounds the people read from the store at once.
const listAtOnce = 500

// People lists people to administrators, by username. It returns CodeForbidden and CodeInvalid.
func (a *Auth) People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error) {
	page := scheduler.Page[account.Person]{Items: []account.Person{}}
	if err := scheduler.Require(actor, account.ScopeRead, account.RoleAdministrator); err != nil {
		return page, err
	}
	_, limit, err := scheduler.Position("", limit)
	if err != nil {
		return page, err
	}
	err = a.store.View(ctx, func(tx scheduler.Reader) error {
		list, err := tx.People(ctx, cursor, limit+1)
		page.Next = ""
		if len(list) > limit {
			list = list[:limit]
			page.Next = list[limit-1].Username
		}
		page.Items = append([]account.Person{}, list...)
		return err
	})
	return page, err
}

// FindPeople searches people for administrators, by username after the cursor, and counts those who match and everybody. It returns CodeForbidden and CodeInvalid.
func (a *Auth) FindPeople(ctx context.Context, actor account.Actor, by account.Search, cursor string, limit int) (page scheduler.Page[account.Person], matching, all int, err error) {
	if err := scheduler.Require(actor, account.ScopeRead, account.RoleAdministrator); err != nil {
		return page, 0, 0, err
	}
	_, limit, err = scheduler.Position("", limit)
	if err != nil {
		return page, 0, 0, err
	}
	err = a.everybody(ctx, func() { page, matching, all = scheduler.Page[account.Person]{Items: []account.Person{}}, 0, 0 }, func(p account.Person) {
		all++
		if !by.Selects(p) {
			return
		}
		matching++
		switch {
		case p.Username <= cursor:
		case len(page.Items) < limit:
			page.Items = append(page.Items, p)
		default:
			page.Next = page.Items[limit-1].Username
		}
	})
	return page, matching, all, err
}

// Person reads a person: administrators read anybody, everybody reads themself. To all others it returns CodeNotFound.
func (a *Auth) Person(ctx context.Context, actor account.Actor, username string) (p account.Person, err error) {
	if !actor.Can(account.ScopeRead) || actor.Username != username && !actor.Is(account.RoleAdministrator) {
		return p, scheduler.Errorf(scheduler.CodeNotFound, "there is no person %q that %s may see", plain.Clip(username, 80), actor.Username)
	}
	return a.person(ctx, username)
}

// PersonByMail finds the person with an email address, in any spelling; found is false if there is none, or more than one. It returns
// CodeForbidden to all but administrators.
func (a *Auth) PersonByMail(ctx context.Context, actor account.Actor, mail string) (p account.Person, found bool, err error) {
	if err := scheduler.Require(actor, account.ScopeRead, account.RoleAdministrator); err != nil {
		return p, false, err
	}
	n := 0
	err = a.everybody(ctx, func() { n, p = 0, account.Person{} }, func(x account.Person) {
		if x.Email != "" && strings.EqualFold(x.Email, mail) && !x.Disabled {
			p, n = x, n+1
		}
	})
	return p, n == 1, err
}

// Mentors lists the usernames of possible mentors of requests. It returns CodeForbidden if the token may not read.
func (a *Auth) Mentors(ctx context.Context, actor account.Actor) (names []string, err error) {
	if err := scheduler.Require(actor, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	err = a.everybody(ctx, func() { names = nil }, func(p account.Person) {
		if !p.Disabled && slices.Contains(p.Roles, account.RoleMentor) {
			names = append(names, p.Username)
		}
	})
	return names, err
}

// everybody visits all people in one snapshot; it calls begin before the first one, and again if the store restarts the
// transaction.
func (a *Auth) everybody(ctx context.Context, begin func(), visit func(account.Person)) error {
	return a.store.View(ctx, func(tx scheduler.Reader) error {
		begin()
		for after := ""; ; {
			list, err := tx.People(ctx, after, listAtOnce)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, p := range list {
				after = p.Username
				visit(p)
			}
		}
	})
}

// PutPerson creates a person or changes one: a revision of 0 creates, any other must be the stored one. The password stays as it is
// unless the person comes with another. A person who loses a role, a testbed or the account, or gets another password, is signed out
// everywhere. It returns CodeForbidden, CodeInvalid, CodeNotFound and CodePrecondition.
func (a *Auth) PutPerson(ctx context.Context, actor account.Actor, given account.Person) (p account.Person, err error) {
	if err := scheduler.Require(actor, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return p, err
	}
	if given.Password != "" && !actor.Can(account.ScopePassword) {
		return p, scheduler.Errorf(scheduler.CodeForbidden, "%s may not give passwords with this token: that needs the scope password", actor.Username)
	}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		p = given // an earlier run that did not commit may have changed it
		f, err := tx.Facility(ctx)
		if err != nil {
			return err
		}
		if p.Revision == 0 {
			p = provided(p, f)
		}
		if bad := account.Check(p, func(id string) bool { _, ok := f.Testbed(id); return ok }); len(bad) > 0 {
			return scheduler.Invalid(bad)
		}
		var stored *account.Person
		if p.Revision == 0 {
			p.Created = a.clock().UTC().Truncate(time.Second)
		} else {
			before, err := tx.Person(ctx, p.Username)
			if err != nil {
				return err
			}
			stored = &before
			p.Created, p.Muted, p.Quiet, p.Zone, p.Subject = before.Created, before.Muted, before.Quiet, before.Zone, before.Subject
			if p.Password == "" {
				p.Password = before.Password
			}
		}
		p.Revision++
		return a.storePerson(ctx, tx, actor, stored, p)
	})
	return p, err
}

// provided gives a new provider the testbeds that name them already.
func provided(p account.Person, f testbeds.Facility) account.Person {
	for _, t := range f.Testbeds {
		if slices.Contains(p.Roles, account.RoleProvider) && slices.Contains(t.Providers, p.Username) && !slices.Contains(p.Testbeds, t.ID) {
			p.Testbeds = append(slices.Clone(p.Testbeds), t.ID)
		}
	}
	return p
}

// Mute stops a person's mail about some topics, and the news of the pages about others; with nil the present choice stays. It returns CodeForbidden
// and CodeInvalid.
func (a *Auth) Mute(ctx context.Context, actor account.Actor, muted, quiet []account.Topic) (p account.Person, err error) {
	if err := scheduler.Require(actor, account.ScopeWrite, account.Roles...); err != nil {
		return p, err
	}
	if bad := account.CheckTopics(muted, quiet); len(bad) > 0 {
		return p, scheduler.Invalid(bad)
	}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if p, err = tx.Person(ctx, actor.Username); err != nil {
			return err
		}
		if muted != nil {
			p.Muted = muted
		}
		if quiet != nil {
			p.Quiet = quiet
		}
		p.Revision++
		return tx.PutPerson(ctx, p)
	})
	return p, err
}

// SetZone stores the time zone in which a person reads times; empty forgets it. It returns CodeForbidden and CodeInvalid.
func (a *Auth) SetZone(ctx context.Context, actor account.Actor, zone string) (p account.Person, err error) {
	if err := scheduler.Require(actor, account.ScopeWrite, account.Roles...); err != nil {
		return p, err
	}
	if zone != "" {
		if _, err := wallclock.Zone(zone); err != nil {
			e := scheduler.Errorf(scheduler.CodeInvalid, "the input breaks a rule")
			e.Fields = []scheduler.FieldError{{Field: "zone", Rule: "must be a time zone such as Europe/Dublin"}}
			return p, e
		}
	}
	err = a.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		if p, err = tx.Person(ctx, actor.Username); err != nil || p.Zone == zone {
			return err
		}
		p.Zone = zone
		p.Revision++
		return tx.PutPerson(ctx, p)
	})
	return p, err
}
