package scheduler_test

import (
	"testing"

	"berth/scheduler"
)

func TestAStateIsUsedTwiceInOneCall(t *testing.T) {
	t.Parallel()
	take := func(c *scheduler.Call, want int64) {
		t.Helper()
		if at, ok := c.Take(); ok != (want > 0) || ok && at.Sequence != want {
			t.Errorf("%d, %v, want %d", at.Sequence, ok, want)
		}
	}
	c := scheduler.CallOf(scheduler.OneCall(t.Context()))
	take(c, 0)
	c.Put(scheduler.State{Sequence: 1})
	c.Put(scheduler.State{Sequence: 2})
	take(c, 1)
	take(c, 0)
	c.Put(scheduler.State{Sequence: 3})
	take(c, 0)

	c = scheduler.CallOf(scheduler.OneCall(t.Context()))
	c.Put(scheduler.State{Sequence: 1})
	c.Spend()
	take(c, 0)

	none := scheduler.CallOf(t.Context())
	none.Put(scheduler.State{Sequence: 1})
	none.Spend()
	take(none, 0)
}
