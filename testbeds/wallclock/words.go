package wallclock

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ends reports whether the rule has a last occurrence: it has a COUNT or an UNTIL, or is no rule at all.
func (r Rule) Ends() bool { return r.IsZero() || r.count > 0 || !r.until.at.IsZero() }

// Said writes for people how often the rule happens from a start on: "every Tuesday", "every 2 weeks on Monday and Thursday", "the last Friday of
// every month". It leaves out where the rule ends.
func (r Rule) Said(start time.Time) string {
	if r.IsZero() {
		return "once"
	}
	r = r.complete(start)
	switch {
	case r.freq == daily && len(r.weekdays) == 0:
		return every(r.interval, "day")
	case r.freq == daily:
		return every(r.interval, "day") + " that is a " + either(weekdayWords(r.weekdays), "or")
	case r.freq == weekly && r.interval == 1:
		return "every " + either(weekdayWords(r.weekdays), "and")
	case r.freq == weekly:
		return every(r.interval, "week") + " on " + either(weekdayWords(r.weekdays), "and")
	}
	months := "of " + every(r.interval, "month")
	switch {
	case r.freq == yearly || len(r.months) > 0:
		months = "of " + either(monthWords(r.months), "and")
		if r.interval > 1 {
			months += ", " + every(r.interval, map[frequency]string{yearly: "year", monthly: "month"}[r.freq])
		}
	}
	switch {
	case len(r.positions) > 0:
		return "the " + either(each(r.positions, place), "and") + " of " + either(weekdayWords(r.weekdays), "and") + " " + months
	case len(r.weekdays) > 0:
		return "the " + either(weekdayWords(r.weekdays), "and") + " " + months
	default:
		return "day " + either(each(r.monthDays, func(n int) string {
			if n < 0 {
				return fmt.Sprintf("%d from the end", -n)
			}
			return fmt.Sprint(n)
		}), "and") + " " + months
	}
}

func every(n int, unit string) string {
	if n == 1 {
		return "every " + unit
	}
	return fmt.Sprintf("every %d %ss", n, unit)
}

// weekdayWords names the days of a rule in the order of a week that begins on Monday.
func weekdayWords(list []weekday) []string {
	list = slices.SortedFunc(slices.Values(list), func(a, b weekday) int { return int(a.day+6)%7 - int(b.day+6)%7 })
	return each(list, func(w weekday) string {
		if w.nth == 0 {
			return w.day.String()
		}
		return place(w.nth) + " " + w.day.String()
	})
}

func monthWords(list []int) []string {
	return each(slices.Sorted(slices.Values(list)), func(m int) string { return time.Month(m).String() })
}

// place writes an ordinal from 1 to 5 or -1 to -5: "first", "last", "second to last".
func place(n int) string {
	words := []string{"first", "second", "third", "fourth", "fifth"}
	switch {
	case n > 0:
		return words[n-1]
	case n == -1:
		return "last"
	default:
		return words[-n-1] + " to last"
	}
}

func each[T any](list []T, word func(T) string) []string {
	words := make([]string, 0, len(list))
	for _, x := range list {
		words = append(words, word(x))
	}
	return words
}

// either joins words: "a, b and c".
func either(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
