package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/series"

	"berth/testbeds/plain"
)

// seriesPage is the page of a series: what became of its occurrences, and what can be done with them.
type seriesPage struct {
	X        scheduler.SeriesView
	Names    names
	Parts    []occurrence
	Counts   []string // "4 scheduled", "2 under review"
	Can      map[string]bool
	Approves []string // testbeds that the reader may approve for
	Mentor   string
	Ways     []wayOfSeries
	Tried    string // what a step would do, or why it was refused
	Refused  bool
	Ticked   map[int]bool
	Form     url.Values
	Once     string
}

// occurrence is one time of a series, with what is known of it.
type occurrence struct {
	scheduler.Part
	Why []string // it does not fit, or was refused
	Day string   // on which it begins, by the clock of its series
}

// wayOfSeries is a way to grant a series, as a form sends it.
type wayOfSeries struct {
	series.Way
	JSON string
}

func waysOfSeries(list []series.Way) (out []wayOfSeries) {
	for _, w := range list {
		out = append(out, wayOfSeries{w, changeJSON(w.Change)})
	}
	return out
}

// series shows a series.
func (s *site) series(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	v, err := s.service.GetSeries(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	return s.showSeries(w, r, who, v, seriesPage{Form: url.Values{}}, http.StatusOK)
}

func (s *site) showSeries(w http.ResponseWriter, r *http.Request, who account.Actor, v scheduler.SeriesView, p seriesPage, status int) (err error) {
	ctx := r.Context()
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	if p.Names, err = s.named(ctx, who, f, v.Experimenter); err != nil {
		return err
	}
	p.X, p.Can = v, map[string]bool{}
	for _, a := range v.Actions {
		p.Can[string(a)] = true
	}
	answers := map[int]scheduler.Part{}
	for _, part := range p.Parts {
		answers[part.Place] = part.Part
	}
	p.Parts = nil
	counts := map[scheduler.Status]int{}
	unfit := false
	for _, part := range v.Parts {
		counts[part.Status]++
		o := occurrence{Part: part}
		if part.Fit != nil && !part.Fit.Fits {
			o.Why = p.Names.conflicts(s.readerOf(who), *part.Fit)
			unfit = unfit || part.Status == scheduler.UnderReview
		}
		if a, ok := answers[part.Place]; ok && a.Refused != nil {
			if o.Refused = a.Refused; a.Fit != nil && !a.Fit.Fits {
				o.Why = p.Names.conflicts(s.readerOf(who), *a.Fit)
			}
		}
		for _, t := range part.Waits {
			if who.SpeaksFor(t) && !slices.Contains(p.Approves, t) {
				p.Approves = append(p.Approves, t)
			}
		}
		p.Parts = append(p.Parts, o)
	}
	p.Counts = counted(counts)
	if unfit && p.Ways == nil && (p.Can["schedule"] || p.Can["move"]) {
		ways, err := s.service.WaysOfSeries(ctx, who, v.ID, 0)
		if err != nil && scheduler.CodeOf(err) != scheduler.CodeConflict {
			return err
		}
		p.Ways = waysOfSeries(ways)
	}
	if p.Ticked == nil {
		p.Ticked = map[int]bool{}
		for _, part := range v.Parts {
			p.Ticked[part.Place] = part.Status.Ahead() || part.Status == scheduler.Rejected && slices.Contains(part.Actions, scheduler.ActionAcceptOffer)
		}
	}
	s.show(w, r, status, "series.html", v.Name+", repeated", who, p)
	return nil
}

// takeSeries takes a step with the ticked occurrences of a series. A step that is refused comes back with the answer for each of them.
func (s *site) takeSeries(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, form := r.Context(), r.PostForm
	v, err := s.service.GetSeries(ctx, who, r.PathValue("number"))
	if err != nil {
		return err
	}
	places, err := picked(form)
	if err != nil {
		return err
	}
	step, testbed, _ := strings.Cut(form.Get("step"), " ")
	dry := form.Get("try") != ""
	if dry {
		step, testbed, _ = strings.Cut(form.Get("try"), " ")
	}
	choice := scheduler.SeriesChoice{Places: places, DryRun: dry, AllOrNothing: new(form.Get("partly") == "")}
	if revision, err := number(form, "revision"); err != nil {
		return err
	} else if !dry {
		choice.Revision = revision
	}
	out, err := s.seriesStep(ctx, who, v, step, testbed, choice, form)
	p := seriesPage{Form: form, Ticked: map[int]bool{}}
	for _, place := range places {
		p.Ticked[place] = true
	}
	if e, ok := asError(err); ok && len(e.Parts) > 0 {
		_, f := s.explained(who, err)
		p.Tried, p.Refused, p.Ways, p.Parts = f.Message, true, waysOfSeries(e.Ways), occurrences(e.Parts)
		return s.showSeries(w, r, who, v, p, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if dry || out.Refused > 0 {
		words := "This could be done with "
		if !dry {
			words = "Done with "
			v = *out.Series
		}
		p.Tried, p.Refused, p.Parts = words+plain.Count(out.Done, "occurrence")+".", out.Refused > 0, occurrences(out.Parts)
		if out.Refused > 0 {
			p.Tried = words + fmt.Sprintf("%d of %d occurrences.", out.Done, out.Done+out.Refused)
		}
		return s.showSeries(w, r, who, v, p, http.StatusOK)
	}
	return done(w, r, fmt.Sprintf("%s/%d", seriesPath, v.Number), "series-done")
}

func occurrences(parts []scheduler.Part) (list []occurrence) {
	for _, p := range parts {
		list = append(list, occurrence{Part: p})
	}
	return list
}

// seriesStep takes the step of a button.
func (s *site) seriesStep(ctx context.Context, who account.Actor, v scheduler.SeriesView, step, testbed string, choice scheduler.SeriesChoice, form url.Values) (scheduler.SeriesOutcome, error) {
	reason := strings.TrimSpace(form.Get("reason"))
	change, err := readChange(form)
	if err != nil {
		return scheduler.SeriesOutcome{}, err
	}
	if len(change.Moves) > 0 || len(change.Skip) > 0 { // a way is one for all of its occurrences
		choice.Places = nil
		for _, p := range v.Parts {
			if p.Status.Ahead() {
				choice.Places = append(choice.Places, p.Place)
			}
		}
	}
	override := seriesOverride(form, reason)
	switch step {
	case "schedule":
		return s.service.ScheduleSeries(ctx, who, v.ID, scheduler.SeriesSchedule{SeriesChoice: choice, Change: change, Override: override, Reason: reason})
	case "move":
		if change.IsZero() {
			if change, err = typedShift(form); err != nil {
				return scheduler.SeriesOutcome{}, err
			}
		}
		return s.service.MoveSeries(ctx, who, v.ID, scheduler.SeriesMove{SeriesChoice: choice, Change: change, Override: override, Reason: reason})
	case "approve", "refuse":
		decision := map[string]scheduler.Decision{"approve": scheduler.Approved, "refuse": scheduler.Refused}[step]
		return s.service.ApproveSeries(ctx, who, v.ID, testbed, scheduler.SeriesApprove{SeriesChoice: choice, Decision: decision, Reason: reason})
	case "reject":
		in := scheduler.SeriesReject{SeriesChoice: choice, Reason: reason, Change: change}
		if change.IsZero() {
			n, err := number(form, "offers")
			if err != nil {
				return scheduler.SeriesOutcome{}, err
			}
			in.Count = int(min(n, 100))
		}
		return s.service.RejectSeries(ctx, who, v.ID, in)
	case "accept":
		return s.service.AcceptSeries(ctx, who, v.ID, scheduler.SeriesAccept{SeriesChoice: choice})
	case "cancel":
		return s.service.CancelSeries(ctx, who, v.ID, scheduler.SeriesCancel{SeriesChoice: choice, Reason: reason})
	case "assign":
		return s.service.AssignSeries(ctx, who, v.ID, scheduler.SeriesAssign{SeriesChoice: choice, Mentor: who.Username, Reason: reason})
	}
	return scheduler.SeriesOutcome{}, invalid("step", "must be one of the buttons")
}

// seriesOverride reads whether approvals are passed over.
func seriesOverride(form url.Values, reason string) *scheduler.Override {
	if form.Get("pass") == "" {
		return nil
	}
	return &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: reason}
}

// typedShift reads a shift of all occurrences: so many days and hours, earlier or later.
func typedShift(form url.Values) (series.Change, error) {
	days, err := number(form, "days")
	if err != nil {
		return series.Change{}, err
	}
	clock, err := number(form, "minutes")
	if err != nil {
		return series.Change{}, err
	}
	minutes := int(min(days, 400))*24*60 + int(min(clock, 24*60))
	if minutes == 0 {
		return series.Change{}, invalid("days", "say by how much")
	}
	if form.Get("direction") == "earlier" {
		minutes = -minutes
	}
	return series.Change{Shift: minutes}, nil
}

// picked reads the ticked occurrences.
func picked(form map[string][]string) (places []int, err error) {
	for _, text := range form["pick"] {
		n := 0
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil || slices.Contains(places, n) {
			return nil, invalid("pick", "must be occurrences of the series")
		}
		places = append(places, n)
	}
	if len(places) == 0 {
		return nil, invalid("pick", "tick at least one occurrence")
	}
	return places, nil
}
