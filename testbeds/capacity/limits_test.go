package capacity

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// TestAVNFFitsOneHost: a VNF never spreads over hosts, so one host must have room for it, in every quantity that the host counts.
func TestAVNFFitsOneHost(t *testing.T) {
	t.Parallel()
	host := func(vcpu, memory int64) testbeds.Host {
		return testbeds.Host{Count: 2, Size: testbeds.Quantities{"vcpu": vcpu, "memory_mb": memory}}
	}
	tests := []struct {
		name  string
		hosts []testbeds.Host
		size  testbeds.Quantities
		fits  bool
	}{
		{name: "exactly as large as the host", hosts: []testbeds.Host{host(4, 8)}, size: testbeds.Quantities{"vcpu": 4, "memory_mb": 8}, fits: true},
		{name: "larger by one vCPU", hosts: []testbeds.Host{host(4, 8)}, size: testbeds.Quantities{"vcpu": 5, "memory_mb": 8}},
		{name: "larger by one MB", hosts: []testbeds.Host{host(4, 8)}, size: testbeds.Quantities{"vcpu": 4, "memory_mb": 9}},
		{name: "as large as the larger of two", hosts: []testbeds.Host{host(2, 4), host(4, 8)}, size: testbeds.Quantities{"vcpu": 4, "memory_mb": 8}, fits: true},
		{name: "no host has both", hosts: []testbeds.Host{host(2, 8), host(4, 4)}, size: testbeds.Quantities{"vcpu": 4, "memory_mb": 8}},
		{name: "a quantity that hosts do not count", hosts: []testbeds.Host{host(4, 8)}, size: testbeds.Quantities{"vcpu": 4, "storage_gb": 16}, fits: true},
		{name: "hosts are not given", size: testbeds.Quantities{"vcpu": 16}, fits: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bed := testbeds.Testbed{ID: "x", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "a", Hosts: tt.hosts, Capacity: testbeds.Quantities{"vcpu": 16, "memory_mb": 16, "storage_gb": 16}}}}
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
			e := placed(0, []string{"x/a"}, "x/a")
			e.Components[0].Size = tt.size
			if got := f.Fits(e, hoursFrom(10, 1)); got != tt.fits {
				t.Errorf("fits: %t, want %t: %+v", got, tt.fits, f.Problems(e))
			}
			rules := []testbeds.Rule{}
			for _, p := range f.Problems(e) {
				rules = append(rules, p.Rule)
			}
			if want := []testbeds.Rule{testbeds.RuleLargestHost}; !tt.fits && !slices.Equal(rules, want) {
				t.Errorf("rules %v, want %v", rules, want)
			}
		})
	}
}

// TestTheLargestHostIsNamed: the problem of a VNF too large names the largest host, by its vCPUs.
func TestTheLargestHostIsNamed(t *testing.T) {
	t.Parallel()
	host := func(vcpu int64) testbeds.Host {
		return testbeds.Host{Count: 1, Size: testbeds.Quantities{"vcpu": vcpu, "memory_mb": 8, "storage_gb": 20}}
	}
	bed := testbeds.Testbed{ID: "x", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "a", Hosts: []testbeds.Host{host(2), host(4), host(3)}, Capacity: testbeds.Quantities{"vcpu": 9}}}}
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	want := []testbeds.Problem{{Rule: testbeds.RuleLargestHost, Member: "1", VNF: "vnf", Testbed: "x", VIM: "a",
		Message: "member 1 (vnf): needs 5 vCPU, and fits no single host of x/a (the largest has 4 vCPU, 8 MB memory, 20 GB storage)"}}
	if diff := cmp.Diff(want, f.Problems(placed(5, []string{"x/a"}, "x/a"))); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestAllThatThereIsCanBeHad tells impossible amounts from busy ones: exactly the whole of a resource is possible.
func TestAllThatThereIsCanBeHad(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
	for name, tt := range map[string]struct {
		ask  testbeds.Experiment
		want []testbeds.Problem
	}{
		"all of a VIM":    {ask: placed(4, []string{"x/a"}, "x/a", "x/a")},
		"all of a device": {ask: devices("camera", 6).Experiment},
		"nothing":         {ask: devices("camera", 0).Experiment},
		"none of a quantity that is not there": {ask: testbeds.Experiment{Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 1, "gpus": 0}, Onboarded: []string{"x/a"}}},
			Placement: testbeds.Placement{"1": "x/a"}}},
		"not onboarded anywhere": {ask: placed(1, nil, "x/a"), want: []testbeds.Problem{{Rule: testbeds.RuleNotOnboarded, Member: "1", VNF: "vnf", Testbed: "x", VIM: "a",
			Message: "member 1 (vnf): is not onboarded on x/a"}}},
		"onboarded elsewhere": {ask: placed(1, []string{"x/b", "x/c"}, "x/a"), want: []testbeds.Problem{{Rule: testbeds.RuleNotOnboarded, Member: "1", VNF: "vnf", Testbed: "x", VIM: "a",
			Message: "member 1 (vnf): is not onboarded on x/a; it is on x/b, x/c"}}},
		"one vCPU too many": {ask: placed(3, []string{"x/a"}, "x/a", "x/a", "x/a"), want: []testbeds.Problem{{Rule: testbeds.RuleCapacity, Testbed: "x", VIM: "a", Quantity: "vcpu", Needed: 9, Most: 8, Message: "x a vCPU: needs 9, and there are never more than 8"}}},
		"one device too many, in two needs": {ask: devices("camera", 3).and("camera", 4).Experiment, want: []testbeds.Problem{{Rule: testbeds.RuleCapacity, Testbed: "x", Device: "camera", Needed: 7, Most: 6,
			Message: "x camera: needs 7, and there are never more than 6"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, f.Problems(tt.ask)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if v := f.Check(tt.ask, hoursFrom(10, 1)); v.Fits != (tt.want == nil) {
				t.Errorf("verdict %+v", v)
			}
		})
	}
}

// TestSlotsLieWithinTheHorizon: the horizon must hold a slot with its setup and teardown, bounds included.
func TestSlotsLieWithinTheHorizon(t *testing.T) {
	t.Parallel()
	bed := radioHall("x", "UTC")
	bed.VIMs[0].Setup, bed.VIMs[0].Teardown = &testbeds.Period{Clock: time.Hour}, &testbeds.Period{Clock: 2 * time.Hour}
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	start, end := testHorizon.Start.Add(time.Hour), testHorizon.End.Add(-2*time.Hour)
	for name, tt := range map[string]struct {
		slot testbeds.Slot
		fits bool
	}{
		"all of it":                   {testbeds.Slot{Start: start, End: end}, true},
		"a setup that begins earlier": {testbeds.Slot{Start: start.Add(-time.Second), End: end}, false},
		"a teardown that ends later":  {testbeds.Slot{Start: start, End: end.Add(time.Second)}, false},
		"an instant":                  {testbeds.Slot{Start: start, End: start}, false},
		"a slot that is reversed":     {testbeds.Slot{Start: end, End: start}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := placed(8, []string{"x/a"}, "x/a")
			v := f.Check(e, tt.slot)
			if v.Fits != tt.fits || f.Fits(e, tt.slot) != tt.fits || len(v.Conflicts) > 0 {
				t.Errorf("verdict %+v", v)
			}
			if !tt.fits && (len(v.Problems) != 1 || v.Problems[0].Rule != testbeds.RuleHorizon) {
				t.Errorf("problems %+v", v.Problems)
			}
		})
	}
}
