package capacity

import (
	"testing"

	"pgregory.net/rapid"

	"berth/testbeds"
)

// TestTheFewestThatMakeRoom compares with trying every set of bookings, the smallest sets first.
func TestTheFewestThatMakeRoom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.bookings = w.bookings[:min(len(w.bookings), 9)]
		for i := range w.bookings { // they stand side by side more often than at random
			w.bookings[i].Strength = testbeds.Firm
		}
		fed := build(t, w.facility, w.bookings)
		e, s := drawExperiment(t, w.facility), drawSlot(t, 12)
		if fed.Fits(e, s) {
			t.Skip("fits")
		}
		var leavers []Leaver
		for _, b := range w.bookings {
			leavers = append(leavers, Leaver{Bookings: []int64{b.ID}, Weight: int64(drawInt(t, "weight", 0, 2)), Cost: int64(b.Slot.Duration())})
		}
		least, possible := coverSum{}, false
		for set := range 1 << len(leavers) {
			sum, gone := coverSum{}, []int64(nil)
			for i, l := range leavers {
				if set&(1<<i) != 0 {
					sum, gone = sum.plus(coverItem{l.Weight, l.Cost}), append(gone, l.Bookings...)
				}
			}
			if (!possible || sum.compare(least) < 0) && fed.Without(gone...).Fits(e, s) {
				least, possible = sum, true
			}
		}
		chosen, exact, ok := fed.LeastToGo(Wanted{Experiment: e, Slot: s}, leavers)
		sum := coverSum{}
		for _, i := range chosen {
			sum = sum.plus(coverItem{leavers[i].Weight, leavers[i].Cost})
		}
		if ok != possible || !exact || sum != least {
			t.Fatalf("got %v: %+v, exact %t, ok %t; want %+v, %t", chosen, sum, exact, ok, least, possible)
		}
		list, more := fed.InTheWay(Wanted{Experiment: e, Slot: s})
		for _, i := range chosen {
			found := false
			for _, b := range list {
				found = found || b.ID == leavers[i].Bookings[0]
			}
			if !found || more {
				t.Fatalf("booking %d has to go, and is not in the way: %+v", leavers[i].Bookings[0], list)
			}
		}
	})
}

// TestTheFewestThatMakeRoomForAUnit: who has the unit has to go, and where no unit is free throughout, one whose going leaves one.
func TestTheFewestThatMakeRoomForAUnit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ask   testbeds.Experiment
		taken []taking
		want  []int
	}{
		"its holder":        {pinned(1, "r1"), []taking{{pinned(1, "r2"), hoursFrom(20, 4)}, {pinned(1, "r1"), hoursFrom(21, 1)}}, []int{1}},
		"both holders":      {pinned(2, "r1", "r2"), []taking{{pinned(1, "r2"), hoursFrom(20, 4)}, {pinned(1, "r1"), hoursFrom(21, 1)}}, []int{0, 1}},
		"none is free long": {pinned(1), []taking{{pinned(1, "r1"), hoursFrom(20, 4)}, {pinned(1, "r2"), hoursFrom(24, 4)}, {pinned(2, "r3", "r4"), hoursFrom(20, 8)}}, []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := hall(t, nil)
			var leavers []Leaver
			for i, b := range tt.taken {
				booked(f, int64(i+1), b.Experiment, b.Slot)
				leavers = append(leavers, Leaver{Bookings: []int64{int64(i + 1)}, Cost: int64(i)})
			}
			got, exact, ok := f.LeastToGo(Wanted{Experiment: tt.ask, Slot: hoursFrom(20, 8)}, leavers)
			if !ok || !exact || len(got) != len(tt.want) || got[0] != tt.want[0] {
				t.Errorf("got %v, exact %t, ok %t; want %v", got, exact, ok, tt.want)
			}
		})
	}
}

var leastToGo = benchmark{1, func(w *benchWorld) func(int) {
	qs := w.questions(w.ids[:1], 512)
	return func(i int) {
		q := Wanted{Experiment: qs[i%len(qs)].e, Slot: qs[i%len(qs)].s}
		list, _ := w.fed.InTheWay(q)
		var leavers []Leaver
		for _, b := range list {
			leavers = append(leavers, Leaver{Bookings: []int64{b.ID}, Cost: int64(b.Slot.Duration())})
		}
		w.fed.LeastToGo(q, leavers)
	}
}}

func BenchmarkLeastToGo(b *testing.B) { eachSize(b, leastToGo) }
