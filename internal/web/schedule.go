package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// window is the part of the schedule on display.
type window struct {
	Span    string // day, week, month or range
	Slot    testbeds.Slot
	Zone    *time.Location
	Testbed string // only this one
	Feature string // only testbeds with it
	NSD     string // only its testbeds, with the times at which it fits
	Open    string // the testbed shown with its VIMs and devices
	Width   int
}

const longestRange = 366 * 24 * time.Hour

// readWindow reads the wanted part of the schedule; by default it is the week from today on.
func (s *site) readWindow(q url.Values, usual *time.Location) (v window, err error) {
	if v.Zone, err = readZone(q, usual); err != nil {
		return v, err
	}
	v.Span, v.Testbed, v.Feature, v.NSD, v.Open = q.Get("span"), q.Get("testbed"), q.Get("feature"), q.Get("nsd"), q.Get("open")
	now := s.o.Clock().In(v.Zone)
	at := now
	if text := q.Get("at"); text != "" {
		if at, err = readTime("at", text, v.Zone); err != nil {
			return v, err
		}
		at = at.In(v.Zone)
	}
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, v.Zone)
	switch v.Span {
	case "day":
		v.Slot = testbeds.Slot{Start: day, End: day.AddDate(0, 0, 1)}
	case "month":
		v.Slot = testbeds.Slot{Start: day, End: day.AddDate(0, 1, 0)}
	case "range":
		s, ok, err := readSlot(url.Values{"start": {q.Get("from")}, "end": {q.Get("to")}}, v.Zone)
		if err != nil {
			return v, err
		}
		if !ok || !s.Start.Before(s.End) || s.Duration() > longestRange {
			return v, invalid("to", "must be after from, by at most a year")
		}
		v.Slot = s
	default:
		v.Span, v.Slot = "week", testbeds.Slot{Start: day, End: day.AddDate(0, 0, 7)}
	}
	if n, err := strconv.Atoi(q.Get("width")); err == nil {
		v.Width = min(max(n, 320), 4000)
	}
	return v, nil
}

// query returns the window as an address has it.
func (v window) query() url.Values {
	q := url.Values{"span": {v.Span}, "zone": {v.Zone.String()}, "at": {v.Slot.Start.In(v.Zone).Format(time.DateOnly)}}
	if v.Span == "range" {
		q.Del("at")
		q.Set("from", v.Slot.Start.Format(time.RFC3339))
		q.Set("to", v.Slot.End.Format(time.RFC3339))
	}
	for name, value := range map[string]string{"testbed": v.Testbed, "feature": v.Feature, "nsd": v.NSD, "open": v.Open} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// moved returns the address of the window one step later, or earlier, or with another span.
func (v window) moved(steps int, span string) template.URL {
	q := v.query()
	start := v.Slot.Start.In(v.Zone)
	switch v.Span {
	case "day":
		start = start.AddDate(0, 0, steps)
	case "month":
		start = start.AddDate(0, steps, 0)
	case "range":
		by := v.Slot.Duration() * time.Duration(steps)
		q.Set("from", v.Slot.Start.Add(by).Format(time.RFC3339))
		q.Set("to", v.Slot.End.Add(by).Format(time.RFC3339))
	default:
		start = start.AddDate(0, 0, 7*steps)
	}
	if span != "" {
		q.Set("span", span)
		q.Del("from")
		q.Del("to")
	}
	if q.Get("span") != "range" {
		q.Set("at", start.Format(time.DateOnly))
	}
	return template.URL("?" + q.Encode())
}

// shows reports whether the window includes a testbed.
func (v window) shows(t testbeds.Testbed) bool {
	return (v.Testbed == "" || v.Testbed == t.ID) && (v.Feature == "" || slices.Contains(t.Features, v.Feature))
}

// chart makes the schedule's picture.
func (s *site) chart(ctx context.Context, who account.Actor, v window, f testbeds.Facility) (timeline.Chart, error) {
	c := timeline.Chart{From: v.Slot.Start, To: v.Slot.End, Zone: v.Zone, Now: s.o.Clock(), Width: v.Width,
		Title: "Schedule: " + wallclock.SaidSpan(v.Slot.Start, v.Slot.End, v.Zone, s.o.Clock()) + ", " + zoneName(v.Zone)}
	c.Zoom = func(part testbeds.Slot) string {
		q := url.Values{"span": {"range"}, "from": {part.Start.Format(time.RFC3339)}, "to": {part.End.Format(time.RFC3339)}, "zone": {v.Zone.String()}, "testbed": {v.Testbed}, "feature": {v.Feature}}
		return "/schedule?" + q.Encode()
	}
	concerned, err := s.concerned(ctx, who, v, &c)
	if err != nil {
		return c, err
	}
	for _, t := range f.Testbeds {
		if !v.shows(t) || concerned != nil && !concerned[t.ID] {
			continue
		}
		lane := timeline.Lane{ID: t.ID, Title: title(t), Words: words(t), Link: v.opened(t.ID), Open: v.opens(t.ID)}
		if zone, err := wallclock.Zone(t.Timezone); err == nil {
			lane.Zone = zone
		}
		series, err := s.series(ctx, who, t, v)
		if err != nil {
			return c, err
		}
		for _, x := range series {
			lane.Bands = append(lane.Bands, band(x))
		}
		board, err := s.service.Board(ctx, who, t.ID, v.Slot)
		if err != nil {
			return c, err
		}
		for _, p := range board {
			lane.Bars = append(lane.Bars, bar(who, p))
		}
		for _, o := range closures(t, v.Slot) {
			hatch(&lane, series, o)
		}
		c.Lanes = append(c.Lanes, lane)
	}
	return c, nil
}

// concerned returns the testbeds that the window's network service uses, nil for all, and adds the times at which it could run to the
// picture.
func (s *site) concerned(ctx context.Context, who account.Actor, v window, c *timeline.Chart) (map[string]bool, error) {
	if v.NSD == "" {
		return nil, nil
	}
	catalogue, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return nil, err
	}
	p := choosePage{Choice: choice{NSD: v.NSD, Zone: v.Zone, Hours: 1}, NSDs: catalogue.NSDs}
	if err := p.deployed(catalogue); err != nil {
		return nil, err
	}
	c.Fits, err = s.service.Windows(ctx, who, p.Choice.ask(), v.Slot, maxFits)
	c.Pick = func(free testbeds.Slot) string {
		return string(p.Choice.with(first(free, usualHours*time.Hour), nil, nil))
	}
	return p.testbeds(), err
}

// maxFits bounds the number of free times drawn.
const maxFits = 200

func title(t testbeds.Testbed) string {
	if t.Name != "" {
		return t.Name
	}
	return t.ID
}

// words lists the words by which a testbed is found, besides its name.
func words(t testbeds.Testbed) string {
	list := append([]string{t.ID, t.Organisation, t.Location}, t.Features...)
	for _, v := range t.VIMs {
		list = append(list, v.ID, v.Name)
	}
	for _, d := range t.Devices {
		list = append(list, d.ID, d.Name)
	}
	return strings.Join(list, " ")
}

// opens reports whether a testbed shows its parts: on demand, and if it is the only one.
func (v window) opens(testbed string) bool { return v.Open == testbed || v.Testbed == testbed }

// opened returns the address of the schedule with a testbed opened; for an open one the address of its page.
func (v window) opened(testbed string) string {
	if v.opens(testbed) {
		return "/testbeds/" + url.PathEscape(testbed)
	}
	v.Open = testbed
	return "/schedule?" + v.query().Encode()
}

// series returns the capacities of a testbed over the window.
func (s *site) series(ctx context.Context, who account.Actor, t testbeds.Testbed, v window) ([]testbeds.Series, error) {
	series, err := s.service.Availability(ctx, who, t.ID, v.Slot)
	if scheduler.CodeOf(err) == scheduler.CodeInvalid { // there is no capacity to show beyond the bookable time
		return nil, nil
	}
	return series, err
}

// band shows a series, with amounts in people's units.
func band(x testbeds.Series) timeline.Band {
	b := timeline.BandOf(x)
	if q := x.Resource.Quantity; q != "" {
		b.Title = x.Resource.VIM + " " + phrases.Quantity(q)
		b.Size = func(n int64) string { return phrases.Size(q, n) }
	}
	return b
}

// hatch draws a closure over what it closes: the whole lane, or the bands of its VIMs and devices. series are those of the lane's bands.
func hatch(lane *timeline.Lane, series []testbeds.Series, o closed) {
	c := timeline.Closure{Slot: o.Slot, Title: o.Title}
	if len(o.Of) == 0 {
		lane.Closures = append(lane.Closures, c)
		return
	}
	for i := range lane.Bands {
		if slices.Contains(o.Of, series[i].Resource.VIM+series[i].Resource.Device) {
			lane.Bands[i].Closures = append(lane.Bands[i].Closures, c)
		}
	}
}

// bar draws a booking. The picture itself words its status and time.
func bar(who account.Actor, p scheduler.Placed) timeline.Bar {
	b := timeline.Bar{Slot: p.Slot, Occupied: p.Occupied, Overbooked: p.Overbooked, State: timeline.Busy, Label: "another experiment", Title: "another experiment"}
	switch p.Strength {
	case testbeds.Held:
		b.State = timeline.Held
	case testbeds.Pending:
		b.State = timeline.Pending
	}
	if p.Number != 0 {
		b.Label, b.Link = fmt.Sprintf("#%d", p.Number), fmt.Sprintf("/requests/%d", p.Number)
		b.Title = b.Label
	}
	if r := p.Request; r != nil {
		b.Label = fmt.Sprintf("#%d %s", r.Number, r.Name)
		b.Title = b.Label + ", " + r.Experimenter
		b.Mine = r.Experimenter == who.Username || r.Mentor == who.Username
		if state, ok := barStates[r.Status]; ok && p.Strength == testbeds.Firm {
			b.State = state
		}
	}
	return b
}

// schedulePage is the start page.
type schedulePage struct {
	Window   window
	SVG      template.HTML
	Testbeds []testbeds.Testbed
	Features []string
	NSDs     []string
	Zones    []string
	Spans    []link
	Earlier  template.URL
	Later    template.URL
	Today    template.URL
	Image    template.URL
	From, To string
}

// windowed reads the wanted part of the schedule, and draws it.
func (s *site) windowed(r *http.Request, who account.Actor) (v window, f testbeds.Facility, svg template.HTML, err error) {
	if v, err = s.readWindow(r.URL.Query(), s.readerOf(who).zone); err != nil {
		return v, f, "", err
	}
	if f, _, err = s.service.Facility(r.Context(), who); err != nil {
		return v, f, "", err
	}
	svg, err = s.drawn(r.Context(), who, v, f, func(c *timeline.Chart) {
		if v.Testbed == "" && v.NSD == "" {
			c.Rank()
		}
	})
	return v, f, svg, err
}

func (s *site) schedule(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	v, f, svg, err := s.windowed(r, who)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(r.Context(), who)
	if err != nil {
		return err
	}
	p := schedulePage{Window: v, SVG: svg, Testbeds: f.Testbeds, Features: features(f), Zones: zones(f, v.Zone), Earlier: v.moved(-1, ""), Later: v.moved(1, ""),
		From: v.Slot.Start.In(v.Zone).Format(localTime), To: v.Slot.End.In(v.Zone).Format(localTime), Image: template.URL("/timeline.svg?" + v.query().Encode())}
	for _, n := range catalogue.NSDs {
		p.NSDs = append(p.NSDs, n.ID)
	}
	for _, span := range []string{"day", "week", "month"} {
		p.Spans = append(p.Spans, link{Label: span, URL: string(v.moved(0, span)), Here: v.Span == span})
	}
	today := v
	today.Slot.Start = s.o.Clock()
	p.Today = today.moved(0, "")
	s.show(w, r, http.StatusOK, "schedule.html", "Schedule", who, p)
	return nil
}

// drawn draws the picture for a page.
func (s *site) drawn(ctx context.Context, who account.Actor, v window, f testbeds.Facility, more func(*timeline.Chart)) (template.HTML, error) {
	c, err := s.chart(ctx, who, v, f)
	if err != nil {
		return "", err
	}
	if more != nil {
		more(&c)
	}
	var b bytes.Buffer
	err = c.SVG(&b)
	return template.HTML(b.String()), err // the drawing package escapes all texts of users
}

// picture serves the schedule alone, for embedding in other pages.
func (s *site) picture(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	_, _, svg, err := s.windowed(r, who)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
	_, _ = w.Write([]byte(svg))
	return nil
}

func features(f testbeds.Facility) (list []string) {
	for _, t := range f.Testbeds {
		for _, x := range t.Features {
			if !slices.Contains(list, x) {
				list = append(list, x)
			}
		}
	}
	slices.Sort(list)
	return list
}
