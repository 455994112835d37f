package capacity

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"berth/testbeds"
)

var benchSizes = []int{1e3, 1e4, 1e5, 1e6}

// measured runs a call again and again and reports the processor time of its thread per call: the mean, and the 99th percentile of single calls.
// One call does times operations.
func measured(b *testing.B, times int, call func(i int)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := time.Hour // what measuring itself takes
	for range 1000 {
		start := threadTime()
		least = min(least, threadTime()-start)
	}
	var took []time.Duration
	var sum time.Duration
	for i := 0; b.Loop(); i++ {
		start := threadTime()
		call(i)
		took = append(took, max(0, threadTime()-start-least))
		sum += took[i]
	}
	slices.Sort(took)
	b.ReportMetric(float64(sum)/float64(len(took)*times), "cpu-ns/op")
	if times == 1 {
		b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
	}
}

// benchmark is one operation over a world. It is set up once and called many times.
type benchmark struct {
	times int // operations of one call
	setup func(w *benchWorld) (call func(i int))
}

// batch is how many of the shortest operations are measured together.
const batch = 64

var fits = benchmark{batch, func(w *benchWorld) func(int) {
	qs := w.questions(w.ids[:1], 4096)
	return func(i int) {
		for j := range batch {
			q := &qs[(i*batch+j)%len(qs)]
			w.fed.Fits(q.e, q.s)
		}
	}
}}

// fitsResolved asks the same without looking up what is wanted: what is left is the timeline.
var fitsResolved = benchmark{batch, func(w *benchWorld) func(int) {
	qs := w.questions(w.ids[:1], 4096)
	wants := make([][]want, len(qs))
	for i := range qs {
		wants[i], _ = w.fed.wants(qs[i].e)
	}
	return func(i int) {
		for j := range batch {
			k := (i*batch + j) % len(qs)
			w.fed.fits(wants[k], qs[k].s)
		}
	}
}}

// explained asks only what does not fit for want of time.
var explained = benchmark{1, func(w *benchWorld) func(int) {
	var qs []question
	for len(qs) < 512 {
		qs = append(qs, slices.DeleteFunc(w.questions(w.ids[:1], 512), func(q question) bool { return len(w.fed.Check(q.e, q.s).Conflicts) == 0 })...)
	}
	return func(i int) {
		q := &qs[i%len(qs)]
		w.fed.Check(q.e, q.s)
	}
}}

var earliestFit = benchmark{1, func(w *benchWorld) func(int) {
	qs := w.questions(w.ids[:1], 4096)
	return func(i int) {
		q := &qs[i%len(qs)]
		wants, _ := w.fed.wants(q.e)
		w.fed.earliest(wants, q.s.Start, benchHorizon.End, q.s.Duration())
	}
}}

var suggestFive = benchmark{1, func(w *benchWorld) func(int) {
	qs := w.questions(w.ids[:1], 4096)
	return func(i int) {
		q := &qs[i%len(qs)]
		w.fed.Suggest(Search{Experiment: q.e, Slot: q.s, Elsewhere: true})
	}
}}

// changes removes some bookings and puts them again, a batch of either in turns.
func changes(w *benchWorld, remove, put func(do func())) func() {
	rng := rand.New(rand.NewPCG(3, 3))
	n := len(w.load.Bookings)
	return func() {
		var some []testbeds.Booking
		for range batch {
			site, j := rng.IntN(len(w.ids)), rng.IntN(n)
			some = append(some, w.booking(w.ids[site], int64(site*n+j+1), &w.load.Bookings[j]))
		}
		remove(func() {
			for _, b := range some {
				w.fed.Remove(b.ID)
			}
		})
		put(func() {
			for _, b := range some {
				w.fed.Put(b)
			}
		})
	}
}

func eachSize(b *testing.B, m benchmark) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) { measured(b, m.times, m.setup(worldOf(b, 1, n))) })
	}
}

// lastWorld is kept for the next benchmark of the same size.
var lastWorld *benchWorld

func worldOf(b *testing.B, sites, n int) *benchWorld {
	if lastWorld == nil || len(lastWorld.ids) != sites || len(lastWorld.load.Bookings) != n {
		lastWorld = nil
		lastWorld = newBenchWorld(b, sites, n)
	}
	return lastWorld
}

func BenchmarkFits(b *testing.B)           { eachSize(b, fits) }
func BenchmarkFitsResolved(b *testing.B)   { eachSize(b, fitsResolved) }
func BenchmarkCheckExplained(b *testing.B) { eachSize(b, explained) }
func BenchmarkEarliestFit(b *testing.B)    { eachSize(b, earliestFit) }
func BenchmarkSuggestFive(b *testing.B)    { eachSize(b, suggestFive) }

// BenchmarkRemovePut measures both by themselves.
func BenchmarkRemovePut(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var removing, putting time.Duration
			timed := func(sum *time.Duration) func(func()) {
				return func(do func()) {
					start := threadTime()
					do()
					*sum += threadTime() - start
				}
			}
			call, calls := changes(worldOf(b, 1, n), timed(&removing), timed(&putting)), 0
			for b.Loop() {
				call()
				calls++
			}
			b.ReportMetric(float64(removing)/float64(calls*batch), "remove-ns")
			b.ReportMetric(float64(putting)/float64(calls*batch), "put-ns")
		})
	}
}

// BenchmarkLoad lays a facility out and loads its bookings from a sequence, which itself takes a part of the time.
func BenchmarkLoad(b *testing.B) {
	for _, size := range []struct{ sites, n int }{{1, 1e3}, {1, 1e4}, {1, 1e5}, {1, 1e6}, {100, 1e4}, {1000, 1e3}} {
		b.Run(fmt.Sprintf("T=%d/N=%d", size.sites, size.n), func(b *testing.B) {
			w := worldOf(b, size.sites, size.n)
			w.fed, lastWorld = nil, nil
			empty := heap()
			fed := w.laid(b)
			full := heap()
			runtime.KeepAlive(fed)
			fed = nil
			measured(b, 1, func(int) { w.laid(b) })
			b.ReportMetric(float64(full-empty)/float64(size.sites*size.n), "B/booking")
			b.ReportMetric(float64(w.drawn()), "sequence-ns")
		})
	}
}

// drawn returns the processor time that the sequence of bookings takes by itself.
func (w *benchWorld) drawn() time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := threadTime()
	for b := range w.bookings() {
		runtime.KeepAlive(b)
	}
	return threadTime() - start
}

// laid lays the facility out and loads the bookings.
func (w *benchWorld) laid(t interface{ Fatal(...any) }) *Federation {
	fed, err := NewFederation(w.facility, benchHorizon)
	if err != nil {
		t.Fatal(err)
	}
	fed.LoadFrom(w.bookings())
	return fed
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkTestbeds asks for requests over several testbeds of 10,000 bookings each.
func BenchmarkTestbeds(b *testing.B) {
	for _, n := range []int{1, 3, 10} {
		for _, name := range []string{"fits", "suggest"} {
			b.Run(fmt.Sprintf("%s/T=%d", name, n), func(b *testing.B) {
				w := worldOf(b, n, 1e4)
				qs := w.questions(w.ids, 512)
				measured(b, 1, func(i int) {
					if q := &qs[i%len(qs)]; name == "fits" {
						w.fed.Fits(q.e, q.s)
					} else {
						w.fed.Suggest(Search{Experiment: q.e, Slot: q.s, Elsewhere: true})
					}
				})
			})
		}
	}
}

// BenchmarkManyTestbeds asks for one testbed of many.
func BenchmarkManyTestbeds(b *testing.B) {
	for _, size := range []struct{ sites, n int }{{100, 1e4}, {1000, 1e3}} {
		for name, m := range map[string]benchmark{"fits": fits, "explained": explained, "suggest": suggestFive} {
			b.Run(fmt.Sprintf("%s/T=%d", name, size.sites), func(b *testing.B) { measured(b, m.times, m.setup(worldOf(b, size.sites, size.n))) })
		}
	}
}

// BenchmarkSuggestDense asks for what does not fit in small worlds that are nearly full, where ways and slots have to be searched together.
func BenchmarkSuggestDense(b *testing.B) { measured(b, 1, suggestDense(b)) }

func suggestDense(t testing.TB) func(i int) {
	var feds []*Federation
	var qs []Search
	for seed := uint64(1); len(qs) < 256; seed++ {
		w := newDenseWorld(t, seed)
		if q, ok := w.ask(); ok {
			feds, qs = append(feds, w.fed), append(qs, q)
		}
	}
	return func(i int) { feds[i%len(qs)].Suggest(qs[i%len(qs)]) }
}

// TestBenchmarksRun calls each of them a few times in small worlds, so that none rots; what it leaves is as it was.
func TestBenchmarksRun(t *testing.T) {
	t.Parallel()
	for _, sites := range []int{1, 3} {
		w := newBenchWorld(t, sites, 200)
		before := picture(w.fed)
		for _, m := range []benchmark{fits, fitsResolved, explained, earliestFit, suggestFive} {
			call := m.setup(w)
			for i := range 3 {
				call(i)
			}
		}
		do := func(do func()) { do() }
		changes(w, do, do)()
		if got := picture(w.fed); !slices.EqualFunc(got["t000"], before["t000"], func(a, b testbeds.Series) bool { return slices.Equal(a.Steps, b.Steps) }) {
			t.Error("removed and put again, the bookings take something else")
		}
		if over, err := Sweep(w.facility, benchHorizon, slices.Collect(w.bookings())); err != nil || len(over) > 0 {
			t.Errorf("the workload overbooks: %d, %v", len(over), err)
		}
		w.laid(t)
	}
	suggestDense(t)(0)
}
