package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

func since(t testing.TB, s *store.Store, sequence int64) []scheduler.BookingChange {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.BookingChange, error) {
		return r.BookingsSince(ctx, sequence)
	})
}

func sequence(t testing.TB, s *store.Store) int64 {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) (int64, error) { return r.Sequence(ctx) })
}

func release(t testing.TB, s *store.Store, ids ...int64) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
		for _, id := range ids {
			if err := tx.ReleaseBooking(ctx, id); err != nil {
				return err
			}
		}
		return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request"})
	})
}

func TestBookingRoundTrip(t *testing.T) {
	t.Parallel()
	quantity := testbeds.Claim{Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "wins-5g", VIM: "iris", Quantity: "vcpu"}, Amount: testbeds.MaxAmount},
		From: start, To: start.Add(4 * time.Hour)}
	tests := map[string]testbeds.Booking{
		"without claims": {Strength: testbeds.Pending, Slot: slot(0, 4)},
		"one claim":      {Strength: testbeds.Held, Slot: slot(0, 4), Claims: []testbeds.Claim{claim("wins-5g", 1, slot(0, 4))}},
		"claims keep their order": {Strength: testbeds.Firm, Slot: slot(0, 4), Overbooked: true,
			Claims: []testbeds.Claim{claim("zzz", 2, slot(0, 4), "u2", "ü1"), quantity, claim("aaa", 3, slot(-1, 9))}},
		"before 1970": {Strength: testbeds.Firm, Slot: testbeds.Slot{Start: time.Unix(-7200, 0).UTC(), End: time.Unix(-3600, 0).UTC()}},
		"far away":    {Strength: testbeds.Firm, Slot: testbeds.Slot{Start: start, End: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}},
	}
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		long := time.Unix(-1_000_000, 0)
		for name, b := range tests {
			b = book(t, s, r, b)
			if b.ID == 0 {
				t.Fatalf("%s: no ID was filled in", name)
			}
			same(t, name, []testbeds.Booking{b}, bookings(t, s, long))
			same(t, name+", as a change", []scheduler.BookingChange{{Booking: b, Sequence: sequence(t, s)}}, since(t, s, sequence(t, s)-1))
			release(t, s, b.ID)
		}
		same(t, "all released", []testbeds.Booking(nil), bookings(t, s, long))
	})
}

func TestBookingIsReplaced(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		b := book(t, s, r, testbeds.Booking{Strength: testbeds.Held, Slot: slot(0, 4), Overbooked: true,
			Claims: []testbeds.Claim{claim("a", 1, slot(0, 4), "u1"), claim("b", 2, slot(0, 4))}})
		other := book(t, s, r, testbeds.Booking{Strength: testbeds.Held, Slot: slot(0, 4), Claims: []testbeds.Claim{claim("a", 1, slot(0, 4))}})

		b.Strength, b.Slot, b.Overbooked, b.Claims = testbeds.Firm, slot(8, 9), false, []testbeds.Claim{claim("c", 3, slot(8, 9))}
		before := sequence(t, s)
		same(t, "the ID stays", b, book(t, s, r, b))
		same(t, "after it was replaced", []testbeds.Booking{b, other}, bookings(t, s, start))
		same(t, "what changed", []scheduler.BookingChange{{Booking: b, Sequence: before + 1}}, since(t, s, before))

		b.ID = 1 << 40
		err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutBooking(t.Context(), r.ID, &b) })
		code(t, "a booking that there is not", err, scheduler.CodeNotFound)
	})
}

func TestBookingsEndAfter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		bare := book(t, s, r, testbeds.Booking{Strength: testbeds.Pending, Slot: slot(0, 4)})
		buffered := book(t, s, r, testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 4),
			Claims: []testbeds.Claim{claim("a", 1, slot(0, 4)), claim("b", 1, slot(0, 1))}})
		for _, test := range []struct {
			name  string
			after time.Time
			want  []testbeds.Booking
		}{
			{"long before", start.AddDate(-1, 0, 0), []testbeds.Booking{bare, buffered}},
			{"a second before the slot ends", start.Add(4*time.Hour - time.Second), []testbeds.Booking{bare, buffered}},
			{"when the slot ends", start.Add(4 * time.Hour), []testbeds.Booking{buffered}},
			{"when teardown ends", start.Add(5 * time.Hour), nil},
		} {
			same(t, test.name, test.want, bookings(t, s, test.after))
		}
	})
}

func TestBookingsSinceTellsReleasedOnes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		a := book(t, s, r, testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 1), Claims: []testbeds.Claim{claim("a", 1, slot(0, 1))}})
		b := book(t, s, r, testbeds.Booking{Strength: testbeds.Firm, Slot: slot(1, 2)})
		first := sequence(t, s)
		release(t, s, a.ID)
		same(t, "released", []scheduler.BookingChange{{Booking: a, Released: true, Sequence: first + 1}}, since(t, s, first))

		release(t, s, a.ID, 1<<40) // both give the same answer
		same(t, "released again", []scheduler.BookingChange(nil), since(t, s, first+1))
		same(t, "from the beginning", []int64{a.ID, b.ID}, ids(since(t, s, 0)))
		same(t, "in force", []testbeds.Booking{b}, bookings(t, s, start))
	})
}

func ids(list []scheduler.BookingChange) (ids []int64) {
	for _, x := range list {
		ids = append(ids, x.Booking.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestBookingsStopWhenTheReaderHadEnough(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		for range 3 {
			book(t, s, r, testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 1)})
		}
		enough := errors.New("enough")
		seen := 0
		err := s.View(t.Context(), func(tx scheduler.Reader) error {
			err := tx.Bookings(t.Context(), start, func(testbeds.Booking) error {
				seen++
				return enough
			})
			if _, after := tx.Sequence(t.Context()); after != nil {
				t.Errorf("the snapshot cannot be read any more: %v", after)
			}
			return err
		})
		if err != enough || seen != 1 {
			t.Errorf("after %d bookings the error is %v, want the reader's own after 1", seen, err)
		}
	})
}

// A change of the facility may flag more bookings than a statement has room for arguments.
func TestOneChangeOfManyBookings(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		many := int64(33_000) // SQLite accepts 32,766 arguments, PostgreSQL 65,535
		if isPostgres(dsn) {
			many = 66_000
		}
		s := testdb.Open(t, dsn)
		r := create(t, s, plain(uuid(1)))[0]
		raw := connect(t, dsn)
		execute(t, raw, fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO bookings (request, number, strength, starts, ends, until, overbooked, released, sequence)
			SELECT '%s', 1, 'firm', 0, 1, 1, 0, 0, 0 FROM n`, many, r.ID))
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			for id := range many {
				store.Touch(tx, id+1, id+1)
			}
			return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "facility"})
		})
		if got := count(t, raw, "SELECT COUNT(*) FROM bookings WHERE sequence = 2"); got != many {
			t.Errorf("%d bookings carry the sequence of the change, want %d", got, many)
		}
	})
}
