package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds/wallclock"
)

const seriesPath = "/series"

// repeatPage is the page on which a slot is repeated.
type repeatPage struct {
	Choice     choice
	Repeat     repeat
	What       string
	Mentors    []string
	Zone       string
	Start, End string // as inputs write them
	Said       string // the plan for people
	Parts      []occurrence
	Ways       []wayOfSeries
	Changed    string // the change that was chosen, in words
	Fits, All  int
	Failure    *failure
	Once       string
	ChangeJSON string
}

// Units lists the units of a repetition.
func (repeatPage) Units() []string { return []string{"day", "week", "month"} }

// Back returns the page on which the slot is chosen.
func (p repeatPage) Back() template.URL { return p.Choice.address() }

// occurrence is one time of a series, with what is known of it.
type occurrence struct {
	scheduler.Part
	Why  []string // it does not fit, or was refused
	Left bool     // it is left out
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

// askRepeat shows how a slot would be repeated: each occurrence, whether it fits, and what works instead.
func (s *site) askRepeat(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	form := r.URL.Query()
	c, err := readChoice(form, s.readerOf(who).zone)
	if err != nil {
		return err
	}
	if c.NSD == "" && len(c.Own) == 0 || !c.Picked {
		http.Redirect(w, r, "/new", http.StatusSeeOther)
		return nil
	}
	x, err := readRepetition(form)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	c.Once = cmp.Or(c.Once, fresh())
	shown := choosePage{Choice: c}
	if err := shown.deployed(catalogue); err != nil {
		return err
	}
	p := repeatPage{Choice: c, Repeat: x, What: shown.What, Once: c.Once, ChangeJSON: changeJSON(x.Change)}
	if x.Change.IsZero() {
		p.ChangeJSON = ""
	}
	zone := c.Zone
	for _, t := range f.Testbeds { // a series is in the local time of its testbed
		if z, err := wallclock.Zone(t.Timezone); err == nil && shown.testbeds()[t.ID] {
			zone = z
			break
		}
	}
	p.Zone = zone.String()
	p.Start, p.End = c.Slot.Start.In(c.Zone).Format(localTime), c.Slot.End.In(c.Zone).Format(localTime)
	ask := x.ask(c, zone)
	p.Said = ask.Plan.String()
	ways, parts, err := s.service.SuggestSeries(r.Context(), who, ask)
	if scheduler.CodeOf(err) == scheduler.CodeInvalid {
		_, p.Failure = s.explained(who, err)
		p.Failure.Message = "It cannot be repeated like that."
	} else if err != nil {
		return err
	}
	p.Ways = waysOfSeries(ways)
	n := names{beds: f}
	for _, part := range parts {
		o := occurrence{Part: part}
		if p.All++; part.Fit.Fits {
			p.Fits++
		} else {
			o.Why = n.conflicts(s.readerOf(who), *part.Fit)
		}
		p.Parts = append(p.Parts, o)
	}
	if all, err := ask.Plan.Expand(); err == nil && !x.Change.IsZero() {
		p.Changed = ask.Plan.Words(all, x.Change)
	}
	if p.Mentors, err = s.people.Mentors(r.Context(), who); err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "series-new.html", "Repeat "+p.What, who, p)
	return nil
}

// submitRepeat submits a series; with another button of the form it only changes how it is repeated.
func (s *site) submitRepeat(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	c, err := readChoice(r.PostForm, s.readerOf(who).zone)
	if err != nil {
		return err
	}
	x, err := readRepetition(r.PostForm)
	if err != nil {
		return err
	}
	step := r.PostForm.Get("step")
	if way := r.PostForm.Get("way"); way != "" {
		r.PostForm.Set("change", way)
		if x, err = readRepetition(r.PostForm); err != nil {
			return err
		}
		step = "look"
	}
	if !slices.Contains([]string{"submit", "anyway", "fitting"}, step) {
		to := string(c.repeated(&x))
		if len(to) <= longestAddress {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		look := r.Clone(r.Context())
		if look.URL, err = url.Parse(to); err != nil {
			return err
		}
		return s.askRepeat(w, look, who)
	}
	zone, err := wallclock.Zone(r.PostForm.Get("clock"))
	if err != nil {
		return invalid("clock", "%s", err.Error())
	}
	in := scheduler.SeriesSubmission{SeriesAsk: x.ask(c, zone), Name: c.Name, Description: c.Description, Mentor: c.Mentor, Anyway: step == "anyway", Creation: once(r.PostForm)}
	in.AllOrNothing = new(!x.Partly && step != "fitting")
	out, err := s.service.SubmitSeries(r.Context(), who, in)
	if err != nil {
		return err
	}
	note := "series-submitted"
	if out.Repeated {
		note = "repeated"
	}
	return done(w, r, fmt.Sprintf("%s/%d", seriesPath, out.Series.Number), note)
}

// seriesList shows the series that the reader may see.
func (s *site) seriesList(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	page, err := s.service.ListSeries(r.Context(), who, scheduler.SeriesFilter{}, r.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	type row struct {
		scheduler.Series
		Said string
	}
	data := struct {
		Items []row
		Next  string
	}{Next: page.Next}
	for _, x := range page.Items {
		data.Items = append(data.Items, row{x, x.Plan.String()})
	}
	s.show(w, r, http.StatusOK, "series-list.html", "Series", who, data)
	return nil
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
