// Package workload makes the bookings of a busy testbed over two years, for benchmarks: five quantities that are booked together and three pools
// of devices, lengths from minutes to sixty days, closures and opening hours, weeks that are full and weeks that are not. It admits its
// bookings by a grid of its own, not by the code that is measured.
package workload

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	Hour    = int64(3600)
	Day     = 24 * Hour
	Horizon = 730 * Day // the time from 0 on that is booked, in seconds
	grid    = Hour / 4

	Quantities = 5 // vcpu, memory, storage, gpus, floating addresses
	Kinds      = 8 // and radios, SDRs, base stations
)

// PoolSize is the number of units of each pool, whatever the number of bookings.
var PoolSize = [Kinds - Quantities]int64{8, 6, 2}

// Claim holds the needs of one booking or question by kind, its length, and for a booking its start.
type Claim struct {
	From, To int64
	Need     [Kinds]int64
}

// Length returns how long the claim lasts, in seconds.
func (c *Claim) Length() int64 { return c.To - c.From }

// Workload is a testbed with its capacity, closures and bookings.
type Workload struct {
	rng      *rand.Rand
	median   float64        // of a booking's length in seconds
	poolOdds [Kinds]float64 // that a booking wants units of a pool
	weight   []float64      // running sum of the demand for each hour
	Capacity [Kinds]int64
	used     [Kinds][]int64 // per grid slot
	Closed   []Claim        // closures and closed hours, and negative ones for later capacity
	Bookings []Claim
}

// New makes a workload of n bookings, the same one each time.
func New(n int) *Workload {
	w := &Workload{rng: rand.New(rand.NewPCG(7, uint64(n)))}
	w.weigh()
	const sigma, atATime = 1.2, 6.0
	mean := math.Exp(sigma * sigma / 2)
	w.median = max(float64(6*Hour), atATime*float64(Horizon)/float64(n)/mean)
	w.size(n)
	w.close()
	for len(w.Bookings) < n {
		c := w.draw()
		if w.place(&c) {
			w.Bookings = append(w.Bookings, c)
		}
	}
	return w
}

// weigh makes weeks differ as a whole (each a little like the one before), working days busier than weekends, days than nights.
func (w *Workload) weigh() {
	week, sum := 0.0, 0.0
	for h := range int(Horizon / Hour) {
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
func (w *Workload) draw() Claim {
	length := min(w.median*math.Exp(1.2*w.rng.NormFloat64()), float64(60*Day))
	c := Claim{To: max(60, int64(length)/60*60)}
	c.Need[0] = 1 << w.rng.IntN(6)
	c.Need[1] = c.Need[0] * (2 << w.rng.IntN(3))
	c.Need[2] = 10 * (1 + w.rng.Int64N(50))
	if w.rng.IntN(4) == 0 {
		c.Need[3] = 1 + w.rng.Int64N(2)
	}
	c.Need[4] = w.rng.Int64N(4)
	for k := Quantities; k < Kinds; k++ {
		if w.rng.Float64() < w.poolOdds[k] {
			c.Need[k] = 1 + w.rng.Int64N(min(3, PoolSize[k-Quantities]))
		}
	}
	for k, all := range w.Capacity {
		if all > 0 {
			c.Need[k] = min(c.Need[k], max(1, all*6/10))
		}
	}
	return c
}

// Ask draws a claim at any instant, as likely at night as by day. Every other one wants up to a third of the
// quantities.
func (w *Workload) Ask() Claim {
	c := w.draw()
	if w.rng.IntN(2) == 0 {
		part := w.rng.Float64() / 3
		for k := range Quantities {
			c.Need[k] = max(c.Need[k], int64(part*float64(w.Capacity[k])))
		}
	}
	length := c.Length()
	c.From = w.rng.Int64N((Horizon-60*Day)/60) * 60
	c.To = c.From + length
	return c
}

// size chooses the capacity under which n bookings use about 70 % of it.
func (w *Workload) size(n int) {
	const samples = 4096
	var sum [Kinds]float64
	length := 0.0
	for range samples {
		c := w.draw()
		length += float64(c.Length()) / samples
		for k, need := range c.Need {
			sum[k] += float64(need) * float64(c.Length()) / samples
		}
	}
	for k := range Quantities {
		w.Capacity[k] = int64(sum[k] * float64(n) / float64(Horizon) / 0.72)
	}
	for k := Quantities; k < Kinds; k++ {
		w.Capacity[k] = PoolSize[k-Quantities]
		w.poolOdds[k] = min(0.4, float64(w.Capacity[k])*float64(Horizon)*0.5/(float64(n)*length*2))
	}
}

// close takes eight hours of every fifth Tuesday, opens the base stations on working days from 8 to 20 only, and adds a quarter
// to vcpu and memory half-way.
func (w *Workload) close() {
	for k := range w.used {
		w.used[k] = make([]int64, Horizon/grid)
	}
	for at := Day; at < Horizon; at += 35 * Day {
		w.shut(Claim{at, at + 8*Hour, w.Capacity})
	}
	for d := range Horizon / Day {
		opens, closes := d*Day+8*Hour, d*Day+20*Hour
		if d%7 >= 5 {
			opens, closes = d*Day+Day, d*Day+Day
		}
		for _, c := range []Claim{{From: d * Day, To: opens}, {From: closes, To: d*Day + Day}} {
			c.Need[Kinds-1] = w.Capacity[Kinds-1]
			w.shut(c)
		}
	}
	w.shut(Claim{0, Horizon / 2, [Kinds]int64{w.Capacity[0] / 5, w.Capacity[1] / 5}})
}

// shut records a closure.
func (w *Workload) shut(c Claim) {
	if c.From < c.To {
		w.take(&c)
		w.Closed = append(w.Closed, c)
	}
}

func (w *Workload) take(c *Claim) {
	for k, need := range c.Need {
		if need == 0 {
			continue
		}
		for g := c.From / grid; g*grid < c.To; g++ {
			w.used[k][g] += need
		}
	}
}

// when draws a start by the hours' weights.
func (w *Workload) when() int64 {
	h, _ := slices.BinarySearch(w.weight, w.rng.Float64()*w.weight[len(w.weight)-1])
	return int64(h)*Hour + w.rng.Int64N(60)*60
}

// place looks for a start at which the claim fits, and books it.
func (w *Workload) place(c *Claim) bool {
	length := c.Length()
	for range 40 {
		c.From = w.when()
		c.To = c.From + length
		if c.To <= Horizon && w.free(c) {
			w.take(c)
			return true
		}
	}
	return false
}

func (w *Workload) free(c *Claim) bool {
	for k, need := range c.Need {
		if need == 0 {
			continue
		}
		for g := c.From / grid; g*grid < c.To; g++ {
			if w.used[k][g]+need > w.Capacity[k] {
				return false
			}
		}
	}
	return true
}
