package console

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// AddPerson creates a person. The password is already hashed, or empty for people who use tokens only.
func (c Console) AddPerson(ctx context.Context, p account.Person) error {
	if _, err := c.Accounts.Person(ctx, Local, p.Username); err == nil {
		return scheduler.Errorf(scheduler.CodeConflict, "a person %q exists already", p.Username)
	}
	if ok, err := c.sure("Add them?", fmt.Sprintf("%s (%s), %s, would be added", p.Username, roles(p), p.Name)); !ok {
		return err
	}
	p, err := c.Accounts.PutPerson(ctx, Local, p)
	if err != nil {
		return err
	}
	return c.person("added", p)
}

// ChangePerson applies a function to a person.
func (c Console) ChangePerson(ctx context.Context, username string, change func(*account.Person)) error {
	p, err := c.Accounts.Person(ctx, Local, username)
	if err != nil {
		return err
	}
	before := p
	change(&p)
	if ok, err := c.sure("Change "+username+"?", differences(before, p)...); !ok {
		return err
	}
	if p, err = c.Accounts.PutPerson(ctx, Local, p); err != nil {
		return err
	}
	return c.person("changed", p)
}

// differences says, one line each, what a change makes of a person.
func differences(before, after account.Person) (lines []string) {
	state := func(p account.Person) string {
		if p.Disabled {
			return "disabled"
		}
		return "enabled"
	}
	for _, x := range []struct{ what, before, after string }{
		{"name", before.Name, after.Name}, {"mail address", before.Email, after.Email}, {"organisation", before.Organisation, after.Organisation},
		{"roles", roles(before), roles(after)}, {"account", state(before), state(after)},
	} {
		if x.before != x.after {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", x.what, cmp.Or(x.before, "none"), cmp.Or(x.after, "none")))
		}
	}
	if len(lines) == 0 {
		return []string{after.Username + " is like that already"}
	}
	return lines
}

func (c Console) person(verb string, p account.Person) error {
	if c.JSON {
		return c.json(p)
	}
	c.printf("%s %s (%s)\n", verb, p.Username, roles(p))
	return nil
}

// People lists all people.
func (c Console) People(ctx context.Context) error {
	list, err := c.everybody(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return c.json(list)
	}
	var rows [][]string
	for _, p := range list {
		state := ""
		switch {
		case p.Disabled:
			state = "disabled"
		case p.Password == "" && !c.Elsewhere:
			state = "no password"
		}
		rows = append(rows, []string{p.Username, p.Name, roles(p), p.Email, p.Organisation, state})
	}
	c.table([]string{"USERNAME", "NAME", "ROLES", "EMAIL", "ORGANISATION", ""}, rows)
	return nil
}

func (c Console) everybody(ctx context.Context) ([]account.Person, error) {
	list, cursor := []account.Person{}, ""
	for {
		page, err := c.Accounts.People(ctx, Local, cursor, 100)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Items...)
		if cursor = page.Next; cursor == "" {
			return list, nil
		}
	}
}

// roles writes the roles of a person, a provider's testbeds beside it.
func roles(p account.Person) string {
	var names []string
	for _, r := range p.Roles {
		name := string(r)
		if r == account.RoleProvider && len(p.Testbeds) > 0 {
			name = fmt.Sprintf("%s of %s", name, strings.Join(p.Testbeds, ", "))
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
