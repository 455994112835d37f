package testbeds

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// granted makes a booking of radios from 12 to 16 o'clock, with an hour of setup, half an hour of teardown, and units that were chosen.
func granted() Booking {
	usrp := Resource{Testbed: "radio", Device: "usrp"}
	vcpu := Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}
	return Booking{ID: 1, Request: 1, Strength: Firm, Slot: Slot{bookedHour(12), bookedHour(16)}, Claims: []Claim{
		{Need: Need{Resource: usrp, Amount: 3, Units: []string{"u1", "u2", "u3"}}, From: bookedHour(11), To: bookedHour(16).Add(30 * time.Minute)},
		{Need: Need{Resource: vcpu, Amount: 8}, From: bookedHour(12), To: bookedHour(16)},
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
		want   []Claim // nil: not less of the same
	}{
		{"the same", Demand{usrp(3), vcpu(8)}, Slot{bookedHour(12), bookedHour(16)}, granted().Claims},
		{"a shorter slot", Demand{usrp(3), vcpu(8)}, Slot{bookedHour(13), bookedHour(15)}, []Claim{
			{Need: usrp(3, "u1", "u2", "u3"), From: bookedHour(12), To: bookedHour(15).Add(half)}, {Need: vcpu(8), From: bookedHour(13), To: bookedHour(15)}}},
		{"fewer units, one insisted on", Demand{usrp(2, "u3")}, Slot{bookedHour(12), bookedHour(16)}, []Claim{
			{Need: usrp(2, "u1", "u3"), From: bookedHour(11), To: bookedHour(16).Add(half)}}},
		{"a unit that it has not", Demand{usrp(1, "u4")}, Slot{bookedHour(12), bookedHour(16)}, nil},
		{"one more", Demand{vcpu(9)}, Slot{bookedHour(12), bookedHour(16)}, nil},
		{"another resource", Demand{{Resource: Resource{Testbed: "radio", Device: "bts"}, Amount: 1}}, Slot{bookedHour(12), bookedHour(16)}, nil},
		{"a second earlier", Demand{vcpu(8)}, Slot{bookedHour(12).Add(-time.Second), bookedHour(16)}, nil},
		{"a second later", Demand{vcpu(8)}, Slot{bookedHour(12), bookedHour(16).Add(time.Second)}, nil},
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
	b := granted().Until(bookedHour(20))
	if from, to := b.Claims[0].From, b.Claims[0].To; !from.Equal(bookedHour(11)) || !to.Equal(bookedHour(20).Add(30*time.Minute)) {
		t.Errorf("it claims from %s to %s", from, to)
	}
	if was := granted().Claims[0].To; !was.Equal(bookedHour(16).Add(30 * time.Minute)) {
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
		to   []time.Time // per remaining claim
	}{
		{"before its setup", bookedHour(11), Slot{bookedHour(11), bookedHour(11)}, nil},
		{"during its setup", bookedHour(11).Add(half), Slot{bookedHour(11).Add(half), bookedHour(11).Add(half)}, []time.Time{bookedHour(12)}},
		{"during its slot", bookedHour(13), Slot{bookedHour(12), bookedHour(13)}, []time.Time{bookedHour(13).Add(half), bookedHour(13)}},
		{"at its end", bookedHour(16), Slot{bookedHour(12), bookedHour(16)}, []time.Time{bookedHour(16).Add(half), bookedHour(16)}},
		{"during its teardown", bookedHour(16).Add(time.Minute), Slot{bookedHour(12), bookedHour(16)}, []time.Time{bookedHour(16).Add(half), bookedHour(16)}},
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

// TestWhatABookingOccupies: the slot with the earliest setup and the latest teardown of its claims, over all testbeds or of one.
func TestWhatABookingOccupies(t *testing.T) {
	t.Parallel()
	claim := func(testbed string, from, to int) Claim {
		return Claim{Need: Need{Resource: Resource{Testbed: testbed, Device: "usrp"}, Amount: 1}, From: bookedHour(from), To: bookedHour(to)}
	}
	tests := []struct {
		name              string
		claims            []Claim
		all, radio, other Slot
	}{
		{"nothing", nil, Slot{bookedHour(12), bookedHour(16)}, Slot{bookedHour(12), bookedHour(16)}, Slot{bookedHour(12), bookedHour(16)}},
		{"a claim", []Claim{claim("radio", 11, 17)}, Slot{bookedHour(11), bookedHour(17)}, Slot{bookedHour(11), bookedHour(17)}, Slot{bookedHour(12), bookedHour(16)}},
		{"claims of two testbeds", []Claim{claim("radio", 11, 17), claim("other", 10, 16), claim("radio", 12, 19)},
			Slot{bookedHour(10), bookedHour(19)}, Slot{bookedHour(11), bookedHour(19)}, Slot{bookedHour(10), bookedHour(16)}},
		{"what is left after an end during setup", []Claim{claim("radio", 11, 13)}, Slot{bookedHour(11), bookedHour(13)}, Slot{bookedHour(11), bookedHour(16)}, Slot{bookedHour(12), bookedHour(16)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := Booking{Slot: Slot{bookedHour(12), bookedHour(16)}, Claims: tt.claims}
			if got := []Slot{b.Occupied(), b.OccupiedAt("radio"), b.OccupiedAt("other")}; !cmp.Equal(got, []Slot{tt.all, tt.radio, tt.other}) {
				t.Errorf("it occupies %s, of radio %s, of the other %s", got[0], got[1], got[2])
			}
		})
	}
	if got := granted().Granted(granted().Claims[0]); got != (Buffers{Setup: time.Hour, Teardown: 30 * time.Minute}) {
		t.Errorf("it was granted with %v", got)
	}
	if !Firm.Blocks() || !Held.Blocks() || Pending.Blocks() {
		t.Error("what is firm or held takes capacity, and nothing else does")
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

// bookedHour returns the nth hour of a week that begins on a Monday.
func bookedHour(n int) time.Time { return time.Date(2026, time.March, 2, n, 0, 0, 0, time.UTC) }
