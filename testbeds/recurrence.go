package testbeds

import (
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
