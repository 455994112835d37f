package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"berth/scheduler"
)

// Each caller gets a read that began after its call, and those who come while one is under way share the next.
func TestAReadOfTheStateIsSharedByWhoCameBeforeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var x states
		var reads int64
		read := func(context.Context) (scheduler.State, error) {
			reads++
			n := reads
			time.Sleep(time.Second)
			return scheduler.State{Sequence: n}, nil
		}
		var wg sync.WaitGroup
		call := func(ctx context.Context, want int64) {
			wg.Go(func() {
				at, err := x.get(ctx, read)
				if want == 0 && !errors.Is(err, context.Canceled) || want != 0 && (err != nil || at.Sequence != want) {
					t.Errorf("read %d (%v), want %d", at.Sequence, err, want)
				}
			})
			synctest.Wait()
		}
		call(t.Context(), 1)
		call(t.Context(), 2)
		gone, cancel := context.WithCancel(t.Context())
		call(gone, 0) // does not wait for it
		cancel()
		call(t.Context(), 2)
		time.Sleep(1500 * time.Millisecond) // the second read is under way
		call(t.Context(), 3)
		call(t.Context(), 3)
		wg.Wait()
		time.Sleep(time.Second) // the third has ended, and nobody waits
		call(t.Context(), 4)
		wg.Wait()
		if reads != 4 || x.busy || x.next != nil {
			t.Errorf("%d reads, busy %v, want 4 and an end", reads, x.busy)
		}
	})
}

// A read that fails fails those who wait for it, and nobody after them.
func TestAFailedReadOfTheStateIsForgotten(t *testing.T) {
	t.Parallel()
	var x states
	broken := errors.New("broken")
	if _, err := x.get(t.Context(), func(context.Context) (scheduler.State, error) { return scheduler.State{}, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	at, err := x.get(t.Context(), func(context.Context) (scheduler.State, error) { return scheduler.State{Facility: 7}, nil })
	if err != nil || at.Facility != 7 {
		t.Errorf("%+v, %v", at, err)
	}
}
