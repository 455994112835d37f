package wallclock_test

import (
	"testing"
	"time"

	"berth/testbeds/wallclock"
)

func TestWorkingHours(t *testing.T) {
	t.Parallel()
	dublin := zone(t, "Europe/Dublin")
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 7, day, hour, minute, 0, 0, dublin) } // the 1st is a Wednesday, and clocks are an hour ahead
	for _, tt := range []struct {
		name       string
		start, end time.Time
		want       bool
	}{
		{"the whole of a working day", at(1, 8, 0), at(1, 18, 0), true},
		{"a minute too early", at(1, 7, 59), at(1, 12, 0), false},
		{"a minute too late", at(1, 14, 0), at(1, 18, 1), false},
		{"from the evening on", at(1, 18, 0), at(1, 19, 0), false},
		{"longer than a day, from the morning on", at(1, 8, 0), at(1, 18, 1), true},
		{"longer than a day, from the night on", at(1, 7, 0), at(2, 7, 0), false},
		{"over the night, and not longer than a day", at(1, 17, 0), at(2, 3, 0), false},
		{"on Friday", at(3, 9, 0), at(3, 13, 0), true},
		{"on Saturday", at(4, 9, 0), at(4, 13, 0), false},
		{"on Sunday", at(5, 9, 0), at(5, 13, 0), false},
		{"on Monday", at(6, 9, 0), at(6, 13, 0), true},
		{"in the time of the zone", time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC), true},
	} {
		if got := wallclock.Working(tt.start, tt.end, dublin); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
