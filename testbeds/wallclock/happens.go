package wallclock

import (
	"fmt"
	"slices"
	"time"
)

// Check reports whether a series that follows the rule can start at the wall-clock time start: in the years FirstYear to LastYear,
// at a whole second, and with a rule that ever happens from then on. The zero Rule always happens.
func (r Rule) Check(start time.Time) error {
	if start.Year() < FirstYear || start.Year() > LastYear {
		return fmt.Errorf("the start must lie in the years %d to %d", FirstYear, LastYear)
	}
	if start.Nanosecond() != 0 {
		return fmt.Errorf("the start must be a whole second")
	}
	start = Floating(start)
	// A UTC limit is at most a day away from the wall clock, and only roughly compared here.
	slack := time.Duration(0)
	if r.until.instant {
		slack = 24 * time.Hour
	}
	if !r.until.at.IsZero() && r.until.at.Add(slack).Before(start) {
		return fmt.Errorf("UNTIL lies before the start")
	}
	if !r.IsZero() && !r.complete(start).happens(start) {
		return fmt.Errorf("the recurrence rule never happens after the start")
	}
	return nil
}

// complete writes out the parts that the rule takes from its start, so that it means the same from a later
// one.
func (r Rule) complete(start time.Time) Rule {
	switch {
	case r.freq == weekly && len(r.weekdays) == 0:
		r.weekdays = []weekday{{day: start.Weekday()}}
	case r.freq == monthly && len(r.weekdays) == 0 && len(r.monthDays) == 0:
		r.monthDays = []int{start.Day()}
	case r.freq == yearly && len(r.monthDays) == 0:
		r.monthDays = []int{start.Day()}
		if len(r.months) == 0 {
			r.months = []int{int(start.Month())}
		}
	}
	return r
}

// happens reports whether any day of the first steps of a completed rule is one of its days. A rule without a match within
// these steps never has one, or so rarely (the 29th of February every 23 months) that it is of no use.
func (r Rule) happens(start time.Time) bool {
	switch r.freq {
	case weekly:
		return true
	case daily:
		for k := range 7 {
			if len(r.weekdays) == 0 || r.onWeekday(start.AddDate(0, 0, k*r.interval)) {
				return true
			}
		}
	case monthly:
		for k := range 480 {
			if r.inMonth(start.Year(), int(start.Month())+k*r.interval) {
				return true
			}
		}
	case yearly:
		for k := range 40 * 12 {
			if r.inMonth(start.Year()+k/12*r.interval, 1+k%12) {
				return true
			}
		}
	}
	return false
}

// inMonth reports whether the month has a day of a monthly or yearly rule. Months past 12 are those of later years.
func (r Rule) inMonth(year, month int) bool {
	first := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	if len(r.months) > 0 && !slices.Contains(r.months, int(first.Month())) {
		return false
	}
	n := 0
	for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		if r.onMonthDay(day) || r.onWeekday(day) {
			n++
		}
	}
	if len(r.positions) == 0 {
		return n > 0
	}
	return slices.ContainsFunc(r.positions, func(p int) bool { return max(p, -p) <= n })
}

func (r Rule) onMonthDay(t time.Time) bool {
	fromEnd := t.Day() - lastDay(t) - 1
	return slices.ContainsFunc(r.monthDays, func(d int) bool { return d == t.Day() || d == fromEnd })
}

func (r Rule) onWeekday(t time.Time) bool {
	nth, fromEnd := (t.Day()+6)/7, -(lastDay(t)-t.Day())/7-1
	return slices.ContainsFunc(r.weekdays, func(w weekday) bool {
		return w.day == t.Weekday() && (w.nth == 0 || w.nth == nth || w.nth == fromEnd)
	})
}

func lastDay(t time.Time) int { return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }
