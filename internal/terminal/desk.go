package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Desk is where a person works with a server.
type Desk struct {
	Client *client.Client
	Output
	Times

	In    io.Reader
	Asks  bool      // the person is there to answer questions
	Err   io.Writer // for questions and previews
	Bar   *console.Bar
	Yes   bool // no questions
	Dry   bool // previews only
	Fresh func() string
}

// As returns the same desk, with answers as JSON where that is wanted by a flag of its own.
func (d *Desk) As(json bool) *Desk {
	if json {
		d.Format = FormatJSON
	}
	return d
}

// settle learns the time zone of the person, where their account names one.
func (d *Desk) settle(ctx context.Context) error {
	me, err := d.Client.Me(ctx)
	if err != nil {
		return err
	}
	if zone, err := wallclock.Zone(me.Value.Zone); err == nil {
		d.Zone = zone
	}
	return nil
}

// agreed asks whether to go on; without anybody to ask, what was typed is meant.
func (d *Desk) agreed(question string) (bool, error) {
	if d.Yes || !d.Asks {
		return true, nil
	}
	fmt.Fprintf(d.Err, "%s [y/N] ", question)
	line, err := bufio.NewReader(d.In).ReadString('\n')
	if err != nil && line == "" {
		return false, nil
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes", nil
}

// Agree asks whether to go on, and returns an error if the person does not want to.
func (d *Desk) Agree(question string) error {
	if yes, err := d.agreed(question); err != nil || !yes {
		return errDeclined
	}
	return nil
}

// errDeclined says that nothing was done because the person did not want it.
var errDeclined = scheduler.Errorf(scheduler.CodeConflict, "nothing was changed")

// taken takes a step after a preview: first as a dry run, whose consequences are shown, then for real if the person agrees. A dry run that is refused
// is the answer.
func (d *Desk) taken(ctx context.Context, question string, step func(dryRun bool) (client.Answer[scheduler.Outcome], error)) (client.Answer[scheduler.Outcome], error) {
	if d.Dry || d.Asks && !d.Yes {
		seen, err := step(true)
		if err != nil || d.Dry {
			if err == nil {
				err = d.outcome(seen)
			}
			return seen, err
		}
		d.preview(seen.Value)
		if yes, err := d.agreed(question); err != nil || !yes {
			return seen, errDeclined
		}
	}
	done, err := step(false)
	if err == nil {
		err = d.outcome(done)
	}
	return done, err
}

// preview shows on the terminal what a step would do.
func (d *Desk) preview(o scheduler.Outcome) {
	p := *d
	p.Out, p.Format = d.Err, FormatTable
	p.consequences(o)
}

// outcome shows what a step did, or would do.
func (d *Desk) outcome(a client.Answer[scheduler.Outcome]) error {
	if done, err := d.machine(a.Raw); done {
		return err
	}
	o := a.Value
	r := o.Request
	if o.Created != nil {
		r = *o.Created
	}
	if d.Format == FormatID {
		_, err := fmt.Fprintln(d.Out, r.Number)
		return err
	}
	if d.Format == FormatCSV {
		return d.csv(d.requests([]scheduler.Request{r}))
	}
	d.consequences(o)
	return nil
}

// consequences says where a request stands after a step, and whom the step hurts.
func (d *Desk) consequences(o scheduler.Outcome) {
	r := o.Request
	if o.Created != nil {
		r = *o.Created
	}
	number := "#" + itoa(r.Number)
	if r.Number == 0 {
		number = "a new request"
	}
	would := "is"
	if o.DryRun {
		would = "would be"
	}
	when := r.Slot
	if r.Scheduled != nil {
		when = *r.Scheduled
	}
	d.say("%s %s %s %s, %s", d.styled(number, strong), printable(r.Name), would, d.styled(word(r.Status), looks[r.Status]), d.span(when))
	if !o.Fit.Fits && r.Status == scheduler.UnderReview {
		d.reasons(o.Fit)
		d.ways(o.Alternatives)
	}
	for _, p := range o.Deployable.Problems {
		d.say("  cannot run: %s", p.Message)
	}
	for _, x := range o.Displaced {
		d.say("  displaced: #%d %s, %s", x.Number, x.Name, d.span(x.Slot))
		for i, a := range x.Alternatives {
			if i < 3 {
				d.say("    it could go to %s", d.span(a.Slot))
			}
		}
	}
	for _, offer := range r.Offers {
		if offer.State == scheduler.OfferOpen {
			d.say("  offered: %s, held until %s (offer %s)", d.span(offer.What.Slot), d.said(offer.Expires), offer.ID)
		}
	}
}

// Told shows a refusal that says what is in the way or what works instead, in the times of the person, and returns console.ErrNo for it; other errors
// it returns as they are.
func (d *Desk) Told(err error) error {
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || e.Code != scheduler.CodeConflict || e.Verdict == nil && len(e.Alternatives)+len(e.Broken)+len(e.Parts) == 0 {
		return err
	}
	p := *d
	p.Out, p.Format = d.Err, FormatTable
	p.say("berth: %s", e.Message)
	if e.Verdict != nil {
		p.reasons(*e.Verdict)
	}
	p.ways(e.Alternatives)
	p.parts(e.Parts)
	p.waysOf(e.Ways)
	for _, b := range e.Broken {
		p.say("  #%d %s, %s, would lose its capacity", b.Number, b.Name, p.span(b.Slot))
	}
	return console.ErrNo
}

// reasons lists what is in the way, in the times of the person.
func (d *Desk) reasons(v testbeds.Verdict) {
	x := d.reader()
	for _, line := range v.Reasons(10) {
		d.say("  %s", x.Said(line))
	}
	if v.Longest != nil {
		d.say("  free from that start: %s", d.span(*v.Longest))
	}
}

// reader words times inside texts for the person.
func (d *Desk) reader() phrases.Reader { return phrases.Reader{Zone: d.Zone, Now: d.Now} }

// word is a status for people: "under review".
func word(s scheduler.Status) string { return strings.ToLower(strings.ReplaceAll(string(s), "_", " ")) }

// date writes an instant for programs.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
