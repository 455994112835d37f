package capacity

import (
	"berth/testbeds"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWindowsAreWhereItFits compares the windows with a check at every quarter of an hour.
func TestWindowsAreWhereItFits(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		setup := testbeds.Period{Clock: time.Duration(rapid.IntRange(0, 3).Draw(t, "setup")) * 15 * time.Minute}
		f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Timezone: "UTC", Setup: setup, Teardown: setup, VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}
		fed, err := NewFederation(f, testbeds.Slot{Start: day, End: day.AddDate(0, 0, 2)})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rapid.IntRange(0, 8).Draw(t, "bookings") {
			s := testbeds.NewSlot(day.Add(time.Duration(rapid.IntRange(0, 150).Draw(t, "from"))*15*time.Minute), time.Duration(rapid.IntRange(1, 30).Draw(t, "length"))*15*time.Minute)
			b := testbeds.Booking{ID: int64(i + 1), Strength: testbeds.Firm, Slot: s}
			b.Claims = fed.Claims(testbeds.Demand{{Resource: testbeds.Resource{Testbed: "hall", VIM: "a", Quantity: "vcpu"}, Amount: int64(rapid.IntRange(1, 6).Draw(t, "vcpu"))}}, s)
			fed.Put(b)
		}
		e := testbeds.Experiment{Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"hall/a"}}}, Placement: testbeds.Placement{"1": "hall/a"}}
		span := testbeds.Slot{Start: day.Add(3 * time.Hour), End: day.Add(40 * time.Hour)}
		least := time.Duration(rapid.IntRange(1, 12).Draw(t, "least")) * 15 * time.Minute
		windows := fed.Windows(e, span, least, 100)
		for i, w := range windows {
			if w.Duration() < least || !span.Contains(w) || !fed.Fits(e, w) || i > 0 && w.Start.Before(windows[i-1].End) {
				t.Fatalf("window %s of %v", w, windows)
			}
		}
		for at := span.Start; !at.Add(least).After(span.End); at = at.Add(15 * time.Minute) {
			s := testbeds.NewSlot(at, least)
			inside := false
			for _, w := range windows {
				inside = inside || w.Contains(s)
			}
			if fits := fed.Fits(e, s); fits != inside {
				t.Fatalf("%s fits: %v, in a window of %v: %v", s, fits, windows, inside)
			}
		}
		if got := len(fed.Bookings("hall", testbeds.Slot{Start: day.AddDate(0, 0, -1), End: day.AddDate(0, 0, 9)})); got != fed.bookings.Len() {
			t.Fatalf("%d bookings of %d", got, fed.bookings.Len())
		}
	})
}
