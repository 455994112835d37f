package testbeds_test

import (
	"strings"
	"testing"

	"berth/testbeds"
)

// smallCatalogue makes a catalogue that is valid against smallFacility.
func smallCatalogue() testbeds.Catalogue {
	return testbeds.Catalogue{
		VNFs: []testbeds.VNF{
			{ID: "hydra_vnfd", Size: testbeds.Quantities{"vcpu": 2, "gpus": 1}, Requires: []string{"sdr"}, Onboarded: []string{"iris/core"}},
			{ID: "Sink-1.0", Onboarded: []string{}},
		},
		NSDs: []testbeds.NSD{{
			ID: "hydra_ns", Members: []testbeds.Member{{Index: "1", VNF: "hydra_vnfd"}, {Index: "2", VNF: "Sink-1.0"}},
			Placement: testbeds.Placement{"all": "iris/core", "2": "iris/core"},
			Devices: []testbeds.DeviceNeed{
				{Testbed: "iris", Device: "usrp", Count: 2, Units: []string{"A-1"}},
				{Testbed: "iris", Device: "sim", Count: 1},
			},
		}},
	}
}

func TestValidCatalogueHasNoFaults(t *testing.T) {
	t.Parallel()
	if faults := smallCatalogue().Validate(smallFacility()); len(faults) > 0 {
		t.Error(faults)
	}
	if faults := (testbeds.Catalogue{}).Validate(testbeds.Facility{}); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestCatalogueFaults breaks one thing of a valid catalogue in each case, and expects exactly that fault.
func TestCatalogueFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(v *testbeds.VNF, n *testbeds.NSD)
		field string
		says  string
	}{
		{"VNF twice", func(v *testbeds.VNF, n *testbeds.NSD) { v.ID = "Sink-1.0"; n.Members[0].VNF = "Sink-1.0" }, "vnfs[1].id", "twice"},
		{"VNF id with a slash", func(v *testbeds.VNF, n *testbeds.NSD) { v.ID, n.Members[0].VNF = "a/b", "a/b" }, "vnfs[0].id", "128"},
		{"negative size", func(v *testbeds.VNF, n *testbeds.NSD) { v.Size["vcpu"] = -2 }, "vnfs[0].size.vcpu", "0 to"},
		{"size that overflows", func(v *testbeds.VNF, n *testbeds.NSD) { v.Size["vcpu"] = 1 << 62 }, "vnfs[0].size.vcpu", "0 to"},
		{"feature twice", func(v *testbeds.VNF, n *testbeds.NSD) { v.Requires = []string{"a", "a"} }, "vnfs[0].requires[1]", "twice"},
		{"onboarded on no testbed", func(v *testbeds.VNF, n *testbeds.NSD) { v.Onboarded[0] = "x/core" }, "vnfs[0].onboarded[0]", "not a testbed"},
		{"onboarded on no VIM", func(v *testbeds.VNF, n *testbeds.NSD) { v.Onboarded[0] = "iris/x" }, "vnfs[0].onboarded[0]", "not a VIM"},
		{"onboarded somewhere", func(v *testbeds.VNF, n *testbeds.NSD) { v.Onboarded[0] = "iris" }, "vnfs[0].onboarded[0]", "testbed/vim"},
		{"onboarded twice", func(v *testbeds.VNF, n *testbeds.NSD) {
			v.Onboarded = []string{"iris/core", "iris/core"}
		}, "vnfs[0].onboarded[1]", "twice"},
		{"no NSD id", func(v *testbeds.VNF, n *testbeds.NSD) { n.ID = "" }, "nsds[0].id", "missing"},
		{"no members", func(v *testbeds.VNF, n *testbeds.NSD) {
			n.Members, n.Placement = nil, testbeds.Placement{"all": "iris/core"}
		}, "nsds[0].members", "missing"},
		{"member twice", func(v *testbeds.VNF, n *testbeds.NSD) { n.Members[0].Index = "2" }, "nsds[0].members[1].index", "twice"},
		{"member called all", func(v *testbeds.VNF, n *testbeds.NSD) { n.Members[0].Index = "all" }, "nsds[0].members[0].index", "every member"},
		{"member of no VNF", func(v *testbeds.VNF, n *testbeds.NSD) { n.Members[0].VNF = "x" }, "nsds[0].members[0].vnf", "not a VNF"},
		{"member without a VNF", func(v *testbeds.VNF, n *testbeds.NSD) { n.Members[0].VNF = "" }, "nsds[0].members[0].vnf", "missing"},
		{"placement of no member", func(v *testbeds.VNF, n *testbeds.NSD) { n.Placement["3"] = "iris/core" }, "nsds[0].placement.3", "not a member"},
		{"placement on no VIM", func(v *testbeds.VNF, n *testbeds.NSD) { n.Placement["all"] = "iris/x" }, "nsds[0].placement.all", "not a VIM"},
		{"device of no testbed", func(v *testbeds.VNF, n *testbeds.NSD) { n.Devices[0].Testbed = "x" }, "nsds[0].devices[0].testbed", "not a testbed"},
		{"no such device", func(v *testbeds.VNF, n *testbeds.NSD) { n.Devices[0].Device = "x" }, "nsds[0].devices[0].device", "not a device"},
		{"no devices", func(v *testbeds.VNF, n *testbeds.NSD) { n.Devices[1].Count = 0 }, "nsds[0].devices[1].count", "1 to"},
		{"more units than count", func(v *testbeds.VNF, n *testbeds.NSD) {
			n.Devices[0].Count, n.Devices[0].Units = 1, []string{"A-1", "A-2"}
		}, "nsds[0].devices[0].units", "at most"},
		{"unit twice", func(v *testbeds.VNF, n *testbeds.NSD) { n.Devices[0].Units = []string{"A-1", "A-1"} }, "nsds[0].devices[0].units[1]", "twice"},
		{"no such unit", func(v *testbeds.VNF, n *testbeds.NSD) { n.Devices[0].Units[0] = "B-1" }, "nsds[0].devices[0].units[0]", "not a unit"},
		{"device twice", func(v *testbeds.VNF, n *testbeds.NSD) { n.Devices[0] = n.Devices[1] }, "nsds[0].devices[1].device", "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := smallCatalogue()
			tt.spoil(&c.VNFs[0], &c.NSDs[0])
			got := c.Validate(smallFacility())
			if len(got) != 1 || got[0].Field != tt.field || !strings.Contains(got[0].Rule, tt.says) {
				t.Errorf("got faults\n%v\nwant one of %s that says %q", got, tt.field, tt.says)
			}
		})
	}
}
