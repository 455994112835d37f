package scheduler_test

import (
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// TestHowFarASlotCouldGrow: the answer is exact at both ends, names what comes then, and follows what others book.
func TestHowFarASlotCouldGrow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("c2gran", hours(4, 2))
	alone := h.get(r.ID).Headroom
	if alone == nil || alone.By != scheduler.LimitedByLength || !alone.Start.Equal(morning) {
		t.Fatalf("alone: %+v", alone)
	}
	other := h.scheduled("marathon", hours(10, 2)) // from 9:30 on, with its setup
	got := h.get(r.ID).Headroom
	if want := hours(9.25, 1).Start; !got.End.Equal(want) || got.By != scheduler.LimitedByCapacity || !got.At.Equal(h.clock) {
		t.Fatalf("beside another: %+v, want until %v, a teardown before it", got, want)
	}
	if len(got.Then) != 1 || len(got.Then[0].TakenBy) != 1 || got.Then[0].TakenBy[0].Request != other.Number {
		t.Errorf("then: %+v, want #%d", got.Then, other.Number)
	}
	move := func(slot testbeds.Slot) error {
		_, err := h.Move(t.Context(), as("adele"), r.ID, scheduler.Move{Slot: &slot, DryRun: true, Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "x"}})
		return err
	}
	if err := move(testbeds.Slot{Start: r.Slot.Start, End: got.End}); err != nil {
		t.Errorf("until then: %v", err)
	}
	h.refused(scheduler.CodeConflict, move(testbeds.Slot{Start: r.Slot.Start, End: got.End.Add(time.Second)}))
	if page, err := h.List(t.Context(), as("oskar"), scheduler.RequestFilter{}, ""); err != nil || !page.Items[1].Headroom.End.Equal(got.End) || page.Items[1].Headroom.Then != nil {
		t.Errorf("in a list: %+v, %v", page.Items, err)
	}
	// Calendars are drawn with what is kept, which only its own steps change.
	if kept := h.store.Rows().Requests[r.ID].Headroom; !kept.End.Equal(alone.End) {
		t.Errorf("kept until %v, want %v as at its last step", kept.End, alone.End)
	}
}

// TestNoSlotGrowsThatCannotMove: what is under review or over has no head-room.
func TestNoSlotGrowsThatCannotMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(4, 2))
	if got := h.get(r.ID).Headroom; got != nil {
		t.Errorf("under review: %+v", got)
	}
	r = h.running("video", hours(5, 2))
	got := h.get(r.ID).Headroom
	if got == nil || !got.Start.Equal(r.Slot.Start) || !got.End.After(r.Slot.End) {
		t.Errorf("running: %+v", got)
	}
	h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	if got := h.get(r.ID).Headroom; got != nil {
		t.Errorf("over: %+v", got)
	}
}

// TestThePolicyLimitsHowFarASlotCouldGrow by the experimenter's longest slot, at both ends.
func TestThePolicyLimitsHowFarASlotCouldGrow(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: students, who: {users: [maeve]}, longest: PT6H}, {name: all, longest: P2D}]")
	r := h.scheduled("video", hours(10, 4))
	got := h.get(r.ID).Headroom
	if got == nil || !got.End.Equal(hours(16, 1).Start) || !got.Start.Equal(hours(8, 1).Start) || got.By != scheduler.LimitedByLength {
		t.Errorf("got %+v, want six hours from either end", got)
	}
	h.rule("limits: [{name: all, longest: PT3H}]")
	if got = h.get(r.ID).Headroom; !got.End.Equal(r.Slot.End) || !got.Start.Equal(r.Slot.Start) {
		t.Errorf("longer than allowed already: %+v, want as it is", got)
	}
}
