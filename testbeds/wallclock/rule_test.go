package wallclock_test

import (
	"strings"
	"testing"
	"time"

	"berth/testbeds/wallclock"
)

// local makes a wall-clock time from 2006-01-02T15:04:05.
func local(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func many(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }

// Rules that make the expander behind this package loop for ever, panic, run for seconds or answer wrongly, and malformed
// rules. Each is refused, with a message that names the fault, before the expander sees it.
func TestHostileRulesAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, rule, says string }{
		{"no such day", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never happens"},
		{"no such day, monthly", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31", "never happens"},
		{"no such day, weekly", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30", "BYMONTH is not supported with WEEKLY"},
		{"no such day, daily", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "BYMONTH is not supported with DAILY"},
		{"day of month, daily", "FREQ=DAILY;BYMONTHDAY=30", "BYMONTHDAY is not supported with DAILY"},
		{"hourly", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ"},
		{"minutely", "FREQ=MINUTELY", "FREQ"},
		{"secondly", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ"},
		{"position past the set", "FREQ=DAILY;BYSETPOS=366", "BYSETPOS"},
		{"sixth monday", "FREQ=MONTHLY;BYDAY=6MO", "BYDAY"},
		{"endless, hourly", "FREQ=HOURLY;INTERVAL=2;BYHOUR=1", "FREQ"},
		{"endless, minutely", "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1", "FREQ"},
		{"endless, minutely by hour", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=5", "FREQ"},
		{"endless, secondly", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", "FREQ"},
		{"endless, secondly by hour", "FREQ=SECONDLY;INTERVAL=86400;BYHOUR=5", "FREQ"},
		{"easter out of the year", "FREQ=YEARLY;BYEASTER=400", "BYEASTER"},
		{"easter before the year", "FREQ=YEARLY;BYEASTER=-200", "BYEASTER"},
		{"53rd monday", "FREQ=MONTHLY;BYDAY=53MO", "BYDAY"},
		{"53rd last monday", "FREQ=MONTHLY;BYDAY=-53MO", "BYDAY"},
		{"sixth last monday", "FREQ=MONTHLY;BYDAY=-6MO", "BYDAY"},
		{"53rd last monday of January", "FREQ=YEARLY;BYMONTH=1;BYDAY=-53MO", "BYDAY"},
		{"53rd monday of December", "FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", "BYDAY"},
		{"interval that overflows months", "FREQ=MONTHLY;INTERVAL=9223372036854775807", "INTERVAL"},
		{"interval that overflows weeks", "FREQ=WEEKLY;INTERVAL=1317624576693539402", "INTERVAL"},
		{"product of times", "FREQ=DAILY;BYHOUR=" + many(30) + ";BYMINUTE=" + many(30) + ";BYSECOND=" + many(30), "BYHOUR"},
		{"a million times a year", "FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,1,2;BYSECOND=0,1,2", "BYHOUR"},
		{"too long", "FREQ=DAILY;BYHOUR=" + many(300), "256 bytes"},
		{"list too long", "FREQ=MONTHLY;BYMONTHDAY=" + many(32), "BYMONTHDAY may have at most 31"},
		{"no count", "FREQ=DAILY;COUNT=0", "COUNT"},
		{"negative count", "FREQ=DAILY;COUNT=-5", "COUNT"},
		{"count too high", "FREQ=DAILY;COUNT=1001", "COUNT"},
		{"no interval", "FREQ=DAILY;INTERVAL=0", "INTERVAL"},
		{"interval too long, daily", "FREQ=DAILY;INTERVAL=367", "1 to 366"},
		{"interval too long, weekly", "FREQ=WEEKLY;INTERVAL=54", "1 to 53"},
		{"interval too long, monthly", "FREQ=MONTHLY;INTERVAL=25", "1 to 24"},
		{"interval too long, yearly", "FREQ=YEARLY;INTERVAL=6", "1 to 5"},
		{"interval that skips its weekday", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "never happens"},
		{"interval that skips its month", "FREQ=MONTHLY;INTERVAL=2;BYMONTH=2", "never happens"},
		{"interval that skips leap years", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "never happens"},
		{"fifth monday of odd Februaries", "FREQ=MONTHLY;INTERVAL=24;BYMONTH=2;BYDAY=5MO", "never happens"},
		{"until before the start", "FREQ=DAILY;UNTIL=20260104", "UNTIL lies before"},
		{"until beyond time", "FREQ=DAILY;UNTIL=99991231", "UNTIL must lie"},
		{"until no date", "FREQ=DAILY;UNTIL=20260230", "UNTIL must be"},
		{"until and count", "FREQ=DAILY;UNTIL=20270101;COUNT=3", "exclude"},
		{"weeks of the year", "FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"},
		{"days of the year", "FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY"},
		{"other calendars", "FREQ=YEARLY;RSCALE=CHINESE", "RSCALE"},
		{"extension", "FREQ=YEARLY;X-NAME=1", "X-NAME"},
		{"ordinal with weekly", "FREQ=WEEKLY;BYDAY=1MO", "only with MONTHLY"},
		{"weekday with yearly", "FREQ=YEARLY;BYDAY=MO", "use MONTHLY"},
		{"weekday and day", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "together"},
		{"position without days", "FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"},
		{"position with ordinals", "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1", "BYSETPOS"},
		{"ordinal of the week's start", "FREQ=WEEKLY;WKST=1MO", "WKST"},
		{"month 13", "FREQ=YEARLY;BYMONTH=13", "BYMONTH"},
		{"negative month", "FREQ=YEARLY;BYMONTH=-1", "BYMONTH"},
		{"day 0", "FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"},
		{"lower case", "freq=DAILY", "FREQ"},
		{"semicolon at the end", "FREQ=DAILY;", "not a part"},
		{"with its name", "RRULE:FREQ=DAILY", "needs FREQ"},
		{"two rules", "FREQ=DAILY\nRRULE:FREQ=DAILY", "FREQ"},
		{"part twice", "FREQ=DAILY;INTERVAL=1;INTERVAL=2", "twice"},
		{"no frequency", "BYDAY=MO", "needs FREQ"},
		{"no value", "FREQ=DAILY;BYDAY=", "not a part"},
		{"empty element", "FREQ=WEEKLY;BYDAY=MO,,TU", "BYDAY"},
		{"nothing", "", "not a part"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := wallclock.Parse(tt.rule)
			if err == nil {
				err = r.Check(local(t, "2026-01-05T10:00:00"))
			}
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q: got error %v, want one that says %q", tt.rule, err, tt.says)
			}
		})
	}
}

func TestStartIsChecked(t *testing.T) {
	t.Parallel()
	for _, start := range []time.Time{
		{},
		time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 1, 5, 8, 0, 0, 1, time.UTC),
	} {
		if err := (wallclock.Rule{}).Check(start); err == nil {
			t.Errorf("start %v passed", start)
		}
	}
}

func TestZoneRefusesTheMachinesOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "localtime", "Mars/Olympus", "../etc/passwd", "/etc/localtime"} {
		if z, err := wallclock.Zone(name); err == nil {
			t.Errorf("zone %q is %v", name, z)
		}
	}
	for _, name := range []string{"UTC", "Europe/Athens", "America/Sao_Paulo"} {
		if _, err := wallclock.Zone(name); err != nil {
			t.Error(err)
		}
	}
}
