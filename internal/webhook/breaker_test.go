package webhook

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"berth/scheduler"
)

func TestABreakerRestsLongerAndLonger(t *testing.T) {
	t.Parallel()
	var b breakers
	now := start
	for range tripAfter - 1 {
		b.failed("a", now)
	}
	if at := b.rests("a", now); !at.IsZero() {
		t.Fatalf("it rests until %s before it failed often enough", at)
	}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		b.failed("a", now)
		b.failed("a", now) // began before it rested
		if got := b.rests("a", now).Sub(now); got != want {
			t.Errorf("it rests %s, want %s", got, want)
		}
		if at := b.rests("b", now); !at.IsZero() {
			t.Errorf("another address rests until %s", at)
		}
		now = now.Add(want)
		if at := b.rests("a", now); !at.IsZero() {
			t.Errorf("it rests until %s, and it is %s", at, now)
		}
	}
	b.closed("a")
	b.failed("a", now)
	if at := b.rests("a", now); !at.IsZero() {
		t.Errorf("one failure after it answered, and it rests until %s", at)
	}
}

// TestAnAddressThatFailsIsLeftAlone checks that calls stop until the rest is over or the owner changes the
// address.
func TestAnAddressThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true)
	l := newListener(t)
	hook := h.hook("eva", l)
	l.answers(func(int) int { return http.StatusInternalServerError })
	for range 10 {
		h.submit("eva")
	}
	h.post()
	if n := len(l.said()); n < tripAfter || n > tripAfter+3 { // four are called at a time
		t.Errorf("%d calls of an address that fails", n)
	}
	if until := h.desk.Resting(hook); until.IsZero() {
		t.Error("it does not rest")
	}
	list, err := h.desk.Deliveries(t.Context(), as("eva"), hook.ID, 0, 1)
	if err != nil || list[0].Attempts != 1 || list[0].Failure == "" {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = h.desk.Deliver(t.Context(), scheduler.Delivery{Target: hook.ID, Event: list[0].Event})
	if !errors.As(err, new(errResting)) {
		t.Errorf("it is called while it rests: %v", err)
	}
	l.answers(func(int) int { return http.StatusOK })
	h.must(h.desk.Change(t.Context(), as("eva"), hook.ID, hook))
	if until := h.desk.Resting(hook); !until.IsZero() {
		t.Error("it rests after its owner has changed it")
	}
	h.now.Add(3600)
	h.post()
	if n := len(l.said()); n != 10 {
		t.Errorf("%d calls, want all ten", n)
	}
}

// TestATestIsTriedWhateverCameBefore checks that a test ignores the breaker: owners want to see their repair
// work.
func TestATestIsTriedWhateverCameBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true)
	l := newListener(t)
	hook := h.hook("eva", l)
	for range tripAfter {
		h.desk.resting.failed(hook.URL, h.clock())
	}
	h.must(nil, h.desk.Test(t.Context(), as("eva"), hook.ID))
	if until := h.desk.Resting(hook); !until.IsZero() {
		t.Error("it rests after a test that succeeded")
	}
}
