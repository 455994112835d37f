package console

import (
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
	change(&p)
	if p, err = c.Accounts.PutPerson(ctx, Local, p); err != nil {
		return err
	}
	return c.person("changed", p)
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
		case p.Password == "":
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
