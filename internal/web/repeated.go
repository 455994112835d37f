package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// repetition is what is known of a slot that is repeated: each occurrence, whether it fits, and ways in which all of them would.
type repetition struct {
	Said      string // the plan for people
	Parts     []occurrence
	Fits, All int
	Ways      []wayOfSeries
	Changed   string // the change that was chosen, in words
	JSON      string // the same as the form carries it
	Key       string // what it was made for
}

// clock returns the zone on whose wall clock a slot is repeated: that of its testbed.
func (p choosePage) clock(f testbeds.Facility) *time.Location {
	for _, t := range f.Testbeds {
		if zone, err := wallclock.Zone(t.Timezone); err == nil && p.testbeds()[t.ID] {
			return zone
		}
	}
	return p.Choice.Zone
}

// checkRepeated checks every occurrence of a slot that is repeated, each beside those before it, and finds ways in which all would fit.
func (s *site) checkRepeated(ctx context.Context, who account.Actor, p *choosePage, n names) error {
	x, zone := *p.Choice.Repeat, p.clock(n.beds)
	ask := x.ask(p.Choice, zone)
	out := repetition{Said: ask.Plan.String(), Key: x.key(p.Choice.Slot)}
	ways, parts, err := s.service.SuggestSeries(ctx, who, ask)
	if scheduler.CodeOf(err) == scheduler.CodeInvalid {
		_, p.Failure = s.explained(who, err)
		p.Failure.Message = "It cannot be repeated like that."
		return nil
	}
	if err != nil {
		return err
	}
	out.Ways, out.All = waysOfSeries(ways), len(parts)
	for _, part := range parts {
		o := occurrence{Part: part, Day: part.Slot.Start.In(zone).Format(time.DateOnly)}
		if part.Fit.Fits {
			out.Fits++
		} else {
			o.Why = n.conflicts(s.readerOf(who), *part.Fit)
		}
		out.Parts = append(out.Parts, o)
	}
	if !x.Change.IsZero() {
		all, err := ask.Plan.Expand()
		if err != nil {
			return err
		}
		out.Changed, out.JSON = ask.Plan.Words(all, x.Change), changeJSON(x.Change)
	}
	p.Series = &out
	return nil
}

// submitRepeated submits a series for the slot.
func (s *site) submitRepeated(w http.ResponseWriter, r *http.Request, who account.Actor, c choice) error {
	catalogue, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	p := choosePage{Choice: c}
	if err := p.deployed(catalogue); err != nil {
		return err
	}
	step := r.PostForm.Get("step")
	in := scheduler.SeriesSubmission{SeriesAsk: c.Repeat.ask(c, p.clock(f)), Name: c.Name, Description: c.Description, Mentor: c.Mentor, Anyway: step == "anyway", Creation: once(r.PostForm)}
	in.AllOrNothing = new(!c.Repeat.Partly && step != "fitting")
	out, err := s.service.SubmitSeries(r.Context(), who, in)
	if err != nil {
		return ofKey(r, err)
	}
	note := "series-submitted"
	if out.Repeated {
		note = "repeated"
	}
	return done(w, r, fmt.Sprintf("%s/%d", seriesPath, out.Series.Number), note)
}
