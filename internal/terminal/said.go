package terminal

import (
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// said writes an instant for the reader: "tomorrow 09:00", "Thu 26 Nov, 09:00".
func (t Times) said(at time.Time) string {
	return t.near(at, wallclock.Said(at, t.Zone, t.Now))
}

// span writes a slot for the reader: "tomorrow 09:00–13:00".
func (t Times) span(s testbeds.Slot) string {
	return t.near(s.Start, wallclock.SaidSpan(s.Start, s.End, t.Zone, t.Now))
}

// near replaces the day at the beginning of a time by its distance, where it is today or tomorrow.
func (t Times) near(at time.Time, said string) string {
	for days, word := range []string{"today", "tomorrow"} {
		if t.dayOf(at).Equal(t.dayOf(t.Now).AddDate(0, 0, days)) {
			return word + " " + strings.TrimPrefix(said, wallclock.Day(at, t.Zone, t.Now)+", ")
		}
	}
	return said
}

// long writes a length of time: "3 h 30 min".
func long(d time.Duration) string {
	var parts []string
	for _, p := range []struct {
		size time.Duration
		unit string
	}{{24 * time.Hour, " d"}, {time.Hour, " h"}, {time.Minute, " min"}} {
		if n := d / p.size; n > 0 {
			parts = append(parts, itoa(int64(n))+p.unit)
			d -= n * p.size
		}
	}
	if len(parts) == 0 {
		return "0 min"
	}
	return strings.Join(parts, " ")
}
