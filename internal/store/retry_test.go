package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"berth/internal/testdb"
	"berth/scheduler"
)

// Two transactions that lock two requests crosswise can end only if the database aborts one of them, which is then repeated.
func TestDeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := testdb.Open(t, dsn)
		list := create(t, s, plain(uuid(1)), plain(uuid(2)))
		var wg, both sync.WaitGroup
		both.Add(2)
		var runs atomic.Int64
		for i := range 2 {
			meet := isPostgres(dsn) // SQLite lets one begin after the other has ended
			wg.Go(func() {
				if err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
					runs.Add(1)
					if err := revise(t.Context(), tx, list[i].ID); err != nil {
						return err
					}
					if meet {
						meet = false
						both.Done()
						both.Wait()
					}
					return revise(t.Context(), tx, list[1-i].ID)
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, r := range list {
			if got := request(t, s, r.ID).Revision; got != 3 {
				t.Errorf("revision %d, want 3: each transaction takes effect once", got)
			}
		}
		if n := runs.Load(); isPostgres(dsn) && n < 3 {
			t.Errorf("%d runs: there was no deadlock to get over", n)
		}
	})
}

// revise gives a request its next revision.
func revise(ctx context.Context, tx scheduler.Tx, id string) error {
	r, err := tx.LockRequest(ctx, id)
	if err != nil {
		return err
	}
	r.Revision++
	return tx.UpdateRequest(ctx, r)
}

func TestOnlyTheDatabasesOwnReasonsAreRunAgain(t *testing.T) {
	t.Parallel()
	of := func(err error) func(testing.TB, string) error { return func(testing.TB, string) error { return err } }
	state := func(code string) func(testing.TB, string) error { return of(&pgconn.PgError{Code: code}) }
	tests := []struct {
		name   string
		err    func(t testing.TB, dsn string) error
		again  string // the engine with that error
		always bool
		code   scheduler.Code
	}{
		{name: "a refusal", err: of(scheduler.Errorf(scheduler.CodeConflict, "no")), code: scheduler.CodeConflict},
		{name: "an unknown error", err: of(errors.New("no"))},
		{name: "a unique key", err: state("23505")},
		{name: "a full disk", err: state("53100")},
		{name: "a deadlock", err: state("40P01"), again: "postgres"},
		{name: "a serialization", err: state("40001"), again: "postgres"},
		{name: "a lock timeout", err: state("55P03"), again: "postgres"},
		{name: "a deadlock that does not end", err: state("40P01"), again: "postgres", always: true, code: scheduler.CodeUnavailable},
		{name: "a busy file", err: busy, again: "sqlite"},
		{name: "a busy file that stays so", err: busy, again: "sqlite", always: true, code: scheduler.CodeUnavailable},
	}
	for _, e := range testdb.Engines(t) {
		dsn := e.Fresh(t)
		s := testdb.Open(t, dsn)
		for _, test := range tests {
			reason := test.err(t, dsn)
			runs := 0
			err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				if runs++; runs < 3 || test.always {
					return errors.Join(errors.New("attempting"), reason)
				}
				return nil
			})
			switch name := e.Name + ", " + test.name; {
			case test.again != e.Name:
				if runs != 1 || !errors.Is(err, reason) {
					t.Errorf("%s: %d runs and then %v, want 1 and the error itself", name, runs, err)
				}
			case test.always:
				if runs < 5 || runs > 50 {
					t.Errorf("%s: %d runs, want some, and not for ever", name, runs)
				}
				code(t, name, err, test.code)
			case runs != 3 || err != nil:
				t.Errorf("%s: %d runs and then %v, want 3 and success", name, runs, err)
			}
		}
	}
}

// busy returns SQLite's error for a write during another one; on PostgreSQL it stands for a foreign error.
func busy(t testing.TB, dsn string) error {
	t.Helper()
	if isPostgres(dsn) {
		dsn = testdb.SQLite(t)
	}
	one, other := connect(t, dsn), connect(t, dsn)
	execute(t, one, "BEGIN IMMEDIATE")
	_, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	if err == nil {
		t.Fatal("two transactions write at once")
	}
	execute(t, one, "ROLLBACK")
	return err
}
