package main

import (
	"context"
	"fmt"

	"berth/internal/app"
	"berth/internal/client"
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
	changing
	Username     string  `arg:"" help:"The name to sign in with."`
	Profile      profile `embed:""`
	PasswordFile string  `help:"File with the password, - for standard input." placeholder:"FILE"`
	NoPassword   bool    `help:"Set no password, for people who use tokens only."`
}

func (c *userAdd) Run(ctx context.Context, proc *process, open opening) error {
	p := account.Person{Username: c.Username, Name: c.Username, Roles: []account.Role{account.RoleExperimenter}}
	c.Profile.apply(&p)
	if !c.NoPassword && !c.DryRun {
		var err error
		if p.Password, err = c.password(proc, c.PasswordFile); err != nil {
			return err
		}
	}
	return c.at(ctx, proc, open, false, creating, func(out console.Console) error { return out.AddPerson(ctx, p) })
}

// password reads a password, and hashes it for the database of this machine; a server does so itself.
func (f elsewhere) password(p *process, file string) (string, error) {
	text, err := console.ReadPassword(file, p.stdin, p.stderr)
	if err != nil || f.named() {
		return text, err
	}
	return app.HashPassword(text)
}

type userList struct {
	elsewhere
	JSON bool `name:"json" help:"Write JSON."`
}

func (c *userList) Run(ctx context.Context, p *process, open opening) error {
	return changing{elsewhere: c.elsewhere}.at(ctx, p, open, c.JSON, existing, func(out console.Console) error { return out.People(ctx) })
}

type userSet struct {
	changing
	Username string  `arg:"" help:"The username."`
	Profile  profile `embed:""`
}

func (c *userSet) Run(ctx context.Context, p *process, open opening) error {
	return c.person(ctx, p, open, c.Username, c.Profile.apply)
}

type userPasswd struct {
	elsewhere
	Username     string `arg:"" help:"The username."`
	PasswordFile string `help:"File with the password, - for standard input." placeholder:"FILE"`
}

func (c *userPasswd) Run(ctx context.Context, p *process, open opening) error {
	password, err := c.password(p, c.PasswordFile)
	if err != nil {
		return err
	}
	if !c.named() {
		return changing{}.person(ctx, p, open, c.Username, func(p *account.Person) { p.Password = password })
	}
	d, err := remoteFlags{Server: c.Server, Context: c.Context, Output: "table"}.desk(p)
	if err != nil {
		return err
	}
	if err := (client.Administration{Client: d.Client}).SetPassword(ctx, c.Username, password); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "changed the password of %s\n", c.Username)
	return err
}

type userDisable struct {
	changing
	Username string `arg:"" help:"The username."`
}

func (c *userDisable) Run(ctx context.Context, p *process, open opening) error {
	return c.person(ctx, p, open, c.Username, func(p *account.Person) { p.Disabled = true })
}

type userEnable struct {
	changing
	Username string `arg:"" help:"The username."`
}

func (c *userEnable) Run(ctx context.Context, p *process, open opening) error {
	return c.person(ctx, p, open, c.Username, func(p *account.Person) { p.Disabled = false })
}

// person changes a person.
func (f changing) person(ctx context.Context, p *process, open opening, username string, how func(*account.Person)) error {
	return f.at(ctx, p, open, false, existing, func(out console.Console) error { return out.ChangePerson(ctx, username, how) })
}
