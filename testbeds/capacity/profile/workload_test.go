package profile

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The workload of the benchmarks: one testbed over two years with five quantities that share one profile and three pools of
// devices with a profile each. It admits its bookings by a grid of its own, not by the measured code.
const (
	hour    = int64(3600)
	day     = 24 * hour
	horizon = 730 * day
	grid    = hour / 4

	quantities = 5 // vcpu, memory, storage, gpus, floating addresses
	kinds      = 8 // and radios, SDRs, base stations
)

// poolSize is the number of units of each pool, whatever the number of bookings.
var poolSize = [kinds - quantities]int64{8, 6, 2}

// claim holds the needs of one booking or question by kind, its length, and for a booking its start.
type claim struct {
	from, to int64
	need     [kinds]int64
}

func (c *claim) length() int64 { return c.to - c.from }

// workload is a testbed with its capacity, closures and bookings.
type workload struct {
	rng      *rand.Rand
	median   float64        // of a booking's length in seconds
	poolOdds [kinds]float64 // that a booking wants units of a pool
	weight   []float64      // running sum of the demand for each hour
	capacity [kinds]int64
	used     [kinds][]int64 // per grid slot
	closed   []claim        // closures and closed hours, and negative ones for later capacity
	bookings []claim
}

func newWorkload(n int) *workload {
	w := &workload{rng: rand.New(rand.NewPCG(7, uint64(n)))}
	w.weigh()
	const sigma, atATime = 1.2, 6.0
	mean := math.Exp(sigma * sigma / 2)
	w.median = max(float64(6*hour), atATime*float64(horizon)/float64(n)/mean)
	w.size(n)
	w.close()
	for len(w.bookings) < n {
		c := w.draw()
		if w.place(&c) {
			w.bookings = append(w.bookings, c)
		}
	}
	return w
}

// weigh makes weeks differ as a whole (each a little like the one before), working days busier than weekends, days than nights.
func (w *workload) weigh() {
	week, sum := 0.0, 0.0
	for h := range int(horizon / hour) {
		if h%(7*24) == 0 {
			week = 0.7*week + 0.35*w.rng.NormFloat64()
		}
		each := math.Exp(week)
		if h/24%7 >= 5 {
			each *= 0.4
		}
		if h%24 < 7 || h%24 > 19 {
			each *= 0.35
		}
		sum += each
		w.weight = append(w.weight, sum)
	}
}

// draw draws the needs and the length of a booking, on minutes.
func (w *workload) draw() claim {
	length := min(w.median*math.Exp(1.2*w.rng.NormFloat64()), float64(60*day))
	c := claim{to: max(60, int64(length)/60*60)}
	c.need[0] = 1 << w.rng.IntN(6)
	c.need[1] = c.need[0] * (2 << w.rng.IntN(3))
	c.need[2] = 10 * (1 + w.rng.Int64N(50))
	if w.rng.IntN(4) == 0 {
		c.need[3] = 1 + w.rng.Int64N(2)
	}
	c.need[4] = w.rng.Int64N(4)
	for k := quantities; k < kinds; k++ {
		if w.rng.Float64() < w.poolOdds[k] {
			c.need[k] = 1 + w.rng.Int64N(min(3, poolSize[k-quantities]))
		}
	}
	for k, all := range w.capacity {
		if all > 0 {
			c.need[k] = min(c.need[k], max(1, all*6/10))
		}
	}
	return c
}

// ask draws a claim at any instant, as likely at night as by day. Every other one wants up to a third of the
// quantities.
func (w *workload) ask() claim {
	c := w.draw()
	if w.rng.IntN(2) == 0 {
		part := w.rng.Float64() / 3
		for k := range quantities {
			c.need[k] = max(c.need[k], int64(part*float64(w.capacity[k])))
		}
	}
	length := c.length()
	c.from = w.rng.Int64N((horizon-60*day)/60) * 60
	c.to = c.from + length
	return c
}

// size chooses the capacity under which n bookings use about 70 % of it.
func (w *workload) size(n int) {
	const samples = 4096
	var sum [kinds]float64
	length := 0.0
	for range samples {
		c := w.draw()
		length += float64(c.length()) / samples
		for k, need := range c.need {
			sum[k] += float64(need) * float64(c.length()) / samples
		}
	}
	for k := range quantities {
		w.capacity[k] = int64(sum[k] * float64(n) / float64(horizon) / 0.72)
	}
	for k := quantities; k < kinds; k++ {
		w.capacity[k] = poolSize[k-quantities]
		w.poolOdds[k] = min(0.4, float64(w.capacity[k])*float64(horizon)*0.5/(float64(n)*length*2))
	}
}

// close takes eight hours of every fifth Tuesday, opens the base stations on working days from 8 to 20 only, and adds a quarter
// to vcpu and memory half-way.
func (w *workload) close() {
	for k := range w.used {
		w.used[k] = make([]int64, horizon/grid)
	}
	for at := day; at < horizon; at += 35 * day {
		w.shut(claim{at, at + 8*hour, w.capacity})
	}
	for d := range horizon / day {
		opens, closes := d*day+8*hour, d*day+20*hour
		if d%7 >= 5 {
			opens, closes = d*day+day, d*day+day
		}
		for _, c := range []claim{{from: d * day, to: opens}, {from: closes, to: d*day + day}} {
			c.need[kinds-1] = w.capacity[kinds-1]
			w.shut(c)
		}
	}
	w.shut(claim{0, horizon / 2, [kinds]int64{w.capacity[0] / 5, w.capacity[1] / 5}})
}

// shut records a closure.
func (w *workload) shut(c claim) {
	if c.from < c.to {
		w.take(&c)
		w.closed = append(w.closed, c)
	}
}

func (w *workload) take(c *claim) {
	for k, need := range c.need {
		if need == 0 {
			continue
		}
		for g := c.from / grid; g*grid < c.to; g++ {
			w.used[k][g] += need
		}
	}
}

// when draws a start by the hours' weights.
func (w *workload) when() int64 {
	h, _ := slices.BinarySearch(w.weight, w.rng.Float64()*w.weight[len(w.weight)-1])
	return int64(h)*hour + w.rng.Int64N(60)*60
}

// place looks for a start at which the claim fits, and books it.
func (w *workload) place(c *claim) bool {
	length := c.length()
	for range 40 {
		c.from = w.when()
		c.to = c.from + length
		if c.to <= horizon && w.free(c) {
			w.take(c)
			return true
		}
	}
	return false
}

func (w *workload) free(c *claim) bool {
	for k, need := range c.need {
		if need == 0 {
			continue
		}
		for g := c.from / grid; g*grid < c.to; g++ {
			if w.used[k][g]+need > w.capacity[k] {
				return false
			}
		}
	}
	return true
}
