package capacity

import (
	"berth/testbeds"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func closed(summary string, from, length int) testbeds.Closure {
	return testbeds.Closure{Summary: summary, Start: testbeds.LocalTime{Time: hour(from)}, Duration: testbeds.Period{Clock: time.Duration(length) * time.Hour}}
}

// totalsAt reads the total of a resource at some hours.
func totalsAt(t *testing.T, f *Federation, r testbeds.Resource, hours ...int) []int64 {
	t.Helper()
	all, ok := f.Availability(r.Testbed, testHorizon)
	if !ok {
		t.Fatalf("there is no testbed %s", r.Testbed)
	}
	var out []int64
	for _, s := range all {
		if s.Resource != r {
			continue
		}
		for _, h := range hours {
			total := int64(-1)
			for _, step := range s.Steps {
				if !step.At.After(hour(h)) {
					total = step.Total
				}
			}
			out = append(out, total)
		}
	}
	return out
}

func TestOverlappingClosuresNeverTakeTheSameTwice(t *testing.T) {
	t.Parallel()
	count := func(c testbeds.Closure, n int64) testbeds.Closure { c.Count = n; return c }
	units := func(c testbeds.Closure, names ...string) testbeds.Closure { c.Units = names; return c }
	every := func(c testbeds.Closure, rule string) testbeds.Closure { c.RRule = rule; return c }
	tests := []struct {
		name     string
		closures []testbeds.Closure
		changes  []testbeds.CapacityChange
		want     []int64 // at 10, 12, 14 and 16
	}{
		{name: "none", want: []int64{4, 4, 4, 4}},
		{name: "all of it, twice", closures: []testbeds.Closure{closed("a", 10, 4), closed("b", 12, 4)}, want: []int64{0, 0, 0, 4}},
		{name: "parts add up", closures: []testbeds.Closure{count(closed("a", 10, 4), 1), count(closed("b", 12, 4), 2)}, want: []int64{3, 1, 2, 4}},
		{name: "parts never go below nothing", closures: []testbeds.Closure{count(closed("a", 10, 4), 3), count(closed("b", 12, 4), 3)}, want: []int64{1, 0, 1, 4}},
		{name: "a part of what is closed", closures: []testbeds.Closure{closed("a", 10, 4), count(closed("b", 12, 4), 1)}, want: []int64{0, 0, 3, 4}},
		{name: "a part that comes again before it is over", closures: []testbeds.Closure{every(count(closed("a", -14, 28), 1), "FREQ=DAILY;COUNT=2")}, want: []int64{3, 3, 3, 3}},
		{name: "the same unit", closures: []testbeds.Closure{units(closed("a", 10, 4), "r1", "r2"), units(closed("b", 12, 4), "r2", "r3")}, want: []int64{2, 1, 2, 4}},
		{name: "a unit and a count", closures: []testbeds.Closure{units(closed("a", 10, 4), "r1"), count(closed("b", 12, 4), 1)}, want: []int64{3, 2, 3, 4}},
		{name: "a capacity change below a part", closures: []testbeds.Closure{count(closed("a", 12, 4), 2)},
			changes: []testbeds.CapacityChange{{From: testbeds.LocalTime{Time: hour(14)}, Device: "radio", Count: 1}}, want: []int64{4, 2, 0, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bed := radioHall("x", "UTC")
			bed.Devices[0].Closures, bed.CapacityChanges = tt.closures, tt.changes
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
			if diff := cmp.Diff(tt.want, totalsAt(t, f, testbeds.Resource{Testbed: "x", Device: "radio"}, 10, 12, 14, 16)); diff != "" {
				t.Errorf("totals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpeningsAreTheirUnion(t *testing.T) {
	t.Parallel()
	bed := radioHall("x", "UTC")
	bed.Opening = []testbeds.Closure{closed("mornings", 8, 4)}
	bed.Devices[0].Opening = []testbeds.Closure{closed("noon", 11, 3)}
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	radio := totalsAt(t, f, testbeds.Resource{Testbed: "x", Device: "radio"}, 7, 8, 11, 12, 13, 14)
	if diff := cmp.Diff([]int64{0, 4, 4, 4, 4, 0}, radio); diff != "" {
		t.Errorf("radios (-want +got):\n%s", diff)
	}
	vcpu := totalsAt(t, f, testbeds.Resource{Testbed: "x", VIM: "a", Quantity: "vcpu"}, 7, 8, 11, 12, 13, 14)
	if diff := cmp.Diff([]int64{0, 8, 8, 0, 0, 0}, vcpu); diff != "" {
		t.Errorf("vCPUs (-want +got):\n%s", diff)
	}
	v := f.Check(experiment(0, "x/a", 1), hoursFrom(13, 2))
	if v.Fits || len(v.Conflicts) != 1 || v.Conflicts[0].TakenBy[0].Kind != testbeds.TakerOutsideOpening || !v.Conflicts[0].Interval.Equal(hoursFrom(14, 1)) {
		t.Errorf("verdict %+v", v)
	}
	if v.Longest == nil || !v.Longest.Equal(hoursFrom(13, 1)) {
		t.Errorf("longest %v, want the hour until closing", v.Longest)
	}
}

func TestConflictsLieWithinTheHorizon(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	v := f.Check(experiment(1, "x/a", 1), testbeds.Slot{Start: testHorizon.End.Add(-time.Hour), End: testHorizon.End.Add(time.Hour)})
	if v.Fits || len(v.Problems) != 1 || len(v.Conflicts) != 0 {
		t.Errorf("nothing is busy beyond the horizon, there is a problem: %+v", v)
	}
}
