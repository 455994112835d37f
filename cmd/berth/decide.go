package main

import (
	"context"

	"berth/internal/terminal"
)

// otherwise holds the flags that grant a request in another way than it asks for.
type otherwise struct {
	Slot      string   `short:"s" help:"Another slot, such as \"fri 9-13\"." placeholder:"SLOT"`
	Placement []string `sep:"none" help:"Other places: MEMBER=TESTBED/VIM, or TESTBED/VIM for all members; repeatable." placeholder:"PLACE" complete:"vim"`
	Device    []string `sep:"none" help:"Other devices: TESTBED/DEVICE=COUNT; repeatable." placeholder:"NEED" complete:"device"`
	NoDevices bool     `help:"No devices."`
}

func (o otherwise) wish() terminal.Wish {
	return terminal.Wish{Slot: o.Slot, Placement: o.Placement, Devices: o.Device, NoDevices: o.NoDevices}
}

type scheduleCommand struct {
	changeFlags
	otherwise
	Number string `arg:"" help:"Number of the request." complete:"request"`
	Reason string `help:"A note for everybody concerned." placeholder:"TEXT"`
}

func (c *scheduleCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "schedule", "Schedule #%d?", terminal.Deciding{Wish: c.otherwise.wish(), Reason: c.Reason})
	})
}

type overrideCommand struct {
	changeFlags
	otherwise
	Number   string   `arg:"" help:"Number of the request." complete:"request"`
	Mode     string   `help:"displace: others make room; overbook: more is booked than there is; approvals: without those that are missing." enum:"displace,overbook,approvals" required:""`
	Reason   string   `help:"Why; everybody concerned reads it." required:"" placeholder:"TEXT"`
	Displace []string `help:"Number of a request that makes room; repeatable." placeholder:"NUMBER" complete:"request"`
}

func (c *overrideCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "schedule", "Schedule #%d against the rules?", terminal.Deciding{Wish: c.otherwise.wish(), Reason: c.Reason, Mode: c.Mode, Displace: c.Displace})
	})
}

type rejectCommand struct {
	changeFlags
	Number  string `arg:"" help:"Number of the request." complete:"request"`
	Reason  string `help:"Why; the experimenter reads it." required:"" placeholder:"TEXT"`
	Offers  int    `help:"How many of the cheapest alternatives to offer, 0 to 10." default:"3"`
	HoldFor string `help:"How long the offers hold their capacity, such as 2d." placeholder:"LENGTH"`
}

func (c *rejectCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "reject", "Reject #%d?", terminal.Deciding{Reason: c.Reason, Offers: c.Offers, HoldFor: c.HoldFor})
	})
}

type approveCommand struct {
	changeFlags
	Number  string `arg:"" help:"Number of the request." complete:"request"`
	Testbed string `help:"The testbed that decides; the only one that is missing otherwise." placeholder:"ID" complete:"testbed"`
	Refuse  bool   `help:"No instead of yes; needs a reason."`
	Reason  string `help:"Why." placeholder:"TEXT"`
}

func (c *approveCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Approve(ctx, c.Number, c.Testbed, c.Refuse, c.Reason)
	})
}

type moveCommand struct {
	changeFlags
	otherwise
	Number string `arg:"" help:"Number of the request." complete:"request"`
	Reason string `help:"Why." placeholder:"TEXT"`
}

func (c *moveCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "move", "Move #%d?", terminal.Deciding{Wish: c.otherwise.wish(), Reason: c.Reason})
	})
}

type startCommand struct {
	changeFlags
	Number string `arg:"" help:"Number of the request." complete:"request"`
	State  string `help:"running, or instantiating." enum:"running,instantiating" default:"running"`
	Began  string `help:"When it really began, such as \"today 9:20\", for a late report." placeholder:"TIME"`
	Reason string `help:"A note." placeholder:"TEXT"`
}

func (c *startCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "start", "Report #%d as started?", terminal.Deciding{State: c.State, Began: c.Began, Reason: c.Reason})
	})
}

// ended holds the real times of a late report.
type ended struct {
	Began string `help:"When it really began, where that was never reported." placeholder:"TIME"`
	Ended string `help:"When it really ended. Default: now." placeholder:"TIME"`
}

type completeCommand struct {
	changeFlags
	ended
	Number string `arg:"" help:"Number of the request." complete:"request"`
	State  string `help:"completed, or terminating." enum:"completed,terminating" default:"completed"`
	Reason string `help:"A note." placeholder:"TEXT"`
}

func (c *completeCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "complete", "Report #%d as over?", terminal.Deciding{State: c.State, Began: c.Began, Over: c.Ended, Reason: c.Reason})
	})
}

type failCommand struct {
	changeFlags
	ended
	Number string `arg:"" help:"Number of the request." complete:"request"`
	Reason string `help:"What happened; everybody concerned reads it." required:"" placeholder:"TEXT"`
}

func (c *failCommand) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "fail", "Report #%d as failed?", terminal.Deciding{Reason: c.Reason, Began: c.Began, Over: c.Ended})
	})
}
