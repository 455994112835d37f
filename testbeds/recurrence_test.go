package testbeds_test

import (
	"testing"
	"time"

	"berth/testbeds"
)

// TestAClosureEndsNow: what is over stays, what is under way ends, what lies ahead does not come.
func TestAClosureEndsNow(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	local := func(text string) testbeds.LocalTime {
		var l testbeds.LocalTime
		if err := l.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return l
	}
	now := time.Date(2026, 12, 9, 11, 0, 0, 0, time.UTC) // Wednesday, noon in Madrid
	hours := func(n int) testbeds.Period { return testbeds.Period{Clock: time.Duration(n) * time.Hour} }
	for name, tt := range map[string]struct {
		c     testbeds.Closure
		left  bool
		want  testbeds.Period
		rrule string
	}{
		"under way":            {testbeds.Closure{Start: local("2026-12-09T09:00"), Duration: hours(8)}, true, hours(3), ""},
		"for days":             {testbeds.Closure{Start: local("2026-12-08T12:00"), Duration: testbeds.Period{Days: 7}}, true, hours(24), ""},
		"over":                 {testbeds.Closure{Start: local("2026-12-08T09:00"), Duration: hours(8)}, true, hours(8), ""},
		"ahead":                {testbeds.Closure{Start: local("2026-12-10T09:00"), Duration: hours(8)}, false, hours(8), ""},
		"begins now":           {testbeds.Closure{Start: local("2026-12-09T12:00"), Duration: hours(8)}, false, hours(8), ""},
		"recurs, not now":      {testbeds.Closure{Start: local("2026-12-01T08:00"), Duration: hours(2), RRule: "FREQ=WEEKLY;BYDAY=TU"}, true, hours(2), "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261209T115959"},
		"recurs, under way":    {testbeds.Closure{Start: local("2026-12-02T09:00"), Duration: hours(8), RRule: "FREQ=WEEKLY;BYDAY=WE"}, true, hours(8), "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261209T085959"},
		"recurs, the first":    {testbeds.Closure{Start: local("2026-12-09T09:00"), Duration: hours(8), RRule: "FREQ=DAILY"}, false, hours(8), "FREQ=DAILY"},
		"recurs, with a count": {testbeds.Closure{Start: local("2026-12-01T08:00"), Duration: hours(2), RRule: "FREQ=DAILY;COUNT=50"}, true, hours(2), "FREQ=DAILY;UNTIL=20261209T115959"},
	} {
		ended, left := tt.c.EndedAt(now, zone)
		if left != tt.left || left && (ended.Duration.Exact() != tt.want.Exact() || ended.RRule != tt.rrule) {
			t.Errorf("%s: %v %+v", name, left, ended)
		}
		if !left {
			continue
		}
		slots, err := ended.Occurrences(zone, testbeds.Slot{Start: now, End: now.AddDate(1, 0, 0)})
		if err != nil || len(slots) > 0 {
			t.Errorf("%s: still closed at %v, %v", name, slots, err)
		}
	}
}
