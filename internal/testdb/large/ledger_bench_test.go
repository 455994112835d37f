package large_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

// database is what is measured.
type database struct {
	name, dsn string
	*store.Store
}

// sizes lists what is filled where BERTH_LARGE names no database: requests and testbeds. BERTH_LARGE_SIZES names others.
const sizes = "1000x1 10000x100"

// databases opens the database that BERTH_LARGE names, or fills one of each size.
func databases(tb testing.TB, sizes string) (list []database) {
	tb.Helper()
	if dsn := os.Getenv("BERTH_LARGE"); dsn != "" {
		return []database{{filepath.Base(dsn), dsn, testdb.Open(tb, dsn)}}
	}
	for _, name := range strings.Fields(cmp.Or(os.Getenv("BERTH_LARGE_SIZES"), sizes)) {
		size := large.Size{Now: time.Now()}
		if _, err := fmt.Sscanf(name, "%dx%d", &size.Requests, &size.Testbeds); err != nil {
			tb.Fatalf("%s is no size: %v", name, err)
		}
		d := database{name: name, dsn: filepath.Join(tb.TempDir(), "berth.db")}
		d.Store = testdb.Open(tb, d.dsn)
		if err := large.Fill(context.WithoutCancel(tb.Context()), d.Store, size); err != nil {
			tb.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}

// read reads the first column of queries to the end: the least that reading takes.
func (d database) read(tb testing.TB, queries ...string) {
	tb.Helper()
	driver := "sqlite"
	if strings.HasPrefix(d.dsn, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, d.dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	for _, q := range queries {
		rows, err := db.QueryContext(tb.Context(), q)
		if err != nil {
			tb.Fatal(err)
		}
		for rows.Next() {
			var text sql.RawBytes
			if err := rows.Scan(&text); err != nil {
				tb.Fatal(err)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			tb.Fatal(err)
		}
	}
}

// spent returns the processor time that fn takes of the whole process.
func spent(tb testing.TB, fn func()) time.Duration {
	tb.Helper()
	now := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			tb.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := now()
	fn()
	return now() - before
}

// measured runs a benchmark: its time, its processor time, and how many times that of a floor it is; nil for no floor. The two take turns.
func measured(b *testing.B, name string, fn, floor func()) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		var took, least time.Duration
		for b.Loop() {
			took += spent(b, fn)
			if floor != nil {
				b.StopTimer()
				least += spent(b, floor)
				b.StartTimer()
			}
		}
		b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "cpu-ms/op")
		if floor != nil {
			b.ReportMetric(float64(took)/float64(max(least, 1)), "x-floor")
		}
	})
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

// midnight asks a service before and after midnight.
func midnight(tb testing.TB, s *store.Store) func() {
	tb.Helper()
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(-time.Second)
	svc := scheduler.New(s, scheduler.Options{Clock: func() time.Time { return now }, NewID: uuid.NewString})
	ask := func() {
		if _, err := svc.Availability(tb.Context(), admin, large.Testbed(0), testbeds.NewSlot(now.Add(48*time.Hour), time.Hour)); err != nil {
			tb.Fatal(err)
		}
	}
	ask()
	return func() {
		now = now.Add(24 * time.Hour)
		ask()
	}
}

// closure closes a testbed for an hour far ahead, asks another service over the same database about it, and opens the testbed again.
func closure(tb testing.TB, svc, other *scheduler.Service) {
	tb.Helper()
	at := time.Now().UTC().Truncate(time.Hour).AddDate(0, 0, 700)
	c, _, err := svc.AddClosure(tb.Context(), admin, large.Testbed(0), testbeds.Closure{Summary: "paint", Start: testbeds.LocalTime{Time: at},
		Duration: testbeds.Period{Clock: time.Hour}}, scheduler.ChangeOptions{Reason: "paint", Force: true}, scheduler.Creation{})
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := other.Availability(tb.Context(), admin, large.Testbed(0), testbeds.NewSlot(at.Add(-time.Hour), time.Hour)); err != nil {
		tb.Fatal(err)
	}
	if _, err := svc.DeleteClosure(tb.Context(), admin, large.Testbed(0), c.ID, scheduler.ChangeOptions{Reason: "paint"}); err != nil {
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

// BenchmarkLarge measures what takes long in large databases; BERTH_LARGE names one (see TestFill), or BERTH_LARGE_SIZES several sizes. The floor of a
// start is to read the same rows, that of judging everything to read all documents.
func BenchmarkLarge(b *testing.B) {
	for _, d := range databases(b, sizes) {
		b.Run(d.name, func(b *testing.B) {
			measured(b, "Start", func() { start(b, d.Store) }, func() { d.read(b, `SELECT claims FROM bookings`) })
			svc, other := service(b, d.Store), service(b, d.Store)
			measured(b, "Closure", func() { closure(b, svc, other) }, nil)
			measured(b, "Catalogue", func() { recast(b, svc) }, nil)
			measured(b, "Midnight", midnight(b, d.Store), nil)
			measured(b, "Use", func() { use(b, svc) }, func() { d.read(b, `SELECT document FROM requests`) })
			measured(b, "Verify", func() { verify(b, svc) }, func() {
				d.read(b, `SELECT claims FROM bookings`, `SELECT document FROM requests`, `SELECT document FROM history`, `SELECT document FROM events`)
			})
		})
	}
}

// TestLargeSmall runs each benchmark once, so that none rots.
func TestLargeSmall(t *testing.T) {
	t.Parallel()
	if os.Getenv("BERTH_LARGE") != "" {
		t.Skip("BERTH_LARGE is being filled or measured")
	}
	d := databases(t, "200x20")[0]
	svc, other := service(t, d.Store), service(t, d.Store)
	closure(t, svc, other)
	recast(t, svc)
	midnight(t, d.Store)()
	use(t, svc)
	verify(t, svc)
	kept(t, d.Store)
	if spent(t, func() { d.read(t, `SELECT claims FROM bookings`, `SELECT document FROM requests`) }) <= 0 {
		t.Error("reading took no time")
	}
}
