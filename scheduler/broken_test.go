package scheduler_test

import (
	"fmt"
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

// TestWhomAChangeOfTheRadiosBreaks: two radios are granted, and two more granted, held, asked for or overbooked beside them. A hold gives way first;
// a booking that was short before gets no new shortage.
func TestWhomAChangeOfTheRadiosBreaks(t *testing.T) {
	t.Parallel()
	slot := hours(24, 4)
	granted := func(h *house) { h.scheduled("c2gran", slot) }
	held := func(h *house) {
		r := h.submitted("c2gran", hours(100, 4))
		h.ok(h.Reject(h.t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{{Slot: slot}}}))
	}
	asked := func(h *house) { h.submitted("c2gran", slot) }
	overbooked := func(h *house) {
		r := h.submitted("hydra", slot)
		h.approve(r)
		h.ok(h.Schedule(h.t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
	}
	for name, tt := range map[string]struct {
		second func(*house)
		radios int64
		want   string // numbers of the broken requests
	}{
		"both granted, one radio fewer":   {granted, 3, "[1 2]"},
		"both granted, one radio more":    {granted, 5, "[]"},
		"one held, one radio fewer":       {held, 3, "[2]"},
		"one held, two radios fewer":      {held, 2, "[2]"},
		"one held, three radios fewer":    {held, 1, "[1 2]"},
		"one asked for, two radios fewer": {asked, 2, "[]"},
		"overbooked by one, none fewer":   {overbooked, 4, "[]"},
		"overbooked by one, one fewer":    {overbooked, 3, "[1 2]"},
		"overbooked by one, one more":     {overbooked, 5, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			granted(h)
			tt.second(h)
			f := facility()
			f.Testbeds[0].Devices[0] = testbeds.Device{ID: "usrp", Count: tt.radios}
			f.Testbeds[0].Location = "elsewhere" // so that something changes
			out := h.put(f)
			numbers := []int64{}
			for _, b := range out.Broken {
				numbers = append(numbers, b.Number)
				if len(b.Short) == 0 || len(b.Alternatives) == 0 && tt.radios >= 2 {
					t.Errorf("request #%d is broken without a reason or a way out: %+v", b.Number, b)
				}
			}
			if got := fmt.Sprint(numbers); got != tt.want {
				t.Errorf("broken are %s, want %s", got, tt.want)
			}
			h.clean()
		})
	}
}
