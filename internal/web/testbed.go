package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// closed is one time at which a testbed or a part of it is closed.
type closed struct {
	ID    string
	Slot  testbeds.Slot
	Title string
	Of    []string // the VIMs and devices; empty: everything
	Part  bool     // only a part of their capacity
}

// closures lists the times within a span at which a testbed, or a part of it, is closed.
func closures(t testbeds.Testbed, span testbeds.Slot) (list []closed) {
	zone, err := wallclock.Zone(t.Timezone)
	if err != nil {
		return nil
	}
	for _, c := range t.AllClosures() {
		slots, err := c.Occurrences(zone, span)
		if err != nil {
			continue // the facility was checked: it has none that cannot be expanded
		}
		for _, s := range slots {
			list = append(list, closed{c.ID, s, fmt.Sprintf("Closed (%s): %s", cmp.Or(c.Part, "the whole testbed"), c.Summary), c.Of, len(c.Capacity) > 0 || c.Count > 0 || len(c.Units) > 0})
		}
	}
	slices.SortStableFunc(list, func(a, b closed) int { return a.Slot.Start.Compare(b.Slot.Start) })
	return list
}

func (s *site) testbeds(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "testbeds.html", "Testbeds", who, f.Testbeds)
	return nil
}

// testbedPage shows one testbed.
type testbedPage struct {
	T        testbeds.Testbed
	SVG      template.HTML
	Closures []closed
	Use      []use
	Waiting  []scheduler.Request // for its approval
	May      bool                // may change its closures
	Days     int
	Preview  *closurePreview
}

// Typed returns what was typed into a field of the closure that is previewed.
func (p testbedPage) Typed(field string) string {
	if p.Preview != nil {
		for _, h := range p.Preview.Hidden {
			if h.Name == field {
				return h.Value
			}
		}
	}
	return ""
}

// use is the utilisation of a resource.
type use struct {
	Resource string
	Percent  int
}

// closurePreview shows the effects of a closure.
type closurePreview struct {
	Failure *failure
	Broken  []scheduler.BrokenBooking
	Hidden  []hidden
	Closure string
}

// usedDays is the number of days of utilisation shown back, and of closures shown ahead.
const usedDays = 30

func (s *site) testbed(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.aboutTestbed(w, r, who, http.StatusOK, nil)
}

func (s *site) aboutTestbed(w http.ResponseWriter, r *http.Request, who account.Actor, status int, preview *closurePreview) error {
	ctx, id := r.Context(), r.PathValue("testbed")
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	t, ok := f.Testbed(id)
	if !ok {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no testbed %q", id)
	}
	q := r.URL.Query()
	if q.Get("zone") == "" {
		q.Set("zone", t.Timezone)
	}
	v, err := s.readWindow(q, s.readerOf(who).zone)
	if err != nil {
		return err
	}
	v.Testbed = id
	p := testbedPage{T: t, Days: usedDays, Preview: preview, May: who.SpeaksFor(id)}
	if p.SVG, err = s.drawn(ctx, who, v, f, nil); err != nil {
		return err
	}
	now := s.o.Clock().UTC().Truncate(time.Second)
	p.Closures = closures(t, testbeds.Slot{Start: now, End: now.AddDate(0, 0, usedDays)})
	series, err := s.service.Availability(ctx, who, id, testbeds.Slot{Start: now, End: now.AddDate(0, 0, usedDays)})
	if err != nil {
		return err
	}
	for _, x := range series {
		p.Use = append(p.Use, use{x.Resource.Words(), percent(x, now.AddDate(0, 0, usedDays))})
	}
	if p.May {
		for _, statuses := range [][]scheduler.Status{{scheduler.UnderReview}, scheduler.Granted} {
			page, err := s.service.List(ctx, who, scheduler.RequestFilter{Testbed: id, Status: statuses, Limit: 100}, "")
			if err != nil {
				return err
			}
			p.Waiting = append(p.Waiting, slices.DeleteFunc(page.Items, func(x scheduler.Request) bool { return !x.WaitsForTestbed(id) })...)
		}
	}
	s.show(w, r, status, "testbed.html", title(t), who, p)
	return nil
}

// percent returns the booked share of a resource until an instant.
func percent(x testbeds.Series, until time.Time) int {
	var booked, there float64
	for i, st := range x.Steps {
		end := until
		if i+1 < len(x.Steps) {
			end = x.Steps[i+1].At
		}
		length := end.Sub(st.At).Seconds()
		booked += length * float64(st.Total-st.Free)
		there += length * float64(st.Total)
	}
	if there <= 0 {
		return 0
	}
	return int(booked*100/there + .5)
}

// close adds a closure, or first shows the bookings that it hits.
func (s *site) close(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx, id, form := r.Context(), r.PathValue("testbed"), r.PostForm
	wall := func(field string) (time.Time, error) {
		t, err := time.Parse(localTime, form.Get(field))
		if err != nil {
			return t, invalid(field, "must be a date and a time such as 2026-11-24T09:00")
		}
		return t, nil
	}
	start, err := wall("start")
	if err != nil {
		return err
	}
	end, err := wall("end")
	if err != nil {
		return err
	}
	if !start.Before(end) {
		return invalid("end", "must be after start")
	}
	c := testbeds.Closure{Summary: strings.TrimSpace(form.Get("summary")), Start: testbeds.LocalTime{Time: start}, Duration: testbeds.Period{Clock: end.Sub(start)}}
	switch kind, of, _ := strings.Cut(form.Get("of"), ":"); kind {
	case "vim":
		c.VIMs = []string{of}
	case "device":
		c.Devices = []string{of}
	}
	o := scheduler.ChangeOptions{DryRun: form.Get("step") != "confirm", Force: form.Get("step") == "confirm", Reason: c.Summary}
	var key scheduler.Creation
	if !o.DryRun {
		key = once(form)
	}
	_, change, err := s.service.AddClosure(ctx, who, id, c, o, key)
	if err == nil && !o.DryRun {
		return done(w, r, "/testbeds/"+url.PathEscape(id), "closed")
	}
	p := &closurePreview{Broken: change.Broken, Closure: c.Summary + ", " + wallclock.SaidSpan(start, end, time.UTC, s.o.Clock().UTC()) + " on the clocks there"}
	status := http.StatusOK
	if err != nil {
		if ours(err) {
			return err
		}
		status, p.Failure = s.explained(who, err)
	}
	for _, name := range []string{"summary", "start", "end", "of", "once"} {
		p.Hidden = append(p.Hidden, hidden{name, form.Get(name)})
	}
	return s.aboutTestbed(w, r, who, status, p)
}

// reopen removes a closure.
func (s *site) reopen(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	id := r.PathValue("testbed")
	if _, err := s.service.DeleteClosure(r.Context(), who, id, r.PostFormValue("closure"), scheduler.ChangeOptions{Force: true}); err != nil {
		return err
	}
	return done(w, r, "/testbeds/"+url.PathEscape(id), "reopened")
}
