package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestABatchLeavesWhatAnotherProcessHas: decisions about testbeds that another process has locked are taken out of the batch and wait by themselves, and
// nobody overtakes one of them. The others go on meanwhile.
func TestABatchLeavesWhatAnotherProcessHas(t *testing.T) {
	t.Parallel()
	one, other := processes(t)
	store.Unhurried(one)
	ctx := t.Context()
	releaseB := hold(t, other, "b")
	release := hold(t, one, "a", "c") // one of these is wanted by each of the following
	answered := map[int]chan struct{}{}
	var wg sync.WaitGroup
	for i, lock := range [][]string{{"a"}, {"a", "b"}, {"a"}, {"c"}, {"b", "c"}, {"c"}} {
		n := i + 1
		answered[n] = make(chan struct{})
		wg.Go(func() {
			defer close(answered[n])
			if err := one.Change(ctx, lock, creating(ctx, n)); err != nil {
				t.Errorf("%d: %v", n, err)
			}
		})
		queued(one, n)
	}
	release()
	<-answered[1]
	<-answered[4]
	queued(one, 3) // 2 waits for the other process, and those behind it for 2
	if got := fmt.Sprint(requests(t, one)); got != "[1 4]" {
		t.Errorf("while the other process has b there are the requests %s, want [1 4]", got)
	}
	releaseB()
	wg.Wait()
	got := requests(t, other)
	for _, order := range [][2]string{{"4", "2"}, {"2", "3"}, {"2", "5"}, {"5", "6"}} {
		if before, after := slices.Index(got, order[0]), slices.Index(got, order[1]); before < 0 || before > after {
			t.Errorf("the requests came in the order %v: %s should come before %s", got, order[0], order[1])
		}
	}
}

// TestBatchesOfTwoProcesses exclude one another: each decision takes one of ten places if it sees one that is free.
func TestBatchesOfTwoProcesses(t *testing.T) {
	t.Parallel()
	one, other := processes(t)
	ctx := t.Context()
	var wg sync.WaitGroup
	for i := range 24 {
		lock := [][]string{{"a"}, {"a", "b"}, {"c", "a"}}[i%3]
		s := []*store.Store{one, other}[i%2]
		wg.Go(func() {
			err := s.Change(ctx, lock, func(tx scheduler.Tx) error {
				list, err := tx.Requests(ctx, scheduler.RequestFilter{})
				if err != nil || len(list) >= 10 {
					return err
				}
				return creating(ctx, i+1)(tx)
			})
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if n, last := len(requests(t, one)), sequence(t, other); n != 10 || last != 10 {
		t.Errorf("ten places were taken by %d requests, and the change log ends at %d", n, last)
	}
}

// processes opens one database of PostgreSQL with the testbeds a, b and c twice.
func processes(t *testing.T) (one, other *store.Store) {
	t.Helper()
	if testdb.Address(t) == "" {
		t.Skip("only PostgreSQL serves several processes")
	}
	dsn := testdb.Postgres(t)
	one, other = testdb.Open(t, dsn), testdb.Open(t, dsn)
	putFacility(t, one, facility("a", "b", "c"))
	return one, other
}

// hold begins a decision that keeps testbeds until it is released.
func hold(t *testing.T, s *store.Store, testbeds ...string) (release func()) {
	t.Helper()
	begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.Change(t.Context(), testbeds, func(scheduler.Tx) error {
			close(begun)
			<-end
			return nil
		}); err != nil {
			t.Error(err)
		}
	}()
	<-begun
	return func() {
		close(end)
		<-ended
	}
}
