package terminal

import (
	"context"
	"fmt"
	"strings"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// Find selects requests, as it was typed.
type Find struct {
	Status       []string
	Testbed      string
	Mentor       string
	Experimenter string
	Text         string
	From, To     string
	Limit        int
}

// List lists requests, the newest first.
func (d *Desk) List(ctx context.Context, f Find) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	var wrong console.Faults
	q := client.Filter{Testbed: f.Testbed, Mentor: f.Mentor, Experimenter: f.Experimenter, Text: f.Text, Limit: f.Limit}
	for _, s := range f.Status {
		q.Status = append(q.Status, strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(s)))
	}
	var err error
	if f.From != "" {
		q.From, err = d.Moment(f.From)
		wrong.Add("from", err)
	}
	if f.To != "" {
		q.To, err = d.Moment(f.To)
		wrong.Add("to", err)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	a, err := d.Client.Requests(ctx, q)
	if err != nil {
		return err
	}
	if err := d.list(d.requests(a.Value.Items), a.Raw); err != nil {
		return err
	}
	if a.Value.Next != "" && d.Format == FormatTable {
		d.say("There are more: narrow the search, or raise --limit.")
	}
	return nil
}

// requests is a table of requests.
func (d *Desk) requests(list []scheduler.Request) table {
	t := table{Head: []string{"number", "status", "slot", "name", "service", "where", "experimenter"}, None: "There are no such requests."}
	for _, r := range list {
		s := r.Slot
		if r.Scheduled != nil {
			s = *r.Scheduled
		}
		t.Rows = append(t.Rows, []cell{{Said: "#" + itoa(r.Number), Exact: itoa(r.Number), Style: strong}, {Said: word(r.Status), Exact: string(r.Status), Style: looks[r.Status]},
			{Said: d.span(s), Exact: date(s.Start) + "/" + date(s.End)}, said(r.Name), said(r.NSD), said(strings.Join(r.Demand.Testbeds(), ", ")), said(r.Experimenter)})
	}
	return t
}

// Show shows a request with what is in its way, its offers, its thread and what can be done.
func (d *Desk) Show(ctx context.Context, id string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	a, err := d.Client.Request(ctx, bare(id))
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	v := a.Value
	if d.Format != FormatTable {
		return d.list(d.requests([]scheduler.Request{v.Request}), a.Raw)
	}
	d.consequences(scheduler.Outcome{Request: v.Request, Fit: v.Fit, Deployable: v.Deployable})
	for _, f := range v.Flags {
		d.say("  %s %s", d.styled("flagged:", bad), f.Text)
	}
	row := func(name, text string) {
		if text != "" {
			d.say("  %-14s%s", name, text)
		}
	}
	row("service", v.NSD)
	row("experimenter", strings.TrimSuffix(v.Experimenter+" ("+v.Organisation+")", " ()"))
	row("mentor", v.Mentor)
	for i, line := range phrases.Demand(v.Request) {
		name := ""
		if i == 0 {
			name = "takes"
		}
		row(name, line)
	}
	if v.Occupied != nil && !v.Occupied.Equal(v.Slot) {
		row("with setup", d.span(*v.Occupied))
	}
	for _, x := range v.Approvals {
		decision := string(x.Decision)
		if decision == "" {
			decision = "not decided"
		}
		row("approval", fmt.Sprintf("%s: %s (%s)", x.Testbed, decision, x.Policy))
	}
	if v.Ticket != nil {
		row("ticket", v.Ticket.URL)
	}
	row("why", v.Description)
	thread, err := d.Client.Thread(ctx, v.ID)
	if err != nil {
		return err
	}
	for _, f := range thread.Value.Items {
		d.say("  %s, %s: %s", f.Author, d.said(f.At), f.Text)
	}
	if len(v.Actions) > 0 {
		d.say("you can: %s", strings.ReplaceAll(joined(v.Actions), "_", " "))
	}
	return nil
}

func joined(list []scheduler.Action) string {
	words := make([]string, len(list))
	for i, x := range list {
		words[i] = string(x)
	}
	return strings.Join(words, ", ")
}

// bare lets people write a number as they say it: #42.
func bare(id string) string { return strings.TrimPrefix(id, "#") }

// New describes a new request, as it was typed.
type New struct {
	Wish
	Name, Description, Organisation, Mentor, Experimenter string
	Anyway                                                bool
}

// Submit makes a request, after a preview. A slot that does not fit is a refusal with what works instead.
func (d *Desk) Submit(ctx context.Context, n New) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	ask, err := n.ask(d.Times)
	if err != nil {
		return err
	}
	key := d.Fresh()
	_, err = d.taken(ctx, "Submit it?", func(dry bool) (client.Answer[scheduler.Outcome], error) {
		s := client.Submission{Ask: ask, Name: n.Name, Description: n.Description, Organisation: n.Organisation, Mentor: n.Mentor, Experimenter: n.Experimenter, Anyway: n.Anyway, DryRun: dry}
		if dry {
			a, err := d.Client.Submit(ctx, s, "")
			a.Value.Request.Number = 0 // nobody will find it
			return a, err
		}
		return d.Client.Submit(ctx, s, key)
	})
	return err
}

// Changes are what somebody typed to change a request; nil and empty leave a field as it is.
type Changes struct {
	Wish
	Name, Description *string
	Anyway            bool
}

// Edit changes a request under review.
func (d *Desk) Edit(ctx context.Context, id string, c Changes) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	ask, err := c.ask(d.Times)
	if err != nil {
		return err
	}
	e := client.Edit{Name: c.Name, Description: c.Description, Devices: ask.Devices, Slot: ask.Slot, Window: ask.Window, Anyway: c.Anyway}
	if ask.NSD != "" {
		e.NSD = &ask.NSD
	}
	if ask.Placement != nil {
		e.Placement = &ask.Placement
	}
	if ask.MinDuration != "" {
		e.MinDuration = &ask.MinDuration
	}
	return d.onRequest(ctx, id, "Change #%d?", func(r scheduler.Request, revision string, dry bool) (client.Answer[scheduler.Outcome], error) {
		e.DryRun = dry
		return d.Client.Edit(ctx, r.ID, e, revision)
	})
}

// onRequest takes a step with a request. Where the person agrees to a preview, the request must be as it was then.
func (d *Desk) onRequest(ctx context.Context, id, question string, step func(r scheduler.Request, revision string, dry bool) (client.Answer[scheduler.Outcome], error)) error {
	v, err := d.Client.Request(ctx, bare(id))
	if err != nil {
		return err
	}
	revision := "" // any: without a preview, what was typed is meant
	if d.Asks && !d.Yes {
		revision = v.Revision
	}
	_, err = d.taken(ctx, fmt.Sprintf(question, v.Value.Number), func(dry bool) (client.Answer[scheduler.Outcome], error) {
		return step(v.Value.Request, revision, dry)
	})
	return err
}

// Accept takes an offer of a request; without an id the only open one.
func (d *Desk) Accept(ctx context.Context, id, offer string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	return d.onRequest(ctx, id, "Take the offer of #%d?", func(r scheduler.Request, _ string, dry bool) (client.Answer[scheduler.Outcome], error) {
		chosen, err := chosenOffer(r, offer)
		if err != nil {
			return client.Answer[scheduler.Outcome]{}, err
		}
		return d.Client.Accept(ctx, r.ID, chosen, dry)
	})
}

func chosenOffer(r scheduler.Request, id string) (string, error) {
	var open []string
	for _, o := range r.Offers {
		if o.ID == id {
			return id, nil
		}
		if o.State == scheduler.OfferOpen {
			open = append(open, o.ID)
		}
	}
	switch {
	case id != "":
		return "", scheduler.Errorf(scheduler.CodeNotFound, "request #%d has no offer %q; open: %s", r.Number, id, strings.Join(open, ", "))
	case len(open) != 1:
		return "", scheduler.Errorf(scheduler.CodeInvalid, "request #%d has %d open offers; name one: %s", r.Number, len(open), strings.Join(open, ", "))
	}
	return open[0], nil
}

// Say adds a remark to the thread of a request.
func (d *Desk) Say(ctx context.Context, id, text string) error {
	a, err := d.Client.Say(ctx, bare(id), text, d.Fresh())
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	d.say("added")
	return nil
}

// Watch says what happens to a request, or to all that the person may see, until it has ended or the person stops.
func (d *Desk) Watch(ctx context.Context, id string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	var number int64
	if id != "" {
		v, err := d.Client.Request(ctx, bare(id))
		if err != nil {
			return err
		}
		number = v.Value.Number
		d.consequences(scheduler.Outcome{Request: v.Value.Request, Fit: testbeds.Verdict{Fits: true}})
		if v.Value.Status.Over() {
			return nil
		}
	}
	err := d.Client.Events(ctx, func(e scheduler.Event) bool {
		if e.Number == 0 || number != 0 && e.Number != number {
			return true
		}
		text := e.Text
		if e.Reason != "" {
			text = strings.TrimSpace(text + " (" + e.Reason + ")")
		}
		d.say("%s  #%d %s %s%s", d.said(e.At), e.Number, phrases.Who(e), phrases.Did(e.Action), prefixed(": ", text))
		return number == 0 || !e.Status.Over()
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
