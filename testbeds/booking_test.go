package testbeds

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// granted is a booking of radios at 12 to 16 o'clock, with an hour of setup, half an hour of teardown, and units that were chosen.
func granted() Booking {
	usrp := Resource{Testbed: "radio", Device: "usrp"}
	vcpu := Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}
	return Booking{ID: 1, Request: 1, Strength: Firm, Slot: Slot{hour(12), hour(16)}, Claims: []Claim{
		{Need: Need{Resource: usrp, Amount: 3, Units: []string{"u1", "u2", "u3"}}, From: hour(11), To: hour(16).Add(30 * time.Minute)},
		{Need: Need{Resource: vcpu, Amount: 8}, From: hour(12), To: hour(16)},
	}}
}

func TestNarrowedBookingsKeepWhatTheyWereGrantedWith(t *testing.T) {
	t.Parallel()
	usrp := func(n int64, units ...string) Need {
		return Need{Resource: Resource{Testbed: "radio", Device: "usrp"}, Amount: n, Units: units}
	}
	vcpu := func(n int64) Need {
		return Need{Resource: Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}, Amount: n}
	}
	half := 30 * time.Minute
	tests := []struct {
		name   string
		demand Demand
		slot   Slot
		want   []Claim // nil: it is not less of the same
	}{
		{"the same", Demand{usrp(3), vcpu(8)}, Slot{hour(12), hour(16)}, granted().Claims},
		{"a shorter slot", Demand{usrp(3), vcpu(8)}, Slot{hour(13), hour(15)}, []Claim{
			{Need: usrp(3, "u1", "u2", "u3"), From: hour(12), To: hour(15).Add(half)}, {Need: vcpu(8), From: hour(13), To: hour(15)}}},
		{"fewer units, one insisted on", Demand{usrp(2, "u3")}, Slot{hour(12), hour(16)}, []Claim{
			{Need: usrp(2, "u1", "u3"), From: hour(11), To: hour(16).Add(half)}}},
		{"a unit that it has not", Demand{usrp(1, "u4")}, Slot{hour(12), hour(16)}, nil},
		{"one more", Demand{vcpu(9)}, Slot{hour(12), hour(16)}, nil},
		{"another resource", Demand{{Resource: Resource{Testbed: "radio", Device: "bts"}, Amount: 1}}, Slot{hour(12), hour(16)}, nil},
		{"a second earlier", Demand{vcpu(8)}, Slot{hour(12).Add(-time.Second), hour(16)}, nil},
		{"a second later", Demand{vcpu(8)}, Slot{hour(12), hour(16).Add(time.Second)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := granted().Narrowed(tt.demand, tt.slot)
			if ok != (tt.want != nil) {
				t.Fatalf("narrowed: %v, want %v", ok, tt.want != nil)
			}
			if diff := cmp.Diff(tt.want, got.Claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBookingsKeepTheirTeardownWithAnotherEnd(t *testing.T) {
	t.Parallel()
	b := granted().Until(hour(20))
	if from, to := b.Claims[0].From, b.Claims[0].To; !from.Equal(hour(11)) || !to.Equal(hour(20).Add(30*time.Minute)) {
		t.Errorf("it claims from %s to %s", from, to)
	}
	if was := granted().Claims[0].To; !was.Equal(hour(16).Add(30 * time.Minute)) {
		t.Errorf("the booking that it was made from changed to %s", was)
	}
}

func TestWhatIsLeftOfABookingThatEnds(t *testing.T) {
	t.Parallel()
	half := 30 * time.Minute
	tests := []struct {
		name string
		at   time.Time
		slot Slot
		to   []time.Time // per claim that is left
	}{
		{"before its setup", hour(11), Slot{hour(11), hour(11)}, nil},
		{"during its setup", hour(11).Add(half), Slot{hour(11).Add(half), hour(11).Add(half)}, []time.Time{hour(12)}},
		{"during its slot", hour(13), Slot{hour(12), hour(13)}, []time.Time{hour(13).Add(half), hour(13)}},
		{"at its end", hour(16), Slot{hour(12), hour(16)}, []time.Time{hour(16).Add(half), hour(16)}},
		{"during its teardown", hour(16).Add(time.Minute), Slot{hour(12), hour(16)}, []time.Time{hour(16).Add(half), hour(16)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			left, ok := granted().Ended(tt.at)
			var to []time.Time
			for _, c := range left.Claims {
				to = append(to, c.To)
			}
			if ok != (tt.to != nil) || !cmp.Equal(left.Slot, tt.slot) || !cmp.Equal(to, tt.to) {
				t.Errorf("left %v, slot %s, claims until %v; want slot %s, until %v", ok, left.Slot, to, tt.slot, tt.to)
			}
		})
	}
}

func TestDemandsWithinOthers(t *testing.T) {
	t.Parallel()
	need := func(n int64, units ...string) Demand {
		return Demand{{Resource: Resource{Testbed: "radio", Device: "usrp"}, Amount: n, Units: units}}
	}
	tests := []struct {
		name       string
		less, more Demand
		want       bool
	}{
		{"nothing", nil, need(1), true},
		{"the same", need(2), need(2), true},
		{"fewer", need(1), need(2), true},
		{"more", need(3), need(2), false},
		{"of something else", Demand{{Resource: Resource{Testbed: "radio", Device: "bts"}, Amount: 1}}, need(2), false},
		{"the same units", need(2, "u1", "u2"), need(2, "u1", "u2"), true},
		{"one of them", need(1, "u2"), need(2, "u1", "u2"), true},
		{"other units", need(2, "u3", "u4"), need(2, "u1", "u2"), false},
		{"units where any would have done", need(1, "u1"), need(2), false},
		{"any where units were insisted on", need(2), need(2, "u1", "u2"), false},
		{"one of two left open", need(2, "u1"), need(2, "u1"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.less.Within(tt.more); got != tt.want {
				t.Errorf("within: %v, want %v", got, tt.want)
			}
		})
	}
}

// A hundred members may want a thousand million each: no sum of them fits 32 bits.
func TestSumsOfAmountsDoNotOverflow(t *testing.T) {
	t.Parallel()
	vcpu := Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}
	f := Facility{Testbeds: []Testbed{{ID: "radio", Timezone: "UTC", VIMs: []VIM{{ID: "iris", Capacity: Quantities{"vcpu": MaxAmount}}}}}}
	fed, err := NewFederation(f, testHorizon)
	if err != nil {
		t.Fatal(err)
	}
	slot := Slot{hour(10), hour(12)}
	for i, n := range []int64{3 * MaxAmount, 100 * MaxAmount} {
		fed.Put(Booking{ID: int64(i + 1), Strength: Firm, Slot: slot, Overbooked: true, Claims: []Claim{{Need: Need{Resource: vcpu, Amount: n}, From: slot.Start, To: slot.End}}})
	}
	one := Experiment{Components: []Component{{Member: "1", Size: Quantities{"vcpu": 1}, Onboarded: []string{"radio/iris"}}}, Placement: Placement{"1": "radio/iris"}}
	v := fed.Check(one, slot)
	if v.Fits || v.Conflicts[0].Free != MaxAmount-103*MaxAmount {
		t.Errorf("it says %+v", v)
	}
}

func TestABookingOfWhatIsGoneLacksIt(t *testing.T) {
	t.Parallel()
	had := build(t, Facility{Testbeds: []Testbed{radioHall("x", "UTC")}}, nil)
	b := Booking{ID: 1, Strength: Firm, Slot: hoursFrom(10, 2), Claims: had.Claims(experiment(2, "x/a", 1).Demand(), hoursFrom(10, 2))}
	if !had.Holds(b) {
		t.Error("all of it is there")
	}
	bed := radioHall("x", "UTC")
	bed.VIMs = bed.VIMs[1:]
	for name, f := range map[string]Facility{"without the VIM": {Testbeds: []Testbed{bed}}, "without the testbed": {}} {
		if build(t, f, nil).Holds(b) {
			t.Errorf("%s the booking has all that it claims", name)
		}
	}
}
