package wallclock_test

import (
	"testing"
	"time"

	"berth/testbeds/wallclock"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := wallclock.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestInstant(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, local, want string }{
		{"plain", "Europe/Athens", "2026-01-05T08:00:00", "2026-01-05T08:00:00+02:00"},
		{"gap, Athens", "Europe/Athens", "2026-03-29T03:30:00", "2026-03-29T04:30:00+03:00"},
		{"overlap, Athens", "Europe/Athens", "2026-10-25T03:30:00", "2026-10-25T03:30:00+03:00"},
		{"end of the overlap, Athens", "Europe/Athens", "2026-10-25T04:00:00", "2026-10-25T04:00:00+02:00"},
		{"gap, New York", "America/New_York", "2026-03-08T02:30:00", "2026-03-08T03:30:00-04:00"},
		{"start of the gap, New York", "America/New_York", "2026-03-08T02:00:00", "2026-03-08T03:00:00-04:00"},
		{"end of the gap, New York", "America/New_York", "2026-03-08T03:00:00", "2026-03-08T03:00:00-04:00"},
		{"overlap, New York", "America/New_York", "2026-11-01T01:30:00", "2026-11-01T01:30:00-04:00"},
		// Ireland's winter time is its "daylight saving", with a negative offset.
		{"gap, Dublin", "Europe/Dublin", "2026-03-29T01:15:00", "2026-03-29T02:15:00+01:00"},
		{"overlap, Dublin", "Europe/Dublin", "2026-10-25T01:15:00", "2026-10-25T01:15:00+01:00"},
		// The clocks of São Paulo changed at midnight, so the day began at one.
		{"midnight that is not there, São Paulo", "America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T01:00:00-02:00"},
		{"overlap before midnight, São Paulo", "America/Sao_Paulo", "2018-02-17T23:30:00", "2018-02-17T23:30:00-02:00"},
		{"no summer time any more, São Paulo", "America/Sao_Paulo", "2026-11-01T00:00:00", "2026-11-01T00:00:00-03:00"},
		// Lord Howe Island changes by half an hour.
		{"gap, Lord Howe", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T02:45:00+11:00"},
		{"overlap, Lord Howe", "Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-05T01:45:00+11:00"},
		// Samoa skipped the 30th of December 2011.
		{"day that is not there, Samoa", "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T12:00:00+14:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want, err := time.Parse(time.RFC3339, tt.want)
			if err != nil {
				t.Fatal(err)
			}
			got := wallclock.Instant(local(t, tt.local), zone(t, tt.zone))
			if !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("got %v, want %v", got.In(zone(t, tt.zone)), want)
			}
		})
	}
}

// For any zone and time, the instant is the first one at which the clocks show it; if there is none, the time is read with an
// offset that was in force shortly before, and the clocks show a later time.
func TestInstantPolicy(t *testing.T) {
	t.Parallel()
	names := []string{"Europe/Athens", "America/New_York", "Europe/Dublin", "America/Sao_Paulo", "Australia/Lord_Howe",
		"Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "Antarctica/Troll", "America/St_Johns", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "zone")
		z, err := wallclock.Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		wall := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 36600*24*4).Draw(t, "quarter")) * 15 * time.Minute)
		if rapid.Bool().Draw(t, "near a change") {
			_, next := wall.In(z).ZoneBounds()
			if !next.IsZero() {
				wall = wallclock.Floating(next.In(z)).Add(time.Duration(rapid.IntRange(-12, 12).Draw(t, "off")) * 15 * time.Minute)
			}
		}
		var shows []time.Time // every quarter of an hour nearby at which the clocks show it
		for at := wall.Add(-30 * time.Hour); at.Before(wall.Add(30 * time.Hour)); at = at.Add(15 * time.Minute) {
			if wallclock.Floating(at.In(z)).Equal(wall) {
				shows = append(shows, at)
			}
		}
		got := wallclock.Instant(wall, z)
		if len(shows) > 0 {
			if !got.Equal(shows[0]) {
				t.Fatalf("%v in %s is %v, want %v", wall, name, got, shows[0])
			}
			return
		}
		shift := wallclock.Floating(got.In(z)).Sub(wall)
		_, before := got.Add(-shift).In(z).Zone()
		if shift <= 0 || !got.Equal(wall.Add(-time.Duration(before)*time.Second)) {
			t.Fatalf("%v in %s, which is in a gap, is %v, shown as %v", wall, name, got, got.In(z))
		}
	})
}
