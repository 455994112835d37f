package testbeds_test

import (
	"slices"
	"testing"

	"berth/testbeds"

	"github.com/google/go-cmp/cmp"
)

func TestFacilityDiff(t *testing.T) {
	t.Parallel()
	const iris = "testbeds[iris]"
	tests := []struct {
		name   string
		change func(f *testbeds.Facility)
		want   []testbeds.Difference
	}{
		{"nothing", func(*testbeds.Facility) {}, nil},
		{"order alone", func(f *testbeds.Facility) { slices.Reverse(f.Testbeds) }, nil},
		{
			"a count", func(f *testbeds.Facility) { f.Testbeds[0].Devices[1].Count = 0 },
			[]testbeds.Difference{{Kind: "changed", Field: iris + ".devices[sim].count", From: "10", To: "0"}},
		},
		{
			"values of every kind", func(f *testbeds.Facility) {
				b := &f.Testbeds[0]
				b.Setup = testbeds.Period{}
				b.Features = []string{"sdr"}
				b.Approval = ""
				b.VIMs[0].Capacity["vcpu"] = 64
				b.VIMs[0].Hosts[0].Size["vcpu"] = 32
				b.Closures[0].Start = localTime("2026-02-02")
			},
			[]testbeds.Difference{
				{Kind: "changed", Field: iris + ".features", From: "sdr, 5g-nr", To: "sdr"},
				{Kind: "changed", Field: iris + ".vims[core].capacity.vcpu", From: "32", To: "64"},
				{Kind: "changed", Field: iris + ".vims[core].hosts[0].size.vcpu", From: "16", To: "32"},
				{Kind: "changed", Field: iris + ".setup", From: "PT1H"},
				{Kind: "changed", Field: iris + ".closures[Repair].start", From: "2026-02-01T00:00:00", To: "2026-02-02T00:00:00"},
				{Kind: "changed", Field: iris + ".approval", From: "required"},
			},
		},
		{
			"things that come and go", func(f *testbeds.Facility) {
				b := &f.Testbeds[0]
				b.Devices = b.Devices[:1]
				b.VIMs = append(b.VIMs, vim("edge"))
				b.VIMs[0].Teardown = nil
				b.VIMs[0].Capacity = testbeds.Quantities{"vcpu": 32, "floating_ips": 8}
				b.Devices[0].Setup = &testbeds.Period{Days: 1}
				b.CapacityChanges = b.CapacityChanges[:1]
				f.Testbeds[1] = testbeds.Testbed{ID: "nitos", Name: "NITOS"}
			},
			[]testbeds.Difference{
				{Kind: "added", Field: iris + ".vims[core].capacity.floating_ips", To: "8"},
				{Kind: "added", Field: iris + ".vims[edge]", To: "vcpu 1"},
				{Kind: "added", Field: iris + ".devices[usrp].setup", To: "P1D"},
				{Kind: "added", Field: "testbeds[nitos]", To: "NITOS"},
				{Kind: "removed", Field: iris + ".vims[core].capacity.gpus", From: "2"},
				{Kind: "removed", Field: iris + ".vims[core].teardown", From: "P3D"},
				{Kind: "removed", Field: iris + ".devices[sim]", From: "10 × sim"},
				{Kind: "removed", Field: iris + ".capacity_changes[usrp 2026-06-01T00:00:00]", From: "1"},
				{Kind: "removed", Field: "testbeds[ufu]", From: "UFU"},
			},
		},
		{
			"one of several closures of the same name", func(f *testbeds.Facility) {
				c := f.Testbeds[0].Closures
				c[2].Count = 2
				f.Testbeds[0].Closures = append(c, testbeds.Closure{
					Summary: "Repair", Start: localTime("2027-01-01T08:00"), Duration: testbeds.Period{Days: 1}, RRule: "FREQ=YEARLY",
				})
			},
			[]testbeds.Difference{
				{Kind: "changed", Field: iris + ".closures[Repair (3)].count", From: "1", To: "2"},
				{Kind: "added", Field: iris + ".closures[Repair (5)]", To: "2027-01-01T08:00:00 P1D FREQ=YEARLY"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := smallFacility()
			tt.change(&f)
			if diff := cmp.Diff(tt.want, smallFacility().Diff(f)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCatalogueDiff(t *testing.T) {
	t.Parallel()
	c := smallCatalogue()
	c.VNFs[0].Size["vcpu"] = 4
	c.VNFs = append(c.VNFs, testbeds.VNF{ID: "new_vnfd", Size: testbeds.Quantities{"vcpu": 1, "memory_mb": 512}})
	c.NSDs[0].Members = c.NSDs[0].Members[:1]
	c.NSDs[0].Placement["all"] = "iris/edge"
	c.NSDs[0].Devices[0].Units = nil
	want := []testbeds.Difference{
		{Kind: "changed", Field: "vnfs[hydra_vnfd].size.vcpu", From: "2", To: "4"},
		{Kind: "added", Field: "vnfs[new_vnfd]", To: "memory_mb 512, vcpu 1"},
		{Kind: "changed", Field: "nsds[hydra_ns].placement.all", From: "iris/core", To: "iris/edge"},
		{Kind: "changed", Field: "nsds[hydra_ns].devices[iris/usrp].units", From: "A-1"},
		{Kind: "removed", Field: "nsds[hydra_ns].members[2]", From: "Sink-1.0"},
	}
	if diff := cmp.Diff(want, smallCatalogue().Diff(c)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDiffReversed: a thing added one way is removed the other way.
func TestDiffReversed(t *testing.T) {
	t.Parallel()
	forth, back := testbeds.Facility{}.Diff(smallFacility()), smallFacility().Diff(testbeds.Facility{})
	want := []testbeds.Difference{{Kind: "added", Field: "testbeds[iris]", To: "Iris"}, {Kind: "added", Field: "testbeds[ufu]", To: "UFU"}}
	if diff := cmp.Diff(want, forth); diff != "" {
		t.Errorf("forth (-want +got)\n%s", diff)
	}
	for i, d := range want {
		want[i] = testbeds.Difference{Kind: "removed", Field: d.Field, From: d.To}
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("back (-want +got)\n%s", diff)
	}
}
