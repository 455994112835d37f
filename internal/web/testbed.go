package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
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
	Picture  template.HTML
	Spans    []spanLink
	Closures []closureRow
	Calendar []scheduler.TestbedCalendar // outside
	Capacity []capacityRow
	Waiting  []scheduler.Request // for its approval
	May      bool                // may change it
	Days     int
	More     int // closures beyond those shown
}

// mostClosures bounds the closures that the page of a testbed lists: a calendar may hold thousands.
const mostClosures = 100

// fewClosures keeps the closures that come first.
func fewClosures(rows []closureRow) (few []closureRow, more int) {
	if len(rows) <= mostClosures {
		return rows, 0
	}
	slices.SortStableFunc(rows, func(a, b closureRow) int { return a.next.Compare(b.next) })
	return rows[:mostClosures], len(rows) - mostClosures
}

// capacityRow is a resource: how much there is, and how much of it is booked in the days ahead.
type capacityRow struct {
	Name, Amount string
	Units        []string
	Percent      int
}

// usedDays is the number of days ahead of which the booked share is shown.
const usedDays = 30

// pressureSpan is the usual length of the picture: the coming weeks.
const pressureSpan = "quarter"

func (s *site) testbed(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, id := r.Context(), r.PathValue("testbed")
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	t, ok := f.Testbed(id)
	if !ok {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no testbed %q", id)
	}
	p := testbedPage{T: t, Days: usedDays, May: who.SpeaksFor(id)}
	if err := s.pressure(r, who, f, &p); err != nil {
		return err
	}
	now := s.o.Clock().UTC().Truncate(time.Second)
	p.Closures, p.More = fewClosures(closureRows(t, s.readerOf(who), now, who))
	if p.Calendar, err = s.calendarsOf(ctx, who, id); err != nil {
		return err
	}
	span := testbeds.Slot{Start: now, End: now.AddDate(0, 0, usedDays)}
	series, err := s.service.Availability(ctx, who, id, span)
	if err != nil {
		return err
	}
	for _, x := range series {
		row := capacityRow{Name: strings.TrimSpace(x.Resource.VIM + " " + phrases.Quantity(x.Resource.Quantity)), Percent: percent(x, span.End)}
		if d, ok := t.Device(x.Resource.Device); ok {
			row.Name, row.Units = cmp.Or(d.Name, d.ID), d.Units
		}
		if len(x.Steps) > 0 {
			row.Amount = phrases.Size(x.Resource.Quantity, x.Steps[0].Total)
		}
		p.Capacity = append(p.Capacity, row)
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
	s.show(w, r, http.StatusOK, "testbed.html", title(t), who, p)
	return nil
}

// pressure draws how busy a testbed is in the coming weeks.
func (s *site) pressure(r *http.Request, who account.Actor, f testbeds.Facility, p *testbedPage) error {
	q := r.URL.Query()
	if q.Get("span") == "" {
		q.Set("span", pressureSpan)
	}
	v, err := s.readWindow(q, s.readerOf(who).zone)
	if err != nil {
		return err
	}
	v.Testbed, v.Open, v.Width = p.T.ID, []string{p.T.ID}, drawnWidth(r)
	write := timeline.Chart.HTML
	if v.byDay() {
		write = timeline.Chart.Heat
	}
	picture, err := s.shown(r, who, v, f, write)
	p.Picture = template.HTML(picture) // the drawing package escapes all texts of users
	for _, x := range lengths[1:] {
		p.Spans = append(p.Spans, spanLink{link{Label: x.label, URL: testbedPath(p.T.ID) + "?span=" + x.name, Here: v.Span == x.name}, x.title, x.name})
	}
	return err
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
