package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// TestNextBatch: decisions about free testbeds go together; none overtakes an earlier one that wants the same testbed.
func TestNextBatch(t *testing.T) {
	t.Parallel()
	a, b, c := []string{"a"}, []string{"b"}, []string{"c"}
	many := make([][]string, 40)
	for i := range many {
		many[i] = a
	}
	for _, test := range []struct {
		name  string
		busy  []string
		locks [][]string
		alone []int
		want  []int
	}{
		{"nobody waits", nil, nil, nil, nil},
		{"one testbed", nil, [][]string{a, a, a}, nil, []int{0, 1, 2}},
		{"several", nil, [][]string{a, b, {"a", "b"}}, nil, []int{0, 1, 2}},
		{"a busy one", a, [][]string{a, b, a, c}, nil, []int{1, 3}},
		{"all busy", []string{"a", "b"}, [][]string{a, b, a}, nil, nil},
		{"one that waits is not overtaken", a, [][]string{{"a", "b"}, b, c}, nil, []int{2}},
		{"alone, first", nil, [][]string{a, a, b}, []int{0}, []int{0}},
		{"alone, later", nil, [][]string{a, a, b, a}, []int{1}, []int{0, 2}},
		{"as many as a batch takes", nil, many, nil, upTo(32)},
	} {
		if got := store.NextBatch(test.busy, test.locks, test.alone...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// queue lets decisions about one testbed wait until all of them do.
type queue struct {
	t       *testing.T
	s       *store.Store
	wg      sync.WaitGroup
	release chan struct{}
	waiting int
}

// newQueue begins a decision that keeps the testbed until the queue goes.
func newQueue(t *testing.T, s *store.Store) *queue {
	store.Unhurried(s)
	putFacility(t, s, facility("wins-5g"))
	q := &queue{t: t, s: s, release: make(chan struct{})}
	begun := make(chan struct{})
	q.wg.Go(func() {
		if err := s.Change(t.Context(), []string{"wins-5g"}, func(scheduler.Tx) error {
			close(begun)
			<-q.release
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-begun
	return q
}

// add lets a decision wait.
func (q *queue) add(ctx context.Context, fn func(scheduler.Tx) error, ended func(err error)) {
	q.waiting++
	q.wg.Go(func() { ended(q.s.Change(ctx, []string{"wins-5g"}, fn)) })
	q.length(q.waiting)
}

func (q *queue) length(n int) { queued(q.s, n) }

// queued waits until so many decisions wait.
func queued(s *store.Store, n int) {
	for store.Queued(s) != n {
		runtime.Gosched()
	}
}

// goOn lets all decide, and waits for them.
func (q *queue) goOn() {
	close(q.release)
	q.wg.Wait()
}

// creating returns a decision that makes a request.
func creating(ctx context.Context, n int) func(scheduler.Tx) error {
	return func(tx scheduler.Tx) error {
		r := plain(uuid(n))
		if err := tx.CreateRequest(ctx, &r); err != nil {
			return err
		}
		return tx.AddEvent(ctx, scheduler.Event{Kind: "request", Request: r.ID})
	}
}

func wants(t *testing.T, want error) func(error) {
	return func(got error) {
		if !errors.Is(got, want) {
			t.Errorf("it ended with %v, want %v", got, want)
		}
	}
}

// requests lists the numbers of the tests' ids that there are, in the order in which they were made.
func requests(t *testing.T, s *store.Store) (made []string) {
	list := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Request, error) {
		return r.Requests(ctx, scheduler.RequestFilter{})
	})
	for _, r := range slices.Backward(list) {
		made = append(made, strings.TrimLeft(r.ID[len(r.ID)-6:], "0"))
	}
	return made
}

// TestABatchOfDecisions: they share one transaction, each sees those before it, and those that fail leave nothing.
func TestABatchOfDecisions(t *testing.T) {
	t.Parallel()
	refused := scheduler.Errorf(scheduler.CodeConflict, "no")
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		var x traffic
		s := testdb.Open(t, dsn)
		store.Watch(s, x.seen)
		q := newQueue(t, s)
		ctx := t.Context()
		var seen []string
		see := func(tx scheduler.Tx) error {
			list, err := tx.Requests(ctx, scheduler.RequestFilter{})
			seen = append(seen, fmt.Sprint(len(list)))
			return err
		}
		failing := func(n int, writes bool, end func() error) func(scheduler.Tx) error {
			return func(tx scheduler.Tx) error {
				if err := creating(ctx, n)(tx); err != nil {
					return err
				}
				if writes {
					if err := see(tx); err != nil {
						return err
					}
				}
				return end()
			}
		}
		refuse := func() error { return refused }
		q.add(ctx, creating(ctx, 1), wants(t, nil))
		q.add(ctx, failing(2, false, refuse), wants(t, refused))
		q.add(ctx, creating(ctx, 3), wants(t, nil))
		q.add(ctx, failing(4, true, refuse), wants(t, refused))
		q.add(ctx, failing(5, true, func() error { return nil }), wants(t, nil))
		q.waiting++
		q.wg.Go(func() {
			defer func() {
				if p := recover(); p != "panicked" {
					t.Errorf("the caller got %v", p)
				}
			}()
			_ = s.Change(ctx, []string{"wins-5g"}, failing(6, true, func() error { panic("panicked") }))
		})
		q.length(q.waiting)
		q.add(ctx, creating(ctx, 7), wants(t, nil))
		q.add(ctx, creating(ctx, 7), func(err error) { code(t, "the same request once more", err, scheduler.CodeConflict) })
		x.take()
		q.goOn()
		_, _, lines := x.take()
		if n := strings.Count(lines, " BEGIN"); n != 1 {
			t.Errorf("%d transactions, want 1:\n%s", n, lines)
		}
		if got := fmt.Sprint(requests(t, s)); got != "[1 3 5 7]" {
			t.Errorf("there are the requests %s, want [1 3 5 7]", got)
		}
		if got := fmt.Sprint(seen); got != "[3 3 4]" {
			t.Errorf("seen were %s requests, want [3 3 4]", got)
		}
		var log []int64
		for _, e := range events(t, s, 0, 100) {
			log = append(log, e.Sequence)
		}
		if !slices.Equal(log, []int64{1, 2, 3, 4}) || sequence(t, s) != 4 {
			t.Errorf("the change log has %v and ends with %d", log, sequence(t, s))
		}
	})
}

// TestDecisionsApart: where the database refuses what one of them writes, each is made by itself.
func TestDecisionsApart(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		create(t, s, plain(uuid(8)))
		q := newQueue(t, s)
		var runs atomic.Int64
		counted := func(fn func(scheduler.Tx) error) func(scheduler.Tx) error {
			return func(tx scheduler.Tx) error {
				runs.Add(1)
				return fn(tx)
			}
		}
		q.add(t.Context(), counted(creating(t.Context(), 1)), wants(t, nil))
		q.add(t.Context(), counted(creating(t.Context(), 8)), func(err error) { code(t, "the same once more", err, scheduler.CodeConflict) })
		q.add(t.Context(), counted(creating(t.Context(), 2)), wants(t, nil))
		q.goOn()
		if got := fmt.Sprint(requests(t, s)); got != "[8 1 2]" || runs.Load() != 6 {
			t.Errorf("there are the requests %s after %d runs, want [8 1 2] after 6", got, runs.Load())
		}
	})
}

// TestAStepThatAsksForATransactionOfItsOwn gets one.
func TestAStepThatAsksForATransactionOfItsOwn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		putFacility(t, s, facility("wins-5g"))
		r := create(t, s, plain(uuid(9)))[0]
		q := newQueue(t, s)
		booking := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: slot(0, 4)}
		q.add(t.Context(), func(tx scheduler.Tx) error {
			b := booking
			return tx.PutBooking(t.Context(), r.ID, &b)
		}, wants(t, nil))
		var earlier []int
		q.add(t.Context(), func(tx scheduler.Tx) error {
			if earlier = append(earlier, len(tx.Earlier())); len(tx.Earlier()) > 0 {
				return scheduler.ErrApart
			}
			return nil
		}, wants(t, nil))
		q.goOn()
		if n := len(bookings(t, s, start)); n != 1 || !slices.Equal(earlier, []int{1, 0}) {
			t.Errorf("%d bookings, and %v earlier ones were seen, want 1, and 1 and then none", n, earlier)
		}
	})
}

// TestCallersThatLeave: one whose context ends in the queue is answered at once and decides nothing; the others do not notice.
func TestCallersThatLeave(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		q := newQueue(t, s)
		leaving, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		q.add(t.Context(), creating(t.Context(), 1), wants(t, nil))
		q.add(leaving, creating(t.Context(), 2), func(err error) { left <- err })
		within, end := context.WithCancel(t.Context())
		q.add(within, func(tx scheduler.Tx) error {
			end() // its own statements fail from here on
			return creating(within, 3)(tx)
		}, func(err error) {
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		q.add(t.Context(), creating(t.Context(), 4), wants(t, nil))
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the one that left got %v", err)
		}
		q.length(3)
		q.goOn()
		got := requests(t, s)
		if slices.Contains(got, "2") || !slices.Contains(got, "1") || !slices.Contains(got, "4") {
			t.Errorf("there are the requests %v, want 1 and 4, and not 2", got)
		}
	})
}

// TestTooManyWait: a caller that finds a full queue is told to come back.
func TestTooManyWait(t *testing.T) {
	t.Parallel()
	s := testdb.Open(t, testdb.SQLite(t))
	q := newQueue(t, s)
	for range store.MaxQueued {
		q.waiting++
		q.wg.Go(func() {
			if err := s.Change(t.Context(), []string{"wins-5g"}, func(scheduler.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	q.length(store.MaxQueued)
	code(t, "one too many", s.Change(t.Context(), []string{"wins-5g"}, func(scheduler.Tx) error { return nil }), scheduler.CodeUnavailable)
	q.goOn()
}

// TestCrashInABatch: what a killed process leaves of a batch that was not committed is nothing. The files of SQLite are copied within it; PostgreSQL
// loses the session, and the decisions are made again.
func TestCrashInABatch(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := testdb.Open(t, dsn)
		q := newQueue(t, s)
		ctx := t.Context()
		crashed := filepath.Join(t.TempDir(), "crashed.db")
		once := sync.Once{}
		q.add(ctx, creating(ctx, 1), wants(t, nil))
		q.add(ctx, func(tx scheduler.Tx) error {
			if err := creating(ctx, 2)(tx); err != nil {
				return err
			}
			if list, err := tx.Requests(ctx, scheduler.RequestFilter{}); err != nil || len(list) != 2 {
				return fmt.Errorf("%d requests are written, %w", len(list), err)
			}
			once.Do(func() { crash(t, dsn, crashed) })
			return nil
		}, wants(t, nil))
		q.add(ctx, creating(ctx, 3), wants(t, nil))
		q.goOn()
		if got := fmt.Sprint(requests(t, s)); got != "[1 2 3]" {
			t.Errorf("there are the requests %s, want [1 2 3]", got)
		}
		if isPostgres(dsn) {
			return
		}
		if got := requests(t, testdb.Open(t, crashed)); len(got) > 0 {
			t.Errorf("after the crash there are the requests %v", got)
		}
	})
}

func crash(t *testing.T, dsn, copied string) {
	t.Helper()
	if isPostgres(dsn) {
		execute(t, connect(t, dsn), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
			WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`)
		return
	}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(dsn + suffix)
		if err == nil {
			err = os.WriteFile(copied+suffix, b, 0o600)
		}
		if err != nil {
			t.Error(err)
		}
	}
}
