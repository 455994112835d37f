package capacity

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// twoQuantities has a VIM with vCPUs and memory, and six cameras.
func twoQuantities() testbeds.Testbed {
	return testbeds.Testbed{ID: "x", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8, "memory_mb": 16}}}, Devices: []testbeds.Device{{ID: "camera", Count: 6}}}
}

func sized(vcpu, memory int64) testbeds.Experiment {
	e := placed(0, []string{"x/a"}, "x/a")
	e.Components[0].Size = testbeds.Quantities{"vcpu": vcpu, "memory_mb": memory}
	return e
}

// TestWhatIsNotNeededIsNotInTheWay: an experiment does not compete with one that needs other resources, however overbooked those are.
func TestWhatIsNotNeededIsNotInTheWay(t *testing.T) {
	t.Parallel()
	asked := hoursFrom(20, 8)
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{twoQuantities()}}, nil)
	booked(f, 1, sized(9, 0), asked)
	booked(f, 2, sized(0, 1), asked)
	v := f.Check(sized(0, 15), asked)
	if !v.Fits || !f.Fits(sized(0, 15), asked) {
		t.Errorf("there is memory, and no vCPU is needed: %+v", v)
	}
	if longest, ok := f.Longest(sized(0, 15), asked.Start, asked.End); !ok || !longest.Equal(asked) {
		t.Errorf("the longest is %s, %t", longest, ok)
	}
	v = f.Check(sized(1, 16), asked)
	var got []string
	for _, c := range v.Conflicts {
		got = append(got, c.String())
	}
	const when = ", 2026-03-27 20:00:00Z – 2026-03-28 04:00:00Z"
	want := []string{"x a memory: short by 1 MB (16 MB needed, 15 MB free)" + when + "; taken by #2", "x a vCPU: short by 2 (1 needed, overbooked by 1)" + when + "; taken by #1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conflicts (-want +got):\n%s", diff)
	}
	f.Put(testbeds.Booking{ID: 3, Request: 3, Strength: testbeds.Pending, Slot: asked, Claims: f.Claims(sized(8, 0).Demand(), asked)})
	if v := f.Check(sized(0, 15), asked); len(v.Contenders) > 0 {
		t.Errorf("a request for vCPUs contends for memory: %+v", v.Contenders)
	}
}

// TestAvailabilityStepsWhereSomethingChanges: one step at each change of the free or total amount, none where only another quantity
// changes.
func TestAvailabilityStepsWhereSomethingChanges(t *testing.T) {
	t.Parallel()
	bed := twoQuantities()
	part := closed("memory is replaced", 10, 4)
	part.Capacity = testbeds.Quantities{"memory_mb": 6}
	bed.VIMs[0].Closures = []testbeds.Closure{part}
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	booked(f, 1, sized(3, 0), hoursFrom(12, 4))
	booked(f, 2, sized(0, 6), hoursFrom(14, 2)) // takes as much memory as comes back
	want := []testbeds.Series{
		{Resource: testbeds.Resource{Testbed: "x", VIM: "a", Quantity: "memory_mb"}, Steps: []testbeds.Step{
			{At: hour(8), Free: 16, Total: 16}, {At: hour(10), Free: 10, Total: 10}, {At: hour(14), Free: 10, Total: 16}, {At: hour(16), Free: 16, Total: 16}}},
		{Resource: testbeds.Resource{Testbed: "x", VIM: "a", Quantity: "vcpu"}, Steps: []testbeds.Step{
			{At: hour(8), Free: 8, Total: 8}, {At: hour(12), Free: 5, Total: 8}, {At: hour(16), Free: 8, Total: 8}}},
		{Resource: testbeds.Resource{Testbed: "x", Device: "camera"}, Steps: []testbeds.Step{{At: hour(8), Free: 6, Total: 6}}},
	}
	got, ok := f.Availability("x", hoursFrom(8, 10))
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%t, series (-want +got):\n%s", ok, diff)
	}
	if _, ok := f.Availability("y", hoursFrom(8, 10)); ok {
		t.Error("there is no testbed y")
	}
}

// TestCapacityChangesAtTheHorizon: a change counts from its instant on. The amount that it replaces within the horizon exists until then;
// the amount of a change after the horizon never exists.
func TestCapacityChangesAtTheHorizon(t *testing.T) {
	t.Parallel()
	start, end := testHorizon.Start, testHorizon.End
	for name, tt := range map[string]struct {
		from  time.Time
		count int64
		most  int64 // greatest total
		first int64 // total in the first second
		last  int64 // total in the last second
	}{
		"long before":                    {start.Add(-time.Hour), 3, 3, 3, 3},
		"at its start":                   {start, 3, 3, 3, 3},
		"a second after its start":       {start.Add(time.Second), 3, 6, 6, 3},
		"more, a second before its end":  {end.Add(-time.Second), 9, 9, 6, 9},
		"more, at its end":               {end, 9, 6, 6, 6},
		"more, a second after its start": {start.Add(time.Second), 9, 9, 6, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bed := twoQuantities()
			bed.CapacityChanges = []testbeds.CapacityChange{{From: testbeds.LocalTime{Time: tt.from}, Device: "camera", Count: tt.count}}
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
			for n := int64(1); n <= 10; n++ {
				if can := len(f.Problems(devices("camera", n).Experiment)) == 0; can != (n <= tt.most) {
					t.Errorf("%d can be had at some time: %t, there are %d", n, can, tt.most)
				}
			}
			series, _ := f.Availability("x", testHorizon)
			steps := series[len(series)-1].Steps
			if first, last := steps[0].Total, steps[len(steps)-1].Total; first != tt.first || last != tt.last {
				t.Errorf("there are %d at first and %d at last, want %d and %d", first, last, tt.first, tt.last)
			}
		})
	}
}

// TestWhatTakesCapacityIsNamed: takers are listed with closures, time outside openings and changes of the capacity before bookings, each
// only while it takes some.
func TestWhatTakesCapacityIsNamed(t *testing.T) {
	t.Parallel()
	bed := twoQuantities()
	opening := func(summary string, from, length int) testbeds.Closure { return closed(summary, from, length) }
	count := closed("two are away", 30, 2)
	count.Count = 2
	bed.Devices[0].Closures = []testbeds.Closure{count, closed("repair", 40, 2)}
	bed.Devices[0].Opening = []testbeds.Closure{opening("hours", 8, 8), opening("more hours", 16, 40)}
	bed.CapacityChanges = []testbeds.CapacityChange{{From: testbeds.LocalTime{Time: hour(50)}, Device: "camera", Count: 1, Summary: "sold"}}
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	booked(f, 1, devices("camera", 5).Experiment, hoursFrom(14, 4))
	booked(f, 2, devices("camera", 5).Experiment, hoursFrom(28, 4))
	closure := func(kind testbeds.TakerKind, summary string, n int64, s testbeds.Slot) testbeds.Taker {
		return testbeds.Taker{Kind: kind, Summary: summary, Amount: n, Interval: s}
	}
	booking := func(id int64, s testbeds.Slot) testbeds.Taker {
		return testbeds.Taker{Kind: testbeds.TakerBooking, Booking: id, Request: id, Strength: testbeds.Firm, Amount: 5, Interval: s}
	}
	for name, tt := range map[string]struct {
		slot testbeds.Slot
		want []testbeds.Taker
	}{
		"between two openings that touch": {hoursFrom(15, 2), []testbeds.Taker{booking(1, hoursFrom(14, 4))}},
		"before an opening":               {hoursFrom(6, 2), []testbeds.Taker{closure(testbeds.TakerOutsideOpening, "outside hours", 6, testbeds.Slot{Start: testHorizon.Start, End: hour(8)})}},
		"a part, and a booking":           {hoursFrom(30, 2), []testbeds.Taker{closure(testbeds.TakerClosure, "two are away", 2, hoursFrom(30, 2)), booking(2, hoursFrom(28, 4))}},
		"until the part is away":          {hoursFrom(28, 2), []testbeds.Taker{booking(2, hoursFrom(28, 4))}},
		"all of it":                       {hoursFrom(40, 2), []testbeds.Taker{closure(testbeds.TakerClosure, "repair", 6, hoursFrom(40, 2))}},
		"after a change":                  {hoursFrom(50, 2), []testbeds.Taker{closure(testbeds.TakerCapacityChange, "sold", 5, testbeds.Slot{Start: hour(50), End: testHorizon.End})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := f.Check(devices("camera", 2).Experiment, tt.slot)
			if len(v.Conflicts) != 1 {
				t.Fatalf("verdict %+v", v)
			}
			if diff := cmp.Diff(tt.want, v.Conflicts[0].TakenBy); diff != "" {
				t.Errorf("takers (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTwentyTakersAreListed: twenty takers are listed, closures first; the others are counted.
func TestTwentyTakersAreListed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ closures, bookings, more int }{{0, 20, 0}, {0, 21, 1}, {1, 19, 0}, {1, 22, 3}, {20, 0, 0}, {20, 2, 2}, {21, 0, 1}, {21, 2, 3}} {
		bed := twoQuantities()
		for i := range tt.closures {
			bed.Devices[0].Closures = append(bed.Devices[0].Closures, closed(fmt.Sprint("closure ", i), 20, 8))
		}
		f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
		for i := range tt.bookings {
			booked(f, int64(i+1), devices("camera", 1).Experiment, hoursFrom(20, 8))
		}
		v := f.Check(devices("camera", 6).Experiment, hoursFrom(20, 8))
		if len(v.Conflicts) != 1 {
			t.Fatalf("verdict %+v", v)
		}
		var closures int
		for _, by := range v.Conflicts[0].TakenBy {
			if by.Kind == testbeds.TakerClosure {
				closures++
			}
		}
		if c := v.Conflicts[0]; len(c.TakenBy) != tt.closures+tt.bookings-tt.more || closures != min(tt.closures, 20) || c.More != tt.more {
			t.Errorf("%d closures and %d bookings: %d are listed, %d of them closures, and %d more", tt.closures, tt.bookings, len(c.TakenBy), closures, c.More)
		}
	}
}

func TestTwentyContendersAreListed(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{twoQuantities()}}, nil)
	for i := range 21 {
		s := hoursFrom(20, 8)
		f.Put(testbeds.Booking{ID: int64(i + 1), Strength: testbeds.Pending, Slot: s, Claims: f.Claims(devices("camera", 1).Demand(), s)})
		if v := f.Check(devices("camera", 1).Experiment, s); len(v.Contenders) != min(i+1, 20) {
			t.Errorf("%d contenders of %d are listed", len(v.Contenders), i+1)
		}
	}
}

// TestWindowsAreBounded: at most as many windows as wanted, and none without length.
func TestWindowsAreBounded(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{twoQuantities()}}, nil)
	booked(f, 1, devices("camera", 6).Experiment, hoursFrom(10, 2))
	booked(f, 2, devices("camera", 6).Experiment, hoursFrom(15, 2))
	all := []testbeds.Slot{hoursFrom(8, 2), hoursFrom(12, 3), hoursFrom(17, 3)}
	for _, tt := range []struct {
		least time.Duration
		limit int
		want  []testbeds.Slot
	}{
		{2 * time.Hour, 9, all}, {2 * time.Hour, 2, all[:2]}, {2 * time.Hour, 1, all[:1]}, {2 * time.Hour, 0, nil}, {3 * time.Hour, 9, all[1:]}, {3*time.Hour + time.Second, 9, nil}, {0, 9, nil}, {-1, 9, nil},
	} {
		if diff := cmp.Diff(tt.want, f.Windows(devices("camera", 1).Experiment, hoursFrom(8, 12), tt.least, tt.limit)); diff != "" {
			t.Errorf("at least %s, at most %d (-want +got):\n%s", tt.least, tt.limit, diff)
		}
	}
}
