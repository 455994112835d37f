package retry_test

import (
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"berth/internal/retry"
)

func TestTheWaitDoublesUpToABound(t *testing.T) {
	t.Parallel()
	b := retry.BackOff{First: 5 * time.Second, Longest: 15 * time.Minute}
	for failures, want := range map[int64]time.Duration{0: 5 * time.Second, 1: 5 * time.Second, 2: 10 * time.Second, 8: 640 * time.Second, 9: 15 * time.Minute, 10: 15 * time.Minute, math.MaxInt64: 15 * time.Minute} {
		if got := b.After(failures); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
}

func TestAPartOfTheWaitIsLeftToChance(t *testing.T) {
	t.Parallel()
	b := retry.BackOff{First: time.Second, Longest: time.Minute, Spread: 5}
	seen := map[time.Duration]bool{}
	for range 100 {
		wait := b.After(3)
		if wait > 4*time.Second || wait <= 4*time.Second*4/5 {
			t.Fatalf("it waits %v", wait)
		}
		seen[wait] = true
	}
	if len(seen) < 50 {
		t.Errorf("only %d waits of 100 differ", len(seen))
	}
}

func TestAPermanentErrorSaysWhatItWraps(t *testing.T) {
	t.Parallel()
	err := error(retry.Permanent{Err: io.ErrUnexpectedEOF, Remedy: "send the rest"})
	if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != io.ErrUnexpectedEOF.Error() {
		t.Errorf("it says %v", err)
	}
}
