package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Repeated describes a new series, as it was typed: the first occurrence as a request, and how it repeats.
type Repeated struct {
	New
	Repeat string
	Zone   string   // on whose wall clock it repeats; empty: the reader's
	Part   bool     // also if only some occurrences fit
	Except []string // days without an occurrence
	Differing
}

// plan parses when a series takes place, and in what it differs.
func (n Repeated) plan(t Times) (p series.Plan, c *series.Change, err error) {
	var wrong console.Faults
	if n.Zone != "" {
		zone, err := wallclock.Zone(n.Zone)
		wrong.Add("timezone", err)
		if err == nil {
			t.Zone = zone
		}
	}
	p.Zone = t.Zone.String()
	slot, err := t.Slot(n.Slot)
	wrong.Add("slot", err)
	if err == nil {
		p.Start, p.Duration = testbeds.LocalTime{Time: wallclock.Floating(slot.Start.In(t.Zone))}, testbeds.Period{Clock: slot.Duration()}
	}
	p.Rule, err = t.Repeat(n.Repeat)
	wrong.Add("repeat", err)
	p.Except = n.except(t, &wrong)
	c = n.change(t, &wrong)
	return p, c, wrong.Err()
}

// SubmitSeries makes a series, after a preview of each occurrence.
func (d *Desk) SubmitSeries(ctx context.Context, n Repeated) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	plan, change, err := n.plan(d.Times)
	if err != nil {
		return err
	}
	ask, err := n.ask(d.Times)
	if err != nil {
		return err
	}
	s := client.Series{Plan: plan, Change: change, NSD: ask.NSD, Placement: ask.Placement, Devices: ask.Devices, MinDuration: ask.MinDuration, Name: n.Name, Description: n.Description,
		Organisation: n.Organisation, Mentor: n.Mentor, Experimenter: n.Experimenter, Anyway: n.Anyway}
	if n.Part {
		s.AllOrNothing = new(bool)
	}
	key := d.Fresh()
	return d.ofSeries("Submit all of them?", func(dry bool) (client.Answer[scheduler.SeriesOutcome], error) {
		s.DryRun = dry
		once := key
		if dry {
			once = ""
		}
		a, err := d.Client.SubmitSeries(ctx, s, once)
		return a, unborn(err)
	})
}

// unborn takes the statuses from the answer to a series that was refused: none of its requests exists.
func unborn(err error) error {
	if e, ok := errors.AsType[*scheduler.Error](err); ok && len(e.Parts) > 0 {
		for i := range e.Parts {
			e.Parts[i].Status, e.Parts[i].Waits = "", nil
		}
		e.Message += "; --part leaves out what does not fit"
	}
	return err
}

// OfSeries says what becomes of occurrences of a series, as it was typed; each step reads some of it.
type OfSeries struct {
	Places  []int // none: all with which the step can be taken
	Part    bool  // also if the step cannot be taken with all of them
	Reason  string
	Offers  int
	Mentor  string
	Testbed string // of an approval
	Refuse  bool
	Differing
	Override string // overbook or approvals
}

func (o OfSeries) step(t Times) (s client.SeriesStep, err error) {
	s = client.SeriesStep{Places: o.Places, Reason: o.Reason, Alternatives: o.Offers, Mentor: o.Mentor}
	if o.Part {
		s.AllOrNothing = new(bool)
	}
	var wrong console.Faults
	s.Change = o.change(t, &wrong)
	if o.Override != "" {
		s.Override, s.Reason = &client.Override{Mode: scheduler.OverrideMode(o.Override), Reason: o.Reason}, ""
	}
	if o.Testbed != "" {
		s.Decision = scheduler.Approved
		if o.Refuse {
			s.Decision = scheduler.Refused
		}
	}
	return s, wrong.Err()
}

// TakeSeries takes a step with occurrences of a series, after a preview: schedule, reject, accept, move, cancel, assign, or approve.
func (d *Desk) TakeSeries(ctx context.Context, id, step, question string, o OfSeries) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	s, err := o.step(d.Times)
	if err != nil {
		return err
	}
	v, err := d.Client.GetSeries(ctx, bare(id))
	if err != nil {
		return err
	}
	revision := ""
	if d.Asks && !d.Yes {
		revision = v.Revision
	}
	return d.ofSeries(question, func(dry bool) (client.Answer[scheduler.SeriesOutcome], error) {
		s.DryRun = dry
		if o.Testbed != "" {
			return d.Client.ApproveSeries(ctx, v.Value.ID, o.Testbed, s, revision)
		}
		return d.Client.TakeSeries(ctx, v.Value.ID, step, s, revision)
	})
}

// ofSeries takes a step after a preview, as taken does for one request.
func (d *Desk) ofSeries(question string, step func(dry bool) (client.Answer[scheduler.SeriesOutcome], error)) error {
	if d.Dry || d.Asks && !d.Yes {
		seen, err := step(true)
		if err != nil {
			return err
		}
		if d.Dry {
			return d.seriesOutcome(seen)
		}
		p := *d
		p.Out, p.Format = d.Err, FormatTable
		p.parts(seen.Value.Parts)
		if yes, err := d.agreed(question); err != nil || !yes {
			return errDeclined
		}
	}
	done, err := step(false)
	if err != nil {
		return err
	}
	return d.seriesOutcome(done)
}

// seriesOutcome shows what a step with a series did, or would do. It returns console.ErrNo if the step was taken with none.
func (d *Desk) seriesOutcome(a client.Answer[scheduler.SeriesOutcome]) error {
	o := a.Value
	if d.Format != FormatTable {
		return d.list(d.occurrences(o.Parts), a.Raw)
	}
	if o.Series != nil {
		d.say("%s %s, %s", d.styled("#"+itoa(o.Series.Number), strong), printable(o.Series.Name), printable(o.Series.Said))
	}
	d.parts(o.Parts)
	d.waysOf(o.Ways)
	verb := "done with"
	if o.DryRun {
		verb = "would be done with"
	}
	d.say("%s %d of %d", verb, o.Done, len(o.Parts))
	if o.Done == 0 && !o.DryRun {
		return console.ErrNo
	}
	return nil
}

func (d *Desk) parts(list []scheduler.Part) {
	if len(list) > 0 {
		_ = d.table(d.occurrences(list))
	}
}

// occurrences is a table of the occurrences of a series.
func (d *Desk) occurrences(list []scheduler.Part) table {
	t := table{Head: []string{"number", "place", "slot", "status", "note"}, None: "There is no occurrence."}
	for _, p := range list {
		number := cell{Said: "–", Style: strong}
		if p.Number != 0 {
			number = cell{Said: "#" + itoa(p.Number), Exact: itoa(p.Number), Style: strong}
		}
		state := cell{Said: word(p.Status), Exact: string(p.Status), Style: looks[p.Status]}
		note := ""
		switch {
		case p.Refused != nil:
			note = p.Refused.Message
			if p.Fit != nil && !p.Fit.Fits {
				note += d.first(*p.Fit)
			}
		case p.Fit != nil && !p.Fit.Fits:
			note = "does not fit" + d.first(*p.Fit)
		case p.Moving != nil:
			note = "is to move to " + d.span(*p.Moving)
		case len(p.Waits) > 0:
			note = "waits for " + strings.Join(p.Waits, ", ")
		}
		t.Rows = append(t.Rows, []cell{number, said(itoa(int64(p.Place))), {Said: d.span(p.Slot), Exact: date(p.Slot.Start) + "/" + date(p.Slot.End)}, state, said(note)})
	}
	return t
}

// first says what is in the way first.
func (d *Desk) first(v testbeds.Verdict) string {
	if reasons := v.Reasons(1); len(reasons) > 0 {
		return ": " + d.reader().Said(reasons[0])
	}
	return ""
}

// waysOf lists how all of a series would fit.
func (d *Desk) waysOf(list []series.Way) {
	for i, w := range list {
		if i == 0 {
			d.say("all of it would fit:")
		}
		d.say("  %s (cost %.1f)", w.Text, w.Cost)
	}
}

// SeriesList lists series, the newest first.
func (d *Desk) SeriesList(ctx context.Context, f client.Filter) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	a, err := d.Client.ListSeries(ctx, f)
	if err != nil {
		return err
	}
	t := table{Head: []string{"number", "when", "occurrences", "name", "where", "experimenter"}, None: "There is no series."}
	for _, s := range a.Value.Items {
		t.Rows = append(t.Rows, []cell{{Said: "#" + itoa(s.Number), Exact: itoa(s.Number), Style: strong}, said(s.Plan.String()), said(fmt.Sprint(len(s.Members))), said(s.Name), said(strings.Join(s.Testbeds, ", ")), said(s.Experimenter)})
	}
	return d.list(t, a.Raw)
}

// SeriesShow shows a series with its occurrences.
func (d *Desk) SeriesShow(ctx context.Context, id string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	a, err := d.Client.GetSeries(ctx, bare(id))
	if err != nil {
		return err
	}
	if d.Format != FormatTable {
		return d.list(d.occurrences(a.Value.Parts), a.Raw)
	}
	v := a.Value
	d.say("%s %s, %s, of %s", d.styled("#"+itoa(v.Number), strong), printable(v.Name), printable(v.Said), v.Experimenter)
	d.parts(v.Parts)
	if len(v.Actions) > 0 {
		d.say("you can: %s", strings.ReplaceAll(joined(v.Actions), "_", " "))
	}
	return nil
}
