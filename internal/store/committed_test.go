package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// TestCommittedIsWhatOthersRead: a process that applies its own changes knows the same as one that reads them.
func TestCommittedIsWhatOthersRead(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("UTC+2", 7200)
	odd := claim("zzz", 2, slot(0, 4), "u2", "ü1")
	odd.From = odd.From.In(zone).Add(300 * time.Millisecond)
	empty := claim("aaa", 3, slot(-1, 9))
	empty.Units = []string{}
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		r := create(t, s, plain(uuid(1)))[0]
		kept := book(t, s, r, testbeds.Booking{Strength: testbeds.Pending, Slot: slot(0, 4)})
		gone := book(t, s, r, testbeds.Booking{Strength: testbeds.Held, Slot: slot(0, 4), Claims: []testbeds.Claim{odd}})
		before := sequence(t, s)
		var got []scheduler.Committed
		changing := func(result error) error {
			return s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				tx.OnCommit(func(c scheduler.Committed) { got = append(got, c) })
				made := testbeds.Booking{Request: r.Number, Strength: testbeds.Firm, Slot: slot(0, 4), Overbooked: true, Claims: []testbeds.Claim{odd, empty}}
				kept := kept
				kept.Claims = []testbeds.Claim{claim("b", 1, kept.Slot)}
				return errors.Join(
					tx.PutBooking(t.Context(), r.ID, &kept),
					tx.PutBooking(t.Context(), r.ID, &made),
					tx.ReleaseBooking(t.Context(), gone.ID),
					tx.AddEvent(t.Context(), scheduler.Event{Kind: "request"}),
					tx.AddEvent(t.Context(), scheduler.Event{Kind: "request"}),
					result)
			})
		}
		if err := changing(errors.New("no")); err == nil || len(got) > 0 {
			t.Errorf("a change that failed (%v) was announced: %v", err, got)
		}
		if err := changing(nil); err != nil {
			t.Fatal(err)
		}
		read := map[int64]scheduler.BookingChange{}
		for _, c := range since(t, s, before) {
			if c.Released {
				c.Booking = testbeds.Booking{ID: c.Booking.ID}
			}
			read[c.Booking.ID] = c
		}
		if len(got) != 1 || got[0].After != before || got[0].Last != before+2 || len(got[0].Bookings) != len(read) {
			t.Fatalf("announced were %+v after number %d", got, before)
		}
		for _, c := range got[0].Bookings {
			same(t, "booking", read[c.Booking.ID], c)
		}
		got = nil
		change(t, s, func(_ context.Context, tx scheduler.Tx) error {
			tx.OnCommit(func(c scheduler.Committed) { got = append(got, c) })
			return nil
		})
		if len(got) > 0 {
			t.Errorf("a change of nothing was announced: %+v", got)
		}
	})
}
