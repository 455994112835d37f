package testbeds

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestDiffLooksAtWhatDiffersAlone and finds the same as when it looks at everything.
func TestDiffLooksAtWhatDiffersAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f, g := anyFacility(rt), anyFacility(rt)
		if rapid.Bool().Draw(rt, "similar") {
			g = mutated(rt, f)
		}
		all := compare(outlineOf(f, nil), outlineOf(g, nil))
		if diff := cmp.Diff(all, f.Diff(g)); diff != "" {
			rt.Fatalf("(-all +got):\n%s", diff)
		}
	})
}

func anyFacility(rt *rapid.T) (f Facility) {
	names := rapid.SampledFrom([]string{"a", "b", "a (2)", "c"})
	closures := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Closure {
		c := Closure{Summary: names.Draw(rt, "summary"), Start: LocalTime{Time: time.Date(2026, 1, rapid.IntRange(1, 3).Draw(rt, "day"), 0, 0, 0, 0, time.UTC)}, Duration: Period{Days: 1}}
		if rapid.Bool().Draw(rt, "named") {
			c.ID = names.Draw(rt, "id")
		}
		return c
	}), 0, 5)
	for i := range rapid.IntRange(0, 3).Draw(rt, "testbeds") {
		t := Testbed{ID: fmt.Sprint("t", i), Name: names.Draw(rt, "name"), Closures: closures.Draw(rt, "closures")}
		if rapid.Bool().Draw(rt, "late") {
			t.Lateness = &Lateness{ReleaseAfter: Period{Days: rapid.IntRange(0, 2).Draw(rt, "release")}}
		}
		for j := range rapid.IntRange(0, 2).Draw(rt, "VIMs") {
			t.VIMs = append(t.VIMs, VIM{ID: fmt.Sprint("v", j), Capacity: Quantities{"vcpu": int64(rapid.IntRange(1, 3).Draw(rt, "vcpu"))}, Closures: closures.Draw(rt, "closures of it"),
				Hosts: []Host{{Count: 1, Size: Quantities{"vcpu": 1}}}})
		}
		f.Testbeds = append(f.Testbeds, t)
	}
	return f
}

// mutated changes, adds, removes or moves one closure.
func mutated(rt *rapid.T, f Facility) Facility {
	f.Testbeds = slices.Clone(f.Testbeds)
	if len(f.Testbeds) == 0 {
		return f
	}
	t := &f.Testbeds[rapid.IntRange(0, len(f.Testbeds)-1).Draw(rt, "testbed")]
	t.Closures = slices.Clone(t.Closures)
	if len(t.Closures) == 0 {
		t.Closures = []Closure{{Summary: "a"}}
		return f
	}
	i := rapid.IntRange(0, len(t.Closures)-1).Draw(rt, "closure")
	switch rapid.IntRange(0, 3).Draw(rt, "how") {
	case 0:
		t.Closures[i].RRule = "FREQ=DAILY"
	case 1:
		t.Closures = append(t.Closures, Closure{Summary: "a"})
	case 2:
		t.Closures = slices.Delete(t.Closures, i, i+1)
	default:
		slices.Reverse(t.Closures)
	}
	return f
}

// BenchmarkDiff compares a testbed of many closures with itself after a change of one of them: alone is what a change costs, all what it would cost to look
// at every value.
func BenchmarkDiff(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		f := Facility{Testbeds: []Testbed{{ID: "hall"}}}
		for i := range n {
			f.Testbeds[0].Closures = append(f.Testbeds[0].Closures, Closure{ID: fmt.Sprint("cal-", i), Source: "lab", Summary: "upkeep", Duration: Period{Clock: time.Hour},
				Start: LocalTime{Time: time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC)}, Devices: []string{"usrp"}})
		}
		g := Facility{Testbeds: slices.Clone(f.Testbeds)}
		g.Testbeds[0].Closures = slices.Clone(f.Testbeds[0].Closures)
		g.Testbeds[0].Closures[n/2].Summary = "paint"
		b.Run(fmt.Sprintf("alone/%d", n), func(b *testing.B) {
			for b.Loop() {
				f.Diff(g)
			}
		})
		b.Run(fmt.Sprintf("all/%d", n), func(b *testing.B) {
			for b.Loop() {
				compare(outlineOf(f, nil), outlineOf(g, nil))
			}
		})
	}
}
