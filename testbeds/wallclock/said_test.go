package wallclock

import (
	"testing"
	"time"
)

func TestSpansAreSaid(t *testing.T) {
	t.Parallel()
	in := func(name string) *time.Location {
		zone, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		return zone
	}
	at := func(text string) time.Time {
		x, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	now := at("2026-11-24T12:00:00Z")
	for _, tt := range []struct{ from, to, zone, want string }{
		{"2026-11-26T09:00:00Z", "2026-11-26T13:00:00Z", "UTC", "Thu 26 Nov, 09:00–13:00"},
		{"2026-11-26T09:00:00Z", "2026-11-26T13:00:00Z", "America/Sao_Paulo", "Thu 26 Nov, 06:00–10:00"},
		{"2026-11-26T22:00:00Z", "2026-11-27T02:00:00Z", "UTC", "Thu 26 Nov, 22:00 – Fri 27 Nov, 02:00"},
		{"2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z", "UTC", "Thu 26 Nov, 00:00–24:00"},
		{"2026-11-26T00:00:00Z", "2026-11-28T00:00:00Z", "UTC", "Thu 26 Nov, 00:00 – Sat 28 Nov, 00:00"},
		{"2026-12-31T20:00:00Z", "2027-01-01T00:00:00Z", "UTC", "Thu 31 Dec, 20:00–24:00"},
		{"2026-12-31T20:00:00Z", "2027-01-01T00:01:00Z", "UTC", "Thu 31 Dec, 20:00 – Fri 1 Jan 2027, 00:01"},
		{"2027-01-04T09:00:00Z", "2027-01-04T13:00:00Z", "UTC", "Mon 4 Jan 2027, 09:00–13:00"},
		{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/Madrid", "Sun 25 Oct, 02:30 CEST–02:30 CET"},
	} {
		if got := SaidSpan(at(tt.from), at(tt.to), in(tt.zone), now); got != tt.want {
			t.Errorf("%s: got %q", tt.want, got)
		}
	}
	if got := Said(now, time.UTC, time.Time{}); got != "Tue 24 Nov 2026, 12:00" {
		t.Error(got)
	}
}
