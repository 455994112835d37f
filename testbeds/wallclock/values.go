package wallclock

import (
	"berth/testbeds/plain"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// number reads an unsigned number in [low, high].
func number(p part, low, high int) (int, error) {
	n, ok := digits(p.value)
	if !ok || n < low || n > high {
		return 0, fmt.Errorf("%s must be a whole number from %d to %d, not %q", p.name, low, high, clip(p.value))
	}
	return n, nil
}

// numbers reads a list of numbers in [low, high], and, where negative is set, in [-high, -low].
func numbers(p part, low, high int, negative bool) ([]int, error) {
	return list(p, func(s string) (int, error) {
		sign, rest := cutSign(s)
		n, ok := digits(rest)
		if !ok || n < low || n > high || (sign < 0 && !negative) {
			return 0, fmt.Errorf("%s must be whole numbers from %d to %d, not %q", p.name, low, high, clip(s))
		}
		return sign * n, nil
	})
}

// list reads values separated by commas and drops repeated ones.
func list[T comparable](p part, read func(string) (T, error)) ([]T, error) {
	var values []T
	n := 0
	for text := range strings.SplitSeq(p.value, ",") {
		if n++; n > maxList {
			return nil, fmt.Errorf("%s may have at most %d values", p.name, maxList)
		}
		v, err := read(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values, nil
}

var weekdayNames = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"} // in the order of time.Weekday

func parseWeekday(s string) (weekday, error) {
	bad := fmt.Errorf("BYDAY and WKST must be days such as MO, and BYDAY may be such as 1MO or -1FR, not %q", clip(s))
	if len(s) < 2 {
		return weekday{}, bad
	}
	ordinal, name := s[:len(s)-2], s[len(s)-2:]
	day := slices.Index(weekdayNames, name)
	if day < 0 {
		return weekday{}, bad
	}
	w := weekday{day: time.Weekday(day)}
	if ordinal != "" {
		sign, rest := cutSign(ordinal)
		n, ok := digits(rest)
		if !ok || n < 1 || n > 5 {
			return weekday{}, fmt.Errorf("the ordinal of a day in BYDAY must be 1 to 5 or -1 to -5, not %q", clip(ordinal))
		}
		w.nth = sign * n
	}
	return w, nil
}

// parseUntil reads the forms of UNTIL. A date counts with its whole day: it becomes the last second of it.
func parseUntil(s string) (until, error) {
	if t, err := time.Parse("20060102", s); err == nil {
		return until{at: t.AddDate(0, 0, 1).Add(-time.Second)}.bounded(s)
	}
	if t, err := time.Parse("20060102T150405", s); err == nil {
		return until{at: t}.bounded(s)
	}
	if t, err := time.Parse("20060102T150405Z", s); err == nil {
		return until{at: t, instant: true}.bounded(s)
	}
	return until{}, fmt.Errorf("UNTIL must be a date such as 20261231 or a time such as 20261231T180000, not %q", clip(s))
}

func (u until) bounded(s string) (until, error) {
	if u.at.Year() < FirstYear || u.at.Year() > LastYear {
		return until{}, fmt.Errorf("UNTIL must lie in the years %d to %d, not %q", FirstYear, LastYear, s)
	}
	return u, nil
}

func cutSign(s string) (sign int, rest string) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return -1, rest
	}
	return 1, strings.TrimPrefix(s, "+")
}

// digits reads up to four decimal digits; no limit of a rule has more.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// clip shortens quotations in messages.
func clip(s string) string { return plain.Clip(s, 32) }
