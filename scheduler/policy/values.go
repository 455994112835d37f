package policy

import (
	"fmt"
	"regexp"
	"time"
)

// Date is a day of the calendar, without a zone; it is kept as its midnight in UTC.
type Date struct{ time.Time }

// MarshalText writes the date as 2026-12-25.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Format(time.DateOnly)), nil }

// MarshalJSON shadows the one of the embedded time.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(`"` + d.Format(time.DateOnly) + `"`), nil }

// UnmarshalText reads 2026-12-25.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	if err == nil {
		d.Time = t
	}
	return err
}

// UnmarshalJSON shadows the one of the embedded time.
func (d *Date) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' {
		return fmt.Errorf("%s is not a date", b)
	}
	return d.UnmarshalText(b[1 : len(b)-1])
}

// Form says how a date is written.
func (*Date) Form() string { return "a date such as 2026-12-25" }

// Nights is a span of the clock that comes back every day, in minutes since midnight. It may cross midnight.
type Nights struct{ From, To int }

var nightsForm = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$`)

// MarshalText writes the span as 20:00-08:00.
func (n Nights) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// String writes the span as 20:00-08:00.
func (n Nights) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", n.From/60, n.From%60, n.To/60, n.To%60)
}

// UnmarshalText reads 20:00-08:00.
func (n *Nights) UnmarshalText(b []byte) error {
	m := nightsForm.FindSubmatch(b)
	if m == nil {
		return fmt.Errorf("%q is not a span of the clock", b)
	}
	two := func(s []byte) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
	from, to := two(m[1])*60+two(m[2]), two(m[3])*60+two(m[4])
	if from == to {
		return fmt.Errorf("%q is empty, or all day", b)
	}
	n.From, n.To = from, to
	return nil
}

// Form says how such a span is written.
func (*Nights) Form() string { return "a span of the clock such as 20:00-08:00" }

// spans returns the parts of a day, in minutes since its midnight, that the nights leave.
func (n *Nights) rest() [][2]int {
	switch {
	case n == nil:
		return [][2]int{{0, 24 * 60}}
	case n.From < n.To:
		return [][2]int{{0, n.From}, {n.To, 24 * 60}}
	}
	return [][2]int{{n.To, n.From}}
}
