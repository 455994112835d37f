package wallclock

import (
	"testing"
	"time"
)

func TestAfterBusinessDays(t *testing.T) {
	t.Parallel()
	dublin, _ := Zone("Europe/Dublin")
	st := time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC) // Saint Patrick's day, a Tuesday
	holiday := func(d time.Time) bool { return d.Equal(st) }
	for _, tt := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-26T15:00", 0, "2026-11-26T15:00"}, // a Thursday
		{"2026-11-26T15:00", 1, "2026-11-27T15:00"},
		{"2026-11-26T15:00", 2, "2026-11-30T15:00"},
		{"2026-11-27T23:59", 1, "2026-11-30T23:59"},
		{"2026-11-28T10:00", 1, "2026-12-01T00:00"}, // a Saturday: counted from Monday's midnight
		{"2026-11-29T10:00", 5, "2026-12-07T00:00"},
		{"2026-03-16T09:00", 1, "2026-03-18T09:00"}, // over the holiday
		{"2026-03-17T09:00", 1, "2026-03-19T00:00"}, // on the holiday
		{"2026-03-27T09:00", 1, "2026-03-30T09:00"}, // over the change of the clocks
	} {
		at := func(s string) time.Time {
			x, err := time.ParseInLocation("2006-01-02T15:04", s, dublin)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		if got := AfterBusinessDays(at(tt.from), tt.n, dublin, holiday); !got.Equal(at(tt.want)) {
			t.Errorf("%s and %d business days: got %s, want %s", tt.from, tt.n, got.In(dublin), tt.want)
		}
	}
	never := func(time.Time) bool { return true }
	AfterBusinessDays(st, 3, dublin, never) // ends
}

func TestWeeksAndMonths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Dublin", "America/Santiago", "Asia/Beirut", "Pacific/Apia"} {
		zone, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(2025, 12, 28, 0, 30, 0, 0, time.UTC); at.Year() < 2027; at = at.Add(5 * time.Hour) {
			for what, of := range map[string]func(time.Time, *time.Location) Interval{"week": WeekOf, "month": MonthOf} {
				x := of(at, zone)
				if at.Before(x.Start) || !at.Before(x.End) {
					t.Fatalf("%s: the %s of %s is %s to %s", name, what, at, x.Start, x.End)
				}
				if next := of(x.End, zone); !next.Start.Equal(x.End) {
					t.Fatalf("%s: after the %s to %s comes one from %s", name, what, x.End, next.Start)
				}
				if again := of(x.Start, zone); again != x {
					t.Fatalf("%s: the %s of its own start is %v, not %v", name, what, again, x)
				}
			}
		}
	}
	utc := time.UTC
	if got, want := WeekOf(time.Date(2026, 11, 29, 23, 59, 0, 0, utc), utc).Start, time.Date(2026, 11, 23, 0, 0, 0, 0, utc); !got.Equal(want) {
		t.Errorf("a Sunday belongs to the week of %s, got %s", want, got)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	zone, _ := Zone("Europe/Dublin")
	start, end := time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 30, 1, 0, 0, 0, time.UTC)
	var sum time.Duration
	var dates []string
	Dates(start, end, zone, func(d time.Time, part Interval) bool {
		dates, sum = append(dates, d.Format(time.DateOnly)), sum+part.End.Sub(part.Start)
		return true
	})
	if len(dates) != 3 || dates[0] != "2026-03-28" || dates[2] != "2026-03-30" || sum != end.Sub(start) {
		t.Errorf("got %v, %s", dates, sum)
	}
	Dates(end, end, zone, func(time.Time, Interval) bool { t.Error("an empty span touches a date"); return true })
}
