package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"berth/testbeds"
)

// The oracle of this file goes through every way and every slot of small, dense worlds: each member on each VIM, each device on each testbed
// and in each number, from each hour to each hour. All that happens there happens at full hours, so nothing lies in between.

const denseHours = 72

// denseWorld has two testbeds that are nearly full.
type denseWorld struct {
	facility testbeds.Facility
	fed      *Federation
	free     map[testbeds.Resource][]int64 // per hour
	rng      *rand.Rand
}

func (w *denseWorld) draw(lo, hi int64) int64 { return lo + w.rng.Int64N(hi-lo+1) }

func (w *denseWorld) buffer() testbeds.Period {
	return testbeds.Period{Clock: time.Duration(max(0, w.draw(-2, 1))) * time.Hour}
}

func (w *denseWorld) testbed(id, device string) testbeds.Testbed {
	b := testbeds.Testbed{ID: id, Timezone: "UTC", Setup: w.buffer(), Teardown: w.buffer()}
	for _, v := range []string{"a", "b"} {
		b.VIMs = append(b.VIMs, testbeds.VIM{ID: v, Capacity: testbeds.Quantities{"vcpu": w.draw(4, 8), "gpus": w.draw(0, 2)}})
	}
	if w.draw(0, 2) == 0 {
		own := w.buffer()
		b.VIMs[0].Setup = &own
	}
	b.Devices = []testbeds.Device{{ID: "camera", Count: w.draw(1, 4)}, {ID: device, Count: w.draw(1, 4), Features: []string{"sdr"}}}
	return b
}

// newDenseWorld books what fits, again and again.
func newDenseWorld(tb testing.TB, seed uint64) *denseWorld {
	tb.Helper()
	w := &denseWorld{rng: rand.New(rand.NewPCG(seed, 14)), free: map[testbeds.Resource][]int64{}}
	w.facility.Testbeds = []testbeds.Testbed{w.testbed("x", "usrp"), w.testbed("y", []string{"usrp", "lime"}[w.draw(0, 1)])}
	w.fed = build(tb, w.facility, nil)
	var all world
	all.facility = w.facility
	for id := range w.draw(40, 120) {
		e := w.experiment()
		s := hoursFrom(int(w.draw(0, denseHours)), int(w.draw(1, 12)))
		if w.fed.Fits(e, s) {
			b := testbeds.Booking{ID: id + 1, Request: id + 1, Strength: testbeds.Firm, Slot: s, Claims: w.fed.Claims(e.Demand(), s)}
			w.fed.Put(b)
			all.bookings = append(all.bookings, b)
		}
	}
	for _, b := range w.facility.Testbeds {
		for _, v := range b.VIMs {
			for q := range v.Capacity {
				w.note(all, testbeds.Resource{Testbed: b.ID, VIM: v.ID, Quantity: q})
			}
		}
		for _, d := range b.Devices {
			w.note(all, testbeds.Resource{Testbed: b.ID, Device: d.ID})
		}
	}
	return w
}

func (w *denseWorld) note(all world, r testbeds.Resource) {
	free := make([]int64, denseHours+2) // the teardown of the last slot included
	for h := range free {
		free[h] = all.total(r, hour(h))
	}
	for _, b := range all.bookings {
		for _, c := range b.Claims {
			if !b.Strength.Blocks() || c.Resource != r {
				continue
			}
			for h := range free {
				if at := hour(h); !at.Before(c.From) && at.Before(c.To) {
					free[h] -= c.Amount
				}
			}
		}
	}
	w.free[r] = free
}

func (w *denseWorld) experiment() testbeds.Experiment {
	e := testbeds.Experiment{Placement: testbeds.Placement{}}
	places := []string{"x/a", "x/b", "y/a", "y/b"}
	for i := range w.draw(0, 3) {
		c := testbeds.Component{Member: fmt.Sprint(i), VNF: "vnf", Size: testbeds.Quantities{"vcpu": w.draw(1, 4)}}
		if w.draw(0, 5) == 0 {
			c.Size["gpus"] = 1
		}
		home := places[w.rng.IntN(4)]
		for _, where := range places {
			if where == home || w.draw(0, 1) == 0 {
				c.Onboarded = append(c.Onboarded, where)
			}
		}
		e.Components = append(e.Components, c)
		e.Placement[c.Member] = home
	}
	for _, b := range w.facility.Testbeds {
		for _, d := range b.Devices {
			if w.draw(0, 3) == 0 {
				e.Devices = append(e.Devices, testbeds.DeviceNeed{Testbed: b.ID, Device: d.ID, Count: w.draw(1, d.Count)})
			}
		}
	}
	return e
}

// way is an experiment as the oracle would run it.
type way struct {
	needs map[testbeds.Resource]int64
	cost  float64
}

// ways are all ways to run an experiment, by cost.
func (w *denseWorld) ways(e testbeds.Experiment) []way {
	all := []way{{needs: map[testbeds.Resource]int64{}}}
	extend := func(with func(way, func(cost float64, more map[testbeds.Resource]int64))) {
		var next []way
		for _, v := range all {
			with(v, func(cost float64, more map[testbeds.Resource]int64) {
				sum := way{needs: map[testbeds.Resource]int64{}, cost: v.cost + cost}
				for _, m := range []map[testbeds.Resource]int64{v.needs, more} {
					for r, n := range m {
						sum.needs[r] += n
					}
				}
				next = append(next, sum)
			})
		}
		all = next
	}
	for _, c := range e.Components {
		extend(func(_ way, add func(float64, map[testbeds.Resource]int64)) {
			for _, where := range c.Onboarded {
				cost := 8.0
				switch from := e.Placement[c.Member]; {
				case where == from:
					cost = 0
				case where[0] == from[0]:
					cost = 3
				}
				more := map[testbeds.Resource]int64{{Testbed: where[:1], VIM: where[2:]}: 0} // it is used, whatever it needs
				for q, n := range c.Size {
					more[testbeds.Resource{Testbed: where[:1], VIM: where[2:], Quantity: q}] = n
				}
				add(cost, more)
			}
		})
	}
	before := map[string]bool{}
	for _, where := range e.Placement {
		before[where] = true
	}
	for i := range all {
		after := 0
		for r := range all[i].needs {
			if r.Quantity == "" {
				after++
				delete(all[i].needs, r)
			}
		}
		all[i].cost += 2 * float64(max(0, after-len(before)))
	}
	for _, d := range e.Devices {
		extend(func(_ way, add func(float64, map[testbeds.Resource]int64)) {
			for _, b := range w.facility.Testbeds {
				for _, other := range b.Devices {
					alike := other.ID == d.Device || d.Device != "camera" && other.ID != "camera"
					if b.ID == d.Testbed && other.ID != d.Device || !alike {
						continue
					}
					for n := int64(1); n <= d.Count; n++ {
						cost := 12 * float64(d.Count-n)
						if b.ID != d.Testbed {
							cost += 8
						}
						add(cost, map[testbeds.Resource]int64{{Testbed: b.ID, Device: other.ID}: n})
					}
				}
			}
		})
	}
	slices.SortFunc(all, func(a, b way) int {
		if a.cost < b.cost {
			return -1
		}
		return 1
	})
	return all
}

// slotCost is what another slot costs: a part of the slot asked for, shifted.
func slotCost(asked, s testbeds.Slot) float64 {
	early, late := asked.Start.Sub(s.Start).Hours(), s.End.Sub(asked.End).Hours()
	return max(0, early, late) + 2*(asked.Duration()-s.Duration()).Hours()
}

// cheapest is the cost of the cheapest way and slot; infinite where nothing fits.
func (w *denseWorld) cheapest(q Search) float64 {
	best := math.Inf(1)
	buffers := map[testbeds.Resource]testbeds.Buffers{}
	for _, s := range w.fed.sites {
		for _, p := range s.pools {
			buffers[p.key] = p.buffers
		}
	}
	ways := w.ways(q.Experiment)
	for n := q.Shortest; n <= q.Slot.Duration(); n += time.Hour {
		for s := testbeds.NewSlot(q.Window.Start, n); !s.End.After(q.Window.End); s = s.Shift(time.Hour) {
			cost := slotCost(q.Slot, s)
			least := map[testbeds.Resource]int64{}
			if cost >= best {
				continue
			}
			for _, v := range ways {
				if cost+v.cost >= best-1e-6 {
					break
				}
				fits := true
				for r, need := range v.needs {
					if _, known := least[r]; !known {
						least[r] = w.least(r, buffers[poolKey(r)].Around(s))
					}
					fits = fits && (need == 0 || least[r] >= need)
				}
				if fits {
					best = cost + v.cost
				}
			}
		}
	}
	return best
}

func (w *denseWorld) least(r testbeds.Resource, s testbeds.Slot) int64 {
	from, to := int(s.Start.Sub(testStart)/time.Hour), int(s.End.Sub(testStart)/time.Hour)
	if from < 0 {
		return -1
	}
	return slices.Min(w.free[r][from:to])
}

// ask is a search for what does not fit as it is asked for; ok is false where it does.
func (w *denseWorld) ask() (q Search, ok bool) {
	length := w.draw(2, 8)
	start := w.draw(0, denseHours-8)
	q = Search{Experiment: w.experiment(), Slot: hoursFrom(int(start), int(length)), Window: hoursFrom(0, denseHours), Shortest: time.Duration(length+1) / 2 * time.Hour}
	if w.draw(0, 3) == 0 {
		q.Shortest = time.Duration(w.draw(1, length)) * time.Hour
	}
	if w.draw(0, 3) == 0 {
		from := w.draw(max(0, start-12), start+4)
		q.Window = hoursFrom(int(from), int(min(denseHours-from, w.draw(length, 24))))
	}
	return q, !q.Window.Contains(q.Slot) || !w.fed.Fits(q.Experiment, q.Slot)
}
