package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

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
	Free       []wayOut
	Verdict    *testbeds.Verdict
	Conflicts  []string
	Contenders int
	Ways       []wayOut
	Clocks     []*time.Location // of its testbeds
	Once       string
	Start, End string // as inputs write them
	Failure    *failure
}

// reach says whether an experiment can run on a testbed, with the reason if not.
type reach struct {
	Testbed testbeds.Testbed
	Place   string // the VIM that it would be placed on; empty if that is impossible
	Why     []string
}

func (s *site) choose(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	c, err := readChoice(r.URL.Query(), s.readerOf(who).zone)
	if err != nil {
		return err
	}
	return s.chosen(w, r, who, c)
}

// chosen shows the page for a choice.
func (s *site) chosen(w http.ResponseWriter, r *http.Request, who account.Actor, c choice) error {
	ctx := r.Context()
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	catalogue, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return err
	}
	c.Once = cmp.Or(c.Once, fresh())
	p := choosePage{Choice: c, NSDs: catalogue.NSDs, Zones: zones(f, c.Zone), Once: c.Once}
	if c.NSD == "" && len(c.Own) == 0 {
		for _, t := range f.Testbeds {
			for _, v := range t.VIMs {
				p.VIMs = append(p.VIMs, t.ID+"/"+v.ID)
			}
		}
		for i := range maxOwn {
			p.Rows = append(p.Rows, i+1)
		}
		s.show(w, r, http.StatusOK, "choose-nsd.html", "Book a slot", who, p)
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
	for _, t := range f.Testbeds {
		if zone, err := wallclock.Zone(t.Timezone); err == nil && p.testbeds()[t.ID] {
			p.Clocks = append(p.Clocks, zone)
		}
	}
	if p.SVG, err = s.where(ctx, who, p, f); err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "choose.html", "Book a slot for "+p.What, who, p)
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
		p.Free = append(p.Free, wayOut{Slot: slot, JSON: asTaken(testbeds.Alternative{Slot: slot})})
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
	if scheduler.CodeOf(err) == scheduler.CodeInvalid {
		_, p.Failure = s.explained(who, err)
		p.Failure.Message = "This slot cannot be requested."
		p.Ways = p.Free[:min(len(p.Free), 3)]
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
		p.Ways = append(p.Ways, wayOut{Slot: a.Slot, Changes: changesOf(a), JSON: asTaken(a)})
	}
	if v.Longest != nil {
		p.Ways = append(p.Ways, wayOut{Slot: *v.Longest, Changes: []string{"the longest slot that is free from that start on"}, JSON: asTaken(testbeds.Alternative{Slot: *v.Longest})})
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
	if c := p.Choice; c.Picked && !c.At.IsZero() && !c.Slot.Start.Before(c.At) && !c.Slot.End.After(c.At.AddDate(0, 0, 7)) {
		from = c.At.In(c.Zone) // the picture stays as it was
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

// longestAddress bounds the addresses that browsers and servers take without trouble.
const longestAddress = 4000

// submit submits the request for the slot; with another button of the form it only changes the choice.
func (s *site) submit(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	c, err := readChoice(r.PostForm, s.readerOf(who).zone)
	if err != nil {
		return err
	}
	if step := r.PostForm.Get("step"); step == "check" || step == "find" || r.PostForm.Get("take") != "" || r.PostForm.Get("to") != "" {
		if to := string(c.address()); len(to) <= longestAddress { // so that it can be reloaded, kept and shared
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		return s.chosen(w, r, who, c)
	}
	if !c.Picked {
		return invalid("start", "must be chosen first: on the picture, here, or from the next free slots")
	}
	in := scheduler.Submission{Ask: c.ask(), Name: c.Name, Description: c.Description, Mentor: c.Mentor, Anyway: r.PostForm.Get("anyway") != ""}
	in.Ask.Duration = testbeds.Period{}
	in.Creation = once(r.PostForm)
	out, err := s.service.Submit(r.Context(), who, in)
	if e, ok := asError(err); ok && len(e.Fields) == 1 && e.Fields[0].Field == "Idempotency-Key" {
		r.PostForm.Del("once") // the page gives it another
		return scheduler.Errorf(scheduler.CodeConflict, "you have sent this form already, with other words in it; look at your requests before you send it once more")
	}
	if err != nil {
		return err
	}
	note := "submitted"
	if out.Repeated {
		note = "repeated"
	}
	return done(w, r, fmt.Sprintf("/requests/%d", out.Request.Number), note)
}
