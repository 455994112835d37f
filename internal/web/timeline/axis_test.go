package timeline

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds/wallclock"
)

func labelsOf(ticks []tick) string {
	var list []string
	for _, t := range ticks {
		list = append(list, t.labels[0])
	}
	return strings.Join(list, " ")
}

func TestHoursAcrossChangesOfTheClocks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, from string
		hours            int
		step             stride
		want             string
	}{
		{"forward in Madrid", "Europe/Madrid", "2026-03-29T00:00", 5, stride{unit: hour, n: 1}, "00:00 01:00 03:00 04:00 05:00"},
		{"back in Athens", "Europe/Athens", "2026-10-25T01:00", 5, stride{unit: hour, n: 1}, "01:00 02:00 03:00 03:00 04:00"},
		{"every six hours over 23", "Europe/Madrid", "2026-03-29T00:00", 24, stride{unit: hour, n: 6}, "00:00 06:00 12:00 18:00 00:00"},
		{"every six hours over 25", "Europe/Athens", "2026-10-25T00:00", 25, stride{unit: hour, n: 6}, "00:00 06:00 12:00 18:00"},
		{"half an hour on Lord Howe", "Australia/Lord_Howe", "2026-10-04T01:00", 3, stride{unit: minute, n: 30}, "01:00 01:30 02:30 03:00 03:30 04:00"},
		{"back by half an hour", "Australia/Lord_Howe", "2026-04-05T01:00", 2, stride{unit: minute, n: 30}, "01:00 01:30 01:30 02:00"},
		{"begins within the hour that comes twice", "Europe/Athens", "2026-10-25T03:30", 2, stride{unit: minute, n: 30}, "03:30 03:00 03:30 04:00"},
		{"quarters in Kathmandu", "Asia/Kathmandu", "2026-05-01T00:10", 2, stride{unit: hour, n: 1}, "01:00 02:00"},
		{"days, one without midnight", "Africa/Cairo", "2026-04-22T12:00", 72, stride{unit: day, n: 1}, "Thu 23 Fri 24 Sat 25"},
		{"days, one with two midnights", "America/Havana", "2026-10-31T12:00", 72, stride{unit: day, n: 1}, "Sun 1 Mon 2 Tue 3"},
		{"weeks begin on Mondays", "Europe/Madrid", "2026-10-01T00:00", 24 * 31, stride{unit: week, n: 1}, "5 Oct 12 Oct 19 Oct 26 Oct"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, tt.zone)
			local, err := time.Parse("2006-01-02T15:04", tt.from)
			if err != nil {
				t.Fatal(err)
			}
			from := wallclock.Instant(local, z).Unix()
			s := scale{from, from + int64(tt.hours)*3600, 0, 1000}
			if got := labelsOf(s.ticks(z, tt.step, minorLabels)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestADayBeginsWithItsFirstInstant tries days whose midnight is skipped, or comes twice.
func TestADayBeginsWithItsFirstInstant(t *testing.T) {
	t.Parallel()
	for name, date := range map[string]time.Time{
		"Africa/Cairo": time.Date(2026, 4, 24, 0, 0, 0, 0, time.UTC), "America/Havana": time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	} {
		z := zone(t, name)
		begin := occurrences(date, z, true)[0].In(z)
		if begin.Day() != date.Day() || begin.Add(-time.Second).Day() == date.Day() {
			t.Errorf("%s: %s does not begin at %s", name, date.Format(time.DateOnly), begin)
		}
	}
}

func TestAnyTickStandsWhereClocksShowItsLabel(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{time.UTC, zone(t, "Europe/Madrid"), zone(t, "Europe/Athens"), zone(t, "Australia/Lord_Howe"), zone(t, "America/Havana"), zone(t, "Africa/Cairo")}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		from := rapid.Int64Range(0, 2e9).Draw(t, "from")
		length := rapid.OneOf(rapid.Int64Range(60, 1e6), rapid.Int64Range(60, 3e9)).Draw(t, "seconds")
		s := scale{from, from + length, 190, rapid.Float64Range(300, 4000).Draw(t, "right")}
		a := s.axis(z)
		if n := len(a.minor); float64(n) > (s.right-s.left)/20+4 {
			t.Fatalf("%d ticks over %g", n, s.right-s.left)
		}
		for i, tick := range a.minor {
			if tick.at < s.from || tick.at >= s.to || i > 0 && tick.at <= a.minor[i-1].at {
				t.Fatalf("tick %d of %v", i, a.minor)
			}
			wall := time.Unix(tick.at, 0).In(z)
			skipped := a.stride.unit >= day && wall.Add(-time.Second).Day() != wall.Day()
			if got := minorLabels(a.stride.unit, wall)[0]; got != tick.labels[0] || a.stride.unit >= day && wall.Hour() != 0 && !skipped {
				t.Fatalf("%s at %s", tick.labels[0], wall)
			}
		}
	})
}

func TestJumps(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Athens")
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, z)
	got := scale{from.Unix(), from.AddDate(1, 0, 0).Unix(), 0, 1000}.jumps(z)
	if len(got) != 2 || jumpWords(got[0]) != "+1 h" || jumpWords(got[1]) != "−1 h" || got[0].at != time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC).Unix() {
		t.Errorf("got %v", got)
	}
}

func TestNights(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Madrid")
	at := func(day, hour int) int64 { return time.Date(2026, 3, day, hour, 0, 0, 0, z).Unix() }
	week := scale{at(26, 12), at(31, 7), 0, 1000} // a Thursday at noon to a Tuesday; clocks are put forward on Sunday
	want := [][2]int64{{at(26, 20), at(27, 7)}, {at(27, 20), at(30, 7)}, {at(30, 20), at(31, 7)}}
	if diff := cmp.Diff(want, week.nights(z)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	month := scale{at(15, 12), at(29, 12), 0, 300} // nights are too narrow
	want = [][2]int64{{at(15, 12), at(16, 0)}, {at(21, 0), at(23, 0)}, {at(28, 0), at(29, 12)}}
	if diff := cmp.Diff(want, month.nights(z)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := (scale{at(1, 0), at(31, 0), 0, 60}).nights(z); got != nil {
		t.Errorf("days of two pixels have %v", got)
	}
}
