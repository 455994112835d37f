package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// repeat is how a slot is to be repeated, as a form has it: every so many days, weeks or months, on these days of the week, so often or until a day.
type repeat struct {
	Every  int64
	Unit   string
	On     []string // MO, TU …
	Times  int64
	Until  string // a date, instead of the times
	Except string // dates, as they were typed
	Partly bool   // it is of use in parts, too
	Change series.Change

	except []testbeds.LocalTime
}

const (
	usualTimes    = 6
	longestChange = 64 << 10 // bytes of a change in a form
)

// readRepetition reads how a slot is to be repeated; without any field it is every week, six times.
func readRepetition(form url.Values) (x repeat, err error) {
	x = repeat{Unit: form.Get("unit"), On: form["on"], Until: strings.TrimSpace(form.Get("until")), Except: strings.TrimSpace(form.Get("except")), Partly: form.Get("partly") != ""}
	if x.Every, err = number(form, "every"); err != nil {
		return x, err
	}
	if x.Times, err = number(form, "times"); err != nil {
		return x, err
	}
	x.Every = max(x.Every, 1)
	if x.Unit == "" {
		x.Unit = "week"
	}
	if x.Times == 0 && x.Until == "" {
		x.Times = usualTimes
	}
	if text := form.Get("change"); text != "" && !form.Has("as-asked") {
		if len(text) > longestChange || json.Unmarshal([]byte(text), &x.Change) != nil {
			return x, invalid("change", "cannot be read: choose a way again")
		}
	}
	for _, day := range strings.FieldsFunc(x.Except, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' }) {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return x, invalid("except", "%q is not a day such as 2026-12-24", day)
		}
		x.except = append(x.except, testbeds.LocalTime{Time: t})
	}
	return x, nil
}

// repeatDays lists the days of a week as rules write them, with their names.
var repeatDays = []struct{ Value, Label string }{{"MO", "Mon"}, {"TU", "Tue"}, {"WE", "Wed"}, {"TH", "Thu"}, {"FR", "Fri"}, {"SA", "Sat"}, {"SU", "Sun"}}

// Days lists the days of the week to tick.
func (x repeat) Days() (list []struct {
	Value, Label string
	Ticked       bool
}) {
	for _, d := range repeatDays {
		list = append(list, struct {
			Value, Label string
			Ticked       bool
		}{d.Value, d.Label, slices.Contains(x.On, d.Value)})
	}
	return list
}

// rule writes the recurrence rule.
func (x repeat) rule() string {
	freq := map[string]string{"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}[x.Unit]
	parts := []string{"FREQ=" + freq}
	if x.Every > 1 {
		parts = append(parts, fmt.Sprintf("INTERVAL=%d", x.Every))
	}
	if len(x.On) > 0 && x.Unit == "week" {
		parts = append(parts, "BYDAY="+strings.Join(x.On, ","))
	}
	if x.Until != "" {
		parts = append(parts, "UNTIL="+strings.ReplaceAll(x.Until, "-", ""))
	} else {
		parts = append(parts, "COUNT="+strconv.FormatInt(x.Times, 10))
	}
	return strings.Join(parts, ";")
}

// plan repeats a slot on the wall clock of a zone.
func (x repeat) plan(slot testbeds.Slot, zone *time.Location) series.Plan {
	return series.Plan{Zone: zone.String(), Start: testbeds.LocalTime{Time: wallclock.Floating(slot.Start.In(zone))},
		Duration: testbeds.Period{Clock: slot.Duration()}, Rule: x.rule(), Except: x.except}
}

// ask asks for a choice, repeated.
func (x repeat) ask(c choice, zone *time.Location) scheduler.SeriesAsk {
	q := c.ask()
	return scheduler.SeriesAsk{Plan: x.plan(c.Slot, zone), Change: x.Change, NSD: q.NSD, Components: q.Components, Placement: q.Placement, Devices: q.Devices}
}

// write adds the repetition to an address.
func (x repeat) write(q url.Values) {
	q.Set("every", fmt.Sprint(x.Every))
	q.Set("unit", x.Unit)
	q["on"] = x.On
	if x.Until != "" {
		q.Set("until", x.Until)
	} else {
		q.Set("times", fmt.Sprint(x.Times))
	}
	if x.Except != "" {
		q.Set("except", x.Except)
	}
	if x.Partly {
		q.Set("partly", "yes")
	}
	if !x.Change.IsZero() {
		q.Set("change", changeJSON(x.Change))
	}
}

// changeJSON writes a change as forms carry it.
func changeJSON(c series.Change) string {
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return string(b)
}

// repeated returns the address of the page on which a choice is repeated.
func (c choice) repeated(x *repeat) template.URL {
	_, query, _ := strings.Cut(string(c.address()), "?")
	q, _ := url.ParseQuery(query)
	if x != nil {
		x.write(q)
	}
	return template.URL(seriesPath + "/new?" + q.Encode())
}
