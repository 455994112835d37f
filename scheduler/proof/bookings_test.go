package proof_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler/proof"
	"berth/testbeds"
)

// What is kept in little memory is what was given, as a whole and by resource.
func TestBookingsAreKept(t *testing.T) {
	t.Parallel()
	vcpu := testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "vcpu"}
	usrp := testbeds.Resource{Testbed: "hall", Device: "usrp"}
	claim := func(r testbeds.Resource, amount int64, units ...string) testbeds.Claim {
		return testbeds.Claim{Need: testbeds.Need{Resource: r, Amount: amount, Units: units}, From: *at(-1), To: *at(5)}
	}
	given := []testbeds.Booking{
		{ID: 2, Request: 1, Strength: testbeds.Firm, Slot: slot(0, 4), Claims: []testbeds.Claim{claim(vcpu, 4), claim(usrp, 2, "u1", "u2")}},
		{ID: 3, Request: 7, Strength: testbeds.Pending, Slot: slot(1, 2), Overbooked: true},
		{ID: 9, Request: 1, Strength: testbeds.Held, Slot: slot(0, 4), Claims: []testbeds.Claim{claim(usrp, 1, "u3"), claim(usrp, 1)}},
	}
	var kept proof.Bookings
	var back []testbeds.Booking
	for _, b := range given {
		kept.Add(b)
	}
	for i := range kept.Len() {
		back = append(back, kept.At(i))
	}
	if diff := cmp.Diff(given, back); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	first := given[0]
	want := map[testbeds.Resource][]testbeds.Booking{}
	first.Claims = given[0].Claims[:1]
	want[vcpu] = []testbeds.Booking{first}
	first.Claims = given[0].Claims[1:]
	want[usrp] = []testbeds.Booking{first, given[2]}
	var order []testbeds.Resource
	got := map[testbeds.Resource][]testbeds.Booking{}
	for r, list := range kept.ByResource() {
		order, got[r] = append(order, r), list
	}
	if diff := cmp.Diff(want, got); diff != "" || len(order) != 2 || order[0].Compare(order[1]) > 0 {
		t.Errorf("by resource %v (-want +got):\n%s", order, diff)
	}
}
