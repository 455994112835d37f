package terminal

import (
	"context"
	"strings"
	"time"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Closures lists the closures of a testbed.
func (d *Desk) Closures(ctx context.Context, testbed string) error {
	a, err := d.Client.Closures(ctx, testbed)
	if err != nil {
		return err
	}
	t := table{Head: []string{"closure", "begins there", "long", "repeats", "closes", "why"}, None: "Nothing of " + testbed + " is closed."}
	for _, c := range a.Value.Items {
		what := strings.Join(append(append([]string{}, c.VIMs...), c.Devices...), ", ")
		if what == "" {
			what = "everything"
		}
		t.Rows = append(t.Rows, []cell{{Said: c.ID, Style: strong}, {Said: d.there(c.Start.Time), Exact: c.Start.Format("2006-01-02T15:04:05")}, {Said: long(c.Duration.Exact()), Exact: c.Duration.String()}, said(c.RRule), said(what), said(c.Summary)})
	}
	return d.list(t, a.Raw)
}

// there writes a time on a testbed's wall clock.
func (d *Desk) there(at time.Time) string { return wallclock.Said(at, at.Location(), d.Now) }

// Closing is a closure as it was typed. The slot is read in the testbed's zone.
type Closing struct {
	Slot, Summary, Rule string
	VIMs, Devices       []string
	Force               bool
	Reason              string
}

// Close closes a testbed or a part of it, after a preview of whom that hits.
func (d *Desk) Close(ctx context.Context, testbed string, c Closing) error {
	site, err := d.Client.Testbed(ctx, testbed)
	if err != nil {
		return err
	}
	zone, err := wallclock.Zone(site.Value.Timezone)
	if err != nil {
		return err
	}
	slot, err := Times{zone, d.Now}.Slot(c.Slot)
	if err != nil {
		return console.Faults{{Field: "slot", Rule: err.Error()}}.Err()
	}
	what := testbeds.Closure{Summary: c.Summary, RRule: c.Rule, VIMs: c.VIMs, Devices: c.Devices, Start: testbeds.LocalTime{Time: wallclock.Floating(slot.Start.In(zone))},
		Duration: testbeds.Period{Clock: slot.Duration()}}
	key := d.Fresh()
	return d.onFacility("Close it?", func(dry bool) (client.Answer[scheduler.FacilityChange], error) {
		o, k := scheduler.ChangeOptions{DryRun: dry, Force: c.Force || dry, Reason: c.Reason}, key
		if dry {
			k = ""
		}
		a, err := d.Client.Close(ctx, testbed, what, o, k)
		return client.Answer[scheduler.FacilityChange]{Value: a.Value.Change, Raw: a.Raw}, err
	})
}

// Reopen removes a closure.
func (d *Desk) Reopen(ctx context.Context, testbed, closure, reason string) error {
	return d.onFacility("Remove it?", func(dry bool) (client.Answer[scheduler.FacilityChange], error) {
		return d.Client.Reopen(ctx, testbed, closure, scheduler.ChangeOptions{DryRun: dry, Reason: reason})
	})
}

// onFacility makes a change of a testbed after a preview of whom it hits.
func (d *Desk) onFacility(question string, change func(dry bool) (client.Answer[scheduler.FacilityChange], error)) error {
	if d.Dry || d.Asks && !d.Yes {
		seen, err := change(true)
		if err != nil {
			return err
		}
		if d.Dry {
			return d.changed(seen)
		}
		p := *d
		p.Out, p.Format = d.Err, FormatTable
		_ = p.changed(seen)
		if yes, err := d.agreed(question); err != nil || !yes {
			return errDeclined
		}
	}
	done, err := change(false)
	if err != nil {
		return err
	}
	return d.changed(done)
}

// changed says whom a change hits.
func (d *Desk) changed(a client.Answer[scheduler.FacilityChange]) error {
	if done, err := d.machine(a.Raw); done {
		return err
	}
	c := a.Value
	if c.DryRun {
		d.say("It would hit %d bookings.", len(c.Broken))
	} else {
		d.say("Done; %d bookings have lost capacity.", len(c.Broken))
	}
	for _, b := range c.Broken {
		d.say("  #%d %s, %s", b.Number, b.Name, d.span(b.Slot))
		if len(b.Alternatives) > 0 {
			d.say("    it could go to %s", d.span(b.Alternatives[0].Slot))
		}
	}
	for _, x := range c.Affected {
		d.say("  #%d %s: %s", x.Number, x.Name, x.Text)
	}
	return nil
}
