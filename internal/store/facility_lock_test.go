package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestAChangeOfTheFacilityHoldsUpOnlyWhatItReaches: on PostgreSQL a decision about another testbed goes on beside it; one about the same testbed waits,
// and so does another change of the facility.
func TestAChangeOfTheFacilityHoldsUpOnlyWhatItReaches(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		if !strings.HasPrefix(dsn, "postgres") {
			return // SQLite has one writer
		}
		s := testdb.Open(t, dsn)
		putFacility(t, s, facility("a", "b", "c"))
		for _, tt := range []struct {
			lock  []string
			waits bool
		}{
			{[]string{"a"}, true},
			{[]string{"b"}, false},
			{[]string{"b", "c"}, false},
			{[]string{"c", "a"}, true},
			{nil, false},
			{[]string{scheduler.TheFacility}, true},
			{[]string{scheduler.TheFacility, "b"}, true},
			{scheduler.AllTestbeds, true},
		} {
			err := s.Change(t.Context(), []string{"a", scheduler.TheFacility}, func(scheduler.Tx) error {
				ctx, cancel := context.WithTimeout(t.Context(), map[bool]time.Duration{true: 300 * time.Millisecond, false: time.Minute}[tt.waits])
				defer cancel()
				waited := s.Change(ctx, tt.lock, func(scheduler.Tx) error { return nil }) != nil
				if waited != tt.waits {
					t.Errorf("with %v locked it waits: %v, want %v", tt.lock, waited, tt.waits)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestPositionsKeepTheOrder whatever comes and goes.
func TestPositionsKeepTheOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		for _, ids := range [][]string{{"a", "b", "c"}, {"b", "c"}, {"b", "c", "a"}, {"a", "b", "c"}, {"c", "b", "a"}, {"c", "d", "a"}, {}, {"z", "a"}} {
			putFacility(t, s, facility(ids...))
			var got []string
			err := s.View(t.Context(), func(tx scheduler.Reader) error {
				f, err := tx.Facility(t.Context())
				for _, b := range f.Testbeds {
					got = append(got, b.ID)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the testbeds", append([]string(nil), ids...), got)
		}
	})
}
