package large_test

import (
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"

	"berth/calendar"
	"berth/internal/store"
	"berth/internal/testdb/large"
	"berth/scheduler/account"
)

// inUse returns the bytes of the heap that are in use, in MB.
func inUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// kept measures what a process keeps of a database: of its bookings, of its calendars, and of what waits for people, in MB. BERTH_HEAP names a file
// for the profile of all of them.
func kept(tb testing.TB, s *store.Store) (bookings, calendars, waiting float64) {
	tb.Helper()
	nothing := inUse()
	svc := service(tb, s)
	bookings = inUse() - nothing
	x := calendar.NewIndexWithin(calendar.TextsInMemory, time.Now())
	c, err := s.LoadCalendar(tb.Context(), x.Put)
	if err != nil {
		tb.Fatal(err)
	}
	x.Apply(c)
	calendars = inUse() - nothing - bookings
	if x.Members("deployments").Len() == 0 {
		tb.Error("nothing is drawn")
	}
	if _, err := svc.Waiting(tb.Context(), account.ActorOf(account.Person{Username: large.Mentor, Roles: []account.Role{account.RoleMentor, account.RoleOperator}})); err != nil {
		tb.Fatal(err)
	}
	waiting = inUse() - nothing - bookings - calendars
	if to := os.Getenv("BERTH_HEAP"); to != "" {
		f, err := os.Create(to)
		if err == nil {
			err = pprof.WriteHeapProfile(f)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	runtime.KeepAlive(svc)
	runtime.KeepAlive(x)
	return bookings, calendars, waiting
}

// BenchmarkMemory measures what a process keeps of a large database: see BenchmarkLarge.
func BenchmarkMemory(b *testing.B) {
	for _, d := range databases(b, sizes) {
		b.Run(d.name, func(b *testing.B) {
			for b.Loop() {
				bookings, calendars, waiting := kept(b, d.Store)
				b.ReportMetric(bookings, "MB-bookings")
				b.ReportMetric(calendars, "MB-calendars")
				b.ReportMetric(waiting, "MB-waiting")
			}
		})
	}
}
