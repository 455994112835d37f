package testbeds

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Period is an ISO 8601 duration of days and clock time, such as P3D, PT10H or P1DT30M. In a closure days are nominal, as in
// RFC 5545 section 3.3.6: they end at the same wall-clock time, whatever daylight saving does in between. As a buffer around a
// slot a day is 24 hours.
type Period struct {
	Days  int
	Clock time.Duration
}

// MaxPeriod bounds a period, so that no arithmetic on it can overflow.
const MaxPeriod = 3660 * 24 * time.Hour

var periodForm = regexp.MustCompile(`^P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?)$`)

// ParsePeriod reads an ISO 8601 duration in weeks, or in days, hours, minutes and seconds. Years, months, fractions and negative
// periods are refused: they have no fixed length.
func ParsePeriod(s string) (Period, error) {
	m := periodForm.FindStringSubmatch(s)
	if m == nil || s == "P" || strings.HasSuffix(s, "T") {
		return Period{}, fmt.Errorf("%q is not an ISO 8601 duration such as PT10H or P3D", s)
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v } // the form admits digits that fit only
	p := Period{
		Days:  7*n(1) + n(2),
		Clock: time.Duration(n(3))*time.Hour + time.Duration(n(4))*time.Minute + time.Duration(n(5))*time.Second,
	}
	if p.Exact() > MaxPeriod {
		return Period{}, fmt.Errorf("%q is longer than ten years", s)
	}
	return p, nil
}

// Exact returns the length with days of 24 hours. A period too long to count gives the longest countable duration: an overflow would make
// it short or negative.
func (p Period) Exact() time.Duration {
	const most = math.MaxInt64 / int64(24*time.Hour)
	days := time.Duration(p.Days) * 24 * time.Hour
	switch {
	case int64(p.Days) > most, days > 0 && p.Clock > math.MaxInt64-days:
		return math.MaxInt64
	case int64(p.Days) < -most, days < 0 && p.Clock < math.MinInt64-days:
		return math.MinInt64
	}
	return days + p.Clock
}

// IsZero reports whether the period has no length.
func (p Period) IsZero() bool { return p == Period{} }

// String writes the period in ISO 8601.
func (p Period) String() string {
	if p.IsZero() {
		return "PT0S"
	}
	var b strings.Builder
	b.WriteByte('P')
	if p.Days > 0 {
		fmt.Fprintf(&b, "%dD", p.Days)
	}
	if p.Clock > 0 {
		b.WriteByte('T')
		for _, u := range []struct {
			of   time.Duration
			name byte
		}{{time.Hour, 'H'}, {time.Minute, 'M'}, {time.Second, 'S'}} {
			if n := p.Clock / u.of; n > 0 {
				if u.of < time.Hour {
					n %= 60
				}
				if n > 0 {
					fmt.Fprintf(&b, "%d%c", n, u.name)
				}
			}
		}
	}
	return b.String()
}

// MarshalText writes the period in ISO 8601.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of MarshalText, and every form of ParsePeriod.
func (p *Period) UnmarshalText(b []byte) error {
	v, err := ParsePeriod(string(b))
	if err == nil {
		*p = v
	}
	return err
}

// LocalTime is a wall-clock time without a zone, to the second; the testbed that it belongs to has the zone. It is kept as the same figures
// in UTC.
type LocalTime struct{ time.Time }

const localForm = "2006-01-02T15:04:05"

// MarshalText writes the wall-clock time without a zone.
func (l LocalTime) MarshalText() ([]byte, error) { return []byte(l.Format(localForm)), nil }

// MarshalJSON writes the wall-clock time as a JSON string; it shadows the one of the embedded time.
func (l LocalTime) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(l.Format(localForm))), nil
}

// UnmarshalText reads a wall-clock time such as 2026-01-05T08:00:00, with or without the seconds, or a date alone for its
// midnight.
func (l *LocalTime) UnmarshalText(b []byte) error {
	for _, form := range []string{localForm, "2006-01-02T15:04", time.DateOnly} {
		// time.Parse takes fractions of a second that the form does not have.
		if t, err := time.Parse(form, string(b)); err == nil && t.Nanosecond() == 0 {
			l.Time = t
			return nil
		}
	}
	return fmt.Errorf("%q is not a local time such as 2026-01-05T08:00:00", b)
}

// UnmarshalJSON reads a JSON string of the forms of UnmarshalText.
func (l *LocalTime) UnmarshalJSON(b []byte) error {
	s, err := strconv.Unquote(string(b))
	if err != nil {
		return fmt.Errorf("%s is not a string with a local time", b)
	}
	return l.UnmarshalText([]byte(s))
}
