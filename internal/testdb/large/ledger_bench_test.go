package large_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/testdb/large"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/report"
	"berth/testbeds"
)

// filled opens the database that BERTH_LARGE names, or fills a small one: 20 testbeds with 10 requests each.
func filled(tb testing.TB) *store.Store {
	tb.Helper()
	if dsn := os.Getenv("BERTH_LARGE"); dsn != "" {
		return testdb.Open(tb, dsn)
	}
	s := testdb.Open(tb, filepath.Join(tb.TempDir(), "berth.db"))
	if err := large.Fill(context.WithoutCancel(tb.Context()), s, large.Size{Testbeds: 20, Requests: 200, Now: time.Now()}); err != nil {
		tb.Fatal(err)
	}
	return s
}

func service(tb testing.TB, s *store.Store) *scheduler.Service {
	tb.Helper()
	svc := scheduler.New(s, scheduler.Options{Clock: time.Now, NewID: uuid.NewString})
	if err := svc.Load(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return svc
}

var admin = account.Actor{Username: large.Administrator, Roles: []account.Role{account.RoleAdministrator}, Scopes: account.AllScopes()}

// start reads the bookings, as a server does before it answers.
func start(tb testing.TB, s *store.Store) { service(tb, s) }

// closure closes a testbed for an hour far ahead, asks another service over the same database about it, and opens the testbed again.
func closure(tb testing.TB, svc, other *scheduler.Service) {
	tb.Helper()
	at := time.Now().UTC().Truncate(time.Hour).AddDate(0, 0, 700)
	c, _, err := svc.AddClosure(tb.Context(), admin, large.Testbed(7), testbeds.Closure{Summary: "paint", Start: testbeds.LocalTime{Time: at},
		Duration: testbeds.Period{Clock: time.Hour}}, scheduler.ChangeOptions{Reason: "paint", Force: true}, scheduler.Creation{})
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := other.Availability(tb.Context(), admin, large.Testbed(7), testbeds.NewSlot(at.Add(-time.Hour), time.Hour)); err != nil {
		tb.Fatal(err)
	}
	if _, err := svc.DeleteClosure(tb.Context(), admin, large.Testbed(7), c.ID, scheduler.ChangeOptions{Reason: "paint"}); err != nil {
		tb.Fatal(err)
	}
}

// recast adds a VNF to the catalogue, or takes it out again.
func recast(tb testing.TB, svc *scheduler.Service) {
	tb.Helper()
	c, _, err := svc.Catalogue(tb.Context(), admin)
	if err != nil {
		tb.Fatal(err)
	}
	more := c
	more.VNFs = append(append([]testbeds.VNF{}, c.VNFs...), testbeds.VNF{ID: "another", Size: testbeds.Quantities{"vcpu": 1}})
	for _, next := range []testbeds.Catalogue{more, c} {
		if _, err := svc.PutCatalogue(tb.Context(), admin, next, scheduler.ChangeOptions{Reason: "another VNF", Force: true}); err != nil {
			tb.Fatal(err)
		}
	}
}

// verify judges everything.
func verify(tb testing.TB, svc *scheduler.Service) {
	tb.Helper()
	v, err := svc.Verify(tb.Context())
	if err != nil || !v.Clean() {
		tb.Fatalf("%v, %d overcommitments, %d inconsistencies", err, len(v.Overcommitments), len(v.Inconsistencies))
	}
}

// use reports on everything that there is.
func use(tb testing.TB, svc *scheduler.Service) {
	tb.Helper()
	now := time.Now().UTC()
	r, err := svc.Use(tb.Context(), admin, scheduler.Question{From: now.AddDate(-1, 0, 0), To: now.AddDate(3, 0, 0), By: report.ByMonth})
	if err != nil || r.Total.Requests == 0 {
		tb.Fatalf("%d requests, %v", r.Total.Requests, err)
	}
}

// BenchmarkLarge measures what takes long in large databases; BERTH_LARGE names one (see TestFill).
func BenchmarkLarge(b *testing.B) {
	s := filled(b)
	b.Run("Start", func(b *testing.B) {
		for b.Loop() {
			start(b, s)
		}
	})
	svc, other := service(b, s), service(b, s)
	b.Run("Closure", func(b *testing.B) {
		for b.Loop() {
			closure(b, svc, other)
		}
	})
	b.Run("Catalogue", func(b *testing.B) {
		for b.Loop() {
			recast(b, svc)
		}
	})
	b.Run("Use", func(b *testing.B) {
		for b.Loop() {
			use(b, svc)
		}
	})
	b.Run("Verify", func(b *testing.B) {
		for b.Loop() {
			verify(b, svc)
		}
	})
}

// TestLargeSmall runs each benchmark once, so that none rots.
func TestLargeSmall(t *testing.T) {
	t.Parallel()
	if os.Getenv("BERTH_LARGE") != "" {
		t.Skip("BERTH_LARGE is being filled or measured")
	}
	s := filled(t)
	svc, other := service(t, s), service(t, s)
	closure(t, svc, other)
	recast(t, svc)
	use(t, svc)
	verify(t, svc)
}
