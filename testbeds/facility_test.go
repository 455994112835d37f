package testbeds_test

import (
	"testing"
	"time"

	"berth/testbeds"
)

func TestPolicyInForce(t *testing.T) {
	t.Parallel()
	somebody := []string{"prov@example.org"}
	for name, tt := range map[string]struct {
		b    testbeds.Testbed
		want testbeds.ApprovalPolicy
	}{
		"nothing is said, nobody provides":   {testbeds.Testbed{}, testbeds.ApprovalInformed},
		"nothing is said, somebody provides": {testbeds.Testbed{Providers: somebody}, testbeds.ApprovalRequired},
		"informed, somebody provides":        {testbeds.Testbed{Approval: testbeds.ApprovalInformed, Providers: somebody}, testbeds.ApprovalInformed},
		"required, nobody provides":          {testbeds.Testbed{Approval: testbeds.ApprovalRequired}, testbeds.ApprovalRequired},
	} {
		if got := tt.b.Policy(); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestBuffersOfATestbedAndItsOwn(t *testing.T) {
	t.Parallel()
	hours := func(n int) testbeds.Period { return testbeds.Period{Clock: time.Duration(n) * time.Hour} }
	one, none := hours(1), testbeds.Period{}
	b := testbeds.Testbed{Setup: hours(2), Teardown: testbeds.Period{Days: 1}}
	for name, tt := range map[string]struct {
		setup, teardown *testbeds.Period
		want            testbeds.Buffers
	}{
		"the testbed's":      {nil, nil, testbeds.Buffers{Setup: 2 * time.Hour, Teardown: 24 * time.Hour}},
		"a setup of its own": {&one, nil, testbeds.Buffers{Setup: time.Hour, Teardown: 24 * time.Hour}},
		"no teardown":        {nil, &none, testbeds.Buffers{Setup: 2 * time.Hour}},
	} {
		if got := b.VIMBuffers(testbeds.VIM{Setup: tt.setup, Teardown: tt.teardown}); got != tt.want {
			t.Errorf("%s: of a VIM %v, want %v", name, got, tt.want)
		}
		if got := b.DeviceBuffers(testbeds.Device{Setup: tt.setup, Teardown: tt.teardown}); got != tt.want {
			t.Errorf("%s: of a device %v, want %v", name, got, tt.want)
		}
	}
}

func TestBuffersWidenASlot(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	got := testbeds.Buffers{Setup: time.Hour, Teardown: 2 * time.Hour}.Around(testbeds.NewSlot(at, time.Hour))
	if want := testbeds.NewSlot(at.Add(-time.Hour), 4*time.Hour); got != want {
		t.Errorf("around it is %s, want %s", got, want)
	}
}

func TestThingsAreFoundByTheirIds(t *testing.T) {
	t.Parallel()
	f := smallFacility()
	if b, ok := f.Testbed("ufu"); !ok || b.ID != "ufu" {
		t.Errorf("testbed %q, %t", b.ID, ok)
	}
	b, _ := f.Testbed("iris")
	if v, ok := b.VIM("core"); !ok || v.ID != "core" {
		t.Errorf("VIM %q, %t", v.ID, ok)
	}
	if d, ok := b.Device("sim"); !ok || d.ID != "sim" {
		t.Errorf("device %q, %t", d.ID, ok)
	}
	_, testbed := f.Testbed("core")
	_, vim := b.VIM("sim")
	_, device := b.Device("core")
	if testbed || vim || device {
		t.Errorf("found by the id of something else: testbed %t, VIM %t, device %t", testbed, vim, device)
	}
}
