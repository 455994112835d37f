package scheduler_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestNobodyTakesMoreThanTheirShare: two open requests, and two remarks in an hour. The store runs each transaction twice, as a database may.
func TestNobodyTakesMoreThanTheirShare(t *testing.T) {
	t.Parallel()
	h := &house{failer: t, t: t, store: memory.New(), clock: morning}
	h.Service = scheduler.New(h.store, scheduler.Options{Clock: func() time.Time { return h.clock }, MaxOpen: 2, MaxRemarks: 2, NewID: func() string {
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", h.ids.Add(1))
	}})
	h.furnish()
	submit := func(who string, anyway scheduler.Creation) (scheduler.Request, error) {
		in := wants("video", hours(24, 2))
		in.Creation = anyway
		out, err := h.Submit(t.Context(), as(who), in)
		return out.Request, err
	}
	first, err := submit("maeve", scheduler.Creation{Key: "a"})
	if err == nil {
		_, err = submit("maeve", scheduler.Creation{})
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = submit("maeve", scheduler.Creation{})
	h.refused(scheduler.CodeConflict, err)
	if again, err := submit("maeve", scheduler.Creation{Key: "a"}); err != nil || again.ID != first.ID {
		t.Errorf("what was made before is %v, %v", again.ID, err)
	}
	if _, err := submit("hector", scheduler.Creation{}); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	h.ok(h.Cancel(t.Context(), as("maeve"), first.ID, scheduler.Step{}))
	third, err := submit("maeve", scheduler.Creation{})
	if err != nil {
		t.Errorf("after one was cancelled: %v", err)
	}

	through := as("maeve")
	through.Via = "bugzilla"
	for i, tt := range []struct {
		who   account.Actor
		at    time.Duration
		after time.Duration // to wait; 0: it is accepted
	}{
		{as("maeve"), 0, 0}, {as("maeve"), 10 * time.Minute, 0}, {as("maeve"), 20 * time.Minute, 40 * time.Minute}, {through, 20 * time.Minute, 0}, {account.System, 20 * time.Minute, 0},
		{as("monika"), 20 * time.Minute, 0}, {as("maeve"), time.Hour - time.Second, time.Second}, {as("maeve"), time.Hour, 0}, {as("maeve"), time.Hour, 0}, {as("maeve"), time.Hour, time.Hour},
	} {
		h.clock = morning.Add(tt.at)
		_, err := h.AddFeedback(context.Background(), tt.who, third.ID, "a remark", scheduler.Creation{})
		excess, is := err.(scheduler.Excess)
		if (err != nil) != (tt.after > 0) || is && excess.RetryAfter() != tt.after || err != nil && !is {
			t.Errorf("remark %d: %v, to wait %s, want %s", i, err, excess.After, tt.after)
		}
	}
}
