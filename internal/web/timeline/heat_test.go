package timeline

import (
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// TestUseOfADay compares what cells show with what was booked: shares of the time in which there is anything, in days as long as they are.
func TestUseOfADay(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Madrid")
	from := time.Date(2026, 3, 28, 0, 0, 0, 0, z) // the 29th has 23 hours
	at := func(day int, hour float64, free, total int64) testbeds.Step {
		return testbeds.Step{At: slot(time.Date(2026, 3, day, 0, 0, 0, 0, z), hour, 0).Start, Free: free, Total: total}
	}
	bar := func(day int, hour, hours float64, b Bar) Bar {
		b.Slot = slot(time.Date(2026, 3, day, 0, 0, 0, 0, z), hour, hours)
		return b
	}
	c := Chart{From: from, To: from.AddDate(0, 0, 5), Zone: z, Lanes: []Lane{{
		Bands: []Band{{Steps: []testbeds.Step{at(28, 0, 4, 4), at(28, 12, 1, 4), at(29, 0, 0, 4), at(29, 11.5, 4, 4), at(30, 0, 0, 0), at(30, 18, 2, 4), at(31, 0, -1, 4), at(31, 6, 4, 4)}}},
		Bars:  []Bar{bar(28, 12, 12, Bar{State: Scheduled, Mine: true}), bar(29, 22, 4, Bar{State: Running}), bar(31, 0, 24, Bar{State: Pending}), bar(31, 1, 2, Bar{State: Ended, Overbooked: true}), bar(31, 1, 2, Bar{State: Withdrawn, Mine: true})},
	}}}
	h := heat{c: c, cache: dates{z, time.Time{}}}
	h.columns()
	want := []use{
		{mean: .375, bookings: 1, mine: true, booked: true},
		{mean: .5, bookings: 1, booked: true},
		{mean: .5, bookings: 1, booked: true}, // of the six hours in which there is anything
		{mean: .25, bookings: 1, waiting: 1, over: true, booked: true},
		{},
	}
	got := h.measure(c.Lanes[0])
	for i := range want {
		if g := got[i]; g != want[i] {
			t.Errorf("%s: %+v, want %+v", h.cells[i].name, g, want[i])
		}
	}
	c.Lanes[0].Closures = []Closure{{Slot: slot(from, 30, 1)}}
	if got := h.measure(c.Lanes[0]); got[0].closed || !got[1].closed || got[2].closed {
		t.Errorf("closed on the second day: %+v", got)
	}
	if w := want[3].words(25); w != "25 % used, 1 booking, 1 under review, overbooked" {
		t.Error(w)
	}
}

func TestStepsOfUse(t *testing.T) {
	t.Parallel()
	for mean, want := range map[float64]int{0: 0, .004: 0, .005: 1, .24: 1, .25: 2, .49: 2, .5: 3, .74: 3, .75: 4, 1: 4} {
		if got := heatStep(mean); got != want {
			t.Errorf("%g is step %d, want %d", mean, got, want)
		}
	}
}

// TestLongRangesHaveFewColumns: days up to four months, then weeks; a day's cell leads to the day.
func TestLongRangesHaveFewColumns(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for days, want := range map[int]int{1: 1, 31: 31, mostDays: mostDays, mostDays + 1: 18, 366: 53} {
		h := heat{c: Chart{From: from, To: from.AddDate(0, 0, days), Zone: time.UTC}, cache: dates{time.UTC, from}}
		h.columns()
		if len(h.cells) != want {
			t.Errorf("%d days have %d columns, want %d", days, len(h.cells), want)
		}
	}
	c := Chart{From: from, To: from.AddDate(0, 1, 0), Zoom: func(s testbeds.Slot) string { return "/schedule?at=" + s.Start.Format(time.DateOnly) },
		Lanes: []Lane{{ID: "hall", Title: "Hall", Bars: []Bar{{Slot: slot(from, 30, 2), State: Scheduled}}}}}
	if page := asHeat(t, c); !strings.Contains(page, `href="/schedule?at=2026-01-02#lane-hall" title="Fri 2 Jan 2026: 0 % used, 1 booking"`) {
		t.Error(page)
	}
}
