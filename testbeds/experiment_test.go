package testbeds_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

func vimResource(testbed, vim, quantity string) testbeds.Resource {
	return testbeds.Resource{Testbed: testbed, VIM: vim, Quantity: quantity}
}

func deviceResource(testbed, device string) testbeds.Resource {
	return testbeds.Resource{Testbed: testbed, Device: device}
}

// TestDemandAddsUp: one need per resource, in order, and nothing of a member that has no place.
func TestDemandAddsUp(t *testing.T) {
	t.Parallel()
	component := func(member string, vcpu, memory int64) testbeds.Component {
		return testbeds.Component{Member: member, Size: testbeds.Quantities{"vcpu": vcpu, "memory_mb": memory}}
	}
	need := func(r testbeds.Resource, n int64, units ...string) testbeds.Need {
		return testbeds.Need{Resource: r, Amount: n, Units: units}
	}
	tests := []struct {
		name string
		e    testbeds.Experiment
		want testbeds.Demand
	}{
		{"nothing", testbeds.Experiment{}, testbeds.Demand{}},
		{"members of one VIM", testbeds.Experiment{Components: []testbeds.Component{component("1", 2, 0), component("2", 3, 4)}, Placement: testbeds.Placement{"1": "b/v", "2": "b/v"}},
			testbeds.Demand{need(vimResource("b", "v", "memory_mb"), 4), need(vimResource("b", "v", "vcpu"), 5)}},
		{"a member that is placed nowhere", testbeds.Experiment{Components: []testbeds.Component{component("1", 2, 4), component("2", 3, 4)}, Placement: testbeds.Placement{"1": "b/v"}},
			testbeds.Demand{need(vimResource("b", "v", "memory_mb"), 4), need(vimResource("b", "v", "vcpu"), 2)}},
		{"a member placed on no VIM", testbeds.Experiment{Components: []testbeds.Component{component("1", 2, 4)}, Placement: testbeds.Placement{"1": "b"}}, testbeds.Demand{}},
		{"VIMs before devices, testbed by testbed", testbeds.Experiment{
			Components: []testbeds.Component{component("1", 1, 0), component("2", 2, 0), component("3", 3, 0)}, Placement: testbeds.Placement{"1": "b/w", "2": "a/v", "3": "b/v"},
			Devices: []testbeds.DeviceNeed{{Testbed: "b", Device: "usrp", Count: 1}, {Testbed: "a", Device: "usrp", Count: 2}, {Testbed: "b", Device: "lime", Count: 3}}},
			testbeds.Demand{need(vimResource("a", "v", "vcpu"), 2), need(deviceResource("a", "usrp"), 2),
				need(vimResource("b", "v", "vcpu"), 3), need(vimResource("b", "w", "vcpu"), 1), need(deviceResource("b", "lime"), 3), need(deviceResource("b", "usrp"), 1)}},
		{"a device that is needed twice, and one of which nothing is", testbeds.Experiment{Devices: []testbeds.DeviceNeed{
			{Testbed: "a", Device: "usrp", Count: 2, Units: []string{"u2"}}, {Testbed: "a", Device: "lime"}, {Testbed: "a", Device: "usrp", Count: 1, Units: []string{"u1"}}}},
			testbeds.Demand{need(deviceResource("a", "usrp"), 3, "u2", "u1")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.e.Demand()); diff != "" {
				t.Errorf("demand (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPartsOfADemand(t *testing.T) {
	t.Parallel()
	d := testbeds.Demand{{Resource: vimResource("a", "v", "vcpu"), Amount: 1}, {Resource: deviceResource("b", "usrp"), Amount: 2}, {Resource: deviceResource("b", "lime"), Amount: 3}}
	if diff := cmp.Diff(d[1:], d.Of("b")); diff != "" {
		t.Errorf("of b (-want +got):\n%s", diff)
	}
	if part := d.Of("c"); len(part) > 0 {
		t.Errorf("of c: %v", part)
	}
	if got := d.Testbeds(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("testbeds %v", got)
	}
	claims := testbeds.Booking{Claims: []testbeds.Claim{{Need: d[1]}, {Need: d[0]}, {Need: d[2]}}}
	if got := claims.Testbeds(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("testbeds of the booking %v", got)
	}
	if one, other := d[0].Resource.String(), d[1].Resource.String(); one != "a/v vcpu" || other != "b usrp" {
		t.Errorf("resources %q and %q", one, other)
	}
}

// TestExperimentOfAnNSD: the caller's entries go before those of the NSD, a member before "all".
func TestExperimentOfAnNSD(t *testing.T) {
	t.Parallel()
	usrp := []testbeds.DeviceNeed{{Testbed: "iris", Device: "usrp", Count: 1}}
	tests := []struct {
		name      string
		nsd       string
		placement testbeds.Placement
		devices   []testbeds.DeviceNeed
		want      testbeds.Placement
		says      string
	}{
		{name: "as the NSD says", nsd: "hydra_ns", want: testbeds.Placement{"1": "iris/edge", "2": "iris/core"}},
		{name: "one member elsewhere", nsd: "hydra_ns", placement: testbeds.Placement{"2": "ufu/a"}, want: testbeds.Placement{"1": "iris/edge", "2": "ufu/a"}},
		{name: "all of them elsewhere", nsd: "hydra_ns", placement: testbeds.Placement{"all": "ufu/a"}, want: testbeds.Placement{"1": "ufu/a", "2": "ufu/a"}},
		{name: "one member, and all others", nsd: "hydra_ns", placement: testbeds.Placement{"all": "ufu/a", "1": "ufu/b"}, want: testbeds.Placement{"1": "ufu/b", "2": "ufu/a"}},
		{name: "other devices", nsd: "hydra_ns", devices: usrp, want: testbeds.Placement{"1": "iris/edge", "2": "iris/core"}},
		{name: "no devices", nsd: "hydra_ns", devices: []testbeds.DeviceNeed{}, want: testbeds.Placement{"1": "iris/edge", "2": "iris/core"}},
		{name: "no such NSD", nsd: "x", says: `NSD "x"`},
		{name: "no such VNF", nsd: "broken", says: `VNF "x" of NSD "broken"`},
		{name: "no such member", nsd: "hydra_ns", placement: testbeds.Placement{"3": "ufu/a"}, says: `member "3"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := smallCatalogue()
			c.NSDs[0].Placement = testbeds.Placement{"all": "iris/edge", "2": "iris/core"}
			c.NSDs = append(c.NSDs, testbeds.NSD{ID: "broken", Members: []testbeds.Member{{Index: "1", VNF: "x"}}})
			e, err := c.Experiment(tt.nsd, tt.placement, tt.devices)
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("got %v, want an error that says %q", err, tt.says)
				}
				return
			}
			want := testbeds.Experiment{Placement: tt.want, Devices: c.NSDs[0].Devices, Components: []testbeds.Component{
				{Member: "1", VNF: "hydra_vnfd", Size: c.VNFs[0].Size, Requires: []string{"sdr"}, Onboarded: []string{"iris/core"}},
				{Member: "2", VNF: "Sink-1.0", Onboarded: []string{}},
			}}
			if tt.devices != nil {
				want.Devices = tt.devices
			}
			if diff := cmp.Diff(want, e); diff != "" || err != nil {
				t.Errorf("%v; experiment (-want +got):\n%s", err, diff)
			}
		})
	}
}
