package capacity

import (
	"berth/testbeds"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// The benchmarks' workload: one testbed of eight kinds (a VIM of five quantities, three devices) over two years, bookings with
// log-normal lengths (median six hours), closures and opening hours among them. All of it is made from a fixed seed.

var benchHorizon = testbeds.Slot{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}

var benchSizes = []int{1e3, 1e4, 1e5, 1e6}

var benchQuantities = []string{"floating_ips", "gpus", "memory_mb", "storage_gb", "vcpu"}

func benchTestbed(id string, n int) testbeds.Testbed {
	each := int64(max(24, float64(n)*12.3/(2*365*24)*4.5*1.5))
	v := testbeds.VIM{ID: "pool", Capacity: testbeds.Quantities{}}
	for _, q := range benchQuantities {
		v.Capacity[q] = each
	}
	return testbeds.Testbed{ID: id, Name: id, Timezone: "Europe/Athens", Features: []string{"sdr"}, VIMs: []testbeds.VIM{v},
		Devices: []testbeds.Device{{ID: "radio", Count: 8}, {ID: "usrp", Count: 6}, {ID: "enodeb", Count: 2}},
		Closures: []testbeds.Closure{{Summary: "maintenance", Start: testbeds.LocalTime{Time: time.Date(2026, 1, 6, 8, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: 8 * time.Hour},
			RRule: "FREQ=WEEKLY;INTERVAL=5", Devices: []string{"radio", "usrp"}}},
		Opening: []testbeds.Closure{{Summary: "hours", Start: testbeds.LocalTime{Time: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: 12 * time.Hour},
			RRule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", Devices: []string{"enodeb"}}}}
}

func benchSlot(rng *rand.Rand) testbeds.Slot {
	length := time.Duration(min(math.Exp(rng.NormFloat64()*1.2)*6*60, 60*24*60)+1) * time.Minute
	start := benchHorizon.Start.Add(time.Duration(rng.IntN(700*24*60)) * time.Minute)
	return testbeds.NewSlot(start, length)
}

// benchAsk needs some of every quantity and now and then a device, on each of the testbeds.
func benchAsk(rng *rand.Rand, ids []string, most int64) testbeds.Experiment {
	e := testbeds.Experiment{Placement: testbeds.Placement{}}
	for i, id := range ids {
		c := testbeds.Component{Member: fmt.Sprint(i), VNF: "vnf", Size: testbeds.Quantities{}, Onboarded: []string{id + "/pool"}}
		for _, q := range benchQuantities {
			c.Size[q] = 1 + rng.Int64N(most)
		}
		e.Components = append(e.Components, c)
		e.Placement[c.Member] = id + "/pool"
		if rng.IntN(4) == 0 {
			e.Devices = append(e.Devices, testbeds.DeviceNeed{Testbed: id, Device: "usrp", Count: 1 + rng.Int64N(2)})
		}
	}
	return e
}

// benchFederation makes a federation of testbeds with n admissible bookings each, and returns those bookings too.
func benchFederation(b *testing.B, sites, n int) (*Federation, []testbeds.Booking, []string) {
	b.Helper()
	var f testbeds.Facility
	var ids []string
	for i := range sites {
		ids = append(ids, fmt.Sprintf("t%03d", i))
		f.Testbeds = append(f.Testbeds, benchTestbed(ids[i], n))
	}
	fed, err := NewFederation(f, benchHorizon)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var bookings []testbeds.Booking
	for _, id := range ids {
		for made := 0; made < n; {
			e, s := benchAsk(rng, []string{id}, 8), benchSlot(rng)
			if rng.IntN(50) > 0 {
				e.Devices = nil // the number of devices stays, so that few bookings can have them
			}
			if !fed.Fits(e, s) {
				made++ // a refused request counts as well, to keep the load constant
				continue
			}
			made++
			bk := testbeds.Booking{ID: int64(len(bookings) + 1), Request: int64(len(bookings) + 1), Strength: testbeds.Firm, Slot: s, Claims: fed.Claims(e.Demand(), s)}
			bookings = append(bookings, bk)
			fed.Put(bk)
		}
	}
	return fed, bookings, ids
}

type benchQuestion struct {
	e testbeds.Experiment
	s testbeds.Slot
}

func benchQuestions(ids []string, most int64) []benchQuestion {
	rng := rand.New(rand.NewPCG(2, 2))
	qs := make([]benchQuestion, 512)
	for i := range qs {
		qs[i] = benchQuestion{benchAsk(rng, ids, most), benchSlot(rng)}
	}
	return qs
}

func eachSize(b *testing.B, run func(b *testing.B, fed *Federation, bookings []testbeds.Booking, qs []benchQuestion)) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			fed, bookings, ids := benchFederation(b, 1, n)
			run(b, fed, bookings, benchQuestions(ids, int64(max(8, n/40_000))))
		})
	}
}

func BenchmarkFits(b *testing.B) {
	eachSize(b, func(b *testing.B, fed *Federation, _ []testbeds.Booking, qs []benchQuestion) {
		for i := 0; b.Loop(); i++ {
			q := qs[i%len(qs)]
			fed.Fits(q.e, q.s)
		}
	})
}

func BenchmarkCheckExplained(b *testing.B) {
	eachSize(b, func(b *testing.B, fed *Federation, _ []testbeds.Booking, qs []benchQuestion) {
		for i := 0; b.Loop(); i++ {
			q := qs[i%len(qs)]
			fed.Check(q.e, q.s)
		}
	})
}

func BenchmarkEarliestFit(b *testing.B) {
	eachSize(b, func(b *testing.B, fed *Federation, _ []testbeds.Booking, qs []benchQuestion) {
		for i := 0; b.Loop(); i++ {
			q := qs[i%len(qs)]
			wants, _ := fed.wants(q.e)
			fed.earliest(wants, q.s.Start, benchHorizon.End, q.s.Duration())
		}
	})
}

func BenchmarkSuggestFive(b *testing.B) {
	eachSize(b, func(b *testing.B, fed *Federation, _ []testbeds.Booking, qs []benchQuestion) {
		for i := 0; b.Loop(); i++ {
			q := qs[i%len(qs)]
			fed.Suggest(Search{Experiment: q.e, Slot: q.s, Elsewhere: true})
		}
	})
}

// BenchmarkSuggestDense asks for what does not fit in small worlds that are nearly full, where ways and slots have to be searched together.
func BenchmarkSuggestDense(b *testing.B) {
	var feds []*Federation
	var qs []Search
	for seed := uint64(1); len(qs) < 256; seed++ {
		w := newDenseWorld(b, seed)
		if q, ok := w.ask(); ok {
			feds, qs = append(feds, w.fed), append(qs, q)
		}
	}
	for i := 0; b.Loop(); i++ {
		feds[i%len(qs)].Suggest(qs[i%len(qs)])
	}
}

func BenchmarkRemovePut(b *testing.B) {
	eachSize(b, func(b *testing.B, fed *Federation, bookings []testbeds.Booking, _ []benchQuestion) {
		rng := rand.New(rand.NewPCG(3, 3))
		for b.Loop() {
			bk := bookings[rng.IntN(len(bookings))]
			fed.Remove(bk.ID)
			fed.Put(bk)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	eachSize(b, func(b *testing.B, fed *Federation, bookings []testbeds.Booking, _ []benchQuestion) {
		facility := fed.Facility()
		fed = nil
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var loaded *Federation
		for b.Loop() {
			loaded, _ = NewFederation(facility, benchHorizon)
			loaded.Load(bookings)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/float64(len(bookings)), "B/booking")
		b.ReportMetric(float64(len(bookings)), "bookings")
		runtime.KeepAlive(loaded)
	})
}

// BenchmarkTestbeds asks for requests over several testbeds of 10,000 bookings each.
func BenchmarkTestbeds(b *testing.B) {
	for _, n := range []int{1, 3, 10} {
		fed, _, ids := benchFederation(b, n, 1e4)
		qs := benchQuestions(ids, 4)
		b.Run(fmt.Sprintf("fits/T=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				fed.Fits(qs[i%len(qs)].e, qs[i%len(qs)].s)
			}
		})
		b.Run(fmt.Sprintf("suggest/T=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				fed.Suggest(Search{Experiment: qs[i%len(qs)].e, Slot: qs[i%len(qs)].s, Elsewhere: true})
			}
		})
	}
}
