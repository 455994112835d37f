package profile

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"berth/testbeds/capacity/workload"
)

// bed is a testbed of the benchmarks: its quantities in one profile, its pools in one each.
type bed struct {
	parts    [1 + workload.Kinds - workload.Quantities]*Profile
	bookings []workload.Claim
	asks     []workload.Claim
}

// cut returns the part of the needs that the i-th profile covers.
func cut(need *[workload.Kinds]int64, i int) []int64 {
	if i == 0 {
		return need[:workload.Quantities]
	}
	return need[workload.Quantities+i-1 : workload.Quantities+i]
}

func newBed(n int) *bed {
	w := workload.New(n)
	b := &bed{bookings: w.Bookings}
	for i := range b.parts {
		b.parts[i] = Build(cut(&w.Capacity, i), deltasOf(w, i))
	}
	for range 4096 {
		b.asks = append(b.asks, w.Ask())
	}
	return b
}

func deltasOf(w *workload.Workload, part int) []Delta {
	var deltas []Delta
	for _, list := range [][]workload.Claim{w.Closed, w.Bookings} {
		for i := range list {
			if by := negated(cut(&list[i].Need, part)); !zero(by) {
				deltas = append(deltas, Delta{list[i].From, list[i].To, by})
			}
		}
	}
	return deltas
}

func (b *bed) fits(c *workload.Claim) bool {
	for i, p := range b.parts {
		if need := cut(&c.Need, i); !zero(need) && !p.Fits(need, c.From, c.To) {
			return false
		}
	}
	return true
}

// earliest lets the profiles leap over each other, pools first.
func (b *bed) earliest(c *workload.Claim) (int64, bool) {
	at, agreed := c.From, 0
	for i := len(b.parts) - 1; agreed < len(b.parts); i = (i + len(b.parts) - 1) % len(b.parts) {
		agreed++
		need := cut(&c.Need, i)
		if zero(need) {
			continue
		}
		t, ok := b.parts[i].Earliest(need, at, workload.Horizon, c.Length())
		if !ok {
			return 0, false
		}
		if t > at {
			at, agreed = t, 1
		}
	}
	return at, true
}

func (b *bed) latest(c *workload.Claim) (int64, bool) {
	end, agreed := c.To, 0
	for i := len(b.parts) - 1; agreed < len(b.parts); i = (i + len(b.parts) - 1) % len(b.parts) {
		agreed++
		need := cut(&c.Need, i)
		if zero(need) {
			continue
		}
		t, ok := b.parts[i].Latest(need, 0, end, c.Length())
		if !ok {
			return 0, false
		}
		if t+c.Length() < end {
			end, agreed = t+c.Length(), 1
		}
	}
	return end, true
}

// add adds the claim's needs times sign to every part that it touches.
func (b *bed) add(c *workload.Claim, sign int64) {
	var by [workload.Kinds]int64
	for k, need := range c.Need {
		by[k] = sign * need
	}
	for i, p := range b.parts {
		p.Add(c.From, c.To, cut(&by, i))
	}
}

func sizes(b *testing.B, run func(b *testing.B, n int)) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) { run(b, n) })
	}
}

// asking measures a question to all parts of a testbed, and the rate of positive answers.
func asking(b *testing.B, ask func(*bed, *workload.Claim) bool) {
	sizes(b, func(b *testing.B, n int) {
		bed, yes, i := newBed(n), 0, 0
		b.ReportAllocs()
		for b.Loop() {
			if ask(bed, &bed.asks[i%len(bed.asks)]) {
				yes++
			}
			i++
		}
		b.ReportMetric(100*float64(yes)/float64(i), "%yes")
	})
}

func BenchmarkFits(b *testing.B) {
	asking(b, (*bed).fits)
}

func BenchmarkEarliest(b *testing.B) {
	asking(b, func(bed *bed, c *workload.Claim) bool { _, ok := bed.earliest(c); return ok })
}

func BenchmarkLatest(b *testing.B) {
	asking(b, func(bed *bed, c *workload.Claim) bool { _, ok := bed.latest(c); return ok })
}

// BenchmarkRemoveAdd removes a random booking and adds it again: two changes an operation.
func BenchmarkRemoveAdd(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		bed, rng := newBed(n), rand.New(rand.NewPCG(3, 3))
		b.ReportAllocs()
		for b.Loop() {
			c := &bed.bookings[rng.IntN(len(bed.bookings))]
			bed.add(c, 1)
			bed.add(c, -1)
		}
	})
}

// BenchmarkForkAdd adds a booking to a fresh fork of the profile of quantities.
func BenchmarkForkAdd(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		bed, rng := newBed(n), rand.New(rand.NewPCG(3, 3))
		b.ReportAllocs()
		for b.Loop() {
			c := &bed.bookings[rng.IntN(len(bed.bookings))]
			bed.parts[0].Fork().Add(c.From, c.To, cut(&c.Need, 0))
		}
	})
}

// BenchmarkBuild builds all parts at once and reports their memory.
func BenchmarkBuild(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		w := workload.New(n)
		var deltas [len(bed{}.parts)][]Delta
		for i := range deltas {
			deltas[i] = deltasOf(w, i)
		}
		var parts [len(deltas)]*Profile
		build := func() {
			for i := range parts {
				parts[i] = Build(cut(&w.Capacity, i), deltas[i])
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			build()
		}
		clear(parts[:])
		empty := heap()
		build()
		b.ReportMetric(float64(heap()-empty)/float64(n), "B/booking")
		points := 0
		for _, p := range parts {
			points += p.Points()
		}
		b.ReportMetric(float64(points)/float64(n), "points/booking")
		runtime.KeepAlive(deltas)
		runtime.KeepAlive(w)
	})
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkHostile searches three minutes in a profile of a million breakpoints that is free every other minute, and never
// longer.
func BenchmarkHostile(b *testing.B) {
	teeth := make([]Delta, 500_000)
	for i := range teeth {
		teeth[i] = Delta{int64(i) * 120, int64(i)*120 + 60, []int64{-1}}
	}
	end := int64(len(teeth)) * 120
	p := Build([]int64{1}, append(teeth, Delta{end, end + 60, []int64{-1}}))
	for b.Loop() {
		p.Earliest([]int64{1}, 0, end, 180)
	}
}

// TestBenchmarksRun calls what they measure a few times on a small testbed, so that none rots.
func TestBenchmarksRun(t *testing.T) {
	t.Parallel()
	bed := newBed(200)
	for i := range 20 {
		c := &bed.asks[i]
		if _, ok := bed.earliest(c); bed.fits(c) && !ok {
			t.Errorf("question %d fits, and has no earliest start", i)
		}
		if _, ok := bed.latest(c); bed.fits(c) && !ok {
			t.Errorf("question %d fits, and has no latest end", i)
		}
		points := bed.parts[0].Points()
		bed.parts[0].Fork().Add(c.From, c.To, cut(&c.Need, 0))
		bed.add(&bed.bookings[i], 1)
		bed.add(&bed.bookings[i], -1)
		if got := bed.parts[0].Points(); got != points {
			t.Errorf("removed and added again, booking %d leaves %d breakpoints of %d", i, got, points)
		}
	}
}
