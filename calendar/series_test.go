package calendar_test

import (
	"strings"
	"testing"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

// An occurrence of a series stays an event of its own, and says to which series it belongs.
func TestEventsOfASeriesAreRelated(t *testing.T) {
	t.Parallel()
	r := scheduler.Request{ID: "8b1f0a52-5f0e-4b8e-9d1a-0c1d2e3f4a5b", Number: 43, Name: "x", Status: scheduler.Scheduled, Slot: testbeds.NewSlot(time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC), time.Hour),
		Series: &scheduler.InSeries{ID: "11111111-2222-4333-8444-555555555555", Number: 42, Place: 2, Of: 6}}
	text := strings.ReplaceAll(calendar.Site{URL: "https://berth.example"}.Invitation(r, testbeds.Facility{}, calendar.MethodRequest, calendar.Party{}, calendar.Party{}), "\r\n ", "")
	for _, want := range []string{"RELATED-TO;RELTYPE=PARENT:11111111-2222-4333-8444-555555555555@berth\r\n", "UID:8b1f0a52-5f0e-4b8e-9d1a-0c1d2e3f4a5b@berth\r\n", `Series: number 2 of 6\, https://berth.example/series/42`} {
		if !strings.Contains(text, want) {
			t.Errorf("the event lacks %q:\n%s", want, text)
		}
	}
}
