package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// choosePage is the page for choosing a slot.
type choosePage struct {
	Choice  choice
	What    string // the thing deployed
	Needs   []testbeds.DeviceNeed
	Mentors []string
	Places  []place
	Takes   []string // what it takes, in people's units
	Where   []reach
	seen
	Free       []wayOut
	OutOfHours bool // working hours were asked for, and none is free
	Verdict    *testbeds.Verdict
	Conflicts  []string
	Contenders int
	Breaks     []string // what the policy has against it
	Against    bool     // the reader may be allowed to submit it nonetheless
	Never      []string // why it can run at no time as it is placed
	Ways       []wayOut
	Series     *repetition      // where the slot is repeated
	Clocks     []*time.Location // of its testbeds
	Share      template.URL     // the slot, for others
	Once       string
	Start, End string // as inputs write them
	Failure    *failure

	demand testbeds.Demand
}

// choose shows the page for choosing a slot; before a service is chosen, the one for that. With the field again it is for the same as an earlier request.
func (s *site) choose(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	c, err := readChoice(r.URL.Query(), s.readerOf(who).zone)
	if err != nil {
		return err
	}
	if number := r.URL.Query().Get("again"); number != "" {
		v, err := s.service.Get(r.Context(), who, number)
		if err != nil {
			return err
		}
		same, _ := again(v.Request)
		same.Zone, same.Look = c.Zone, c.Look
		c = same
	}
	return s.chosen(w, r, who, c)
}

// chosen shows the page for a choice. A script asks only for its parts that follow the slot.
func (s *site) chosen(w http.ResponseWriter, r *http.Request, who account.Actor, c choice) error {
	if c.NSD == "" && len(c.Own) == 0 {
		return s.chooseService(w, r, who)
	}
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
	p := choosePage{Choice: c, Once: c.Once}
	if err := p.deployed(catalogue); err != nil {
		return err
	}
	p.Takes = takesOf(p.demand, f)
	for _, t := range f.Testbeds {
		if zone, err := wallclock.Zone(t.Timezone); err == nil && p.testbeds()[t.ID] {
			p.Clocks = append(p.Clocks, zone)
		}
	}
	if err := s.free(ctx, who, &p); err != nil {
		return err
	}
	if err := s.check(ctx, who, &p, names{beds: f}); err != nil {
		return err
	}
	if err := s.where(ctx, who, &p, f); err != nil {
		return err
	}
	if r.FormValue("part") != "" {
		s.show(w, r, http.StatusOK, "choose-parts.html", "", who, p)
		return nil
	}
	if p.Mentors, err = s.people.Mentors(ctx, who); err != nil {
		return err
	}
	if len(c.Own) == 0 { // the user's own components come with their places
		if err := s.reaches(ctx, who, &p, f); err != nil {
			return err
		}
	}
	s.show(w, r, http.StatusOK, "choose.html", "Book "+p.What, who, p)
	return nil
}

const (
	nextFree  = 5                   // free slots offered
	lookAhead = 60 * 24 * time.Hour // in which they are looked for
	lead      = time.Hour           // before the first of them: people need time to agree
)

// free finds the next slots in which the experiment could run, from the time shown on. The first of them is the slot, as long as nobody has chosen one.
func (s *site) free(ctx context.Context, who account.Actor, p *choosePage) error {
	c, now := &p.Choice, s.o.Clock().UTC()
	span := testbeds.Slot{Start: now.Add(lead).Truncate(time.Minute), End: now.Add(lookAhead)}
	if !c.Look.At.IsZero() && c.Look.At.After(span.Start) {
		span = testbeds.Slot{Start: c.Look.At.UTC(), End: c.Look.At.UTC().Add(lookAhead)}
	}
	likes := scheduler.Preference{WorkingHours: !c.Any, Zone: c.Zone}
	slots, err := s.service.NextFree(ctx, who, c.ask(), span, likes, nextFree)
	if err == nil && len(slots) == 0 && likes.WorkingHours {
		likes.WorkingHours = false
		slots, err = s.service.NextFree(ctx, who, c.ask(), span, likes, nextFree)
		p.OutOfHours = len(slots) > 0
	}
	if err != nil {
		return err
	}
	if !c.Picked && len(slots) > 0 {
		c.Slot, c.Picked = slots[0], true
	}
	for _, slot := range slots {
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

const (
	waysSought = 12 // alternatives to choose the best ones from
	waysShown  = 5
	ghosts     = 3
)

// check checks the picked slot, and finds alternatives: those in working hours first, if that is wanted.
func (s *site) check(ctx context.Context, who account.Actor, p *choosePage, n names) error {
	if !p.Choice.Picked { // nothing is free: is it possible at all?
		q := p.Choice.ask()
		q.Slot = testbeds.NewSlot(s.o.Clock().UTC().Truncate(time.Hour).Add(24*time.Hour), time.Hour)
		v, err := s.service.Check(ctx, who, q)
		p.Never = reasons(v.Problems)
		return err
	}
	p.Share = p.Choice.shared()
	p.Start, p.End = p.Choice.Slot.Start.In(p.Choice.Zone).Format(localTime), p.Choice.Slot.End.In(p.Choice.Zone).Format(localTime)
	if p.Choice.Repeat != nil {
		return s.checkRepeated(ctx, who, p, n)
	}
	q := p.Choice.ask()
	q.Duration, q.Limit = testbeds.Period{}, waysSought
	found, v, err := s.service.Suggest(ctx, who, q)
	if scheduler.CodeOf(err) == scheduler.CodeInvalid {
		_, p.Failure = s.explained(who, err)
		p.Failure.Message = "This slot cannot be requested."
		p.Ways = p.Free[:min(len(p.Free), ghosts)]
		return nil
	}
	if err != nil {
		return err
	}
	p.Verdict, p.Conflicts, p.Contenders = &v, n.conflicts(s.readerOf(who), v), len(v.Contenders)
	if err := s.judge(ctx, who, p, q); err != nil {
		return err
	}
	if v.Fits && len(p.Breaks) == 0 {
		return nil
	}
	if !p.Choice.Any && len(p.Breaks) == 0 {
		if found, err = s.byDay(ctx, who, p.Choice.ask(), p.Choice.Slot, p.Choice.Zone, found); err != nil {
			return err
		}
	}
	found = withLongest(found, v)
	for _, a := range found {
		way := q
		if way.Slot = a.Slot; len(a.Placement) > 0 {
			way.Placement = a.Placement
		}
		if a.Devices != nil {
			way.Devices = a.Devices
		}
		against, err := s.service.RuledOut(ctx, who, way)
		if scheduler.CodeOf(err) == scheduler.CodeInvalid || len(against) > 0 {
			continue
		}
		if p.Ways = append(p.Ways, wayOut{Slot: a.Slot, Changes: changesOf(a), JSON: asTaken(a)}); err != nil || len(p.Ways) == waysShown {
			return err
		}
	}
	return nil
}

// judge says what the policy has against the slot, before anybody submits it.
func (s *site) judge(ctx context.Context, who account.Actor, p *choosePage, q scheduler.Ask) error {
	list, err := s.service.RuledOut(ctx, who, q)
	for _, b := range list {
		p.Breaks = append(p.Breaks, sentence(s.readerOf(who).humane(b.Message)))
	}
	p.Against = account.MayMentor(who.Roles)
	return err
}

// where draws the schedule with the times at which the experiment could run, the slot, and the best alternatives.
func (s *site) where(ctx context.Context, who account.Actor, p *choosePage, f testbeds.Facility) (err error) {
	q := pictured{ask: p.Choice.ask(), demand: p.demand, testbeds: slices.Collect(maps.Keys(p.testbeds())), look: p.Choice.Look, ways: p.Ways}
	if p.Choice.Picked {
		q.slot = &p.Choice.Slot
	}
	if p.Series != nil {
		q.occurrences = p.Series.Parts
	}
	p.seen, err = s.see(ctx, who, q, p.Choice.Zone, f)
	return err
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
	if changes(r.PostForm) {
		if to := string(c.address()); len(to) <= longestAddress { // so that it can be reloaded, kept and shared
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		return s.chosen(w, r, who, c)
	}
	if !c.Picked {
		return invalid("start", "must be chosen first: on the picture, here, or from the next free slots")
	}
	if c.Repeat != nil {
		return s.submitRepeated(w, r, who, c)
	}
	in := scheduler.Submission{Ask: c.ask(), Name: c.Name, Description: c.Description, Mentor: c.Mentor, Anyway: r.PostForm.Get("anyway") != "" || r.PostForm.Get("step") == "anyway"}
	if r.PostForm.Get("step") == "against" { // the page has said whether it fits
		in.Anyway, in.Override = true, &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: strings.TrimSpace(r.PostForm.Get("why"))}
	}
	if r.PostForm.Get("step") == "wait" {
		wait, err := readWaitFor(r.PostForm, c.Zone)
		if err != nil {
			return err
		}
		in.Wait = &wait
	}
	in.Ask.Duration = testbeds.Period{}
	in.Creation = once(r.PostForm)
	out, err := s.service.Submit(r.Context(), who, in)
	if err != nil && in.Wait != nil {
		err = ofWaiting(err)
	}
	if err != nil {
		return ofKey(r, err)
	}
	note := "submitted"
	if out.Repeated {
		note = "repeated"
	}
	return done(w, r, fmt.Sprintf("/requests/%d", out.Request.Number), note)
}

// ofKey explains the refusal of a form that was sent before with other words in it. The page gives it another key.
func ofKey(r *http.Request, err error) error {
	if e, ok := asError(err); ok && len(e.Fields) == 1 && e.Fields[0].Field == "Idempotency-Key" {
		r.PostForm.Del("once")
		return scheduler.Errorf(scheduler.CodeConflict, "you have sent this form already, with other words in it; look at your requests before you send it once more")
	}
	return err
}

// changes reports whether a form was sent by a button that only changes the choice.
func changes(form map[string][]string) bool {
	for _, button := range []string{"take", "to", "pan", "zoom", "way", "as-asked", "leave"} {
		if len(form[button]) > 0 {
			return true
		}
	}
	return slices.Contains(form["step"], "check") || slices.Contains(form["step"], "find")
}
