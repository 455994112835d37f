package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// closureRow is a closure as the page of its testbed lists it.
type closureRow struct {
	ID, Summary, Part string
	Source            string // the calendar that it comes from
	When              string // in the testbed's own time
	Now, Begun        bool
	May               bool // may be changed here

	next time.Time // when it applies next
}

// closureRows lists the closures that are not over.
func closureRows(t testbeds.Testbed, x reader, now time.Time, who account.Actor) (list []closureRow) {
	zone, err := wallclock.Zone(t.Timezone)
	if err != nil {
		return nil
	}
	for _, c := range t.AllClosures() {
		ahead, err := c.Occurrences(zone, testbeds.Slot{Start: now, End: now.AddDate(2, 0, 0)})
		if err != nil || len(ahead) == 0 {
			continue
		}
		row := closureRow{ID: c.ID, Summary: c.Summary, Part: cmp.Or(c.Part, "the whole testbed"), When: saidClosure(c.Closure, zone, now, ahead), Source: c.Source, next: ahead[0].Start, Now: !ahead[0].Start.After(now)}
		row.Begun = !wallclock.Instant(c.Start.Time, zone).After(now)
		row.May = c.ID != "" && c.Source == "" && who.SpeaksFor(t.ID) && slices.ContainsFunc(t.Closures, func(y testbeds.Closure) bool { return y.ID == c.ID })
		list = append(list, row)
	}
	return list
}

// saidClosure words when a closure applies: "Thu 10 Dec, 08:00–12:00", "every Mon, Tue 08:00–18:00, next on Mon 30 Nov".
func saidClosure(c testbeds.Closure, zone *time.Location, now time.Time, ahead []testbeds.Slot) string {
	if c.RRule == "" {
		return wallclock.SaidSpan(ahead[0].Start, ahead[0].End, zone, now)
	}
	f := closureFields(c)
	every := map[string]string{"DAILY": "every day", "WEEKLY": "every week", "MONTHLY": "every month"}[f.Repeat]
	if f.Repeat == "WEEKLY" {
		var days []string
		for _, d := range f.Days {
			if d.On {
				days = append(days, d.Name)
			}
		}
		if len(days) > 0 {
			every = "every " + strings.Join(days, ", ")
		}
	}
	if every == "" {
		every = "repeatedly"
	}
	return every + ", next " + wallclock.SaidSpan(ahead[0].Start, ahead[0].End, zone, now)
}

// closureForm is a closure as its form shows it.
type closureForm struct {
	ID, Summary, Start, End, Of string
	Units, Count                string
	Amounts                     []typed
	Repeat, Until               string
	Days                        []weekday
	Kept                        string // a rule that the form cannot hold
	Ways                        []tick // what becomes of those whom it hits
}

// simpleRule is a recurrence that the form can hold.
var simpleRule = regexp.MustCompile(`^FREQ=(DAILY|WEEKLY|MONTHLY)(?:;BYDAY=((?:[A-Z]{2},?)+))?(?:;UNTIL=(\d{8})(?:T\d{6})?)?$`)

// closureFields splits a closure into the fields of its form.
func closureFields(c testbeds.Closure) closureForm {
	f := closureForm{ID: c.ID, Summary: c.Summary, Units: strings.Join(c.Units, ", "), Amounts: usualFields("part.", c.Capacity), Days: newHours(0, nil, "", "").Days}
	if !c.Start.IsZero() {
		f.Start, f.End = c.Start.Format(localTime), c.Start.AddDate(0, 0, c.Duration.Days).Add(c.Duration.Clock).Format(localTime)
	}
	if c.Count > 0 {
		f.Count = strconv.FormatInt(c.Count, 10)
	}
	switch {
	case len(c.VIMs) == 1 && len(c.Devices) == 0:
		f.Of = "vim:" + c.VIMs[0]
	case len(c.Devices) == 1 && len(c.VIMs) == 0:
		f.Of = "device:" + c.Devices[0]
	}
	if c.RRule == "" {
		return f
	}
	m := simpleRule.FindStringSubmatch(c.RRule)
	if m == nil {
		f.Repeat, f.Kept = "keep", c.RRule
		return f
	}
	f.Repeat = m[1]
	if m[2] != "" {
		f.Days = newHours(0, strings.Split(m[2], ","), "", "").Days
	}
	if t, err := time.Parse("20060102", m[3]); err == nil {
		f.Until = t.Format(time.DateOnly)
	}
	return f
}

// closing is the page with the form of a closure.
type closing struct {
	editPage
	C closureForm
}

// editClosure shows the form of a closure, or of a new one.
func (s *site) editClosure(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	c, err := closureOf(p.T, r.PathValue("closure"))
	if err != nil {
		return err
	}
	heading := "Close " + title(p.T)
	if c.ID != "" {
		heading = "Closure: " + c.Summary
	}
	f := closureFields(c)
	f.Ways = replacingOfClosure(p.T, c.Replace)
	s.show(w, r, http.StatusOK, "closure.html", heading, who, closing{p, f})
	return nil
}

// closureOf finds a closure of a testbed; none is a new one.
func closureOf(t testbeds.Testbed, id string) (testbeds.Closure, error) {
	i := slices.IndexFunc(t.Closures, func(c testbeds.Closure) bool { return c.ID == id && id != "" })
	switch {
	case i >= 0:
		return t.Closures[i], nil
	case id == "":
		return testbeds.Closure{}, nil
	}
	return testbeds.Closure{}, scheduler.Errorf(scheduler.CodeNotFound, "testbed %s has no such closure", t.ID)
}

// close shows whom a closure hits, and then adds or changes it.
func (s *site) close(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	form := r.PostForm
	c, err := closureOf(p.T, r.PathValue("closure"))
	if err != nil {
		return err
	}
	added := c.ID == ""
	if err := readClosure(form, &c); err != nil {
		return err
	}
	confirmed := form.Get("step") == "confirm"
	o := scheduler.ChangeOptions{DryRun: !confirmed, Force: confirmed, Reason: c.Summary}
	change, err := s.storeClosure(r.Context(), who, p.T.ID, c, o, form)
	if err != nil {
		return ofThisForm(err)
	}
	if confirmed {
		return done(w, r, testbedPath(p.T.ID), map[bool]string{true: "closed", false: "closure-saved"}[added])
	}
	shown := previewOf(change, "confirm")
	shown.Verb = map[bool]string{true: "Close", false: "Save"}[added]
	return s.showPreview(w, r, who, shown, s.editClosure)
}

func (s *site) storeClosure(ctx context.Context, who account.Actor, testbed string, c testbeds.Closure, o scheduler.ChangeOptions, form url.Values) (scheduler.FacilityChange, error) {
	if c.ID != "" {
		return s.service.ChangeClosure(ctx, who, testbed, c, o)
	}
	var key scheduler.Creation
	if !o.DryRun {
		key = once(form)
	}
	_, change, err := s.service.AddClosure(ctx, who, testbed, c, o, key)
	return change, err
}

// readClosure reads the form of a closure; what the form does not show stays.
func readClosure(form url.Values, c *testbeds.Closure) error {
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
		return invalid("end", "must be after the start")
	}
	c.Summary, c.Start, c.Duration = strings.TrimSpace(form.Get("summary")), testbeds.LocalTime{Time: start}, testbeds.Period{Clock: end.Sub(start)}
	c.VIMs, c.Devices = nil, nil
	switch kind, of, _ := strings.Cut(form.Get("of"), ":"); kind {
	case "vim":
		c.VIMs = []string{of}
	case "device":
		c.Devices = []string{of}
	}
	c.Units = readWords(form.Get("units"))
	if c.Count, err = number(form, "count"); err != nil {
		return err
	}
	if c.Capacity, err = readQuantities(form, "part."); err != nil {
		return err
	}
	if form.Has("replace") {
		c.Replace = testbeds.Replacing(form.Get("replace"))
	}
	return readRepeat(form, c)
}

// readRepeat reads how a closure recurs.
func readRepeat(form url.Values, c *testbeds.Closure) error {
	repeat := form.Get("repeat")
	switch repeat {
	case "":
		c.RRule, c.ExDates = "", nil
		return nil
	case "keep":
		return nil
	case "DAILY", "WEEKLY", "MONTHLY":
		c.RRule = "FREQ=" + repeat
	default:
		return invalid("repeat", "must be one of those listed")
	}
	if days := form["day"]; repeat == "WEEKLY" && len(days) > 0 {
		c.RRule += ";BYDAY=" + strings.Join(days, ",")
	}
	if text := form.Get("until"); text != "" {
		until, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return invalid("until", "must be a date such as 2026-12-31")
		}
		c.RRule += ";UNTIL=" + until.Format("20060102")
	}
	return nil
}

// reopen ends a closure now; one that has not begun is removed.
func (s *site) reopen(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, id := r.Context(), r.PathValue("testbed")
	t, _, err := s.service.Testbed(ctx, who, id)
	if err != nil {
		return err
	}
	closure := r.PostFormValue("closure")
	zone, err := wallclock.Zone(t.Timezone)
	if err != nil {
		return err
	}
	c, err := closureOf(t, closure)
	if err != nil {
		return err
	}
	if ended, left := c.EndedAt(s.o.Clock(), zone); left {
		_, err = s.service.ChangeClosure(ctx, who, id, ended, scheduler.ChangeOptions{Force: true, Reason: "The closure has ended."})
	} else {
		_, err = s.service.DeleteClosure(ctx, who, id, closure, scheduler.ChangeOptions{Force: true})
	}
	if err != nil {
		return err
	}
	return done(w, r, testbedPath(id), "reopened")
}
