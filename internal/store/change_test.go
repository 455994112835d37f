package store_test

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// everything reads the whole database, through each of its readers.
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
	for _, p := range look(t, s, func(ctx context.Context, r scheduler.Reader) ([]account.Person, error) {
		return r.People(ctx, "", 1000)
	}) {
		all = append(all, p, look(t, s, func(ctx context.Context, r scheduler.Reader) ([]account.Token, error) {
			return r.Tokens(ctx, p.Username)
		}))
	}
	_, found := replay(t, s, "ada", "key")
	secret := look(t, s, func(ctx context.Context, r scheduler.Reader) ([]byte, error) { return r.Secret(ctx) })
	return append(all, found, hex.EncodeToString(secret))
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
				change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return fill(ctx, tx, 1) }) // no lock remains
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

// take books one unit of a testbed that has four, unless all are taken, like a decision. It counts its runs.
func take(ctx context.Context, s *store.Store, testbed string, r scheduler.Request, runs *atomic.Int64) (taken bool, err error) {
	err = s.Change(ctx, []string{testbed}, func(tx scheduler.Tx) error {
		runs.Add(1)
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
		var granted, runs atomic.Int64
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				taken, err := take(t.Context(), stores[i%2], "wins-5g", r, &runs)
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

// A server may default to a stricter isolation level, at which a transaction that waited for a lock sees an old state, and must
// restart.
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
		var runs atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := take(t.Context(), s, "wins-5g", r, &runs); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(bookings(t, s, start)); n != 4 || runs.Load() != 16 {
			t.Errorf("of 4 units %d are booked, and 16 decisions took %d runs: who waits does not have to begin again", n, runs.Load())
		}
	})
}

func TestLocksInAnyOrderDoNotHang(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		putFacility(t, s, facility("a-b", "ab", "B", "a"))
		r := create(t, s, plain(uuid(1)))[0]
		locks := [][]string{{"a", "B", "ab"}, {"ab", "B", "a", "ab", "missing"}, {"B", "a-b", "a"}, {"a", "a-b", "B"}, scheduler.AllTestbeds, nil}
		var wg sync.WaitGroup
		var runs atomic.Int64
		const rounds = 40
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
