package capacity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// TestTheCheapestAlternativeIsFound counts in how many worlds the cheapest alternative of all is among those offered.
func TestTheCheapestAlternativeIsFound(t *testing.T) {
	t.Parallel()
	worlds := 2000
	if testing.Short() {
		worlds = 100
	}
	asked, fits, missed, nothing := 0, 0, 0, 0
	by := map[string]int{}
	for seed := uint64(1); asked < worlds; seed++ {
		w := newDenseWorld(t, seed)
		q, ok := w.ask()
		if !ok {
			continue
		}
		asked++
		want, got := w.cheapest(q), math.Inf(1)
		found := w.fed.Suggest(q)
		if again := w.fed.Suggest(q); !slices.Equal(offers(found), offers(again)) {
			t.Fatalf("world %d: asked again it says %v, before %v", seed, offers(again), offers(found))
		}
		if len(found) > 0 {
			got = found[0].Cost
		}
		switch {
		case math.IsInf(want, 1):
		case math.IsInf(got, 1):
			nothing++
			fallthrough
		case got > want+1e-3:
			missed++
			by[fmt.Sprintf("%g", got-want)]++
		case got < want-1e-3:
			t.Errorf("world %d: %s costs %g, and the oracle finds nothing below %g", seed, strings.Join(offers(found), " | "), got, want)
		}
		if !math.IsInf(want, 1) {
			fits++
		}
		for _, a := range found {
			e := q.Experiment
			e.Placement, e.Devices = a.Placement, a.Devices
			if v := w.fed.Check(e, a.Slot); !v.Fits || !q.Window.Contains(a.Slot) || a.Slot.Duration() < q.Shortest {
				t.Errorf("world %d: asked for %v in %v, at least %v: %+v does not fit: %+v", seed, q.Slot, q.Window, q.Shortest, a, v)
			}
		}
	}
	t.Logf("in %d of %d worlds something fits; the cheapest was missed in %d, nothing was found in %d: %v", fits, asked, missed, nothing, by)
	if missed > 0 {
		t.Errorf("the cheapest was missed in %d of %d worlds", missed, fits)
	}
	if nothing > 0 {
		t.Errorf("nothing was found in %d of %d worlds", nothing, fits)
	}
}

// TestTheCheapestAlternativeWithNamedUnits goes through every slot and number of a device whose units have names, some of which are settled.
func TestTheCheapestAlternativeWithNamedUnits(t *testing.T) {
	t.Parallel()
	worlds := 400
	if testing.Short() {
		worlds = 40
	}
	missed := 0
	for seed := range uint64(worlds) {
		rng := rand.New(rand.NewPCG(seed, 15))
		draw := func() testbeds.Experiment {
			e := experiment(0, "x/a", 1+rng.Int64N(3))
			for i := range e.Devices[0].Count {
				if rng.IntN(3) == 0 {
					e.Devices[0].Units = append(e.Devices[0].Units, fmt.Sprint("r", i+1))
				}
			}
			return e
		}
		f := hall(t, nil)
		for id := range int64(30) {
			if e, s := draw(), hoursFrom(rng.IntN(48), 1+rng.IntN(8)); f.Fits(e, s) {
				booked(f, id+1, e, s)
			}
		}
		q := Search{Experiment: draw(), Slot: hoursFrom(12+rng.IntN(24), 6), Window: hoursFrom(0, 48)}
		if f.Fits(q.Experiment, q.Slot) {
			continue
		}
		want, got := math.Inf(1), math.Inf(1)
		for n := 3; n <= 6; n++ {
			for from := 0; from+n <= 48; from++ {
				e, s := q.Experiment, hoursFrom(from, n)
				d := e.Devices[0]
				for ; d.Count >= max(1, int64(len(d.Units))); d.Count-- {
					e.Devices = []testbeds.DeviceNeed{d}
					if cost := slotCost(q.Slot, s) + 12*float64(q.Experiment.Devices[0].Count-d.Count); cost < want && f.Fits(e, s) {
						want = cost
					}
				}
			}
		}
		if found := f.Suggest(q); len(found) > 0 {
			got = found[0].Cost
		}
		if got != want {
			missed++
			t.Logf("world %d: the cheapest found costs %g, of all %g", seed, got, want)
		}
	}
	if missed > 0 {
		t.Errorf("the cheapest was missed in %d of %d worlds", missed, worlds)
	}
}

// TestWhatAnotherSlotCosts has a slot that was asked for from 20 to 28 o'clock.
func TestWhatAnotherSlotCosts(t *testing.T) {
	t.Parallel()
	q := Search{Slot: hoursFrom(20, 8)}
	for _, tt := range []struct {
		from, length int
		want         string
	}{
		{20, 8, "0: "},
		{18, 8, "2: starts 2 h earlier"},
		{23, 8, "3: starts 3 h later"},
		{20, 7, "2: ends 1 h earlier"},
		{22, 6, "4: starts 2 h later and ends as asked"},
		{22, 5, "6: starts 2 h later and ends 1 h earlier"},
		{19, 7, "3: starts 1 h earlier; is 1 h shorter"},
		{22, 7, "3: ends 1 h later; is 1 h shorter"},
		{30, 6, "12: ends 8 h later; is 2 h shorter"},
	} {
		s := hoursFrom(tt.from, tt.length)
		a := variant{}.at(s, q.slotChanges(s)...)
		if got := offers([]testbeds.Alternative{a})[0]; got != tt.want || q.slotCost(s) != a.Cost {
			t.Errorf("%v: %q and %g, want %q", s, got, q.slotCost(s), tt.want)
		}
	}
}

// TestWaysThatCombineChanges has what no simple way offers.
func TestWaysThatCombineChanges(t *testing.T) {
	t.Parallel()
	asked := hoursFrom(20, 8)
	both := []string{"x/a", "x/b"}
	at := func(e testbeds.Experiment, from, length int) taking { return taking{e, hoursFrom(from, length)} }
	tests := []struct {
		name  string
		ask   testbeds.Experiment
		taken []taking
		want  string
	}{
		{"a device moves without its testbed's members", withDevices{placed(8, []string{"x/a"}, "x/a")}.and("camera", 6).Experiment,
			[]taking{at(devices("camera", 1).Experiment, 0, 96)}, "8: 6 × camera of y instead of camera of x"},
		{"a device moves, and there are fewer of it", devices("camera", 6).Experiment,
			[]taking{at(devices("camera", 6).Experiment, 0, 120), {testbeds.Experiment{Devices: []testbeds.DeviceNeed{{Testbed: "y", Device: "camera", Count: 1}}}, hoursFrom(0, 120)}},
			"20: 5 × camera of y instead of camera of x; 5 instead of 6 × camera of y"},
		{"members part in another slot", placed(4, both, "x/a", "x/a"),
			[]taking{at(placed(4, both, "x/a", "x/b"), 0, 120), at(placed(4, both, "x/a"), 20, 1)},
			"6: member 2 (vnf) on x/b instead of x/a; spread over 2 VIMs instead of 1; starts 1 h later"},
		{"fewer devices in another slot", withDevices{}.and("camera", 6).and("radio", 4).Experiment,
			[]taking{at(devices("camera", 1).and("radio", 4).Experiment, 20, 2), at(devices("camera", 1).and("radio", 0).Experiment, 0, 20), at(devices("camera", 1).Experiment, 22, 98),
				{testbeds.Experiment{Devices: []testbeds.DeviceNeed{{Testbed: "y", Device: "camera", Count: 6}, {Testbed: "y", Device: "radio", Count: 4}}}, hoursFrom(0, 120)}},
			"14: 5 instead of 6 × camera of x; starts 2 h later"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := costs(t, asked, tt.taken, Search{Experiment: tt.ask})
			if len(got) == 0 || got[0] != tt.want {
				t.Errorf("the cheapest of %q, want %q", got, tt.want)
			}
		})
	}
}

// Where units have names, gaps overlap: one unit is free in one of them, another unit in the other.
func TestGapsOfNamedUnitsOverlap(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		first, second testbeds.Slot // when r1 and r2 are free
		want          string
	}{
		"the later one is longer":   {hoursFrom(20, 4), hoursFrom(22, 5).Shift(30 * time.Minute), "3.5: ends 1 h 30 min later; is 1 h shorter"},
		"the earlier one is longer": {hoursFrom(22, 4), hoursFrom(18, 5).Shift(30 * time.Minute), "3.5: starts 1 h 30 min earlier; is 1 h shorter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := hall(t, nil)
			booked(f, 1, pinned(2, "r3", "r4"), testHorizon)
			for i, free := range []testbeds.Slot{tt.first, tt.second} {
				unit := pinned(1, fmt.Sprint("r", i+1))
				booked(f, int64(2+2*i), unit, testbeds.Slot{Start: testHorizon.Start, End: free.Start})
				booked(f, int64(3+2*i), unit, testbeds.Slot{Start: free.End, End: testHorizon.End})
			}
			got := offers(f.Suggest(Search{Experiment: pinned(1), Slot: hoursFrom(20, 6), Shortest: 4 * time.Hour}))
			if len(got) == 0 || got[0] != tt.want {
				t.Errorf("the cheapest of %q, want %q", got, tt.want)
			}
		})
	}
}

// A search that would take too long ends with what it has found: here a dozen members of different sizes, ten testbeds of eight VIMs each.
func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{}
	var on []string
	for i := range 10 {
		bed := testbeds.Testbed{ID: fmt.Sprint("t", i), Timezone: "UTC"}
		for j := range 8 {
			bed.VIMs = append(bed.VIMs, testbeds.VIM{ID: fmt.Sprint("v", j), Capacity: testbeds.Quantities{"vcpu": 20}})
			on = append(on, fmt.Sprintf("t%d/v%d", i, j))
		}
		f.Testbeds = append(f.Testbeds, bed)
	}
	fed := build(t, f, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	for id := range int64(len(on) * 60) {
		e, s := placed(1+rng.Int64N(14), on, on[id%int64(len(on))]), testbeds.NewSlot(hour(rng.IntN(120)), time.Duration(1+rng.IntN(300))*time.Minute)
		if fed.Fits(e, s) {
			booked(fed, id+1, e, s)
		}
	}
	ask := testbeds.Experiment{Placement: testbeds.Placement{}}
	for i := range 12 {
		c := testbeds.Component{Member: fmt.Sprint(i), Size: testbeds.Quantities{"vcpu": int64(8 + i)}, Onboarded: on}
		ask.Components, ask.Placement[c.Member] = append(ask.Components, c), on[i]
	}
	q := Search{Experiment: ask, Slot: hoursFrom(20, 12)}.normalised(testHorizon)
	items, ok := fed.items(ask, math.Inf(1))
	if !ok || len(items[0].options) != maxOptions {
		t.Fatalf("%d options", len(items[0].options))
	}
	s := fed.newSearch(q, items, fed.cheapestSlot)
	if a, ok := s.run(math.Inf(1)); s.tries > maxTries || s.looks != maxSlotLooks {
		t.Errorf("%d tries, %d looks for a slot, found %t: %+v", s.tries, s.looks, ok, a)
	}
}
