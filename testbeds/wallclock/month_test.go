package wallclock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/testbeds/wallclock"
)

func TestMonthsBeginWithTheClocksOfTheirZone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, at, next, month string }{
		{"UTC", "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z", "2026-10"},
		{"UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-11"},
		{"Europe/Dublin", "2026-09-30T23:00:00Z", "2026-11-01T00:00:00Z", "2026-10"}, // the clocks go back in October
		{"America/Sao_Paulo", "2026-11-01T02:59:59Z", "2026-11-01T03:00:00Z", "2026-10"},
		{"Pacific/Kiritimati", "2026-12-31T10:00:00Z", "2027-01-31T10:00:00Z", "2027-01"},
		{"America/Toronto", "1987-10-31T12:00:00Z", "1987-11-01T05:00:00Z", "1987-10"},
		// St. John's set its clocks back from 00:01 to 23:01 on 1 November 2009: the hour that follows belongs to November.
		{"America/St_Johns", "2009-11-01T02:29:00Z", "2009-11-01T02:30:00Z", "2009-10"},
		{"America/St_Johns", "2009-11-01T03:00:00Z", "2009-12-01T03:30:00Z", "2009-11"},
	} {
		zone, err := wallclock.Zone(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, _ := time.Parse(time.RFC3339, tt.at)
		if next, month := wallclock.NextMonth(at, zone).Format(time.RFC3339), wallclock.Month(at, zone); next != tt.next || month != tt.month {
			t.Errorf("after %s in %s: %s in %s, want %s in %s", tt.at, tt.zone, next, month, tt.next, tt.month)
		}
	}
}

// TestMonthsFollowOneAnother: none is empty, and each instant is in exactly one.
func TestMonthsFollowOneAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, err := wallclock.Zone(rapid.SampledFrom([]string{"UTC", "Europe/Dublin", "America/St_Johns", "Pacific/Apia", "Africa/Cairo", "Asia/Tehran"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(0, 2_500_000_000).Draw(t, "at"), 0).UTC()
		next := wallclock.NextMonth(at, zone)
		if !next.After(at) || next.Sub(at) > 32*24*time.Hour {
			t.Fatalf("the month of %v in %v ends %v", at, zone, next)
		}
		if wallclock.NextMonth(next.Add(-time.Second), zone) != next || wallclock.Month(at, zone) >= wallclock.Month(next, zone) {
			t.Fatalf("the month of %v in %v is not followed by that of %v", at, zone, next)
		}
	})
}
