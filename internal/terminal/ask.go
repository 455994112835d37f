package terminal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/internal/client"
	"berth/internal/console"
	"berth/testbeds"
)

// Wish holds what somebody typed about an experiment and its time, before parsing.
type Wish struct {
	NSD         string
	Placement   []string // MEMBER=TESTBED/VIM, or TESTBED/VIM for all members
	Devices     []string // TESTBED/DEVICE=COUNT
	NoDevices   bool
	Slot        string
	Window      string
	Duration    string
	MinDuration string
	Limit       int
}

// ask parses a wish.
func (w Wish) ask(t Times) (a client.Ask, err error) {
	var wrong console.Faults
	a = client.Ask{NSD: w.NSD, Limit: w.Limit}
	a.Placement, err = console.ParsePlacement(w.Placement)
	wrong.Add("placement", err)
	a.Devices, err = w.devices()
	wrong.Add("device", err)
	for _, s := range []struct {
		field, text string
		to          **testbeds.Slot
	}{{"slot", w.Slot, &a.Slot}, {"window", w.Window, &a.Window}} {
		if s.text != "" {
			slot, err := t.Slot(s.text)
			wrong.Add(s.field, err)
			*s.to = &slot
		}
	}
	for _, p := range []struct {
		field, text string
		to          *string
	}{{"duration", w.Duration, &a.Duration}, {"min-duration", w.MinDuration, &a.MinDuration}} {
		if p.text != "" {
			d, err := Length(p.text)
			wrong.Add(p.field, err)
			*p.to = period(d)
		}
	}
	return a, wrong.Err()
}

// devices returns nil where nothing was said: the service's own devices.
func (w Wish) devices() (*[]testbeds.DeviceNeed, error) {
	if w.NoDevices {
		if len(w.Devices) > 0 {
			return nil, fmt.Errorf("contradicts --no-devices")
		}
		return &[]testbeds.DeviceNeed{}, nil
	}
	if len(w.Devices) == 0 {
		return nil, nil
	}
	list, err := console.ParseDevices(w.Devices)
	return &list, err
}

// Check says whether an experiment fits its slot. It returns console.ErrNo if it does not.
func (d *Desk) Check(ctx context.Context, w Wish) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	ask, err := w.ask(d.Times)
	if err != nil {
		return err
	}
	if ask.Slot == nil {
		return console.Faults{{Field: "slot", Rule: "must be given, " + slotForms}}.Err()
	}
	a, err := d.Client.Check(ctx, ask)
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return cmp.Or(err, no(a.Value))
	}
	if a.Value.Fits {
		d.say("%s, %s: %s", cmp.Or(ask.NSD, "the experiment"), d.span(*ask.Slot), d.styled("fits", good))
		return nil
	}
	d.say("%s, %s: %s", cmp.Or(ask.NSD, "the experiment"), d.span(*ask.Slot), d.styled("does not fit", bad))
	d.reasons(a.Value)
	return console.ErrNo
}

func no(v testbeds.Verdict) error {
	if v.Fits {
		return nil
	}
	return console.ErrNo
}

// Suggest lists other ways to run an experiment, or its next free slots where the wish has a duration instead of a slot. It returns console.ErrNo if
// there are none.
func (d *Desk) Suggest(ctx context.Context, w Wish) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	ask, err := w.ask(d.Times)
	if err != nil {
		return err
	}
	if ask.Slot == nil && ask.Duration == "" {
		return console.Faults{{Field: "duration", Rule: "must be given where there is no slot, such as 4h"}}.Err()
	}
	a, err := d.Client.Suggest(ctx, ask)
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	if ask.Slot != nil && d.Format == FormatTable {
		d.reasons(a.Value.Fit)
	}
	if err := d.list(d.alternatives(a.Value.Alternatives), a.Raw); err != nil {
		return err
	}
	if len(a.Value.Alternatives) == 0 {
		return console.ErrNo
	}
	return nil
}

// ways lists alternatives below a refusal.
func (d *Desk) ways(list []testbeds.Alternative) {
	if len(list) > 0 {
		d.say("what works instead:")
		_ = d.table(d.alternatives(list))
	}
}

// alternatives is a table of alternatives, the cheapest first. Its first column can be typed as a slot.
func (d *Desk) alternatives(list []testbeds.Alternative) table {
	t := table{Head: []string{"when", "long", "where", "what changes", "cost"}, None: "Nothing is free that would do."}
	for _, a := range list {
		var changes []string
		for _, c := range a.Changes {
			changes = append(changes, c.Text)
		}
		t.Rows = append(t.Rows, []cell{{Said: d.span(a.Slot), Exact: date(a.Slot.Start) + "/" + date(a.Slot.End)}, said(long(a.Slot.Duration())),
			said(where(a.Placement)), said(strings.Join(changes, "; ")), said(fmt.Sprintf("%.1f", a.Cost))})
	}
	return t
}

// where names the VIMs of a placement, each once.
func where(p testbeds.Placement) string {
	var vims []string
	for _, vim := range p {
		if !slices.Contains(vims, vim) {
			vims = append(vims, vim)
		}
	}
	slices.Sort(vims)
	return strings.Join(vims, ", ")
}
