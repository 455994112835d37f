package main

import (
	"context"

	"berth/internal/app"
	"berth/internal/console"
	"berth/internal/terminal"
	"berth/scheduler"
)

type policyCommands struct {
	Show policyShowCommand `cmd:"" help:"Print the policy in force, in plain words."`
	Put  policyPutCommand  `cmd:"" help:"Put a policy in force on a server, as a whole."`
	Load policyLoadCommand `cmd:"" help:"Put a policy in force in the database of this machine, as a whole."`
	Test policyTestCommand `cmd:"" help:"Say what a policy would have done to the requests of the last months."`
}

type policyShowCommand struct {
	either
	JSON bool `name:"json" help:"Write JSON."`
}

func (c *policyShowCommand) Run(ctx context.Context, p *process, open opening) error {
	if d, err := c.remote(p); err != nil || d != nil {
		if err == nil {
			err = d.As(c.JSON).Policy(ctx)
		}
		return err
	}
	s, err := open()
	if err != nil {
		return err
	}
	return s.looking(ctx, func(parts *app.Parts) error { return s.console(parts, c.JSON).ShowPolicy(ctx) })
}

type policyPutCommand struct {
	changeFlags
	File   string `arg:"" help:"The policy in YAML."`
	Reason string `help:"Why, kept with the revision." placeholder:"TEXT"`
}

func (c *policyPutCommand) Run(ctx context.Context, p *process) error {
	text, err := console.ReadPolicy(c.File)
	if err != nil {
		return err
	}
	return at(p, c.changeFlags, func(d *terminal.Desk) error { return d.PutPolicy(ctx, text, c.Reason) })
}

type policyLoadCommand struct {
	File   string `arg:"" help:"The policy in YAML."`
	DryRun bool   `help:"Check it only."`
	Reason string `help:"Why, kept with the revision." placeholder:"TEXT"`
	JSON   bool   `name:"json" help:"Write JSON."`
}

func (c *policyLoadCommand) Run(ctx context.Context, s *session) error {
	text, err := console.ReadPolicy(c.File)
	if err != nil {
		return err
	}
	return s.with(ctx, func(parts *app.Parts) error {
		return s.console(parts, c.JSON).LoadPolicy(ctx, c.File, text, scheduler.ChangeOptions{DryRun: c.DryRun, Reason: c.Reason})
	})
}

type policyTestCommand struct {
	either
	File   string `arg:"" help:"The policy in YAML."`
	Months int    `help:"How far back, 1 to 12." default:"3"`
	JSON   bool   `name:"json" help:"Write JSON."`
}

func (c *policyTestCommand) Run(ctx context.Context, p *process, open opening) error {
	text, err := console.ReadPolicy(c.File)
	if err != nil {
		return err
	}
	if d, err := c.remote(p); err != nil || d != nil {
		if err == nil {
			err = d.As(c.JSON).TestPolicy(ctx, text, c.Months)
		}
		return err
	}
	s, err := open()
	if err != nil {
		return err
	}
	return s.looking(ctx, func(parts *app.Parts) error {
		return s.console(parts, c.JSON).TestPolicy(ctx, c.File, text, c.Months)
	})
}
