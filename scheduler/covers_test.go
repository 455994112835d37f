package scheduler

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"berth/testbeds"
)

// TestWhatADecisionCovers: an approval of two radios and 8 vCPUs from nine to one. It holds for less of the same, and for nothing else.
func TestWhatADecisionCovers(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	hours := func(from, to int) testbeds.Slot {
		return testbeds.Slot{Start: nine.Add(time.Duration(from) * time.Hour), End: nine.Add(time.Duration(to) * time.Hour)}
	}
	radio := testbeds.Resource{Testbed: "hall", Device: "usrp"}
	cpu := testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "vcpu"}
	elsewhere := testbeds.Resource{Testbed: "cloud", VIM: "big", Quantity: "vcpu"}
	demand := func(radios, cpus int64, units ...string) testbeds.Demand {
		return testbeds.Demand{{Resource: cpu, Amount: cpus}, {Resource: radio, Amount: radios, Units: units}}
	}
	was := Request{Slot: hours(0, 4), Demand: demand(2, 8), Revision: 3}
	approved := Approval{Testbed: "hall", Policy: testbeds.ApprovalRequired}.decided(was, Approved, "paddy", "fine", nine)
	for name, tt := range map[string]struct {
		slot   testbeds.Slot
		demand testbeds.Demand
		want   bool
	}{
		"the same":                {hours(0, 4), demand(2, 8), true},
		"within it":               {hours(1, 3), demand(2, 8), true},
		"from its beginning":      {hours(0, 1), demand(2, 8), true},
		"to its end":              {hours(3, 4), demand(2, 8), true},
		"begins before":           {hours(-1, 3), demand(2, 8), false},
		"ends after":              {hours(1, 5), demand(2, 8), false},
		"afterwards":              {hours(4, 5), demand(2, 8), false},
		"fewer":                   {hours(0, 4), demand(1, 8), true},
		"less":                    {hours(0, 4), demand(2, 7), true},
		"more radios":             {hours(0, 4), demand(3, 8), false},
		"more vCPUs":              {hours(0, 4), demand(2, 9), false},
		"units of its own":        {hours(0, 4), demand(2, 8, "u1"), false},
		"none of one kind":        {hours(0, 4), demand(2, 8)[:1], true},
		"something besides":       {hours(0, 4), append(demand(2, 8), testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "sdr"}, Amount: 1}), false},
		"another testbed besides": {hours(0, 4), append(demand(2, 8), testbeds.Need{Resource: elsewhere, Amount: 99}), true},
	} {
		r := Request{Slot: tt.slot, Demand: tt.demand, Approvals: []Approval{approved}}
		got := r.approval("hall", "hall", testbeds.ApprovalRequired)
		if kept := got.Decision == Approved && got.By == "paddy" && got.Revision == 3; kept != tt.want || !kept && got.By != "" {
			t.Errorf("%s: %+v, want it kept: %t", name, got, tt.want)
		}
		if got.Open() != !tt.want || got.missing() != !tt.want {
			t.Errorf("%s: open %t, missing %t", name, got.Open(), got.missing())
		}
		if p := r.approval("", "hall", testbeds.ApprovalRequired).Policy; p != testbeds.ApprovalInformed {
			t.Errorf("%s: a testbed that is gone is asked: %s", name, p)
		}
	}
}

func TestWhatIsAskedOfTestbeds(t *testing.T) {
	t.Parallel()
	const required, informed = testbeds.ApprovalRequired, testbeds.ApprovalInformed
	a := func(testbed string, policy testbeds.ApprovalPolicy, decision Decision) Approval {
		return Approval{Testbed: testbed, Policy: policy, Decision: decision}
	}
	for _, tt := range []struct {
		approval             Approval
		open, missing, waits bool
	}{
		{a("x", required, ""), true, true, true},
		{a("x", required, Approved), false, false, false},
		{a("x", required, Overridden), false, false, false},
		{a("x", required, Refused), false, true, false},
		{a("x", informed, ""), false, false, false},
		{a("x", informed, Approved), false, false, false},
		{a("x", informed, Refused), false, true, false},
	} {
		if open, missing, waiting := tt.approval.Open(), tt.approval.missing(), waits([]Approval{tt.approval}); open != tt.open || missing != tt.missing || waiting != tt.waits {
			t.Errorf("%+v: open %t, missing %t, waits %t", tt.approval, open, missing, waiting)
		}
	}
	list := []Approval{a("w", informed, ""), a("x", required, ""), a("y", required, Refused), a("z", required, Approved)}
	if got := fmt.Sprint(unapproved(list)); got != "[x y (refused)]" {
		t.Errorf("not approved by %s", got)
	}
	for _, status := range Statuses {
		r := Request{Status: status, Approvals: list[:1]}
		if got := len(r.Asked()); (got == 1) != (status == UnderReview) {
			t.Errorf("%s asks %d testbeds", status, got)
		}
		r.PendingMove = &PendingMove{Approvals: list}
		if got := r.Asked(); !slices.EqualFunc(got, list, func(a, b Approval) bool { return a.Testbed == b.Testbed }) {
			t.Errorf("%s with a move asks %v", status, got)
		}
	}
	r := Request{PendingMove: &PendingMove{Approvals: list}}
	for testbed, want := range map[string]int{"w": -1, "x": 1, "y": 2, "z": 3, "elsewhere": -1} { // what was approved can be refused
		if got := r.approving(testbed); got != want {
			t.Errorf("%s is approval %d of the move, want %d", testbed, got, want)
		}
	}
	if (Request{}).approving("x") != -1 {
		t.Error("without a move")
	}
}

// TestARequestIsCheckedOnTheUnitsThatItHas where it has all of them; a catalogue says what its VNFs require by now.
func TestARequestIsCheckedOnTheUnitsThatItHas(t *testing.T) {
	t.Parallel()
	units := func(testbed, device string, names ...string) []AssignedUnits {
		return []AssignedUnits{{Testbed: testbed, Device: device, Units: names}}
	}
	for name, tt := range map[string]struct {
		units []AssignedUnits
		want  string
	}{
		"none":                {nil, "[]"},
		"all of them":         {units("hall", "usrp", "u1", "u2"), "[u1 u2]"},
		"some of them":        {units("hall", "usrp", "u1"), "[]"},
		"of another device":   {units("hall", "sdr", "u1", "u2"), "[]"},
		"of another testbed":  {units("barn", "usrp", "u1", "u2"), "[]"},
		"the second that has": {append(units("hall", "sdr", "x"), units("hall", "usrp", "u1", "u2")...), "[u1 u2]"},
	} {
		r := Request{Devices: []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 2}}, Units: tt.units,
			Components: []testbeds.Component{{Member: "1", VNF: "ue", Requires: []string{"old"}}, {Member: "2", VNF: "gone", Requires: []string{"old"}}}}
		e := pinned(r, testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "ue", Requires: []string{"sdr"}, Onboarded: []string{"hall/iris"}}}})
		if got := fmt.Sprint(e.Devices[0].Units); got != tt.want || r.Devices[0].Units != nil {
			t.Errorf("%s: %s, and the request's own are %v", name, got, r.Devices[0].Units)
		}
		if got := fmt.Sprint(e.Components[0].Requires, e.Components[0].Onboarded, e.Components[1].Requires); got != "[sdr] [hall/iris] [old]" {
			t.Errorf("%s: the components require %s", name, got)
		}
	}
}

// TestWhatARequestTouches: what it asks for, what a move would take, and what its open offers hold.
func TestWhatARequestTouches(t *testing.T) {
	t.Parallel()
	demand := func(testbed string) testbeds.Demand {
		return testbeds.Demand{{Resource: testbeds.Resource{Testbed: testbed, Device: "d"}, Amount: 1}}
	}
	offer := func(state OfferState, testbed string) Offer {
		return Offer{State: state, What: testbeds.Alternative{Devices: []testbeds.DeviceNeed{{Testbed: testbed, Device: "d", Count: 1}}}}
	}
	r := Request{Demand: demand("c"), PendingMove: &PendingMove{Demand: demand("a")},
		Offers: []Offer{offer(OfferOpen, "b"), offer(OfferExpired, "d"), offer(OfferAccepted, "e"), offer(OfferWithdrawn, "f"), offer(OfferOpen, "c")}}
	if got := fmt.Sprint(Touched(r)); got != "[a b c]" {
		t.Errorf("it touches %s", got)
	}
}
