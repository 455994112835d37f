package store_test

import (
	"context"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// One call reads the state once for who asks and for the answer, and never one from before its own change or from before another call.
func TestOneCallReadsTheStateOnce(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s, other := testdb.Open(t, dsn), testdb.Open(t, dsn)
		var x traffic
		store.Watch(s, x.seen)
		sequence := func(ctx context.Context) (n int64) {
			t.Helper()
			err := s.View(ctx, func(r scheduler.Reader) error {
				at, err := r.State(ctx)
				n = at.Sequence
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		trips := func(want int) {
			t.Helper()
			if _, n, lines := x.take(); n != want {
				t.Errorf("%d round trips, want %d:\n%s", n, want, lines)
			}
		}
		call := scheduler.OneCall(t.Context())
		first := sequence(call)
		create(t, other, plain(uuid(1)))
		if got := sequence(call); got != first {
			t.Errorf("the answer is judged at %d, the caller at %d", got, first)
		}
		trips(1)
		if got := sequence(call); got != first+1 {
			t.Errorf("the third read says %d, want %d", got, first+1)
		}
		trips(1)
		call = scheduler.OneCall(t.Context())
		if got := sequence(call); got != first+1 {
			t.Errorf("another call reads %d, want %d", got, first+1)
		}
		if err := s.Change(call, nil, func(tx scheduler.Tx) error { return revise(call, tx, uuid(1)) }); err != nil {
			t.Fatal(err)
		}
		if got := sequence(call); got != first+2 {
			t.Errorf("after its own change a call reads %d, want %d", got, first+2)
		}
	})
}
