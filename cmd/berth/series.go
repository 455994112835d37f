package main

import (
	"context"
	"strings"

	"berth/internal/client"
	"berth/internal/terminal"
)

type seriesCommands struct {
	Submit   seriesSubmit   `cmd:"" help:"Ask for a slot that repeats: a request for each occurrence, all in one step."`
	List     seriesList     `cmd:"" help:"List series, the newest first."`
	Show     seriesShow     `cmd:"" help:"Show a series with its occurrences."`
	Schedule seriesSchedule `cmd:"" help:"Grant occurrences of a series."`
	Reject   seriesReject   `cmd:"" help:"Reject occurrences of a series, with offers."`
	Approve  seriesApprove  `cmd:"" help:"Decide on occurrences of a series for a testbed."`
	Accept   seriesAccept   `cmd:"" help:"Take the first open offer of each rejected occurrence."`
	Move     seriesMove     `cmd:"" help:"Move occurrences of a series, all alike."`
	Cancel   seriesCancel   `cmd:"" help:"Cancel occurrences of a series."`
	Assign   seriesAssign   `cmd:"" help:"Hand occurrences of a series to a mentor."`
}

// differing are the flags that change a series: all of it, or some of its occurrences.
type differing struct {
	Shift   string   `help:"All alike later, such as --shift=2h, or earlier, such as --shift=-1d." placeholder:"LENGTH"`
	Shifted []string `name:"move" sep:"none" help:"One that goes elsewhere alone: its place and its slot, such as \"3=fri 9-13\"; repeatable." placeholder:"PLACE=SLOT"`
	Skip    []int    `help:"Places that are left out, 1 is the first; repeatable, or 2,3." placeholder:"PLACE"`
}

func (c differing) differing() terminal.Differing {
	return terminal.Differing{Shift: c.Shift, Moves: c.Shifted, Skip: c.Skip}
}

type seriesSubmit struct {
	changeFlags
	wish
	differing
	Name         string   `arg:"" help:"Name of each deployment."`
	Repeat       string   `short:"r" help:"How it repeats and how often, such as \"weekly 6 times\", \"every tue and thu until 1 mar\", or FREQ=WEEKLY;COUNT=6; --slot is the first occurrence." required:"" placeholder:"RULE"`
	Timezone     string   `help:"On whose wall clock it repeats, such as Europe/Dublin. Default: that of your account." placeholder:"ZONE"`
	Except       []string `sep:"none" help:"A day without an occurrence, such as 24 dec; it counts towards how often all the same. Repeatable." placeholder:"DAY"`
	Part         bool     `help:"Also if only some occurrences fit; the others are left out."`
	Description  string   `help:"What it is for." placeholder:"TEXT"`
	Organisation string   `help:"Organisation. Default: that of the account." placeholder:"TEXT"`
	Mentor       string   `help:"Preferred mentor." placeholder:"USERNAME"`
	Experimenter string   `help:"For whom, where mentors and administrators submit for others." placeholder:"USERNAME"`
	Anyway       bool     `help:"Also occurrences that do not fit."`
}

func (c *seriesSubmit) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.SubmitSeries(ctx, terminal.Repeated{Repeat: c.Repeat, Zone: c.Timezone, Except: c.Except, Differing: c.differing.differing(), Part: c.Part, New: terminal.New{Wish: c.wish.wish(), Name: c.Name, Description: c.Description,
			Organisation: c.Organisation, Mentor: c.Mentor, Experimenter: c.Experimenter, Anyway: c.Anyway}})
	})
}

type seriesList struct {
	remoteFlags
	Experimenter string `help:"Only this experimenter." placeholder:"USERNAME"`
	Testbed      string `help:"Only those that use it." placeholder:"ID" complete:"testbed"`
	Experiment   string `help:"Only those that repeat this network service, or what has this name and none." placeholder:"ID" complete:"nsd"`
	Status       string `help:"Only those with an occurrence in this status." placeholder:"STATUS"`
	Text         string `help:"Only those with this text in name or network service." placeholder:"TEXT"`
	Limit        int    `help:"How many, 1 to 500." default:"50"`
}

func (c *seriesList) Run(ctx context.Context, p *process) error {
	f := client.Filter{Experimenter: c.Experimenter, Testbed: c.Testbed, Experiment: c.Experiment, Text: c.Text, Limit: c.Limit}
	if c.Status != "" {
		f.Status = []string{strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(c.Status))}
	}
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.SeriesList(ctx, f) })
}

type seriesShow struct {
	remoteFlags
	Number string `arg:"" help:"Number of one of its requests." complete:"series"`
}

func (c *seriesShow) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.SeriesShow(ctx, c.Number) })
}

// ofSeries are the flags of every step with a series.
type ofSeries struct {
	changeFlags
	Number string `arg:"" help:"Number of one of its requests." complete:"series"`
	Only   []int  `help:"Only these occurrences, by their places: 1 is the first; repeatable, or 2,3. Default: all with which it can be done." placeholder:"PLACE"`
	Part   bool   `help:"Also if it cannot be done with all of them."`
}

func (c ofSeries) take(ctx context.Context, p *process, step, question string, o terminal.OfSeries) error {
	o.Places, o.Part = c.Only, c.Part
	return at(p, c.changeFlags, func(d *terminal.Desk) error { return d.TakeSeries(ctx, c.Number, step, question, o) })
}

type seriesSchedule struct {
	ofSeries
	differing
	Override string `help:"Grant against the rules, with a reason: overbook, or approvals for those that are missing." enum:",overbook,approvals" default:""`
	Reason   string `help:"A note for everybody concerned; mandatory with --override." placeholder:"TEXT"`
}

func (c *seriesSchedule) Run(ctx context.Context, p *process) error {
	return c.take(ctx, p, "schedule", "Schedule them?", terminal.OfSeries{Differing: c.differing.differing(), Override: c.Override, Reason: c.Reason})
}

type seriesReject struct {
	ofSeries
	Reason string `help:"Why; the experimenter reads it." required:"" placeholder:"TEXT"`
	Offers int    `help:"How many of the cheapest alternatives to offer for each, 0 to 10." default:"3"`
}

func (c *seriesReject) Run(ctx context.Context, p *process) error {
	return c.take(ctx, p, "reject", "Reject them?", terminal.OfSeries{Reason: c.Reason, Offers: c.Offers})
}

type seriesApprove struct {
	ofSeries
	Testbed string `help:"For which testbed." required:"" placeholder:"ID" complete:"testbed"`
	Refuse  bool   `help:"Refuse, with a reason."`
	Reason  string `help:"Why; mandatory if refused." placeholder:"TEXT"`
}

func (c *seriesApprove) Run(ctx context.Context, p *process) error {
	question := "Approve them?"
	if c.Refuse {
		question = "Refuse them?"
	}
	return c.take(ctx, p, "approve", question, terminal.OfSeries{Testbed: c.Testbed, Refuse: c.Refuse, Reason: c.Reason})
}

type seriesAccept struct{ ofSeries }

func (c *seriesAccept) Run(ctx context.Context, p *process) error {
	return c.take(ctx, p, "accept", "Take the offers?", terminal.OfSeries{})
}

type seriesMove struct {
	ofSeries
	differing
	Override string `help:"Move against the rules, with a reason: overbook, or approvals for those that are missing." enum:",overbook,approvals" default:""`
	Reason   string `help:"Why; everybody concerned reads it. Mandatory with --override." placeholder:"TEXT"`
}

func (c *seriesMove) Run(ctx context.Context, p *process) error {
	return c.take(ctx, p, "move", "Move them?", terminal.OfSeries{Differing: c.differing.differing(), Override: c.Override, Reason: c.Reason})
}

type seriesCancel struct {
	ofSeries
	Reason string `help:"Why; everybody concerned reads it." placeholder:"TEXT"`
}

func (c *seriesCancel) Run(ctx context.Context, p *process) error {
	return c.take(ctx, p, "cancel", "Cancel them?", terminal.OfSeries{Reason: c.Reason})
}

type seriesAssign struct {
	ofSeries
	Mentor string `help:"To whom." required:"" placeholder:"USERNAME"`
	Reason string `help:"A note." placeholder:"TEXT"`
}

func (c *seriesAssign) Run(ctx context.Context, p *process) error {
	return c.take(ctx, p, "assign", "Hand them over?", terminal.OfSeries{Mentor: c.Mentor, Reason: c.Reason})
}

type waitlistCommands struct {
	List  waitlistList  `cmd:"" help:"List who waits, in the order in which they get what comes back."`
	Join  waitlistJoin  `cmd:"" help:"Let a request under review wait for capacity; an offer is taken by berth request accept."`
	Leave waitlistLeave `cmd:"" help:"Take a request off the waitlist."`
}

type waitlistList struct {
	remoteFlags
	Testbed string `help:"Only those that wait for something of it." placeholder:"ID" complete:"testbed"`
	Limit   int    `help:"How many, 1 to 500." default:"50"`
}

func (c *waitlistList) Run(ctx context.Context, p *process) error {
	return at(p, c.remoteFlags, func(d *terminal.Desk) error { return d.Waitlist(ctx, c.Testbed, c.Limit) })
}

type waitlistJoin struct {
	changeFlags
	Number   string  `arg:"" help:"Number of the request." complete:"request"`
	For      string  `help:"slot: the one asked for; window: any slot of that length within it; alternative: any up to --max-cost. Default: window where there is one, else slot." enum:",slot,window,alternative" default:""`
	Window   string  `short:"w" help:"When, such as \"mon - sat\". Default: the window of the request." placeholder:"SLOT"`
	MaxCost  float64 `help:"Of an alternative, in hours of shift." placeholder:"HOURS"`
	Until    string  `help:"How long to wait, such as \"fri 18\". Default: as long as it can be offered." placeholder:"TIME"`
	IfMissed string  `help:"What becomes of it when an offer is not taken in time: stay, or leave." enum:",stay,leave" default:""`
}

func (c *waitlistJoin) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.WaitFor(ctx, c.Number, terminal.Joining{For: c.For, Window: c.Window, MaxCost: c.MaxCost, Until: c.Until, IfMissed: c.IfMissed})
	})
}

type waitlistLeave struct {
	changeFlags
	Number string `arg:"" help:"Number of the request." complete:"request"`
	Reason string `help:"A note." placeholder:"TEXT"`
}

func (c *waitlistLeave) Run(ctx context.Context, p *process) error {
	return at(p, c.changeFlags, func(d *terminal.Desk) error {
		return d.Take(ctx, c.Number, "stop-waiting", "Take #%d off the waitlist?", terminal.Deciding{Reason: c.Reason})
	})
}
