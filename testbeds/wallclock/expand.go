package wallclock

import (
	"fmt"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// Longest bounds the length of one occurrence.
const Longest = 366 * 24 * time.Hour

// Series is an interval on the wall clock, once or repeated.
type Series struct {
	Start time.Time // wall-clock figures; the location is ignored

	// An occurrence ends at the same wall-clock time Days later (nominal days, RFC 5545 section 3.3.6), and then Clock of exact time.
	Days  int
	Clock time.Duration

	Rule Rule // the zero Rule for an interval that comes once

	// Except lists days (wall clock) on which no occurrence starts. The time of day is ignored, since at most one occurrence
	// starts on a day.
	Except []time.Time
}

// skew exceeds every zone's distance from UTC, and every shift by a change of the clock.
const skew = 48 * time.Hour

// Expand finds the occurrences that intersect [from, to), whole and in the order of their starts. They overlap if they are longer
// than the step of the rule. The age of the start does not matter, unless the rule has a COUNT, which counts from the start.
// Without a rule the start itself is the occurrence; with one its first match at or after the start is, as COUNT counts.
//
// It returns an error for more than MaxOccurrences, for a start that Rule.Check refuses, and for a length outside (0, Longest].
func (s Series) Expand(zone *time.Location, from, to time.Time) ([]Interval, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if !from.Before(to) {
		return nil, nil
	}
	low := Floating(from.In(zone)).Add(-s.length() - skew)
	high := Floating(to.In(zone)).Add(skew)
	starts, err := s.starts(low, high)
	if err != nil {
		return nil, err
	}
	var found []Interval
	for _, local := range starts {
		i := s.at(local, zone)
		if s.Rule.until.instant && i.Start.After(s.Rule.until.at) {
			continue
		}
		// If a change of the date line skips a whole day, an occurrence within it has no length.
		if i.Start.Before(i.End) && i.Start.Before(to) && from.Before(i.End) {
			found = append(found, i)
		}
	}
	return found, nil
}

func (s Series) length() time.Duration { return time.Duration(s.Days)*24*time.Hour + s.Clock }

func (s Series) check() error {
	if s.Days < 0 || s.Days > 366 || s.Clock < 0 || s.length() <= 0 || s.length() > Longest {
		return fmt.Errorf("the duration must be more than zero and at most 366 days")
	}
	return s.Rule.Check(s.Start)
}

// at returns the occurrence that starts at a wall-clock time.
func (s Series) at(local time.Time, zone *time.Location) Interval {
	start := Instant(local, zone)
	if s.Days == 0 {
		return Interval{start, start.Add(s.Clock)}
	}
	return Interval{start, Instant(local.AddDate(0, 0, s.Days), zone).Add(s.Clock)}
}

// starts lists the floating starts in [low, high], without exceptions.
func (s Series) starts(low, high time.Time) ([]time.Time, error) {
	start := Floating(s.Start)
	if s.Rule.IsZero() {
		return []time.Time{start}, nil
	}
	except := make(map[[3]int]bool, len(s.Except))
	for _, t := range s.Except {
		except[date(t)] = true
	}
	all, err := s.Rule.complete(start).between(start, low, high)
	return slices.DeleteFunc(all, func(t time.Time) bool { return except[date(t)] }), err
}

func date(t time.Time) [3]int { return [3]int{t.Year(), int(t.Month()), t.Day()} }

// between runs the expander over floating time. Rules that reach it have passed Parse and Check, so it can neither loop nor panic;
// should it panic all the same, one bad rule must not end the program.
func (r Rule) between(start, low, high time.Time) (starts []time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			starts, err = nil, fmt.Errorf("the recurrence rule cannot be expanded: %v", p)
		}
	}()
	if limit := r.until.at; !limit.IsZero() {
		if r.until.instant {
			limit = limit.Add(skew)
		}
		high = earlier(high, limit)
	}
	expander, err := rrule.NewRRule(r.options(r.forward(start, low), high))
	if err != nil {
		return nil, fmt.Errorf("the recurrence rule cannot be expanded: %w", err)
	}
	next := expander.Iterator()
	for t, ok := next(); ok && !t.After(high); t, ok = next() {
		if t.Before(low) {
			continue
		}
		if len(starts) == MaxOccurrences {
			return nil, fmt.Errorf("the recurrence rule happens more than %d times in the queried span", MaxOccurrences)
		}
		starts = append(starts, t)
	}
	return starts, nil
}

// forward finds a start from which the completed rule has the same occurrences from low on as from its own start. It lies whole
// steps later, so that an expansion does not walk through years that are not needed.
func (r Rule) forward(start, low time.Time) time.Time {
	if r.count > 0 || !start.Before(low) {
		return start
	}
	days := int(low.Sub(start) / (24 * time.Hour))
	months := 12*(low.Year()-start.Year()) + int(low.Month()) - int(start.Month())
	step := func(elapsed, length int) int { return max(0, elapsed/length-1) * length }
	switch r.freq {
	case daily:
		return start.AddDate(0, 0, step(days, r.interval))
	case weekly:
		return start.AddDate(0, 0, step(days, 7*r.interval))
	case monthly:
		return onFirst(start, step(months, r.interval), start.Month())
	default:
		return onFirst(start, step(months, 12*r.interval), time.January)
	}
}

// onFirst moves a start by months to the first of a month, unless months is zero.
func onFirst(start time.Time, months int, of time.Month) time.Time {
	if months == 0 {
		return start
	}
	first := time.Date(start.Year(), of, 1, start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
	return first.AddDate(0, months, 0)
}

func (r Rule) options(start, high time.Time) rrule.ROption {
	days := []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}
	o := rrule.ROption{
		Freq:       map[frequency]rrule.Frequency{daily: rrule.DAILY, weekly: rrule.WEEKLY, monthly: rrule.MONTHLY, yearly: rrule.YEARLY}[r.freq],
		Dtstart:    start,
		Until:      high,
		Interval:   r.interval,
		Count:      r.count,
		Wkst:       days[r.weekStart],
		Bymonth:    r.months,
		Bymonthday: r.monthDays,
		Bysetpos:   r.positions,
	}
	for _, w := range r.weekdays {
		d := days[w.day]
		if w.nth != 0 {
			d = d.Nth(w.nth)
		}
		o.Byweekday = append(o.Byweekday, d)
	}
	return o
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
