package series

import (
	"fmt"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// MaxOccurrences bounds a series: all of it is decided in one transaction.
const MaxOccurrences = 100

// reach is how far after its start a series is expanded. No occurrence beyond it can be booked.
const reach = 3 * 366 * 24 * time.Hour

// Plan says when a series takes place.
type Plan struct {
	Zone     string               `json:"timezone"`          // IANA name, such as Europe/Dublin
	Start    testbeds.LocalTime   `json:"start"`             // of the first occurrence, on the wall clock of the zone
	Duration testbeds.Period      `json:"duration"`          // days are nominal: they end at the same wall-clock time
	Rule     string               `json:"rrule"`             // RFC 5545, with COUNT or UNTIL
	Except   []testbeds.LocalTime `json:"exdates,omitempty"` // days on which none starts; they count as occurrences of COUNT
}

// Occurrence is one time of a series.
type Occurrence struct {
	Place int           `json:"place"` // 1 for the first
	Slot  testbeds.Slot `json:"slot"`
}

// Expand lists the occurrences in their order, with places from 1 on. It returns testbeds.Faults for a plan that breaks a rule: every fault, by the
// fields of its JSON.
func (p Plan) Expand() ([]Occurrence, error) {
	w, zone, err := p.parsed()
	if err != nil {
		return nil, err
	}
	start := wallclock.Instant(w.Start, zone)
	times, err := w.Expand(zone, start.Add(-time.Second), start.Add(reach))
	switch {
	case err != nil:
		return nil, fault("rrule", "%s", err.Error())
	case len(times) < 2:
		return nil, fault("rrule", "a series has at least two occurrences, this one has %d", len(times))
	case len(times) > MaxOccurrences:
		return nil, fault("rrule", "a series has at most %d occurrences, this one has %d", MaxOccurrences, len(times))
	}
	list := make([]Occurrence, len(times))
	for i, t := range times {
		list[i] = Occurrence{i + 1, testbeds.Slot{Start: t.Start, End: t.End}}
	}
	return list, nil
}

func fault(field, rule string, args ...any) testbeds.Faults {
	return testbeds.Faults{{Field: field, Rule: fmt.Sprintf(rule, args...)}}
}

// parsed checks the parts of a plan, and finds all faults.
func (p Plan) parsed() (w wallclock.Series, zone *time.Location, err error) {
	var bad testbeds.Faults
	add := func(field, rule string) { bad.Add(testbeds.Fault{Field: field, Rule: rule}) }
	if zone, err = wallclock.Zone(p.Zone); err != nil {
		add("timezone", err.Error())
	}
	w = wallclock.Series{Start: wallclock.Floating(p.Start.Time), Days: p.Duration.Days, Clock: p.Duration.Clock}
	if p.Start.IsZero() {
		add("start", "is missing: give the wall-clock time of the first occurrence, such as 2026-03-03T09:00")
	}
	if p.Duration.Days < 0 || p.Duration.Clock < 0 || p.Duration.IsZero() {
		add("duration", "is missing: give the length of an occurrence, such as PT4H")
	} else if p.Duration.Exact() > wallclock.Longest {
		add("duration", "an occurrence lasts at most 366 days")
	}
	switch rule, err := wallclock.Parse(p.Rule); {
	case p.Rule == "":
		add("rrule", "is missing: give a recurrence rule, such as FREQ=WEEKLY;COUNT=6")
	case err != nil:
		add("rrule", err.Error())
	case !rule.Ends():
		add("rrule", "must say where the series ends: with COUNT or UNTIL")
	default:
		w.Rule = rule
		if err := rule.Check(w.Start); err != nil && len(bad) == 0 {
			add("rrule", err.Error())
		}
	}
	if len(p.Except) > MaxOccurrences {
		add("exdates", fmt.Sprintf("at most %d days", MaxOccurrences))
	}
	for _, t := range p.Except {
		w.Except = append(w.Except, t.Time)
	}
	return w, zone, bad.Err()
}

// Location returns the plan's zone; UTC where there is none of that name.
func (p Plan) Location() *time.Location {
	zone, err := wallclock.Zone(p.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// String says the plan for people: "every Tuesday, 09:00–13:00 (Europe/Dublin)".
func (p Plan) String() string {
	w, zone, err := p.parsed()
	if err != nil {
		return "a series"
	}
	first := wallclock.Series{Start: w.Start, Days: w.Days, Clock: w.Clock}
	times, err := first.Expand(zone, wallclock.Instant(w.Start, zone).Add(-time.Second), wallclock.Instant(w.Start, zone).Add(time.Second))
	if err != nil || len(times) == 0 {
		return w.Rule.Said(w.Start)
	}
	return fmt.Sprintf("%s, %s (%s)", w.Rule.Said(w.Start), hours(testbeds.Slot{Start: times[0].Start, End: times[0].End}, zone), p.Zone)
}

// hours writes the times of day of a slot: "09:00–13:00", "22:00–06:00 of the next day".
func hours(s testbeds.Slot, zone *time.Location) string {
	start, end := s.Start.In(zone), s.End.In(zone)
	text := start.Format("15:04") + "–" + end.Format("15:04")
	switch days := int(date(end).Sub(date(start)) / (24 * time.Hour)); {
	case days == 1 && end.Equal(midnight(end)):
		return start.Format("15:04") + "–24:00"
	case days == 1:
		return text + " of the next day"
	case days > 1:
		return fmt.Sprintf("%s %d days later", text, days)
	}
	return text
}

func date(t time.Time) time.Time { return wallclock.Floating(t).Truncate(24 * time.Hour) }

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
