package scheduler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
)

// TestWhatIsNotPossibleYet: each names only steps that the actor's role may take, and a step that waits for a time can be taken from then on.
func TestWhatIsNotPossibleYet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked := h.submitted("hydra", hours(24, 4))
	granted := h.scheduled("c2gran", hours(48, 4))
	begins := granted.Slot.Start
	if granted.Occupied != nil {
		begins = granted.Occupied.Start
	}
	for _, tt := range []struct {
		r    scheduler.Request
		now  time.Time
		who  string
		want string
	}{
		{asked, hours(0, 1).Start, "oskar", "[start once it is scheduled]"},
		{asked, hours(0, 1).Start, "maeve", "[]"},
		{asked, hours(0, 1).Start, "paddy", "[]"},
		{asked, hours(0, 1).Start, "monika", "[]"}, // its mentor
		{asked, hours(0, 1).Start, "marco", "[schedule once you are its mentor]"},
		{asked, hours(0, 1).Start, "adele", "[start once it is scheduled]"},
		{granted, begins.Add(-time.Second), "oskar", "[start when its setup begins complete once it has started]"},
		{granted, begins, "oskar", "[complete once it has started]"},
		{granted, granted.Slot.Start.Add(-time.Second), "oskar", "[complete once it has started]"},
		{granted, granted.Slot.Start, "oskar", "[]"}, // with the time when it began
		{granted, begins.Add(-time.Second), "marco", "[]"},
	} {
		var got []string
		for _, l := range tt.r.NotYet(as(tt.who), tt.now) {
			got = append(got, fmt.Sprint(l.Action, " ", l.Why))
			if l.Action == scheduler.ActionStart && tt.r.Status == scheduler.Scheduled && !l.From.Equal(begins) {
				t.Errorf("a start waits until %v, want %v", l.From, begins)
			}
		}
		if got := "[" + strings.Join(got, " ") + "]"; got != tt.want {
			t.Errorf("%s about a %s request at %v: %s, want %s", tt.who, tt.r.Status, tt.now, got, tt.want)
		}
	}
	v, err := h.Get(t.Context(), as("oskar"), granted.ID)
	if err != nil || v.MayNow(as("oskar"), scheduler.ActionStart, begins.Add(-time.Second)) || !v.MayNow(as("oskar"), scheduler.ActionStart, begins) {
		t.Errorf("a start waits for its setup: %v", err)
	}
}
