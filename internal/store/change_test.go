package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// everything is what a database says through each of its readers.
func everything(t testing.TB, s *store.Store) (all []any) {
	t.Helper()
	f := look(t, s, readFacility)
	all = append(all, f, look(t, s, readCatalogue), look(t, s, readRevision), sequence(t, s), events(t, s, 0, 1000), since(t, s, -1),
		bookings(t, s, time.Unix(0, 0)), nextDue(t, s))
	requests := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Request, error) {
		return r.Requests(ctx, scheduler.RequestFilter{})
	})
	for _, r := range requests {
		all = append(all, r,
			look(t, s, func(ctx context.Context, rd scheduler.Reader) ([]scheduler.Feedback, error) {
				return rd.Feedback(ctx, r.ID, 0, 1000)
			}),
			look(t, s, func(ctx context.Context, rd scheduler.Reader) ([]scheduler.Entry, error) {
				return rd.History(ctx, r.ID, 0, 1000)
			}))
	}
	for _, p := range look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Person, error) {
		return r.People(ctx, "", 1000)
	}) {
		all = append(all, p, look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Token, error) {
			return r.Tokens(ctx, p.Username)
		}))
	}
	_, found := replay(t, s, "ada", "key")
	return append(all, found)
}

// fill writes into every table; n makes the rows differ.
func fill(ctx context.Context, tx scheduler.Tx, n int) error {
	r := full(uuid(n))
	b := testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 4), Claims: []testbeds.Claim{claim("wins-5g", 2, slot(0, 4), "n210-1")}}
	p, k := person("ada"), token("t1", "ada")
	if err := tx.CreateRequest(ctx, &r); err != nil {
		return err
	}
	b.Request = r.Number
	if err := tx.PutBooking(ctx, r.ID, &b); err != nil {
		return err
	}
	r.Booking, r.Revision = b.ID, 2
	return errors.Join(tx.PutFacility(ctx, facility("wins-5g", "bristol")), tx.PutCatalogue(ctx, testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "v"}}}),
		tx.UpdateRequest(ctx, r), tx.AddFeedback(ctx, &scheduler.Feedback{Request: r.ID, Author: "ada", At: start, Text: "hm"}),
		tx.AddEntry(ctx, &scheduler.Entry{Request: r.ID, At: start, Actor: "ada", Action: scheduler.ActionSubmit}),
		tx.PutPerson(ctx, p), tx.PutToken(ctx, k), tx.UseToken(ctx, k.ID, start),
		tx.PutReplay(ctx, "ada", "key", scheduler.Replay{Fingerprint: "f", Result: r.ID, At: start}),
		tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request", Request: r.ID}))
}

func TestRollbackLeavesNothing(t *testing.T) {
	t.Parallel()
	refused := scheduler.Errorf(scheduler.CodeConflict, "does not fit")
	ends := map[string]func(t *testing.T, s *store.Store) (want, got any){
		"an error": func(t *testing.T, s *store.Store) (any, any) {
			return error(refused), s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				if err := fill(t.Context(), tx, 1); err != nil {
					return err
				}
				return refused
			})
		},
		"a panic": func(t *testing.T, s *store.Store) (want, got any) {
			defer func() { want, got = "panicked", recover() }()
			return nil, s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				if err := fill(t.Context(), tx, 1); err != nil {
					return err
				}
				panic("panicked")
			})
		},
		"the end of the context": func(t *testing.T, s *store.Store) (any, any) {
			ctx, cancel := context.WithCancel(t.Context())
			err := s.Change(ctx, nil, func(tx scheduler.Tx) error {
				defer cancel()
				return fill(ctx, tx, 1)
			})
			return true, errors.Is(err, context.Canceled)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, s *store.Store) {
				before := everything(t, s)
				if want, got := end(t, s); want != got {
					t.Errorf("it ended with %v, want %v", got, want)
				}
				same(t, "afterwards", before, everything(t, s))
				change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return fill(ctx, tx, 1) }) // nothing stays locked
				if len(everything(t, s)) <= len(before) {
					t.Error("the same without an end in between left nothing either")
				}
			})
		})
	}
}

func TestTransactionReadsWhatItWrote(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			if err := fill(ctx, tx, 1); err != nil {
				return err
			}
			r, err := tx.Request(ctx, uuid(1))
			if err != nil || r.Revision != 2 {
				t.Errorf("the request has revision %d (%v), want 2", r.Revision, err)
			}
			seen := 0
			err = tx.Bookings(ctx, start, func(testbeds.Booking) error { seen++; return nil })
			if err != nil || seen != 1 {
				t.Errorf("%d bookings (%v), want 1", seen, err)
			}
			if others := bookings(t, s, start); len(others) > 0 {
				t.Errorf("others see %d bookings before the commit", len(others))
			}
			return nil
		})
	})
}

func TestViewIsOneSnapshot(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		create(t, s, plain(uuid(1)))
		err := s.View(t.Context(), func(r scheduler.Reader) error {
			first, err := r.Sequence(t.Context())
			if err != nil {
				return err
			}
			create(t, s, plain(uuid(2)))
			second, err := r.Sequence(t.Context())
			list, listed := r.Requests(t.Context(), scheduler.RequestFilter{})
			if first != second || len(list) != 1 {
				t.Errorf("what was committed meanwhile shows: sequence %d and then %d, %d requests", first, second, len(list))
			}
			return errors.Join(err, listed)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestErrorsOfAViewComeBackUnchanged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		own := errors.New("own")
		if err := s.View(t.Context(), func(scheduler.Reader) error { return own }); err != own {
			t.Errorf("the error is %v, want the one of the function", err)
		}
	})
}

// take books one unit of a testbed that has four, unless they are all taken: what a decision does.
func take(ctx context.Context, s *store.Store, testbed string, r scheduler.Request) (taken bool, err error) {
	err = s.Change(ctx, []string{testbed}, func(tx scheduler.Tx) error {
		used := int64(0)
		if err := tx.Bookings(ctx, start, func(b testbeds.Booking) error {
			used += b.Claims[0].Amount
			return nil
		}); err != nil {
			return err
		}
		if taken = used < 4; !taken {
			return nil
		}
		b := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: slot(0, 4), Claims: []testbeds.Claim{claim(testbed, 1, slot(0, 4))}}
		if err := tx.PutBooking(ctx, r.ID, &b); err != nil {
			return err
		}
		return tx.AddEvent(ctx, scheduler.Event{Kind: "request"})
	})
	return taken, err
}

// Of decisions on one testbed the later sees what the earlier wrote, through however many stores on one database.
func TestDecisionsOnOneTestbedExcludeEachOther(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		stores := []*store.Store{testdb.Open(t, dsn), testdb.Open(t, dsn)}
		putFacility(t, stores[0], facility("wins-5g"))
		r := create(t, stores[0], plain(uuid(1)))[0]
		var granted atomic.Int64
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				taken, err := take(t.Context(), stores[i%2], "wins-5g", r)
				if err != nil {
					t.Error(err)
				}
				if taken {
					granted.Add(1)
				}
			})
		}
		wg.Wait()
		if n := len(bookings(t, stores[0], start)); granted.Load() != 4 || n != 4 {
			t.Errorf("of 4 units %d were granted, and %d are booked", granted.Load(), n)
		}
	})
}

// A server may have been told to begin transactions at a stricter level, at which who waits for a lock sees what was before.
func TestServersOwnIsolationLevelDoesNotMatter(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		raw := connect(t, dsn)
		if isPostgres(dsn) {
			execute(t, raw, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''repeatable read''', current_database()); END $$`)
		}
		s := testdb.Open(t, dsn)
		putFacility(t, s, facility("wins-5g"))
		r := create(t, s, plain(uuid(1)))[0]
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := take(t.Context(), s, "wins-5g", r); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(bookings(t, s, start)); n != 4 {
			t.Errorf("of 4 units %d are booked", n)
		}
	})
}

func TestLocksInAnyOrderDoNotHang(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		putFacility(t, s, facility("a-b", "ab", "B", "a"))
		r := create(t, s, plain(uuid(1)))[0]
		locks := [][]string{{"a", "B", "ab"}, {"ab", "a-b", "ab", "missing"}, {"B", "a-b"}, scheduler.AllTestbeds, nil, {"a-b", "a"}}
		var wg sync.WaitGroup
		var runs atomic.Int64
		const rounds = 8
		for _, lock := range locks {
			before := slices.Clone(lock)
			wg.Go(func() {
				for range rounds {
					if err := s.Change(t.Context(), lock, func(tx scheduler.Tx) error {
						runs.Add(1)
						if _, err := tx.LockRequest(t.Context(), r.ID); err != nil {
							return err
						}
						return tx.AddEvent(t.Context(), scheduler.Event{Kind: "request"})
					}); err != nil {
						t.Error(err)
					}
				}
				same(t, "the caller's list", before, lock)
			})
		}
		wg.Wait()
		if n := runs.Load(); n != int64(rounds*len(locks)) {
			t.Errorf("%d transactions took %d runs: one order of locks lets none wait in a circle", rounds*len(locks), n)
		}
	})
}

func TestLockedRequestWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		stores := []*store.Store{testdb.Open(t, dsn), testdb.Open(t, dsn)}
		r := create(t, stores[0], plain(uuid(1)))[0]
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if err := stores[i%2].Change(t.Context(), nil, func(tx scheduler.Tx) error {
					r, err := tx.LockRequest(t.Context(), r.ID)
					if err != nil {
						return err
					}
					r.Revision++
					r.Reminded = append(r.Reminded, "again")
					return tx.UpdateRequest(t.Context(), r)
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := request(t, stores[0], r.ID); got.Revision != 21 || len(got.Reminded) != 20 {
			t.Errorf("after 20 changes the revision is %d with %d marks: one was lost", got.Revision, len(got.Reminded))
		}
	})
}

// Two transactions that lock two requests crosswise can only end when the database gives one of them up, which is then run again.
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
		again  string // the engine whose reason it is
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

// busy is the error with which SQLite answers who writes while another does; on PostgreSQL it stands for an error of somebody else.
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
