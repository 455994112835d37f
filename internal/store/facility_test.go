package store_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// site returns a testbed with every field set.
func site(id string) testbeds.Testbed {
	closure := testbeds.Closure{ID: "c1", Summary: "upgrade – „Wartung“", Start: testbeds.LocalTime{Time: start}, Duration: testbeds.Period{Days: 1, Clock: time.Hour},
		RRule: "FREQ=WEEKLY;BYDAY=MO", ExDates: []testbeds.LocalTime{{Time: start.AddDate(0, 0, 7)}}, Devices: []string{"usrp"}, Count: 1, Replace: testbeds.ReplaceNever}
	return testbeds.Testbed{
		ID: id, Name: "Name of " + id, Organisation: "Org", Location: "here", Timezone: "Europe/Dublin", Features: []string{"radio", "sdr"},
		VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": testbeds.MaxAmount, "memory_mb": 0}, Datacenter: "dc", Account: "a1",
			Hosts: []testbeds.Host{{Count: 3, Size: testbeds.Quantities{"vcpu": 8}}}, Setup: &testbeds.Period{Clock: time.Minute}}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 4, Units: []string{"n210-1", "n210-2", "n210-3", "n210-4"}}},
		Setup:   testbeds.Period{Clock: time.Hour}, Teardown: testbeds.Period{Days: 1}, Closures: []testbeds.Closure{closure}, Opening: []testbeds.Closure{closure},
		CapacityChanges: []testbeds.CapacityChange{{From: testbeds.LocalTime{Time: start}, Device: "usrp", Count: 2}},
		Approval:        testbeds.ApprovalRequired, Providers: []string{"paddy"}, Visibility: testbeds.VisibilityOpen, Replace: testbeds.ReplaceTold,
		Lateness:  &testbeds.Lateness{Grace: &testbeds.Period{Clock: time.Minute}, ReleaseAfter: testbeds.Period{Clock: time.Hour}, AskAhead: testbeds.Period{Days: 2}, AskFrom: testbeds.Period{Days: 1}},
		Deadlines: &testbeds.Deadlines{Within: testbeds.Period{Days: 3}, Notice: testbeds.Period{Days: 1}, Default: testbeds.DefaultRefused},
	}
}

func facility(ids ...string) (f testbeds.Facility) {
	for _, id := range ids {
		f.Testbeds = append(f.Testbeds, site(id))
	}
	return f
}

func putFacility(t testing.TB, s *store.Store, f testbeds.Facility) {
	t.Helper()
	err := s.Change(t.Context(), scheduler.AllTestbeds, func(tx scheduler.Tx) error { return tx.PutFacility(t.Context(), f) })
	if err != nil {
		t.Fatal(err)
	}
}

func readFacility(ctx context.Context, r scheduler.Reader) (testbeds.Facility, error) {
	return r.Facility(ctx)
}
func readRevision(ctx context.Context, r scheduler.Reader) (int64, error) {
	return r.FacilityRevision(ctx)
}
func readCatalogue(ctx context.Context, r scheduler.Reader) (testbeds.Catalogue, error) {
	return r.Catalogue(ctx)
}

func TestFacilityKeepsItsOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		same(t, "empty facility", testbeds.Facility{}, look(t, s, readFacility))
		same(t, "empty catalogue", testbeds.Catalogue{}, look(t, s, readCatalogue))
		whole(t, site("x"))
		for _, ids := range [][]string{{"wins-5g", "Bristol", "a-b", "ab"}, {"ab", "a-b"}, {"a-b", "new", "ab"}, {}} {
			putFacility(t, s, facility(ids...))
			same(t, "facility", facility(ids...), look(t, s, readFacility))
			for _, want := range facility(ids...).Testbeds {
				same(t, "testbed", want, look(t, s, func(ctx context.Context, r scheduler.Reader) (testbeds.Testbed, error) {
					return r.Testbed(ctx, want.ID)
				}))
			}
			for _, id := range []string{"nowhere", "", "a\x00"} {
				err := s.View(t.Context(), func(r scheduler.Reader) error { _, err := r.Testbed(t.Context(), id); return err })
				code(t, "a testbed that is not there", err, scheduler.CodeNotFound)
			}
		}
	})
}

func TestFacilityRevisionGrowsWithEveryChange(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		last := look(t, s, readRevision)
		for _, step := range []struct {
			name string
			do   func(ctx context.Context, tx scheduler.Tx) error
			more bool
		}{
			{"facility", func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, facility("a")) }, true},
			{"the same facility", func(ctx context.Context, tx scheduler.Tx) error { return tx.PutFacility(ctx, facility("a")) }, true},
			{"catalogue", func(ctx context.Context, tx scheduler.Tx) error { return tx.PutCatalogue(ctx, testbeds.Catalogue{}) }, true},
			{"event", func(ctx context.Context, tx scheduler.Tx) error {
				return tx.AddEvent(ctx, scheduler.Event{Kind: "facility"})
			}, false},
		} {
			change(t, s, step.do)
			now := look(t, s, readRevision)
			if (now > last) != step.more {
				t.Errorf("after %s the revision is %d, before it was %d", step.name, now, last)
			}
			last = now
		}
	})
}

func TestCatalogueRoundTrip(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		want := testbeds.Catalogue{
			VNFs: []testbeds.VNF{{ID: "v", Name: "V", Size: testbeds.Quantities{"vcpu": 2}, Requires: []string{"sdr"}, Onboarded: []string{"a/b"}}},
			NSDs: []testbeds.NSD{{ID: "n", Name: "N", Members: []testbeds.Member{{Index: "1", VNF: "v"}}, Placement: testbeds.Placement{testbeds.PlaceAll: "a/b"},
				Devices: []testbeds.DeviceNeed{{Testbed: "a", Device: "d", Count: 2, Units: []string{"u"}}}}},
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.PutCatalogue(ctx, want) })
		same(t, "catalogue", want, look(t, s, readCatalogue))
	})
}

func TestSecretIsTheInstancesOwn(t *testing.T) {
	t.Parallel()
	read := func(ctx context.Context, r scheduler.Reader) ([]byte, error) { return r.Secret(ctx) }
	seen := map[string]bool{}
	for range 2 {
		dsn := filepath.Join(t.TempDir(), "berth.db")
		secret := look(t, testdb.Open(t, dsn), read)
		if len(secret) < 32 || seen[string(secret)] {
			t.Errorf("the secret of a new database has %d bytes, known before: %v", len(secret), seen[string(secret)])
		}
		seen[string(secret)] = true
		same(t, "secret after it was opened again", secret, look(t, testdb.Open(t, dsn), read))
		if info, err := os.Stat(dsn); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("the database with the secret in it has mode %v (%v): others may read it", info.Mode().Perm(), err)
		}
	}
}
