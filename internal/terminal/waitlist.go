package terminal

import (
	"context"
	"fmt"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
)

// Joining is how somebody wants to wait, as it was typed.
type Joining struct {
	For      string // slot, window or alternative; empty: window where there is one, else slot
	Window   string
	MaxCost  float64
	Until    string
	IfMissed string
}

// WaitFor puts a request on the waitlist.
func (d *Desk) WaitFor(ctx context.Context, id string, j Joining) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	w := client.Wait{For: j.For, MaxCost: j.MaxCost, IfMissed: j.IfMissed}
	if j.Window != "" {
		slot, err := d.Slot(j.Window)
		if err != nil {
			return console.Faults{{Field: "window", Rule: err.Error()}}.Err()
		}
		w.Window = &slot
	}
	if j.Until != "" {
		until, err := d.Moment(j.Until)
		if err != nil {
			return console.Faults{{Field: "until", Rule: err.Error()}}.Err()
		}
		w.Until = &until
	}
	return d.onRequest(ctx, id, "Let #%d wait?", func(r scheduler.Request, revision string, dry bool) (client.Answer[scheduler.Outcome], error) {
		w.DryRun = dry
		return d.Client.Wait(ctx, r.ID, w, revision)
	})
}

// Waitlist lists who waits, in the order in which they get what comes back.
func (d *Desk) Waitlist(ctx context.Context, testbed string, limit int) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	a, err := d.Client.Waitlist(ctx, testbed, limit)
	if err != nil {
		return err
	}
	t := table{Head: []string{"number", "place", "waits for", "slot", "name", "experimenter", "until"}, None: "Nobody waits."}
	for _, w := range a.Value.Items {
		place, what, until := "", cell{}, cell{}
		if w.Place > 0 {
			place = fmt.Sprint(w.Place)
		}
		if x := w.Wait; x != nil {
			what, until = said(string(x.For)), cell{Said: d.said(x.Until), Exact: date(x.Until)}
			if x.Offer != "" {
				what = cell{Said: "has an offer", Style: good}
			}
		}
		t.Rows = append(t.Rows, []cell{{Said: "#" + itoa(w.Number), Exact: itoa(w.Number), Style: strong}, said(place), what, {Said: d.span(w.Slot), Exact: date(w.Slot.Start) + "/" + date(w.Slot.End)}, said(w.Name), said(w.Experimenter), until})
	}
	return d.list(t, a.Raw)
}

// Policy shows the policy in force.
func (d *Desk) Policy(ctx context.Context) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	a, err := d.Client.Policy(ctx)
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	console.Console{Out: d.Out, When: d.said}.PolicyInForce(a.Value)
	return nil
}

// TestPolicy says what a policy would have done.
func (d *Desk) TestPolicy(ctx context.Context, text []byte, months int) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	d.Bar.Tell(scheduler.Progress{Doing: "the server tries the policy"})
	a, err := d.Client.TestPolicy(ctx, text, fmt.Sprint(months))
	d.Bar.End()
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	console.Console{Out: d.Out, When: d.said}.PolicyTried(a.Value)
	return nil
}

// PutPolicy puts a policy in force, after a preview. Where the person agrees to a preview, the policy must be as it was then.
func (d *Desk) PutPolicy(ctx context.Context, text []byte, reason string) error {
	put := func(dry bool, revision string) (client.Answer[scheduler.PolicyChange], error) {
		return d.Client.PutPolicy(ctx, text, scheduler.ChangeOptions{DryRun: dry, Reason: reason}, revision)
	}
	show := func(to *Desk, a client.Answer[scheduler.PolicyChange]) error {
		if done, err := to.machine(a.Raw); done {
			return err
		}
		console.Console{Out: to.Out}.PolicyPut(a.Value)
		return nil
	}
	revision := ""
	if d.Dry || d.Asks && !d.Yes {
		before, err := d.Client.Policy(ctx)
		if err != nil {
			return err
		}
		seen, err := put(true, before.Revision)
		if err != nil {
			return err
		}
		if d.Dry {
			return show(d, seen)
		}
		p := *d
		p.Out, p.Format = d.Err, FormatTable
		_ = show(&p, seen)
		if yes, err := d.agreed("Put it in force?"); err != nil || !yes {
			return errDeclined
		}
		revision = before.Revision
	}
	done, err := put(false, revision)
	if err != nil {
		return err
	}
	return show(d, done)
}
