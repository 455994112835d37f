package main

import (
	"context"

	"berth/internal/terminal"
)

type testbedCommands struct {
	List testbedList `cmd:"" help:"List the testbeds."`
	Show testbedShow `cmd:"" help:"Show what a testbed has."`
	Week testbedWeek `cmd:"" help:"Draw how much of a testbed is taken in a week."`
}

type testbedList struct{ remoteFlags }

func (c *testbedList) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Testbeds(ctx) })
}

type testbedShow struct {
	remoteFlags
	Testbed string `arg:"" help:"Id of the testbed." complete:"testbed"`
}

func (c *testbedShow) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Testbed(ctx, c.Testbed) })
}

type testbedWeek struct {
	remoteFlags
	Testbed string `arg:"" help:"Id of the testbed." complete:"testbed"`
	From    string `help:"First day, such as mon or 2027-01-11. Default: today." placeholder:"DAY"`
}

func (c *testbedWeek) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Week(ctx, c.Testbed, c.From) })
}

type serviceCommands struct {
	List serviceList `cmd:"" help:"List the network services of the catalogue."`
}

type serviceList struct{ remoteFlags }

func (c *serviceList) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Services(ctx) })
}

type closureCommands struct {
	List   closureList   `cmd:"" help:"List the closures of a testbed."`
	Add    closureAdd    `cmd:"" help:"Close a testbed or a part of it."`
	Remove closureRemove `cmd:"" help:"Remove a closure."`
}

type closureList struct {
	remoteFlags
	Testbed string `arg:"" help:"Id of the testbed." complete:"testbed"`
}

func (c *closureList) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Closures(ctx, c.Testbed) })
}

type closureAdd struct {
	changeFlags
	Testbed string   `arg:"" help:"Id of the testbed." complete:"testbed"`
	Summary string   `arg:"" help:"Why, for people."`
	Slot    string   `short:"s" help:"When, in the testbed's time zone, such as \"fri 9-13\"." required:"" placeholder:"SLOT"`
	RRule   string   `name:"rrule" help:"How it repeats, such as FREQ=WEEKLY;BYDAY=MO." placeholder:"RULE"`
	VIM     []string `name:"vim" help:"Only this VIM; repeatable." placeholder:"ID"`
	Device  []string `help:"Only this device; repeatable." placeholder:"ID"`
	Force   bool     `help:"Also if bookings lose capacity; they are flagged."`
	Reason  string   `help:"A note for those whom it hits." placeholder:"TEXT"`
}

func (c *closureAdd) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Close(ctx, c.Testbed, terminal.Closing{Slot: c.Slot, Summary: c.Summary, Rule: c.RRule, VIMs: c.VIM, Devices: c.Device, Force: c.Force, Reason: c.Reason})
	})
}

type closureRemove struct {
	changeFlags
	Testbed string `arg:"" help:"Id of the testbed." complete:"testbed"`
	Closure string `arg:"" help:"Id of the closure."`
	Reason  string `help:"A note." placeholder:"TEXT"`
}

func (c *closureRemove) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error { return d.Reopen(ctx, c.Testbed, c.Closure, c.Reason) })
}

type calendarCommands struct {
	URLs     calendarURLs     `cmd:"" name:"urls" help:"List the addresses of your calendars."`
	Password calendarPassword `cmd:"" help:"Make an app password for a calendar client; it is shown once."`
}

type calendarURLs struct{ remoteFlags }

func (c *calendarURLs) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Calendars(ctx) })
}

type calendarPassword struct {
	remoteFlags
	Device string `arg:"" help:"Name of the device or the client."`
	Move   bool   `help:"The client may move bookings."`
}

func (c *calendarPassword) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.CalendarPassword(ctx, c.Device, c.Move) })
}

type reportCommand struct {
	remoteFlags
	From    string `help:"First moment. Default: a month ago." placeholder:"TIME"`
	To      string `help:"Last moment. Default: now." placeholder:"TIME"`
	By      string `help:"What a line is about: ${enum}." enum:"testbed,resource,organisation,experimenter,experiment,month" default:"testbed"`
	Testbed string `help:"Only this testbed." placeholder:"ID" complete:"testbed"`
}

func (c *reportCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Report(ctx, c.From, c.To, c.By, c.Testbed) })
}
