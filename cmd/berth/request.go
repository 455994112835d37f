package main

import (
	"context"

	"berth/internal/terminal"
)

// wish holds the flags that describe an experiment and its slot, for a server.
type wish struct {
	NSD         string   `name:"nsd" help:"Network service of the catalogue." placeholder:"ID" complete:"nsd"`
	Slot        string   `short:"s" help:"Such as \"fri 9-13\", \"tomorrow 9:00 for 4h\" or 2027-01-11T09:00Z/PT8H." placeholder:"SLOT"`
	Placement   []string `sep:"none" help:"MEMBER=TESTBED/VIM, or TESTBED/VIM for all members; repeatable." placeholder:"PLACE" complete:"vim"`
	Device      []string `sep:"none" help:"TESTBED/DEVICE=COUNT, instead of the service's own devices; repeatable." placeholder:"NEED" complete:"device"`
	NoDevices   bool     `help:"No devices, instead of the service's own."`
	Window      string   `help:"Time in which another slot would do, written like --slot." placeholder:"SLOT"`
	MinDuration string   `help:"Shortest useful length, such as 2h." placeholder:"LENGTH"`
}

func (w wish) wish() terminal.Wish {
	return terminal.Wish{NSD: w.NSD, Slot: w.Slot, Placement: w.Placement, Devices: w.Device, NoDevices: w.NoDevices, Window: w.Window, MinDuration: w.MinDuration}
}

type slotsCommand struct {
	remoteFlags
	NSD      string `arg:"" name:"nsd" help:"Network service of the catalogue." complete:"nsd"`
	Duration string `short:"d" help:"How long, such as 4h." default:"4h" placeholder:"LENGTH"`
	Window   string `short:"w" help:"When, such as \"mon - sat\". Default: from now on." placeholder:"SLOT"`
	Limit    int    `help:"How many, 1 to 50." default:"5"`
}

func (c *slotsCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error {
		return d.Suggest(ctx, terminal.Wish{NSD: c.NSD, Duration: c.Duration, Window: c.Window, Limit: c.Limit})
	})
}

type requestCommands struct {
	Submit   requestSubmit   `cmd:"" help:"Ask for a slot."`
	List     requestList     `cmd:"" help:"List requests, the newest first."`
	Show     requestShow     `cmd:"" help:"Show a request: where it stands, what it takes, what was said."`
	Watch    requestWatch    `cmd:"" help:"Say what happens to a request until it has ended; without a number, to all."`
	Edit     requestEdit     `cmd:"" help:"Change a request under review."`
	Cancel   requestCancel   `cmd:"" help:"Cancel a request."`
	Accept   requestAccept   `cmd:"" help:"Take a slot that was offered instead."`
	Feedback requestFeedback `cmd:"" help:"Write to everybody concerned; @username tells that person."`
}

type requestSubmit struct {
	changeFlags
	wish
	Name         string `arg:"" help:"Name of the deployment."`
	Description  string `help:"What it is for." placeholder:"TEXT"`
	Organisation string `help:"Organisation. Default: that of the account." placeholder:"TEXT"`
	Mentor       string `help:"Preferred mentor." placeholder:"USERNAME"`
	Experimenter string `help:"For whom, where mentors and administrators submit for others." placeholder:"USERNAME"`
	Anyway       bool   `help:"Also if it does not fit."`
}

func (c *requestSubmit) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Submit(ctx, terminal.New{Wish: c.wish.wish(), Name: c.Name, Description: c.Description, Organisation: c.Organisation, Mentor: c.Mentor,
			Experimenter: c.Experimenter, Anyway: c.Anyway})
	})
}

type requestList struct {
	remoteFlags
	Status       []string `help:"Such as under-review or scheduled; repeatable." placeholder:"STATUS" complete:"status"`
	Testbed      string   `help:"Only this testbed." placeholder:"ID" complete:"testbed"`
	Mentor       string   `help:"Only this mentor." placeholder:"USERNAME"`
	Experimenter string   `help:"Only this experimenter." placeholder:"USERNAME"`
	Text         string   `help:"Text in the name or the service." placeholder:"TEXT"`
	From         string   `help:"Only slots that end after this time." placeholder:"TIME"`
	To           string   `help:"Only slots that begin before this time." placeholder:"TIME"`
	Limit        int      `help:"How many, 1 to 500." default:"50"`
}

func (c *requestList) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error {
		return d.List(ctx, terminal.Find{Status: c.Status, Testbed: c.Testbed, Mentor: c.Mentor, Experimenter: c.Experimenter, Text: c.Text, From: c.From, To: c.To, Limit: c.Limit})
	})
}

type requestShow struct {
	remoteFlags
	Number string `arg:"" help:"Number of the request." complete:"request"`
}

func (c *requestShow) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Show(ctx, c.Number) })
}

type requestWatch struct {
	remoteFlags
	Number string `arg:"" optional:"" help:"Number of the request." complete:"request"`
}

func (c *requestWatch) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Watch(ctx, c.Number) })
}

type requestEdit struct {
	changeFlags
	wish
	Number      string  `arg:"" help:"Number of the request." complete:"request"`
	Name        *string `help:"Name of the deployment." placeholder:"TEXT"`
	Description *string `help:"What it is for." placeholder:"TEXT"`
	Anyway      bool    `help:"Also if it does not fit."`
}

func (c *requestEdit) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Edit(ctx, c.Number, terminal.Changes{Wish: c.wish.wish(), Name: c.Name, Description: c.Description, Anyway: c.Anyway})
	})
}

type requestCancel struct {
	changeFlags
	Number string `arg:"" help:"Number of the request." complete:"request"`
	Reason string `help:"Why; everybody concerned reads it." placeholder:"TEXT"`
}

func (c *requestCancel) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "cancel", "Cancel #%d?", terminal.Deciding{Reason: c.Reason})
	})
}

type requestAccept struct {
	changeFlags
	Number string `arg:"" help:"Number of the request." complete:"request"`
	Offer  string `arg:"" optional:"" help:"Id of the offer; the only open one otherwise."`
}

func (c *requestAccept) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error { return d.Accept(ctx, c.Number, c.Offer) })
}

type requestFeedback struct {
	remoteFlags
	Number string   `arg:"" help:"Number of the request." complete:"request"`
	Text   []string `arg:"" optional:"" help:"The text; standard input otherwise."`
}

func (c *requestFeedback) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error {
		text, err := p.text(c.Text)
		if err != nil {
			return err
		}
		return d.Say(ctx, c.Number, text)
	})
}
