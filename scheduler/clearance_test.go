package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// TestWhoWouldHaveToMakeRoom names the fewest, the less important before the others, and nobody whom the request may not displace.
func TestWhoWouldHaveToMakeRoom(t *testing.T) {
	t.Parallel()
	ranked := func(h *house, nsd string, slot testbeds.Slot, p scheduler.Priority) scheduler.Request {
		in := wants(nsd, slot)
		in.Priority = p
		r := h.ok(h.Submit(t.Context(), as("adele"), in))
		h.approve(r)
		return h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	}
	type taken struct {
		slot     testbeds.Slot
		nsd      string
		priority scheduler.Priority
	}
	for name, tt := range map[string]struct {
		taken []taken
		want  []int64 // numbers, from 1 on
	}{
		"one of two that are enough": {[]taken{{hours(4, 6), "c2gran", "normal"}, {hours(5, 3), "c2gran", "normal"}}, []int64{2}}, // the shorter one
		"the less important":         {[]taken{{hours(4, 6), "c2gran", "low"}, {hours(5, 3), "c2gran", "normal"}}, []int64{1}},
		"one instead of two":         {[]taken{{hours(3, 3), "c2gran", "low"}, {hours(7, 3), "c2gran", "low"}, {hours(3, 8), "c2gran", "normal"}}, []int64{3}},
		"nobody more important":      {[]taken{{hours(4, 6), "c2gran", "high"}, {hours(5, 3), "c2gran", "high"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			for _, x := range tt.taken {
				ranked(h, x.nsd, x.slot, x.priority)
			}
			r := h.submitted("c2gran", hours(4, 6))
			_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{DryRun: true, Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "x"}})
			e := h.refused(scheduler.CodeConflict, err)
			var got []int64
			var names []string
			if e.Displace != nil {
				if !e.Displace.Least {
					t.Error("not proven to be the fewest")
				}
				for _, x := range e.Displace.Requests {
					got, names = append(got, x.Number), append(names, x.Request)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			if len(got) == 0 {
				return
			}
			h.approve(r)
			h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "x", Displace: names}}))
		})
	}
}
