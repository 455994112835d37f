package main

import (
	"context"

	"berth/internal/app"
	"berth/internal/console"
	"berth/scheduler/account"
)

type userCommands struct {
	Add     userAdd     `cmd:"" help:"Add a person; the password is asked for, or read from standard input."`
	List    userList    `cmd:"" help:"List all people."`
	Set     userSet     `cmd:"" help:"Change the roles, name, address or organisation of a person."`
	Passwd  userPasswd  `cmd:"" help:"Set a password, asked for or read from standard input."`
	Disable userDisable `cmd:"" help:"Disable an account, and with it all its tokens."`
	Enable  userEnable  `cmd:"" help:"Enable a disabled account again."`
}

// profile holds the flags that describe a person; flags that are not given change nothing.
type profile struct {
	Name         *string  `help:"Name for people." placeholder:"TEXT"`
	Email        *string  `help:"Mail address." placeholder:"ADDRESS"`
	Organisation *string  `help:"Organisation." placeholder:"TEXT"`
	Role         []string `help:"experimenter, mentor, provider, operator or administrator; repeatable." enum:"experimenter,mentor,provider,operator,administrator" placeholder:"ROLE"`
	Testbed      []string `help:"Testbed that a provider speaks for; repeatable." placeholder:"ID"`
}

func (f profile) apply(p *account.Person) {
	for _, text := range []struct {
		from *string
		to   *string
	}{{f.Name, &p.Name}, {f.Email, &p.Email}, {f.Organisation, &p.Organisation}} {
		if text.from != nil {
			*text.to = *text.from
		}
	}
	if len(f.Role) > 0 {
		p.Roles = nil
		for _, r := range f.Role {
			p.Roles = append(p.Roles, account.Role(r))
		}
	}
	if len(f.Testbed) > 0 {
		p.Testbeds = f.Testbed
	}
}

type userAdd struct {
	Username     string  `arg:"" help:"The name to sign in with."`
	Profile      profile `embed:""`
	PasswordFile string  `help:"File with the password, - for standard input." placeholder:"FILE"`
	NoPassword   bool    `help:"Set no password, for people who use tokens only."`
}

func (c *userAdd) Run(ctx context.Context, s *session) error {
	p := account.Person{Username: c.Username, Name: c.Username, Roles: []account.Role{account.RoleExperimenter}}
	c.Profile.apply(&p)
	if !c.NoPassword {
		hash, err := s.password(c.PasswordFile)
		if err != nil {
			return err
		}
		p.Password = hash
	}
	return s.with(ctx, func(parts *app.Parts) error { return s.console(parts, false).AddPerson(ctx, p) })
}

// password reads a password and hashes it.
func (s *session) password(file string) (hash string, err error) {
	text, err := console.ReadPassword(file, s.stdin, s.stderr)
	if err != nil {
		return "", err
	}
	return app.HashPassword(text)
}

type userList struct {
	JSON bool `name:"json" help:"Write JSON."`
}

func (c *userList) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error { return s.console(parts, c.JSON).People(ctx) })
}

type userSet struct {
	Username string  `arg:"" help:"The username."`
	Profile  profile `embed:""`
}

func (c *userSet) Run(ctx context.Context, s *session) error {
	return s.change(ctx, c.Username, c.Profile.apply)
}

type userPasswd struct {
	Username     string `arg:"" help:"The username."`
	PasswordFile string `help:"File with the password, - for standard input." placeholder:"FILE"`
}

func (c *userPasswd) Run(ctx context.Context, s *session) error {
	hash, err := s.password(c.PasswordFile)
	if err != nil {
		return err
	}
	return s.change(ctx, c.Username, func(p *account.Person) { p.Password = hash })
}

type userDisable struct {
	Username string `arg:"" help:"The username."`
}

func (c *userDisable) Run(ctx context.Context, s *session) error {
	return s.change(ctx, c.Username, func(p *account.Person) { p.Disabled = true })
}

type userEnable struct {
	Username string `arg:"" help:"The username."`
}

func (c *userEnable) Run(ctx context.Context, s *session) error {
	return s.change(ctx, c.Username, func(p *account.Person) { p.Disabled = false })
}

func (s *session) change(ctx context.Context, username string, how func(*account.Person)) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		return s.console(parts, false).ChangePerson(ctx, username, how)
	})
}
