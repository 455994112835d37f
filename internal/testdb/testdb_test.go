package testdb_test

import (
	"runtime"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// Each test has an empty database of its own: its writes are invisible to others.
func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for _, round := range []string{"one", "other"} {
		t.Run(round, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, s *store.Store) {
				err := s.Change(t.Context(), scheduler.AllTestbeds, func(tx scheduler.Tx) error {
					f, err := tx.Facility(t.Context())
					if err != nil || len(f.Testbeds) > 0 {
						t.Errorf("a fresh database has %d testbeds (%v), want none", len(f.Testbeds), err)
					}
					return tx.PutFacility(t.Context(), testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: round, Timezone: "UTC"}}})
				})
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestDemandedPostgresIsNotLeftOut(t *testing.T) {
	t.Setenv("BERTH_TEST_POSTGRES", "")
	t.Setenv("BERTH_TEST_REQUIRE", "browser,postgres")
	tb := &refusing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		testdb.Engines(tb)
	}()
	<-done
	if !tb.failed {
		t.Error("PostgreSQL is demanded and not there, and the test went on")
	}
}

// refusing records a failure in place of the test.
type refusing struct {
	testing.TB
	failed bool
}

func (r *refusing) Fatalf(string, ...any) {
	r.failed = true
	runtime.Goexit()
}
