//go:build unix

package store_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// The decisions of one round, shared by its clients: every second one submits a request, and the next one grants it.
const decisionsPerRound = 192

// BenchmarkDecisionsPerSecond measures what one process decides for several clients at once, each with a testbed of its own or all on one
// testbed. Rounds alternate with rounds of a floor: the same rows by plain INSERTs, one transaction for each decision, by as many clients; on one
// testbed of PostgreSQL a bare "lock the row, check, insert". The figures are medians of the rounds, so give their number: -benchtime 7x.
func BenchmarkDecisionsPerSecond(b *testing.B) {
	for _, e := range benchmarked(b) {
		for _, testbeds := range []string{"disjoint", "one"} {
			for _, clients := range []int{1, 8, 32} {
				b.Run(fmt.Sprintf("%s/%s/%d", e.name, testbeds, clients), func(b *testing.B) {
					each := clients
					if testbeds == "one" {
						each = 1
					}
					decide := deciders(b, each, testdb.Open(b, e.fresh(b)))
					plain := floor(b, e, testbeds == "one")
					compare(b, clients, decisionsPerRound, decide, plain)
				})
			}
		}
	}
}

// BenchmarkDecisionsOfThreeProcesses compares three processes on one PostgreSQL with one of them, for 24 clients on testbeds of their own.
func BenchmarkDecisionsOfThreeProcesses(b *testing.B) {
	for _, e := range benchmarked(b) {
		if e.name != "postgres" {
			continue
		}
		dsn := e.fresh(b)
		three := deciders(b, 24, testdb.Open(b, dsn), testdb.Open(b, dsn), testdb.Open(b, dsn))
		one := deciders(b, 24, testdb.Open(b, e.fresh(b)))
		compare(b, 24, decisionsPerRound, three, one)
	}
}

// TestDecisionBenchmarksRun keeps the benchmarks from rotting.
func TestDecisionBenchmarksRun(t *testing.T) {
	t.Parallel()
	for _, e := range benchmarked(t) {
		dsn := e.fresh(t)
		measured(t, 3, 6, deciders(t, 2, testdb.Open(t, dsn), testdb.Open(t, dsn)))
		for _, bare := range []bool{false, true} {
			measured(t, 3, 6, floor(t, e, bare))
		}
	}
}

// benchmark is an engine as it is used: PostgreSQL as it was started, SQLite on the disk and in memory.
type benchmark struct {
	name  string
	fresh func(testing.TB) string
}

func benchmarked(tb testing.TB) []benchmark {
	var list []benchmark
	for _, e := range testdb.Engines(tb) {
		list = append(list, benchmark{e.Name, e.Fresh})
	}
	if _, err := os.Stat(memory); err == nil {
		list = append(list, benchmark{"memory", inMemory})
	}
	return list
}

// memory is a file system without a disk.
const memory = "/dev/shm"

func inMemory(tb testing.TB) string {
	tb.Helper()
	folder, err := os.MkdirTemp(memory, "berth")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder + "/berth.db"
}

// pair makes the nth pair of decisions of a client.
type pair func(tb testing.TB, client, n int)

// compare alternates rounds of two functions, and reports the median rate of each, their ratio, and what this process works for a decision.
func compare(b *testing.B, clients, decisions int, decide, floor pair) {
	var rates, floors, works, bare []float64
	measured(b, clients, 2*clients, decide) // reads the facility, fills the caches
	measured(b, clients, 2*clients, floor)
	for b.Loop() {
		before := cpu(b)
		rates = append(rates, measured(b, clients, decisions, decide))
		works = append(works, float64((cpu(b)-before).Microseconds())/float64(decisions))
		before = cpu(b)
		floors = append(floors, measured(b, clients, decisions, floor))
		bare = append(bare, float64((cpu(b)-before).Microseconds())/float64(decisions))
	}
	b.ReportMetric(median(rates), "decisions/s")
	b.ReportMetric(median(floors), "floor/s")
	b.ReportMetric(median(works), "cpu-µs/decision")
	b.ReportMetric(median(bare), "floor-cpu-µs")
	b.ReportMetric(100*median(rates)/median(floors), "%_of_floor")
}

// cpu returns the processor time of this process, without that of a database's server.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// measured runs a round of decisions, and returns how many of them there were in a second.
func measured(tb testing.TB, clients, decisions int, decide pair) float64 {
	tb.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for c := range clients {
		wg.Go(func() {
			for n := int(next.Add(1)); 2*n <= decisions; n = int(next.Add(1)) {
				decide(tb, c, n)
			}
		})
	}
	wg.Wait()
	return float64(decisions) / time.Since(began).Seconds()
}

// deciders returns a function that submits a request for an hour of its own and grants it, on one of so many testbeds, through one of the
// stores of a database.
func deciders(tb testing.TB, n int, stores ...*store.Store) pair {
	tb.Helper()
	var services []*scheduler.Service
	for _, s := range stores {
		services = append(services, scheduler.New(s, scheduler.Options{Clock: time.Now, NewID: newid.NewString, Horizon: 20 * 365 * 24 * time.Hour}))
	}
	var f testbeds.Facility
	for i := range n {
		f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: fmt.Sprintf("t%d", i), Name: fmt.Sprintf("T%d", i), Timezone: "UTC",
			VIMs: []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": 8, "memory_mb": 8192, "storage_gb": 80}}}})
	}
	if _, err := services[0].PutFacility(tb.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
		tb.Fatal(err)
	}
	grace := account.Person{Username: "grace", Name: "Grace", Roles: []account.Role{account.RoleExperimenter}}
	if _, err := testdb.NewDirectory(tb, services[0], stores[0], time.Now).PutPerson(tb.Context(), account.System, grace); err != nil {
		tb.Fatal(err)
	}
	first := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
	var hours atomic.Int64
	return func(tb testing.TB, client, _ int) {
		svc, place := services[client%len(services)], fmt.Sprintf("t%d/v", client%n)
		in := scheduler.Submission{Name: "wish", Experimenter: "grace", Ask: scheduler.Ask{Slot: testbeds.NewSlot(first.Add(time.Duration(hours.Add(1))*time.Hour), time.Hour),
			Placement: testbeds.Placement{"1": place}, Components: []testbeds.Component{{Member: "1", Onboarded: []string{place},
				Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 4096, "storage_gb": 40}}}}}
		out, err := svc.Submit(tb.Context(), account.System, in)
		if err == nil {
			_, err = svc.Schedule(tb.Context(), account.System, out.Request.ID, scheduler.Schedule{})
		}
		if err != nil {
			tb.Error(err)
		}
	}
}
