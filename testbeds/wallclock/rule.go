package wallclock

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of a rule. They far exceed the needs of opening hours and maintenance windows, and keep every computation with a rule
// within a few milliseconds.
const (
	maxText        = 256  // bytes of a rule
	maxList        = 31   // values of one BY list
	maxCount       = 1000 // COUNT
	MaxOccurrences = 5000 // in one expansion
)

// FirstYear and LastYear bound the years in which a series starts.
const (
	FirstYear = 2000
	LastYear  = 2100
)

type frequency string

const (
	daily   frequency = "DAILY"
	weekly  frequency = "WEEKLY"
	monthly frequency = "MONTHLY"
	yearly  frequency = "YEARLY"
)

// maxInterval bounds INTERVAL, per frequency, to about a year, and to five years.
var maxInterval = map[frequency]int{daily: 366, weekly: 53, monthly: 24, yearly: 5}

// Rule is a recurrence rule that Parse has accepted. The zero Rule stands for no recurrence.
type Rule struct {
	freq      frequency
	interval  int
	count     int // 0 means no COUNT
	until     until
	weekStart time.Weekday
	months    []int
	monthDays []int
	weekdays  []weekday
	positions []int
}

// weekday is a day of the week; nth is its ordinal in the month, negative from the end, 0 for each of them.
type weekday struct {
	day time.Weekday
	nth int
}

// until is the last time at which an occurrence may start; the zero one is no limit.
type until struct {
	at      time.Time
	instant bool // at is an instant, not a wall-clock time
}

// IsZero reports whether the rule stands for no recurrence.
func (r Rule) IsZero() bool { return r.freq == "" }

// Parse reads a recurrence rule such as FREQ=WEEKLY;BYDAY=MO,TU. What it accepts:
//
//	FREQ        DAILY, WEEKLY, MONTHLY or YEARLY; required
//	INTERVAL    1 to 366, 53, 24 or 5 for these
//	COUNT       1 to 1000, or
//	UNTIL       a date, whose whole day counts; a local time; or a UTC time with Z
//	WKST        the first day of the week
//	BYDAY       with DAILY, WEEKLY and MONTHLY; with MONTHLY also with an ordinal, 1 to 5 or -1 to -5
//	BYMONTHDAY  1 to 31 or -1 to -31, with MONTHLY and YEARLY, not together with BYDAY
//	BYMONTH     1 to 12, with MONTHLY and YEARLY
//	BYSETPOS    1 to 5 or -1 to -5, with MONTHLY and a BYDAY without ordinals
//
// Everything else in RFC 5545 is refused, as is a part that comes twice. A rule without COUNT and UNTIL goes on for ever.
func Parse(rule string) (Rule, error) {
	if len(rule) > maxText {
		return Rule{}, fmt.Errorf("a recurrence rule may have at most %d bytes, this one has %d", maxText, len(rule))
	}
	parts, err := split(rule)
	if err != nil {
		return Rule{}, err
	}
	r := Rule{interval: 1, weekStart: time.Monday}
	// FREQ comes first because it decides the possible values of the other parts.
	if err := r.setFrequency(parts); err != nil {
		return Rule{}, err
	}
	for _, p := range parts {
		if err := r.set(p); err != nil {
			return Rule{}, err
		}
	}
	return r, r.consistent()
}

// part is one NAME=VALUE of a rule.
type part struct{ name, value string }

func split(rule string) ([]part, error) {
	var parts []part
	for text := range strings.SplitSeq(rule, ";") {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, fmt.Errorf("%q is not a part of a recurrence rule such as FREQ=WEEKLY", text)
		}
		if slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return nil, fmt.Errorf("%s comes twice in the recurrence rule", name)
		}
		parts = append(parts, part{name, value})
	}
	return parts, nil
}

func (r *Rule) setFrequency(parts []part) error {
	at := slices.IndexFunc(parts, func(p part) bool { return p.name == "FREQ" })
	if at < 0 {
		return errors.New("a recurrence rule needs FREQ")
	}
	r.freq = frequency(parts[at].value)
	if maxInterval[r.freq] == 0 {
		return fmt.Errorf("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY, not %q", parts[at].value)
	}
	return nil
}

// set stores one part other than FREQ.
func (r *Rule) set(p part) (err error) {
	switch p.name {
	case "FREQ":
	case "INTERVAL":
		r.interval, err = number(p, 1, maxInterval[r.freq])
	case "COUNT":
		r.count, err = number(p, 1, maxCount)
	case "UNTIL":
		r.until, err = parseUntil(p.value)
	case "WKST":
		var w weekday
		if w, err = parseWeekday(p.value); err == nil && w.nth != 0 {
			err = errors.New("WKST takes no ordinal")
		}
		r.weekStart = w.day
	case "BYMONTH":
		r.months, err = numbers(p, 1, 12, false)
	case "BYMONTHDAY":
		r.monthDays, err = numbers(p, 1, 31, true)
	case "BYDAY":
		r.weekdays, err = list(p, parseWeekday)
	case "BYSETPOS":
		r.positions, err = numbers(p, 1, 5, true)
	default:
		err = fmt.Errorf("%s is not supported in a recurrence rule", clip(p.name))
	}
	return err
}

// consistent checks which parts may stand together.
func (r Rule) consistent() error {
	byMonth := r.freq == monthly || r.freq == yearly
	ordinal := slices.ContainsFunc(r.weekdays, func(w weekday) bool { return w.nth != 0 })
	switch {
	case r.count > 0 && !r.until.at.IsZero():
		return errors.New("COUNT and UNTIL exclude each other")
	case len(r.months) > 0 && !byMonth:
		return fmt.Errorf("BYMONTH is not supported with %s", r.freq)
	case len(r.monthDays) > 0 && !byMonth:
		return fmt.Errorf("BYMONTHDAY is not supported with %s", r.freq)
	case len(r.weekdays) > 0 && r.freq == yearly:
		return errors.New("BYDAY is not supported with YEARLY; use MONTHLY with BYMONTH")
	case ordinal && r.freq != monthly:
		return errors.New("BYDAY with an ordinal is supported only with MONTHLY")
	case len(r.weekdays) > 0 && len(r.monthDays) > 0:
		return errors.New("BYDAY and BYMONTHDAY together are not supported")
	case len(r.positions) > 0 && (r.freq != monthly || len(r.weekdays) == 0 || ordinal):
		return errors.New("BYSETPOS is supported only with MONTHLY and a BYDAY without ordinals")
	}
	return nil
}
