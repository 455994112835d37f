package wallclock_test

import (
	"strings"
	"testing"
	"time"

	"berth/testbeds/wallclock"
)

// Rules that are just allowed, and that just happen or just do not; says is empty where the rule is taken.
func TestRulesAtTheirLimits(t *testing.T) {
	t.Parallel()
	const start = "2026-01-05T10:00:00" // a Monday
	list := func(values ...string) string { return strings.Join(values, ",") }
	repeat := func(value string, n int) string { return strings.TrimSuffix(strings.Repeat(value+",", n), ",") }
	full := "FREQ=MONTHLY;BYMONTHDAY=" + repeat("+0001", 31) + ";BYMONTH=" + list(repeat("+0001", 4), repeat("0001", 3)) // 256 bytes, a list of 31
	tests := []struct{ name, rule, start, says string }{
		{"as long as a rule may be", full, start, ""},
		{"longer by a byte", strings.Replace(full, ",0001", ",+0001", 1), start, "256 bytes, this one has 257"},
		{"the highest count", "FREQ=DAILY;COUNT=1000", start, ""},
		{"one occurrence", "FREQ=DAILY;COUNT=1", start, ""},
		{"the longest interval", "FREQ=DAILY;INTERVAL=366", start, ""},
		{"five digits", "FREQ=DAILY;COUNT=01000", start, "COUNT has to be a whole number from 1 to 1000"},
		{"until the last year", "FREQ=DAILY;UNTIL=21001231", start, ""},
		{"until the first year", "FREQ=DAILY;UNTIL=20000102", "2000-01-01T00:00:00", ""},
		{"until before the first year", "FREQ=DAILY;UNTIL=19991231", "2000-01-01T00:00:00", "years 2000 to 2100"},
		{"until after the last year", "FREQ=DAILY;UNTIL=21010101", start, "years 2000 to 2100"},
		{"until the start", "FREQ=DAILY;UNTIL=20260105T100000", start, ""},
		{"until a second before the start", "FREQ=DAILY;UNTIL=20260105T095959", start, "before the start"},
		{"until a UTC time a day before the start", "FREQ=DAILY;UNTIL=20260104T100000Z", start, ""},
		{"until a UTC time more than a day before", "FREQ=DAILY;UNTIL=20260104T095959Z", start, "before the start"},
		{"a name of 32 bytes is quoted whole", strings.Repeat("X", 32) + "=1;FREQ=DAILY", start, strings.Repeat("X", 32) + " is"},
		{"a name of 33 bytes is cut", strings.Repeat("X", 33) + "=1;FREQ=DAILY", start, strings.Repeat("X", 32) + "… is"},

		{"every eighth day is a Tuesday at last", "FREQ=DAILY;INTERVAL=8;BYDAY=TU", start, ""},
		{"a leap day", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", start, ""},
		{"a leap day every four years, out of step by one", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2025-01-01T10:00:00", "never happens"},
		{"a leap day every four years", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2024-01-01T10:00:00", ""},
		{"the first day from the end of a leap month", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-29", start, ""},
		{"the 31st day from the end of a short month", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-31", start, "never happens"},
		{"the 31st day from the end", "FREQ=MONTHLY;BYMONTHDAY=-31", start, ""},
		{"the fifth Monday", "FREQ=MONTHLY;BYDAY=5MO", start, ""},
		{"the fifth Monday from the end", "FREQ=MONTHLY;BYDAY=-5MO", start, ""},
		{"the fifth of all Mondays", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5", start, ""},
		{"the fifth Monday of Februaries with 28 days", "FREQ=MONTHLY;INTERVAL=24;BYDAY=5MO", "2027-02-01T10:00:00", "never happens"},
		{"the same from the end", "FREQ=MONTHLY;INTERVAL=24;BYDAY=MO;BYSETPOS=-5", "2027-02-01T10:00:00", "never happens"},
		{"the fourth of them", "FREQ=MONTHLY;INTERVAL=24;BYDAY=MO;BYSETPOS=-4", "2027-02-01T10:00:00", ""},

		{"one weekday of the month", "FREQ=MONTHLY;BYDAY=MO", start, ""},
		{"no weekday of the week is named", "FREQ=WEEKLY", start, ""},
		{"months with their start's day", "FREQ=MONTHLY;BYMONTH=2", "2026-01-31T10:00:00", "never happens"},
		{"years with their start's day", "FREQ=YEARLY;BYMONTH=2", "2026-01-30T10:00:00", "never happens"},
		{"a day of every month of a year", "FREQ=YEARLY;BYMONTHDAY=31", "2026-02-01T10:00:00", ""},

		{"count alone", "FREQ=DAILY;COUNT=3", start, ""},
		{"months of a year", "FREQ=YEARLY;BYMONTH=1", start, ""},
		{"months of a month", "FREQ=MONTHLY;BYMONTH=1", start, ""},
		{"days of a year", "FREQ=YEARLY;BYMONTHDAY=5", start, ""},
		{"weekdays of a week", "FREQ=WEEKLY;BYDAY=MO", start, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := wallclock.Parse(tt.rule)
			if err == nil {
				err = r.Check(local(t, tt.start))
			}
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q: got error %v, want one that says %q", tt.rule, err, tt.says)
			}
		})
	}
}

func TestTheLongestOccurrenceAndTheLastStart(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]wallclock.Series{
		"366 nominal days":   {Start: local(t, "2026-01-05T10:00:00"), Days: 366},
		"366 times 24 hours": {Start: local(t, "2026-01-05T10:00:00"), Clock: wallclock.Longest},
		"a second":           {Start: local(t, "2026-01-05T10:00:00"), Clock: time.Second},
		"the first start":    {Start: local(t, "2000-01-01T00:00:00"), Days: 1},
		"the last start":     {Start: local(t, "2100-12-31T23:59:59"), Days: 1},
	} {
		got, err := s.Expand(time.UTC, s.Start, s.Start.Add(time.Second))
		if err != nil || len(got) != 1 || !got[0].Start.Equal(s.Start) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if wallclock.Longest != 8784*time.Hour {
		t.Errorf("the longest is %s", wallclock.Longest)
	}
}
