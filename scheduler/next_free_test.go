package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// TestTheNextFreeSlotsAreSpreadOverDays, in working hours if that is wanted. The first morning is a Monday at 06:00, and both testbeds of these
// experiments keep the hours of their country.
func TestTheNextFreeSlotsAreSpreadOverDays(t *testing.T) {
	t.Parallel()
	week := testbeds.Slot{Start: morning, End: morning.AddDate(0, 0, 7)}
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		nsd    string
		length time.Duration
		span   testbeds.Slot
		p      scheduler.Preference
		limit  int
		want   []string
	}{
		{"any hours", "c2gran", 4 * time.Hour, week, scheduler.Preference{}, 3, []string{"02 07:00", "03 00:00", "04 00:00"}},
		{"the days of a zone", "c2gran", 4 * time.Hour, week, scheduler.Preference{Zone: madrid}, 3, []string{"02 07:00", "02 23:00", "03 23:00"}},
		{"working hours", "c2gran", 4 * time.Hour, week, scheduler.Preference{WorkingHours: true}, 3, []string{"02 08:00", "03 08:00", "04 08:00"}},
		{"working hours around what is booked", "marathon", 4 * time.Hour, week, scheduler.Preference{WorkingHours: true}, 3, []string{"02 14:00", "03 08:00", "04 08:00"}},
		{"longer than a working day", "c2gran", 30 * time.Hour, week, scheduler.Preference{WorkingHours: true}, 2, []string{"02 08:00", "03 08:00"}},
		{"no weekend", "c2gran", 4 * time.Hour, testbeds.Slot{Start: morning.AddDate(0, 0, 4), End: morning.AddDate(0, 0, 9)}, scheduler.Preference{WorkingHours: true}, 3, []string{"06 08:00", "09 08:00", "10 08:00"}},
		{"the working hours of Madrid", "video", 4 * time.Hour, week, scheduler.Preference{WorkingHours: true}, 2, []string{"02 07:00", "03 07:00"}},
		{"too long for the span", "c2gran", 8 * 24 * time.Hour, week, scheduler.Preference{}, 3, nil},
		{"no room for a full hour", "c2gran", 4 * time.Hour, testbeds.Slot{Start: morning.Add(130 * time.Minute), End: morning.Add(375 * time.Minute)}, scheduler.Preference{}, 3, []string{"02 08:10"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.scheduled("hydra", hours(3, 4)) // 09:00 to 13:00, and 30 minutes before and 15 after
			q := scheduler.Ask{NSD: tt.nsd, Duration: testbeds.Period{Clock: tt.length}}
			if tt.nsd != "marathon" {
				h.ok(h.Cancel(t.Context(), as("maeve"), "1", scheduler.Step{}))
			}
			list, err := h.NextFree(t.Context(), as("hector"), q, tt.span, tt.p, tt.limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range list {
				got = append(got, x.Start.Format("02 15:04"))
				if x.Duration() != tt.length {
					t.Errorf("%s is too short or too long", x)
				}
				if v, err := h.Check(t.Context(), as("hector"), scheduler.Ask{NSD: tt.nsd, Slot: x}); err != nil || !v.Fits {
					t.Errorf("%s does not fit: %v %v", x, v, err)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !slices.IsSortedFunc(list, func(a, b testbeds.Slot) int { return a.Start.Compare(b.Start) }) {
				t.Error("they are not in order")
			}
		})
	}
}
