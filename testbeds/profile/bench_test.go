package profile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// twoYears is the horizon of the benchmarks' workload in seconds.
const twoYears = 2 * 365 * 24 * 3600

var sizes = []int{1e3, 1e4, 1e5, 1e6}

// workload is n bookings of five quantities over two years with log-normal lengths (median 6 h), on minutes, and the capacity under
// which they use about two thirds of it. Every fifth month's Tuesday mornings and the nights are closed for part of the capacity.
func workload(n int) (capacity []int64, bookings []Delta) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	used := float64(0)
	for range n {
		length := int64(min(math.Exp(rng.NormFloat64()*1.2)*6*3600, 60*86400))/60*60 + 60
		from := rng.Int64N(twoYears/60) * 60
		by := make([]int64, 5)
		for c := range by {
			if c < 3 || rng.IntN(4) == 0 {
				by[c] = -1 - rng.Int64N(8)
			}
		}
		used += float64(length)
		bookings = append(bookings, Delta{from, from + length, by})
	}
	each := int64(used / twoYears * 4.5 * 1.6)
	capacity = []int64{each + 12, each + 12, each + 12, each/4 + 12, each/4 + 12}
	for day := int64(0); day < 730; day++ {
		if day%7 == 1 {
			by := make([]int64, 5)
			for c := range by {
				by[c] = -capacity[c]
			}
			bookings = append(bookings, Delta{day * 86400, day*86400 + 4*3600, by})
		}
	}
	return capacity, bookings
}

type question struct {
	need         []int64
	from, length int64
}

func questions(capacity []int64) []question {
	rng := rand.New(rand.NewPCG(2, 2))
	qs := make([]question, 1024)
	for i := range qs {
		need := make([]int64, len(capacity))
		for c := range need {
			need[c] = 1 + rng.Int64N(max(2, capacity[c]/3))
		}
		qs[i] = question{need, rng.Int64N(twoYears - 30*86400), 3600 + rng.Int64N(48*3600)}
	}
	return qs
}

func each(b *testing.B, run func(b *testing.B, p *Profile, capacity []int64, bookings []Delta)) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			capacity, bookings := workload(n)
			run(b, Build(capacity, bookings), capacity, bookings)
		})
	}
}

func BenchmarkFits(b *testing.B) {
	each(b, func(b *testing.B, p *Profile, capacity []int64, _ []Delta) {
		qs := questions(capacity)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			q := qs[i%len(qs)]
			p.Fits(q.need, q.from, q.from+q.length)
		}
	})
}

func BenchmarkEarliest(b *testing.B) {
	each(b, func(b *testing.B, p *Profile, capacity []int64, _ []Delta) {
		qs := questions(capacity)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			q := qs[i%len(qs)]
			p.Earliest(q.need, q.from, twoYears, q.length)
		}
	})
}

func BenchmarkRemoveAdd(b *testing.B) {
	each(b, func(b *testing.B, p *Profile, _ []int64, bookings []Delta) {
		rng := rand.New(rand.NewPCG(3, 3))
		b.ReportAllocs()
		for b.Loop() {
			d := bookings[rng.IntN(len(bookings))]
			back := [5]int64{-d.By[0], -d.By[1], -d.By[2], -d.By[3], -d.By[4]}
			p.Add(d.From, d.To, back[:])
			p.Add(d.From, d.To, d.By)
		}
	})
}

func BenchmarkForkAdd(b *testing.B) {
	each(b, func(b *testing.B, p *Profile, _ []int64, bookings []Delta) {
		rng := rand.New(rand.NewPCG(3, 3))
		b.ReportAllocs()
		for b.Loop() {
			d := bookings[rng.IntN(len(bookings))]
			p.Fork().Add(d.From, d.To, d.By)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			capacity, bookings := workload(n)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var p *Profile
			for b.Loop() {
				p = Build(capacity, bookings)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/booking")
			b.ReportMetric(float64(p.Points()), "points")
		})
	}
}

// BenchmarkHostile asks for three minutes in a profile of a million breakpoints that is free for one minute in two.
func BenchmarkHostile(b *testing.B) {
	teeth := make([]Delta, 500_000)
	for i := range teeth {
		teeth[i] = Delta{int64(i) * 120, int64(i)*120 + 60, []int64{-1}}
	}
	p := Build([]int64{1}, teeth)
	for b.Loop() {
		p.Earliest([]int64{1}, 0, 500_000*120, 180)
	}
}
