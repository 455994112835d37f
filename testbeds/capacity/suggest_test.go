package capacity

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// TestWhatASearchMeans fills in the defaults of a search, and cuts everything beyond the horizon.
func TestWhatASearchMeans(t *testing.T) {
	t.Parallel()
	asked := hoursFrom(20, 8)
	tests := []struct {
		name string
		q    Search
		want Search // without the slot
	}{
		{"nothing is said", Search{}, Search{Window: testHorizon, Shortest: 4 * time.Hour, Limit: 5}},
		{"a window within the horizon", Search{Window: hoursFrom(10, 20)}, Search{Window: hoursFrom(10, 20), Shortest: 4 * time.Hour, Limit: 5}},
		{"a window beyond the horizon", Search{Window: testbeds.Slot{Start: hour(-1), End: testHorizon.End.Add(1)}}, Search{Window: testHorizon, Shortest: 4 * time.Hour, Limit: 5}},
		{"not before a time within the window", Search{Window: hoursFrom(10, 20), NotBefore: hour(12)}, Search{Window: hoursFrom(12, 18), NotBefore: hour(12), Shortest: 4 * time.Hour, Limit: 5}},
		{"not before a part of a second", Search{NotBefore: hour(12).Add(1)},
			Search{Window: testbeds.Slot{Start: hour(12).Add(time.Second), End: testHorizon.End}, NotBefore: hour(12).Add(1), Shortest: 4 * time.Hour, Limit: 5}},
		{"not before a time before the window", Search{Window: hoursFrom(10, 20), NotBefore: hour(9)}, Search{Window: hoursFrom(10, 20), NotBefore: hour(9), Shortest: 4 * time.Hour, Limit: 5}},
		{"short", Search{Shortest: time.Nanosecond}, Search{Window: testHorizon, Shortest: time.Second, Limit: 5}},
		{"negative", Search{Shortest: -time.Second, Limit: -1}, Search{Window: testHorizon, Shortest: 4 * time.Hour, Limit: 5}},
		{"longer than the slot", Search{Shortest: 9 * time.Hour}, Search{Window: testHorizon, Shortest: 8 * time.Hour, Limit: 5}},
		{"one", Search{Limit: 1}, Search{Window: testHorizon, Shortest: 4 * time.Hour, Limit: 1}},
		{"the most", Search{Limit: 50}, Search{Window: testHorizon, Shortest: 4 * time.Hour, Limit: 50}},
		{"too many", Search{Limit: 51}, Search{Window: testHorizon, Shortest: 4 * time.Hour, Limit: 50}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.q.Slot, tt.want.Slot = asked, asked
			if diff := cmp.Diff(tt.want, tt.q.normalised(testHorizon)); diff != "" {
				t.Errorf("search (-want +got):\n%s", diff)
			}
		})
	}
	odd := Search{Slot: testbeds.NewSlot(hour(20), 3*time.Second)}
	if got := odd.normalised(testHorizon).Shortest; got != time.Second {
		t.Errorf("half of three seconds is %s, want whole seconds", got)
	}
}

// TestChoiceOfAlternatives: if there are more alternatives than wanted, the cheapest of each kind stay before a second of the same kind
// does; an earlier shift and a later one are two kinds.
func TestChoiceOfAlternatives(t *testing.T) {
	t.Parallel()
	alternative := func(cost float64, kind testbeds.ChangeKind, seconds int64) testbeds.Alternative {
		return testbeds.Alternative{Cost: cost, Changes: []testbeds.Change{{Kind: kind, Seconds: seconds}}}
	}
	found := []testbeds.Alternative{
		alternative(1, testbeds.ChangeShift, 1), alternative(2, testbeds.ChangeShift, 2), alternative(3, testbeds.ChangeShift, -3), alternative(4, testbeds.ChangeShift, -4),
		alternative(5, testbeds.ChangeShorten, 5), alternative(6, testbeds.ChangeVIM, 0),
	}
	for limit, want := range map[int][]float64{
		1: {1}, 2: {1, 3}, 3: {1, 3, 5}, 4: {1, 3, 5, 6}, 5: {1, 2, 3, 5, 6}, 6: {1, 2, 3, 4, 5, 6}, 7: {1, 2, 3, 4, 5, 6},
	} {
		var got []float64
		for _, a := range choose(found, limit) {
			got = append(got, a.Cost)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d of them (-want +got):\n%s", limit, diff)
		}
	}
}

// TestDistinctAlternatives: of alternatives with the same content only the first stays; a difference in any point makes another one.
func TestDistinctAlternatives(t *testing.T) {
	t.Parallel()
	first := testbeds.Alternative{Slot: hoursFrom(20, 8), Placement: testbeds.Placement{"1": "x/a"}, Devices: []testbeds.DeviceNeed{{Testbed: "x", Device: "radio", Count: 1, Units: []string{"r1"}}}, Cost: 1}
	again := first
	again.Cost = 2
	for name, change := range map[string]func(a *testbeds.Alternative, d *testbeds.DeviceNeed){
		"slot":      func(a *testbeds.Alternative, _ *testbeds.DeviceNeed) { a.Slot = hoursFrom(20, 7) },
		"placement": func(a *testbeds.Alternative, _ *testbeds.DeviceNeed) { a.Placement = testbeds.Placement{"1": "x/b"} },
		"testbed":   func(_ *testbeds.Alternative, d *testbeds.DeviceNeed) { d.Testbed = "y" },
		"device":    func(_ *testbeds.Alternative, d *testbeds.DeviceNeed) { d.Device = "camera" },
		"count":     func(_ *testbeds.Alternative, d *testbeds.DeviceNeed) { d.Count = 2 },
		"units":     func(_ *testbeds.Alternative, d *testbeds.DeviceNeed) { d.Units = []string{"r2"} },
	} {
		other := first
		other.Devices = []testbeds.DeviceNeed{first.Devices[0]}
		change(&other, &other.Devices[0])
		if diff := cmp.Diff([]testbeds.Alternative{first, other}, distinct([]testbeds.Alternative{first, again, other})); diff != "" {
			t.Errorf("another %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLengthsAreSpoken(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 s", time.Second - 1: "0 s", time.Second: "1 s", time.Minute: "1 min", time.Hour - time.Second: "59 min 59 s", time.Hour: "1 h", 24*time.Hour - time.Second: "23 h 59 min 59 s",
		24 * time.Hour: "1 d", 51*time.Hour + 30*time.Minute: "2 d 3 h 30 min",
	} {
		if got := spoken(d); got != want {
			t.Errorf("%d ns are %q, want %q", d, got, want)
		}
	}
}

// TestWhereElseToLook asks for other slots even where the requested one fits, and for slots within a window.
func TestWhereElseToLook(t *testing.T) {
	t.Parallel()
	ask, asked := placed(8, []string{"x/a"}, "x/a"), hoursFrom(20, 8)
	tests := []struct {
		name string
		busy testbeds.Slot
		q    Search
		want []string
	}{
		{name: "it fits as asked", busy: hoursFrom(28, 8)},
		{name: "it fits as asked, and others are wanted", busy: hoursFrom(28, 8), q: Search{Elsewhere: true, Window: hoursFrom(8, 36)}, want: []string{
			"8: starts 8 h earlier", "12: starts 12 h earlier", "16: starts 16 h later",
		}},
		{name: "just room before and after, within the window", busy: asked, q: Search{Window: hoursFrom(12, 24)}, want: []string{"8: starts 8 h earlier", "8: starts 8 h later"}},
		{name: "a second too little before and after, and all of it is wanted", busy: asked, q: Search{Window: testbeds.Slot{Start: hour(12).Add(time.Second), End: hour(36).Add(-time.Second)}, Shortest: asked.Duration()}},
		{name: "a second too little before and after", busy: asked, q: Search{Window: testbeds.Slot{Start: hour(12).Add(time.Second), End: hour(36).Add(-time.Second)}}, want: []string{"8.0003: ends 7 h 59 min 59 s later; is 1 s shorter"}},
		{name: "no earlier than now", busy: asked, q: Search{NotBefore: hour(12).Add(1), Window: testbeds.Slot{End: hour(36)}}, want: []string{"8: starts 8 h later"}},
		{name: "asked for before the window", busy: hoursFrom(0, 1), q: Search{Window: hoursFrom(21, 9)}, want: []string{"1: starts 1 h later"}},
		{name: "asked for after the window", busy: hoursFrom(0, 1), q: Search{Window: hoursFrom(18, 9)}, want: []string{"1: starts 1 h earlier"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
			booked(f, 1, ask, tt.busy)
			tt.q.Experiment, tt.q.Slot, tt.q.Limit = ask, asked, 50
			if diff := cmp.Diff(tt.want, offers(f.Suggest(tt.q))); diff != "" {
				t.Errorf("alternatives (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTheRestOfASlotWithANamedUnit finds the rest of the slot behind the last of several bookings that have a wanted unit.
func TestTheRestOfASlotWithANamedUnit(t *testing.T) {
	t.Parallel()
	f := hall(t, nil)
	booked(f, 1, pinned(1, "r1"), hoursFrom(18, 3))
	booked(f, 2, pinned(1, "r1"), hoursFrom(22, 1))
	booked(f, 3, pinned(1, "r1"), hoursFrom(23, 1))
	got := offers(f.Suggest(Search{Experiment: pinned(1, "r1"), Slot: hoursFrom(20, 8), Window: hoursFrom(20, 8)}))
	if diff := cmp.Diff([]string{"8: starts 4 h later and ends as asked"}, got); diff != "" {
		t.Errorf("alternatives (-want +got):\n%s", diff)
	}
}

// TestWhatAForkGaveUpIsGone: a booking put into a fork and removed again is gone, there and in forks of it.
func TestWhatAForkGaveUpIsGone(t *testing.T) {
	t.Parallel()
	f := hall(t, nil)
	booked(f, 1, experiment(0, "x/a", 1), hoursFrom(20, 8))
	fork := f.Without(1)
	booked(fork, 2, pinned(1, "r1"), hoursFrom(20, 8))
	fork.Remove(2)
	fork.Remove(9)
	for name, fed := range map[string]*Federation{"the fork": fork, "a fork of it": fork.Without()} {
		if list := fed.Bookings("x", testHorizon); len(list) > 0 {
			t.Errorf("%s has %v", name, list)
		}
		if v := fed.Check(pinned(4, "r1"), hoursFrom(20, 8)); !v.Fits {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if list := f.Bookings("x", testHorizon); len(list) != 1 || list[0].ID != 1 {
		t.Errorf("what it was made from has %v", list)
	}
}

// TestWhatStandsInForADevice: a device of another testbed can replace one with the same id, or one all of whose features it has; nothing
// replaces named units.
func TestWhatStandsInForADevice(t *testing.T) {
	t.Parallel()
	device := func(id string, count int64, features ...string) testbeds.Device {
		return testbeds.Device{ID: id, Count: count, Features: features}
	}
	need := testbeds.DeviceNeed{Testbed: "x", Device: "usrp", Count: 2}
	named := need
	named.Units = []string{"u1"}
	for name, tt := range map[string]struct {
		need testbeds.DeviceNeed
		mine testbeds.Device
		at   []testbeds.Device
		want string
	}{
		"the same, just as many":          {need, device("usrp", 4), []testbeds.Device{device("usrp", 2)}, "usrp"},
		"the same, one too few":           {need, device("usrp", 4), []testbeds.Device{device("usrp", 1)}, ""},
		"one with the same features":      {need, device("usrp", 4, "sdr", "mimo"), []testbeds.Device{device("usrp", 1, "sdr", "mimo"), device("lime", 2, "mimo", "gps", "sdr")}, "lime"},
		"too few of it":                   {need, device("usrp", 4, "sdr"), []testbeds.Device{device("lime", 1, "sdr")}, ""},
		"one without one of the features": {need, device("usrp", 4, "sdr", "mimo"), []testbeds.Device{device("lime", 2, "sdr")}, ""},
		"nothing is known of either":      {need, device("usrp", 4), []testbeds.Device{device("lime", 2)}, ""},
		"a certain unit":                  {named, device("usrp", 4), []testbeds.Device{device("usrp", 4)}, ""},
		"a device that is not there":      {need, device("lime", 4), []testbeds.Device{device("usrp", 4)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there := testbeds.Testbed{ID: "y", Timezone: "UTC", Devices: tt.at}
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "x", Timezone: "UTC", Devices: []testbeds.Device{tt.mine}}, there}}, nil)
			if got, ok := f.like(tt.need, there); got != tt.want || ok != (tt.want != "") {
				t.Errorf("it is %q, %t; want %q", got, ok, tt.want)
			}
		})
	}
}

// TestManyVariants: a search tries at most maxVariants ways to run an experiment, the cheapest ones.
func TestManyVariants(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{}
	var on []string
	for i := range 10 {
		bed := testbeds.Testbed{ID: fmt.Sprint("t", i), Timezone: "UTC"}
		for j := range 8 {
			bed.VIMs = append(bed.VIMs, testbeds.VIM{ID: fmt.Sprint("v", j), Capacity: testbeds.Quantities{"vcpu": 8}})
			on = append(on, fmt.Sprintf("t%d/v%d", i, j))
		}
		f.Testbeds = append(f.Testbeds, bed)
	}
	fed := build(t, f, nil)
	ask := placed(8, on, "t0/v0")
	q := Search{Experiment: ask, Slot: hoursFrom(20, 8), Limit: 99, Elsewhere: true}
	all := fed.variants(q.normalised(testHorizon))
	if len(all) != maxVariants || all[0].cost != 0 || all[1].cost != CostVIM || all[7].cost != CostVIM || all[8].cost != CostTestbed {
		t.Errorf("%d variants", len(all))
	}
	if found := fed.Suggest(q); len(found) != 50 {
		t.Errorf("%d alternatives", len(found))
	}
}
