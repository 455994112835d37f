package testbeds

import (
	"strings"
	"time"

	"berth/testbeds/wallclock"
)

// series converts the closure for wall-clock arithmetic; only a malformed recurrence rule is an error.
func (c Closure) series() (wallclock.Series, error) {
	s := wallclock.Series{Start: c.Start.Time, Days: c.Duration.Days, Clock: c.Duration.Clock}
	for _, t := range c.ExDates {
		s.Except = append(s.Except, t.Time)
	}
	if c.RRule == "" {
		return s, nil
	}
	var err error
	s.Rule, err = wallclock.Parse(c.RRule)
	return s, err
}

// Occurrences lists the times of the closure that intersect a span, whole and in order; they may overlap. zone is the testbed's.
func (c Closure) Occurrences(zone *time.Location, span Slot) ([]Slot, error) {
	s, err := c.series()
	if err != nil {
		return nil, err
	}
	times, err := s.Expand(zone, span.Start, span.End)
	if err != nil {
		return nil, err
	}
	slots := make([]Slot, 0, len(times))
	for _, t := range times {
		slots = append(slots, Slot{Start: t.Start, End: t.End})
	}
	return slots, nil
}

// EndedAt returns the closure as it is when it ends at an instant; left is false if nothing of it is left, because it had not begun. zone is the
// testbed's. One that recurs does not do so again, and what is under way ends.
func (c Closure) EndedAt(now time.Time, zone *time.Location) (ended Closure, left bool) {
	wall := wallclock.Floating(now.In(zone)).Truncate(time.Second)
	if !c.Start.Before(wall) {
		return c, false
	}
	if c.RRule == "" {
		c.Duration = Period{Clock: min(wall.Sub(c.Start.Time), Period{Days: c.Duration.Days, Clock: c.Duration.Clock}.Exact())}
		return c, true
	}
	var parts []string
	for part := range strings.SplitSeq(c.RRule, ";") {
		if name, _, _ := strings.Cut(part, "="); name != "UNTIL" && name != "COUNT" {
			parts = append(parts, part)
		}
	}
	// A time that is under way must not begin at all: an occurrence cannot be shortened alone.
	last := wall.Add(-time.Second)
	if slots, err := c.Occurrences(zone, Slot{Start: now.Add(-time.Second), End: now}); err == nil && len(slots) > 0 {
		last = wallclock.Floating(slots[0].Start.In(zone)).Add(-time.Second)
	}
	if last.Before(c.Start.Time) {
		return c, false
	}
	c.RRule = strings.Join(append(parts, "UNTIL="+last.Format("20060102T150405")), ";")
	return c, true
}
