package web

import (
	"cmp"
	"encoding/json"
	"fmt"
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

// readRepetition reads how a slot is to be repeated; nil if it is not. A change that was chosen for another slot, or for another repetition, is dropped.
func readRepetition(form url.Values, slot testbeds.Slot) (*repeat, error) {
	if form.Get("unit") == "" {
		return nil, nil
	}
	except := append([]string{strings.TrimSpace(form.Get("except"))}, form["leave"]...)
	x := repeat{Unit: form.Get("unit"), On: form["on"], Until: strings.TrimSpace(form.Get("until")), Except: strings.Trim(strings.Join(except, ", "), ", "), Partly: form.Get("partly") != ""}
	if repeatUnits[x.Unit] == "" {
		return nil, invalid("unit", "must be day, week or month")
	}
	var err error
	if x.Every, err = number(form, "every"); err != nil {
		return nil, err
	}
	if x.Times, err = number(form, "times"); err != nil {
		return nil, err
	}
	x.Every = max(x.Every, 1)
	if x.Times == 0 && x.Until == "" {
		x.Times = usualTimes
	}
	for _, day := range strings.FieldsFunc(x.Except, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' }) {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, invalid("except", "%q is not a day such as 2026-12-24", day)
		}
		x.except = append(x.except, testbeds.LocalTime{Time: t})
	}
	if of := form.Get("change_of"); form.Has("way") || of == "" || of == x.key(slot) {
		x.Change, err = readChange(form)
	}
	return &x, err
}

// readChange reads the change of a series that was chosen, if any.
func readChange(form url.Values) (c series.Change, err error) {
	text := cmp.Or(form.Get("way"), form.Get("change"))
	if text == "" || form.Has("as-asked") {
		return c, nil
	}
	if len(text) > longestChange || json.Unmarshal([]byte(text), &c) != nil {
		return c, invalid("change", "cannot be read: choose a way again")
	}
	return c, nil
}

// key names what a change was made for: it speaks of places and times of one series.
func (x repeat) key(slot testbeds.Slot) string {
	return fmt.Sprintf("%d %d %s %s", slot.Start.Unix(), slot.End.Unix(), x.rule(), x.Except)
}

// repeatUnits holds the frequency of each unit.
var repeatUnits = map[string]string{"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}

// repeatUnit is a unit to choose.
type repeatUnit struct {
	Value, Label string
	Here         bool
}

// Units lists the ways to repeat a slot, the first of which is not to repeat it.
func (c choice) Units() (list []repeatUnit) {
	now := ""
	if c.Repeat != nil {
		now = c.Repeat.Unit
	}
	for _, u := range []repeatUnit{{"", "once only", false}, {"day", "daily", false}, {"week", "weekly", false}, {"month", "monthly", false}} {
		u.Here = u.Value == now
		list = append(list, u)
	}
	return list
}

// Repetition is how the slot is repeated, or what the form proposes for it.
func (c choice) Repetition() repeat {
	if c.Repeat == nil {
		return repeat{Every: 1, Times: usualTimes}
	}
	return *c.Repeat
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
	parts := []string{"FREQ=" + repeatUnits[x.Unit]}
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
