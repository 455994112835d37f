package auth

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func refused(err error) bool {
	_, many := errors.AsType[TooMany](err)
	return many
}

// TestOfManyAtOnceNoMoreAreCheckedThanMayBeWrong fails if attempts are counted only after the check, which lets any
// number pass at once.
func TestOfManyAtOnceNoMoreAreCheckedThanMayBeWrong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, x := newLimiter(time.Now), limit{key: "k", most: 20}
		var checked, no atomic.Int64
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				if err := l.reserve(t.Context(), x); err != nil {
					no.Add(1)
					return
				}
				checked.Add(1)
				time.Sleep(30 * time.Millisecond) // of the bubble: a slow hash
				l.settle(true, x)
			})
		}
		all.Wait()
		if checked.Load() != 20 || no.Load() != 180 {
			t.Errorf("%d were checked and %d refused, want 20 and 180", checked.Load(), no.Load())
		}
		time.Sleep(failWindow)
		if err := l.reserve(t.Context(), x); err != nil {
			t.Errorf("in the next window: %v", err)
		}
	})
}

func TestRightOnesAtOnceAllPass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, x := newLimiter(time.Now), limit{key: "k", most: 3}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := l.reserve(t.Context(), x); err != nil {
					t.Error(err)
					return
				}
				time.Sleep(30 * time.Millisecond)
				l.settle(false, x)
			})
		}
		all.Wait()
		if len(l.counts) != 1 || l.counts["k"].wrong != 0 || l.counts["k"].flying != 0 {
			t.Errorf("left behind: %+v", l.counts["k"])
		}
	})
}

// TestThePatientWaitTheirTurn checks one at a time, each wrong one delaying the next, and none refused.
func TestThePatientWaitTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, x := newLimiter(time.Now), limit{key: "k", most: 2, patient: true}
		begun := time.Now()
		for range 7 {
			if err := l.reserve(t.Context(), x); err != nil {
				t.Fatal(err)
			}
			l.settle(true, x)
		}
		if took := time.Since(begun); took != 5*patience {
			t.Errorf("five attempts beyond the limit took %s, want %s", took, 5*patience)
		}
		if err := l.reserve(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.reserve(ctx, x); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("two at a time: %v", err)
		}
		l.settle(false, x)
		l.forgive("k")
		before := time.Now()
		if err := l.reserve(t.Context(), x); err != nil || time.Since(before) != 0 {
			t.Errorf("after a right one: %v, after %s", err, time.Since(before))
		}
	})
}

// TestARefusalReservesNothing checks that a refusal at one limit does not use up another.
func TestARefusalReservesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, narrow, wide := newLimiter(time.Now), limit{key: "narrow", most: 1}, limit{key: "wide", most: 3}
		if err := l.reserve(t.Context(), narrow, wide); err != nil {
			t.Fatal(err)
		}
		if n := l.settle(true, narrow, wide); n != 1 {
			t.Errorf("%d were wrong", n)
		}
		for range 10 {
			if err := l.reserve(t.Context(), narrow, wide); !refused(err) {
				t.Fatalf("%v", err)
			}
		}
		for range 2 {
			if err := l.reserve(t.Context(), wide); err != nil {
				t.Error(err)
			}
			l.settle(true, wide)
		}
		if err := l.reserve(t.Context(), wide); !refused(err) {
			t.Errorf("the fourth: %v", err)
		}
	})
}

func TestEndedWindowsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(time.Now)
		l.prune = 3
		for _, key := range []string{"a", "b", "c"} {
			l.wrong(limit{key: key, most: 1})
		}
		if err := l.reserve(t.Context(), limit{key: "flying", most: 1}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(failWindow)
		l.prune = 3
		l.wrong(limit{key: "d", most: 1})
		if l.counts["flying"] == nil || l.counts["d"] == nil || len(l.counts) != 2 || l.prune != fewCounts {
			t.Errorf("%d counts are left, the next look at %d", len(l.counts), l.prune)
		}
	})
}

func TestWhereACallComesFrom(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{"192.0.2.7:99": "192.0.2.7", "[::ffff:192.0.2.7]:99": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:99": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:99": "fe80::/64", "192.0.2.7": "192.0.2.7", "pipe": "pipe", "": ""} {
		if got := origin(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%q comes from %q, want %q", remote, got, want)
		}
	}
}
