package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
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

// slow is a store whose changes wait before they are committed.
type slow struct {
	*store.Store
	begun, end chan struct{}
}

func (s slow) Change(ctx context.Context, lock []string, fn func(scheduler.Tx) error) error {
	return s.Store.Change(ctx, lock, func(tx scheduler.Tx) error {
		err := fn(tx)
		close(s.begun)
		<-s.end
		return err
	})
}

// TestDecisionsWhileTheFacilityChanges: those about other testbeds go on, by what was; one about the same testbed waits, and goes by what is.
func TestDecisionsWhileTheFacilityChanges(t *testing.T) {
	t.Parallel()
	one, other := processes(t)
	service := func(s scheduler.Store) *scheduler.Service {
		return scheduler.New(s, scheduler.Options{Clock: func() time.Time { return start }, NewID: newid.NewString})
	}
	with := func(vcpus int64) (f testbeds.Facility) {
		for _, id := range []string{"a", "b"} {
			f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: id, Name: id, Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": vcpus}}}})
		}
		f.Testbeds[1].VIMs[0].Capacity["vcpu"] = 8
		return f
	}
	asks := func(svc *scheduler.Service, testbed string) error {
		_, err := svc.Submit(t.Context(), account.System, scheduler.Submission{Name: "asks", Experimenter: "ada", Ask: scheduler.Ask{Slot: slot(24, 28),
			Components: []testbeds.Component{{Member: "1", Onboarded: []string{testbed + "/iris"}, Size: testbeds.Quantities{"vcpu": 6}}},
			Placement:  testbeds.Placement{"1": testbed + "/iris"}}})
		return err
	}
	svc := service(other)
	if _, err := svc.PutFacility(t.Context(), account.System, with(8), scheduler.ChangeOptions{Force: true, Reason: "so"}); err != nil {
		t.Fatal(err)
	}
	ada := account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleExperimenter}}
	if _, err := testdb.NewDirectory(t, svc, other, func() time.Time { return start }).PutPerson(t.Context(), account.System, ada); err != nil {
		t.Fatal(err)
	}
	changing := slow{one, make(chan struct{}), make(chan struct{})}
	changed, waited := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := service(changing).PutFacility(t.Context(), account.System, with(4), scheduler.ChangeOptions{Force: true, Reason: "so"})
		changed <- err
	}()
	<-changing.begun
	go func() { waited <- asks(svc, "a") }()
	for range 2 { // the first is what the other waits for: none of them is
		if err := asks(svc, "b"); err != nil {
			t.Errorf("about another testbed: %v", err)
		}
	}
	select {
	case err := <-waited:
		t.Errorf("about the same testbed it did not wait: %v", err)
	default:
	}
	close(changing.end)
	if err := <-changed; err != nil {
		t.Error(err)
	}
	code(t, "about the same testbed, which has less now", <-waited, scheduler.CodeConflict)
	if v, err := svc.Verify(t.Context()); err != nil || !v.Clean() || v.Requests != 2 {
		t.Errorf("verify finds %+v, %v", v, err)
	}
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
