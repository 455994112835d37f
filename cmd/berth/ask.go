package main

import (
	"context"

	"berth/internal/app"
	"berth/internal/config"
	"berth/internal/console"
	"berth/internal/terminal"
)

// ask holds the flags that describe an experiment and its slot.
type ask struct {
	NSD         string   `name:"nsd" help:"Network service of the catalogue." placeholder:"ID" complete:"nsd"`
	Slot        string   `short:"s" help:"START/END or START/DURATION, such as 2027-01-11T09:00Z/PT8H; for a server also \"fri 9-13\"." placeholder:"SLOT"`
	From        string   `help:"Start of the slot, instead of --slot." placeholder:"TIME"`
	To          string   `help:"End of the slot." placeholder:"TIME"`
	Duration    string   `help:"Length of the slot, instead of its end." placeholder:"PERIOD"`
	Placement   []string `help:"MEMBER=TESTBED/VIM, or TESTBED/VIM for all members; repeatable." placeholder:"PLACE"`
	Device      []string `help:"TESTBED/DEVICE=COUNT, instead of the service's own devices; repeatable." placeholder:"NEED"`
	NoDevices   bool     `help:"No devices, instead of the service's own."`
	Window      string   `help:"Time in which another slot would do, written like --slot." placeholder:"SLOT"`
	MinDuration string   `help:"Shortest useful length." placeholder:"PERIOD"`
	JSON        bool     `name:"json" help:"Write JSON."`
}

func (w ask) wish(limit int) console.Wish {
	return console.Wish{NSD: w.NSD, Slot: w.Slot, From: w.From, To: w.To, Duration: w.Duration, Placement: w.Placement,
		Devices: w.Device, NoDevices: w.NoDevices, Window: w.Window, MinDuration: w.MinDuration, Limit: limit}
}

// either holds the flags of a command that asks a server, or else the database of this machine.
type either struct {
	remoteFlags
	Local bool `help:"Ask the database of this machine, also where a server is saved."`
}

// remote returns the desk at the server that is meant; nil for the database.
func (f either) remote(p *process) (*terminal.Desk, error) {
	if f.Local {
		return nil, nil
	}
	d, err := f.desk(p)
	if err == errNoServer {
		return nil, nil
	}
	return d, err
}

// server returns the same wish as a server reads it.
func (w ask) server(limit int) terminal.Wish {
	out := terminal.Wish{NSD: w.NSD, Slot: w.Slot, Placement: w.Placement, Devices: w.Device, NoDevices: w.NoDevices, Window: w.Window, MinDuration: w.MinDuration, Limit: limit}
	switch {
	case out.Slot == "" && w.From != "" && w.To != "":
		out.Slot = w.From + "/" + w.To
	case out.Slot == "" && w.From != "":
		out.Slot = w.From + "/" + w.Duration
	default:
		out.Duration = w.Duration
	}
	return out
}

type checkCommand struct {
	either
	Wish ask `embed:""`
}

func (c *checkCommand) Run(ctx context.Context, p *process, open opening) error {
	if d, err := c.remote(p); err != nil || d != nil {
		if err == nil {
			err = d.As(c.Wish.JSON).Check(ctx, c.Wish.server(0))
		}
		return err
	}
	s, err := open()
	if err != nil {
		return err
	}
	return s.looking(ctx, func(parts *app.Parts) error {
		return s.console(parts, c.Wish.JSON).Check(ctx, c.Wish.wish(0))
	})
}

type suggestCommand struct {
	either
	Wish  ask `embed:""`
	Limit int `help:"How many alternatives, 1 to 50." default:"5"`
}

func (c *suggestCommand) Run(ctx context.Context, p *process, open opening) error {
	if d, err := c.remote(p); err != nil || d != nil {
		if err == nil {
			err = d.As(c.Wish.JSON).Suggest(ctx, c.Wish.server(c.Limit))
		}
		return err
	}
	s, err := open()
	if err != nil {
		return err
	}
	return s.looking(ctx, func(parts *app.Parts) error {
		return s.console(parts, c.Wish.JSON).Suggest(ctx, c.Wish.wish(c.Limit))
	})
}

// with opens the database for one command, and makes it if it does not exist.
func (s *session) with(ctx context.Context, do func(*app.Parts) error) error {
	return s.within(ctx, app.OpenOrCreate, do)
}

// looking opens the database like with, for commands that have no use for a new one.
func (s *session) looking(ctx context.Context, do func(*app.Parts) error) error {
	return s.within(ctx, app.OpenExisting, do)
}

type opener func(context.Context, config.Settings, app.Options) (*app.Parts, error)

func (s *session) within(ctx context.Context, open opener, do func(*app.Parts) error) (err error) {
	parts, err := open(ctx, s.settings, s.options())
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := parts.Close(); err == nil {
			err = closeErr
		}
	}()
	return do(parts)
}
