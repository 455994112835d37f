package scheduler

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// People are listed to administrators, by username. It returns CodeForbidden to everybody else, and CodeInvalid for the limit.
func (s *Service) People(ctx context.Context, a Actor, cursor string, limit int) (Page[Person], error) {
	if err := a.require(ScopeRead, RoleAdministrator); err != nil {
		return Page[Person]{}, err
	}
	_, limit, err := position("", limit)
	if err != nil {
		return Page[Person]{}, err
	}
	page := Page[Person]{Items: []Person{}}
	err = s.store.View(ctx, func(tx Reader) error {
		list, err := tx.People(ctx, cursor, limit+1)
		if len(list) > limit {
			list = list[:limit]
			page.Next = list[limit-1].Username
		}
		page.Items = append([]Person{}, list...)
		return err
	})
	return page, err
}

// Person reads somebody: administrators anybody, everybody oneself. It returns CodeNotFound for everybody else, and where there is nobody of
// that name.
func (s *Service) Person(ctx context.Context, a Actor, username string) (Person, error) {
	if !a.Can(ScopeRead) || a.Username != username && !a.Is(RoleAdministrator) {
		return Person{}, Errorf(CodeNotFound, "there is nobody called %q, for %s to know", clip(username), a.Username)
	}
	var p Person
	err := s.store.View(ctx, func(tx Reader) (err error) {
		p, err = tx.Person(ctx, username)
		return err
	})
	return p, err
}

var (
	username = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	mailForm = regexp.MustCompile(`^[^\s@<>",;:\\()\[\]]{1,64}@[A-Za-z0-9.-]{1,255}$`)
)

// PutPerson creates a person or changes one; a revision of 0 creates, and another one has to be the stored one. The password is kept unless the
// person comes with another. Who loses a role, a testbed or the account, or gets another password, is signed out everywhere. It returns
// CodeForbidden to all but administrators, CodeInvalid for the input, CodePrecondition where the name is taken or somebody changed the person in
// between, and CodeNotFound where there is nobody to change.
func (s *Service) PutPerson(ctx context.Context, a Actor, p Person) (Person, error) {
	if err := a.require(ScopeAdmin, RoleAdministrator); err != nil {
		return Person{}, err
	}
	if p.Password != "" && !a.Can(ScopePassword) {
		return Person{}, Errorf(CodeForbidden, "%s may not give passwords with this token: it takes the scope password", a.Username)
	}
	given := p
	err := s.store.Change(ctx, nil, func(tx Tx) error {
		p = given // what a run that did not commit made of it does not count
		f, err := tx.Facility(ctx)
		if err != nil {
			return err
		}
		if err := checkPerson(p, func(id string) bool { _, ok := f.Testbed(id); return ok }); err != nil {
			return err
		}
		var stored *Person
		if p.Revision == 0 {
			p.Created = s.now()
		} else {
			before, err := tx.Person(ctx, p.Username)
			if err != nil {
				return err
			}
			stored = &before
			p.Created, p.Muted, p.Subject = before.Created, before.Muted, before.Subject
			if p.Password == "" {
				p.Password = before.Password
			}
		}
		p.Revision++
		return StorePerson(ctx, tx, a, s.now(), stored, p)
	})
	return p, err
}

// Mute changes what a person is mailed: everything but the topics. It returns CodeForbidden without the scope to write, CodeInvalid for the
// topics, and CodeNotFound where the actor has no account.
func (s *Service) Mute(ctx context.Context, a Actor, topics []Topic) (p Person, err error) {
	if err := a.require(ScopeWrite, Roles...); err != nil {
		return p, err
	}
	var bad faults
	for i, t := range topics {
		if !slices.Contains(Topics, t) || slices.Contains(topics[:i], t) {
			bad.add("muted", "%q is no topic, or is there twice", clip(string(t)))
		}
	}
	if err := bad.err(); err != nil {
		return p, err
	}
	err = s.store.Change(ctx, nil, func(tx Tx) error {
		if p, err = tx.Person(ctx, a.Username); err != nil {
			return err
		}
		p.Muted = topics
		p.Revision++
		return tx.PutPerson(ctx, p)
	})
	return p, err
}

func checkPerson(p Person, testbed func(string) bool) error {
	var bad faults
	if !username.MatchString(p.Username) || p.Username == System.Username {
		bad.add("username", "has to be 1 to 64 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit")
	}
	checkName("name", p.Name, maxName, &bad)
	if p.Email != "" && !mailForm.MatchString(p.Email) {
		bad.add("email", "has to be an address such as ada@example.org")
	}
	if p.Organisation != "" {
		checkName("organisation", p.Organisation, maxName, &bad)
	}
	if len(p.Roles) == 0 {
		bad.add("roles", "has to name at least one role")
	}
	for i, r := range p.Roles {
		if !slices.Contains(Roles, r) || slices.Contains(p.Roles[:i], r) {
			bad.add("roles", "%q is no role, or is there twice", clip(string(r)))
		}
	}
	if slices.Contains(p.Roles, RoleProvider) && len(p.Testbeds) == 0 {
		bad.add("testbeds", "a provider has to have at least one")
	}
	for _, t := range p.Testbeds {
		if !testbed(t) {
			bad.add("testbeds", "there is no testbed %q", clip(strings.TrimSpace(t)))
		}
	}
	return bad.err()
}

// Mentors are the usernames of those who can be asked to be one. It returns CodeForbidden without the scope to read.
func (s *Service) Mentors(ctx context.Context, a Actor) (names []string, err error) {
	if err := a.require(ScopeRead, Roles...); err != nil {
		return nil, err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		names = nil
		for after := ""; ; {
			list, err := tx.People(ctx, after, maxPage)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, p := range list {
				after = p.Username
				if !p.Disabled && slices.Contains(p.Roles, RoleMentor) {
					names = append(names, p.Username)
				}
			}
		}
	})
	return names, err
}
