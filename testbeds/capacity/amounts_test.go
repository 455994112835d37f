package capacity

import (
	"berth/testbeds"
	"testing"
)

// TestSumsOfAmountsDoNotOverflow: a hundred members may want a thousand million each, and no sum of them fits 32 bits.
func TestSumsOfAmountsDoNotOverflow(t *testing.T) {
	t.Parallel()
	vcpu := testbeds.Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "radio", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": testbeds.MaxAmount}}}}}}
	fed, err := NewFederation(f, testHorizon)
	if err != nil {
		t.Fatal(err)
	}
	slot := testbeds.Slot{Start: hour(10), End: hour(12)}
	for i, n := range []int64{3 * testbeds.MaxAmount, 100 * testbeds.MaxAmount} {
		fed.Put(testbeds.Booking{ID: int64(i + 1), Strength: testbeds.Firm, Slot: slot, Overbooked: true, Claims: []testbeds.Claim{{Need: testbeds.Need{Resource: vcpu, Amount: n}, From: slot.Start, To: slot.End}}})
	}
	one := testbeds.Experiment{Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{"radio/iris"}}}, Placement: testbeds.Placement{"1": "radio/iris"}}
	v := fed.Check(one, slot)
	if v.Fits || v.Conflicts[0].Free != testbeds.MaxAmount-103*testbeds.MaxAmount {
		t.Errorf("it says %+v", v)
	}
}

func TestABookingOfWhatIsGoneLacksIt(t *testing.T) {
	t.Parallel()
	had := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	b := testbeds.Booking{ID: 1, Strength: testbeds.Firm, Slot: hoursFrom(10, 2), Claims: had.Claims(experiment(2, "x/a", 1).Demand(), hoursFrom(10, 2))}
	if !had.Holds(b) {
		t.Error("all of it is there")
	}
	bed := radioHall("x", "UTC")
	bed.VIMs = bed.VIMs[1:]
	for name, f := range map[string]testbeds.Facility{"without the VIM": {Testbeds: []testbeds.Testbed{bed}}, "without the testbed": {}} {
		if build(t, f, nil).Holds(b) {
			t.Errorf("%s the booking has all that it claims", name)
		}
	}
}
