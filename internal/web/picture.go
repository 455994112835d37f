package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// chart makes the schedule's picture.
func (s *site) chart(ctx context.Context, who account.Actor, v window, f testbeds.Facility) (timeline.Chart, error) {
	c := timeline.Chart{From: v.Slot.Start, To: v.Slot.End, Zone: v.Zone, Now: s.o.Clock(), Width: v.Width, Zoom: v.zoomed,
		Title: "Schedule: " + wallclock.SaidSpan(v.Slot.Start, v.Slot.End, v.Zone, s.o.Clock()) + ", " + zoneName(v.Zone)}
	concerned, err := s.concerned(ctx, who, v, &c)
	if err != nil {
		return c, err
	}
	shown := slices.DeleteFunc(slices.Clone(f.Testbeds), func(t testbeds.Testbed) bool { return !v.shows(t) || concerned != nil && !concerned[t.ID] })
	ids := make([]string, 0, len(shown))
	for _, t := range shown {
		ids = append(ids, t.ID)
	}
	boards, err := s.service.Boards(ctx, who, ids, v.Slot, v.byDay())
	if err != nil {
		return c, err
	}
	for _, t := range shown {
		lane := timeline.Lane{ID: t.ID, Title: title(t), Words: wordsOf(t), Link: v.toggled(t.ID), About: "/testbeds/" + url.PathEscape(t.ID), Open: v.opens(t.ID)}
		if zone, err := wallclock.Zone(t.Timezone); err == nil {
			lane.Zone = zone
		}
		board := boards[t.ID]
		series := board.Series
		if v.Of != nil {
			series = slices.DeleteFunc(series, func(x testbeds.Series) bool {
				return !slices.ContainsFunc(v.Of, func(n testbeds.Need) bool { return n.Resource == x.Resource })
			})
		}
		for _, x := range series {
			lane.Bands = append(lane.Bands, band(x))
		}
		for _, p := range board.Bookings {
			lane.Bars = append(lane.Bars, bar(who, p, phrases.Reader{Zone: v.Zone, Now: s.o.Clock()}))
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
	p := choosePage{Choice: choice{NSD: v.NSD, Zone: v.Zone, Hours: 1}}
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
	c := timeline.Closure{Slot: o.Slot, Title: o.Title, Part: o.Part}
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
func bar(who account.Actor, p scheduler.Placed, x phrases.Reader) timeline.Bar {
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
		if h := r.Headroom; h != nil && p.Strength == testbeds.Firm {
			b.Title += ", " + x.Room(*h, r.Slot)
		}
		b.Mine = r.Experimenter == who.Username || r.Mentor == who.Username
		if state, ok := barStates[r.Status]; ok && p.Strength == testbeds.Firm {
			b.State = state
		}
	}
	return b
}

// shown draws the wanted part of the schedule.
func (s *site) shown(r *http.Request, who account.Actor, v window, f testbeds.Facility, write func(timeline.Chart, io.Writer) error) ([]byte, error) {
	c, err := s.chart(r.Context(), who, v, f)
	if err != nil {
		return nil, err
	}
	if v.Testbed == "" && v.NSD == "" {
		c.Rank()
		c.QuietLink = "/testbeds"
	}
	var b bytes.Buffer
	err = write(c, &b)
	return b.Bytes(), err
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
	v, err := s.readWindow(r.URL.Query(), s.readerOf(who).zone)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	svg, err := s.shown(r, who, v, f, timeline.Chart.SVG)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Etag", etag(svg))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(svg))
	return nil
}
