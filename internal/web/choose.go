package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// choice holds a user's choices so far on the way to a slot: it stands in the address, so that it can be kept and shared.
type choice struct {
	NSD         string
	Zone        *time.Location
	Hours       int64
	Slot        testbeds.Slot
	Picked      bool
	Placement   testbeds.Placement
	Devices     []testbeds.DeviceNeed // instead of the service's; nil for these
	Own         []own                 // the user's own components, instead of a service
	Name        string
	Description string
	Mentor      string
}

const (
	usualHours   = 4
	longestHours = 24 * 60
)

func readChoice(form url.Values, usual *time.Location) (c choice, err error) {
	c = choice{NSD: form.Get("nsd"), Name: form.Get("name"), Description: form.Get("description"), Mentor: form.Get("mentor"), Placement: placement(form)}
	if c.Devices, err = devices(form); err != nil {
		return c, err
	}
	if c.Own, err = readOwn(form); err != nil {
		return c, err
	}
	if c.Zone, err = readZone(form, usual); err != nil {
		return c, err
	}
	if c.Hours, err = number(form, "hours"); err != nil {
		return c, err
	}
	if c.Hours > longestHours {
		return c, invalid("hours", "at most %d", longestHours)
	}
	if c.Slot, c.Picked, err = readSlot(form, c.Zone); err != nil {
		return c, err
	}
	if c.Picked && c.Hours == 0 {
		c.Hours = max(int64(c.Slot.Duration()/time.Hour), 1)
	}
	if c.Hours == 0 {
		c.Hours = usualHours
	}
	return c, nil
}

func (c choice) ask() scheduler.Ask {
	q := scheduler.Ask{NSD: c.NSD, Placement: c.Placement, Devices: c.Devices, Slot: c.Slot, Duration: testbeds.Period{Clock: time.Duration(c.Hours) * time.Hour}}
	if len(c.Own) == 0 {
		return q
	}
	q.NSD, q.Placement = "", testbeds.Placement{}
	for i, x := range c.Own {
		m := strconv.Itoa(i + 1)
		q.Components = append(q.Components, testbeds.Component{Member: m, Size: x.size(), Onboarded: []string{x.Where}})
		q.Placement[m] = cmp.Or(c.Placement[m], x.Where)
	}
	return q
}

// Hidden lists the parts of a choice that its forms carry along unseen.
func (c choice) Hidden() (list []hidden) {
	if c.NSD != "" {
		list = append(list, hidden{"nsd", c.NSD})
	}
	for i, x := range c.Own {
		list = append(list, x.hidden(i+1)...)
	}
	for _, member := range slices.Sorted(maps.Keys(c.Placement)) {
		list = append(list, hidden{"place." + member, c.Placement[member]})
	}
	for _, d := range c.Devices {
		list = append(list, hidden{"device." + d.Testbed + "/" + d.Device, fmt.Sprint(d.Count)})
	}
	return list
}

// with returns the address of the same choice with a slot, and with the placement and devices if given.
func (c choice) with(s testbeds.Slot, p testbeds.Placement, needs []testbeds.DeviceNeed) template.URL {
	q := url.Values{"zone": {c.Zone.String()}, "start": {s.Start.UTC().Format(time.RFC3339)}, "end": {s.End.UTC().Format(time.RFC3339)}}
	if len(p) > 0 {
		c.Placement = p
	}
	if len(needs) > 0 {
		c.Devices = needs
	}
	for _, x := range c.Hidden() {
		q.Set(x.Name, x.Value)
	}
	for name, value := range map[string]string{"name": c.Name, "mentor": c.Mentor, "description": c.Description} {
		if value != "" && len(value) < 500 {
			q.Set(name, value)
		}
	}
	return template.URL("/new?" + q.Encode() + "#slot")
}

// way is an alternative, or a free slot, with the address that takes it.
type way struct {
	Slot    testbeds.Slot
	Changes []string
	URL     template.URL
}

// place is where a member can go.
type place struct {
	Member, VNF, Needs string
	Now                string
	Can                []string // VIMs on which it is onboarded
}

// choosePage is the page for choosing a slot.
type choosePage struct {
	Choice     choice
	NSDs       []testbeds.NSD
	What       string // the thing deployed
	Needs      []testbeds.DeviceNeed
	VIMs       []string
	Rows       []int
	Zones      []string
	Mentors    []string
	Places     []place
	Devices    []string
	Where      []reach
	SVG        template.HTML
	Free       []way
	Verdict    *testbeds.Verdict
	Conflicts  []string
	Contenders int
	Ways       []way
	Longest    *way
	Start, End string // as inputs write them
	Failure    *failure
}

// reach says whether an experiment can run on a testbed, with the reason if not.
type reach struct {
	Testbed testbeds.Testbed
	URL     template.URL // places it there; empty if that is impossible, or done
	Why     []string
}

func (s *site) choose(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	c, err := readChoice(r.URL.Query(), s.readerOf(who).zone)
	if err != nil {
		return err
	}
	return s.chosen(w, r, who, c, nil)
}

// chosen shows the page for a choice; failed is the fault of submitting it.
func (s *site) chosen(w http.ResponseWriter, r *http.Request, who account.Actor, c choice, failed error) error {
	ctx := r.Context()
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return err
	}
	p := choosePage{Choice: c, NSDs: catalogue.NSDs, Zones: zones(f, c.Zone)}
	status := http.StatusOK
	if failed != nil {
		if ours(failed) {
			return failed
		}
		status, p.Failure = s.explained(who, failed)
	}
	if c.NSD == "" && len(c.Own) == 0 {
		for _, t := range f.Testbeds {
			for _, v := range t.VIMs {
				p.VIMs = append(p.VIMs, t.ID+"/"+v.ID)
			}
		}
		for i := range maxOwn {
			p.Rows = append(p.Rows, i+1)
		}
		s.show(w, r, status, "choose-nsd.html", "Book a slot", who, p)
		return nil
	}
	if err := p.deployed(catalogue); err != nil {
		return err
	}
	if p.Mentors, err = s.people.Mentors(ctx, who); err != nil {
		return err
	}
	if err := s.free(ctx, who, &p); err != nil {
		return err
	}
	if err := s.check(ctx, who, &p); err != nil {
		return err
	}
	if len(c.Own) == 0 { // the user's own components come with their places
		if err := s.reaches(ctx, who, &p, f); err != nil {
			return err
		}
	}
	if p.SVG, err = s.where(ctx, who, p, f); err != nil {
		return err
	}
	s.show(w, r, status, "choose.html", "Book a slot for "+p.What, who, p)
	return nil
}

// nextFree is the number of free slots offered, and lookAhead the time in which to look for them.
const (
	nextFree  = 5
	lookAhead = 60 * 24 * time.Hour
)

// free finds the next slots in which the experiment could run.
func (s *site) free(ctx context.Context, who account.Actor, p *choosePage) error {
	q := p.Choice.ask()
	now := s.o.Clock().UTC().Truncate(time.Minute)
	length := q.Duration.Exact()
	windows, err := s.service.Windows(ctx, who, q, testbeds.Slot{Start: now, End: now.Add(lookAhead)}, nextFree)
	if err != nil {
		return err
	}
	for _, free := range windows {
		slot := first(free, length)
		p.Free = append(p.Free, way{Slot: slot, URL: p.Choice.with(slot, nil, nil)})
	}
	return nil
}

// first returns the first slot of a length within a free time: from a full hour on if there is room, since people prefer that.
func first(free testbeds.Slot, length time.Duration) testbeds.Slot {
	start := free.Start.Truncate(time.Hour)
	if start.Before(free.Start) {
		start = start.Add(time.Hour)
	}
	if start.Add(length).After(free.End) {
		start = free.Start
	}
	return testbeds.NewSlot(start, length)
}

// check checks the picked slot, and finds alternatives.
func (s *site) check(ctx context.Context, who account.Actor, p *choosePage) error {
	if !p.Choice.Picked {
		return nil
	}
	p.Start, p.End = p.Choice.Slot.Start.In(p.Choice.Zone).Format(localTime), p.Choice.Slot.End.In(p.Choice.Zone).Format(localTime)
	q := p.Choice.ask()
	q.Duration = testbeds.Period{}
	found, v, err := s.service.Suggest(ctx, who, q)
	if e, ok := errors.AsType[*scheduler.Error](err); ok && e.Code == scheduler.CodeInvalid {
		if p.Failure == nil {
			p.Failure = &failure{Message: "This slot cannot be requested.", Fields: e.Fields}
		}
		return nil
	}
	if err != nil {
		return err
	}
	p.Verdict, p.Conflicts, p.Contenders = &v, s.readerOf(who).conflicts(v), len(v.Contenders)
	if v.Fits {
		return nil
	}
	for _, a := range found {
		p.Ways = append(p.Ways, way{Slot: a.Slot, Changes: changesOf(a), URL: p.Choice.with(a.Slot, a.Placement, a.Devices)})
	}
	if v.Longest != nil {
		p.Longest = &way{Slot: *v.Longest, URL: p.Choice.with(*v.Longest, nil, nil)}
	}
	return nil
}

// where draws the schedule with the times at which the experiment could run.
func (s *site) where(ctx context.Context, who account.Actor, p choosePage, f testbeds.Facility) (template.HTML, error) {
	day := s.o.Clock().In(p.Choice.Zone)
	from := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, p.Choice.Zone)
	if p.Choice.Picked && (p.Choice.Slot.Start.Before(from) || p.Choice.Slot.End.After(from.AddDate(0, 0, 7))) {
		start := p.Choice.Slot.Start.In(p.Choice.Zone)
		from = time.Date(start.Year(), start.Month(), start.Day()-1, 0, 0, 0, 0, p.Choice.Zone)
	}
	v := window{Span: "week", Zone: p.Choice.Zone, Slot: testbeds.Slot{Start: from, End: from.AddDate(0, 0, 7)}}
	concerned := p.testbeds()
	f.Testbeds = slices.DeleteFunc(slices.Clone(f.Testbeds), func(t testbeds.Testbed) bool { return !concerned[t.ID] })
	fits, err := s.service.Windows(ctx, who, p.Choice.ask(), v.Slot, maxFits)
	if err != nil {
		return "", err
	}
	return s.drawn(ctx, who, v, f, func(c *timeline.Chart) {
		c.Fits = fits
		c.Pick = func(free testbeds.Slot) string {
			return string(p.Choice.with(first(free, time.Duration(p.Choice.Hours)*time.Hour), nil, nil))
		}
		if p.Choice.Picked {
			c.Picked = &p.Choice.Slot
		}
	})
}

// submit submits the request for the slot.
func (s *site) submit(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	c, err := readChoice(r.PostForm, s.readerOf(who).zone)
	if err != nil {
		return err
	}
	if !c.Picked {
		return s.chosen(w, r, who, c, invalid("start", "choose a slot first"))
	}
	in := scheduler.Submission{Ask: c.ask(), Name: c.Name, Description: c.Description, Mentor: c.Mentor, Anyway: r.PostForm.Get("anyway") != ""}
	in.Ask.Duration = testbeds.Period{}
	in.Creation = once(r.PostForm)
	out, err := s.service.Submit(r.Context(), who, in)
	if err != nil {
		return s.chosen(w, r, who, c, err)
	}
	return done(w, r, fmt.Sprintf("/requests/%d", out.Request.Number), "submitted")
}
