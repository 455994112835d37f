package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// patient is the longest wait of callers before they are asked to try again (see internal/app).
const patient = 9 * time.Second

// A process stops in the middle of a decision, holding its locks: others can read, and decide or are asked to try again, within
// ten seconds. If the server can end the session (PostgreSQL) they decide, and the stopped process loses its transaction.
func TestWhoStandsStillStopsNobody(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		frozen, other := testdb.Open(t, dsn), testdb.Open(t, dsn)
		facility := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "wins-5g", Timezone: "UTC"}}}
		change(t, other, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, facility) })
		made := create(t, other, plain(uuid(1)))[0]

		inside, thaw, thawed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		var once sync.Once
		go func() {
			thawed <- frozen.Change(context.WithoutCancel(t.Context()), []string{"wins-5g"}, func(tx scheduler.Tx) error {
				r, err := tx.LockRequest(t.Context(), made.ID)
				if err != nil {
					return err
				}
				r.Name, r.Revision = "written by who stood still", r.Revision+1
				if err := tx.UpdateRequest(t.Context(), r); err != nil {
					return err
				}
				first := false
				once.Do(func() { first = true; close(inside); <-thaw })
				if first {
					return tx.AddEvent(t.Context(), scheduler.Event{At: start, Kind: "request"})
				}
				return errors.New("run again, as it should be: nothing of the first time was kept")
			})
		}()
		select {
		case <-inside:
		case err := <-thawed:
			t.Fatalf("it ended before it stood still: %v", err)
		}

		began := time.Now()
		var wg sync.WaitGroup
		decided := make(chan error, 30)
		for range cap(decided) { // more than there are connections
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patient)
				defer cancel()
				decided <- other.Change(ctx, []string{"wins-5g"}, func(tx scheduler.Tx) error { return revise(ctx, tx, made.ID) })
			})
		}
		for range 3 { // while they wait
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			if err := other.View(ctx, func(r scheduler.Reader) error { _, err := r.Request(ctx, made.ID); return err }); err != nil {
				t.Errorf("nobody can look: %v", err)
			}
			if err := other.Ping(ctx); err != nil {
				t.Errorf("it takes itself for dead: %v", err)
			}
			cancel()
		}
		wg.Wait()
		if took := time.Since(began); took > 10*time.Second+testSlack {
			t.Errorf("decisions were answered after %v", took)
		}
		close(decided)
		for err := range decided {
			if isPostgres(dsn) && err != nil {
				t.Errorf("a decision was not taken: %v", err)
			}
			if !isPostgres(dsn) {
				code(t, "a decision while a file is written by somebody else", err, scheduler.CodeUnavailable)
			}
		}
		close(thaw)
		err := <-thawed
		if isPostgres(dsn) && err == nil {
			t.Error("who stood still has decided after others went before")
		}
		if got := request(t, other, made.ID); isPostgres(dsn) && got.Name == "written by who stood still" {
			t.Error("what who stood still had written was kept")
		}
	})
}

// testSlack is the additional time for a busy machine.
const testSlack = 5 * time.Second

// When the database is absent, or refuses writes, users learn only that they may try again.
func TestDatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := testdb.Open(t, dsn)
		reasons := map[string]error{"took too long": context.DeadlineExceeded}
		if isPostgres(dsn) {
			for what, state := range map[string]string{"a full disk": "53100", "no connections left": "53300", "shut down": "57P01", "a standby": "25006",
				"a statement that takes too long": "57014", "an idle session": "25P03", "a broken disk": "58030"} {
				reasons[what] = &pgconn.PgError{Code: state}
			}
			reasons["a broken connection"] = fmt.Errorf("reading: %w", &pgconn.ConnectError{})
		}
		for what, reason := range reasons {
			err := s.Change(t.Context(), nil, func(scheduler.Tx) error { return fmt.Errorf("attempting: %w", reason) })
			code(t, what+", writing", err, scheduler.CodeUnavailable)
			if !errors.Is(err, reason) {
				t.Errorf("%s: %v does not say why", what, err)
			}
			code(t, what+", reading", s.View(t.Context(), func(scheduler.Reader) error { return reason }), scheduler.CodeUnavailable)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Change(gone, nil, func(scheduler.Tx) error { return nil }); scheduler.CodeOf(err) != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("who went away is told %v", err)
		}
	})
}

// A lost connection is replaced unnoticed: the transaction left no trace.
func TestBrokenConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	if testdb.Address(t) == "" {
		t.Skip("there is no PostgreSQL")
	}
	dsn := testdb.Postgres(t)
	s, admin := testdb.Open(t, dsn), connect(t, dsn)
	cut := func() {
		execute(t, admin, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	}
	create(t, s, plain(uuid(1)))
	runs := 0
	if err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
		if runs++; runs == 1 {
			cut()
		}
		return revise(t.Context(), tx, uuid(1))
	}); err != nil || runs != 2 {
		t.Errorf("%d runs and %v, want 2 and success", runs, err)
	}
	cut()
	if got := request(t, s, uuid(1)).Revision; got != 2 {
		t.Errorf("revision %d, want 2", got)
	}
}

// Settings in the database's address override Berth's defaults.
func TestBoundsInTheAddress(t *testing.T) {
	t.Parallel()
	if testdb.Address(t) == "" {
		t.Skip("there is no PostgreSQL")
	}
	dsn := testdb.Postgres(t)
	for address, want := range map[string][2]string{dsn: {"7s", "5s"}, dsn + "&lock_timeout=1234": {"1234ms", "5s"}, dsn + "&idle_in_transaction_session_timeout=4321": {"7s", "4321ms"}} {
		s := testdb.Open(t, address)
		got := [2]string{store.Setting(t.Context(), s, "lock_timeout"), store.Setting(t.Context(), s, "idle_in_transaction_session_timeout")}
		if got != want {
			t.Errorf("%s: bounds %v, want %v", address, got, want)
		}
	}
}

// A database that answers but stores nothing is not ready; decisions get the answer of an absent one, and people can read.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := testdb.Open(t, dsn)
		create(t, s, plain(uuid(1)))
		if err := s.Ping(t.Context()); err != nil {
			t.Fatalf("not ready before the disk is full: %v", err)
		}
		store.FillDisk(t.Context(), s)
		var err error
		for n := 2; err == nil && n < 1000; n++ {
			err = s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				r := plain(uuid(n))
				return tx.CreateRequest(t.Context(), &r)
			})
		}
		code(t, "a decision on a full disk", err, scheduler.CodeUnavailable)
		code(t, "ready, where something was kept a moment ago", errors.Join(s.Ping(t.Context()), s.Ping(t.Context())), scheduler.CodeUnavailable)
		if got := request(t, s, uuid(1)); got.Number != 1 {
			t.Errorf("request %d is read, want 1", got.Number)
		}
	})
}
