package store_test

import (
	"context"
	"fmt"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// decide makes the writes of a decision: the request, its booking, a row of its history, an event.
func decide(ctx context.Context, s *store.Store, id string) error {
	return s.Change(ctx, []string{"wins-5g"}, func(tx scheduler.Tx) error {
		r, err := tx.LockRequest(ctx, id)
		if err != nil {
			return err
		}
		b := testbeds.Booking{ID: r.Booking, Request: r.Number, Strength: testbeds.Firm, Slot: r.Slot, Claims: []testbeds.Claim{claim("wins-5g", 1, r.Slot)}}
		if err := tx.PutBooking(ctx, r.ID, &b); err != nil {
			return err
		}
		r.Booking, r.Status = b.ID, scheduler.Scheduled
		r.Revision++
		if err := tx.UpdateRequest(ctx, r); err != nil {
			return err
		}
		if err := tx.AddEntry(ctx, &scheduler.Entry{Request: r.ID, At: start, Actor: "grace", Action: scheduler.ActionSchedule}); err != nil {
			return err
		}
		return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request", Request: r.ID})
	})
}

// BenchmarkDecision makes one decision after the other, each flushed to the disk by the rules of the database.
func BenchmarkDecision(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		b.Run(e.Name, func(b *testing.B) {
			s := testdb.Open(b, e.Fresh(b))
			create(b, s, plain(uuid(1)))
			for b.Loop() {
				if err := decide(b.Context(), s, uuid(1)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPlainInserts writes as many rows with nothing around them, as a baseline for BenchmarkDecision.
func BenchmarkPlainInserts(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		b.Run(e.Name, func(b *testing.B) {
			dsn := e.Fresh(b)
			s := testdb.Open(b, dsn)
			create(b, s, plain(uuid(1)))
			db := connect(b, dsn)
			if e.Name == "sqlite" {
				execute(b, db, "PRAGMA synchronous = FULL")
			}
			for b.Loop() {
				tx, err := db.BeginTx(b.Context(), nil)
				if err != nil {
					b.Fatal(err)
				}
				for range 5 {
					if _, err := tx.ExecContext(b.Context(), "INSERT INTO history (request, document) VALUES ($1, $2)", uuid(1), "{}"); err != nil {
						b.Fatal(err)
					}
				}
				if err := tx.Commit(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBookings reads all bookings, like a process that starts.
func BenchmarkBookings(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		for _, n := range []int{1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", e.Name, n), func(b *testing.B) {
				s := testdb.Open(b, e.Fresh(b))
				r := create(b, s, plain(uuid(1)))[0]
				change(b, s, func(ctx context.Context, tx scheduler.Tx) error {
					for range n {
						x := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: r.Slot, Claims: []testbeds.Claim{claim("a", 1, r.Slot), claim("b", 1, r.Slot)}}
						if err := tx.PutBooking(ctx, r.ID, &x); err != nil {
							return err
						}
					}
					return nil
				})
				for b.Loop() {
					if got := len(bookings(b, s, start)); got != n {
						b.Fatalf("%d bookings, want %d", got, n)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/booking")
			})
		}
	}
}
