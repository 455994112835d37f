package testbeds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

func TestEveryClosureNamesWhatItCloses(t *testing.T) {
	t.Parallel()
	bed := testbeds.Testbed{
		Closures: []testbeds.Closure{{Summary: "all"}, {Summary: "two", VIMs: []string{"iris"}, Devices: []string{"bts"}}},
		VIMs:     []testbeds.VIM{{ID: "iris", Closures: []testbeds.Closure{{Summary: "vim"}, {Summary: "less", Capacity: testbeds.Quantities{"vcpu": 4}}}}},
		Devices: []testbeds.Device{{ID: "usrp", Closures: []testbeds.Closure{{Summary: "device"}, {Summary: "count", Count: 2},
			{Summary: "units", Units: []string{"u1", "u2"}}}}},
	}
	var got []string
	for _, c := range bed.AllClosures() {
		got = append(got, c.Summary+": "+c.Part)
	}
	want := []string{"all: ", "two: iris, bts", "vim: iris", "less: part of iris", "device: usrp", "count: 2 × usrp", "units: usrp u1, u2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
