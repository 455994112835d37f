package proof_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler/proof"
	"berth/testbeds"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// slot lies between two numbers of hours from now.
func slot(from, to int) testbeds.Slot {
	return testbeds.Slot{Start: now.Add(time.Duration(from) * time.Hour), End: now.Add(time.Duration(to) * time.Hour)}
}

func at(hours int) *time.Time { return new(now.Add(time.Duration(hours) * time.Hour)) }

var (
	radio = testbeds.Resource{Testbed: "hall", Device: "usrp"}
	vcpu  = testbeds.Resource{Testbed: "cloud", VIM: "big", Quantity: "vcpu"}
)

func needs(units ...string) testbeds.Demand {
	return testbeds.Demand{{Resource: vcpu, Amount: 8}, {Resource: radio, Amount: 2, Units: units}}
}

// booking claims a demand in a slot, with an hour of setup and of teardown on the device.
func booking(id, request int64, strength testbeds.Strength, s testbeds.Slot, d testbeds.Demand) testbeds.Booking {
	b := testbeds.Booking{ID: id, Request: request, Strength: strength, Slot: s}
	for _, n := range d {
		c := testbeds.Claim{Need: n, From: s.Start, To: s.End}
		if n.Device != "" {
			c.From, c.To = c.From.Add(-time.Hour), c.To.Add(time.Hour)
		}
		b.Claims = append(b.Claims, c)
	}
	return b
}

func history(last string) proof.History {
	return proof.History{First: "submit", Last: last, Granted: now.Add(-3 * time.Hour)}
}

func approvals(s testbeds.Slot, units ...string) []proof.Approval {
	return []proof.Approval{
		{Testbed: "cloud", Required: false},
		{Testbed: "hall", Required: true, Decision: proof.Approved, At: at(-5), Slot: &s, Demand: needs(units...)[1:]},
	}
}

// house is a database without a fault: one request in each stage of a life.
type house struct {
	requests map[string]*proof.Request
	bookings map[string]*testbeds.Booking
	o        proof.Options
}

// order lists the requests of the house in the order of their numbers.
var order = []string{"scheduled", "running", "held", "pending", "rejected", "over"}

func newHouse() house {
	span := func(from, to int) *testbeds.Slot { s := slot(from-1, to+1); return &s }
	granted := func(from, to int) *testbeds.Slot { s := slot(from, to); return &s }
	b := map[string]testbeds.Booking{
		"scheduled": booking(1, 1, testbeds.Firm, slot(10, 14), needs("u1")),
		"running":   booking(2, 2, testbeds.Firm, slot(-2, 4), needs("u1", "u2")),
		"held":      booking(3, 3, testbeds.Held, slot(30, 34), needs()),
		"pending":   booking(4, 4, testbeds.Pending, slot(30, 34), needs()),
		"offer":     booking(5, 5, testbeds.Held, slot(50, 54), needs()),
		"over":      booking(6, 6, testbeds.Firm, slot(-9, -7), needs("u1", "u2")),
		"move":      booking(7, 1, testbeds.Pending, slot(20, 24), needs("u1")),
	}
	h := house{requests: map[string]*proof.Request{}, bookings: map[string]*testbeds.Booking{},
		o: proof.Options{Now: now, Since: now.AddDate(0, 0, -90), Swept: now.Add(-24 * time.Hour), Short: map[int64]bool{}, Named: map[testbeds.Resource]bool{}}}
	for name, x := range b {
		h.bookings[name] = &x
	}
	for _, r := range []struct {
		name string
		proof.Request
	}{
		{"scheduled", proof.Request{Status: "SCHEDULED", Stage: proof.Scheduled, Slot: slot(10, 14), Granted: granted(10, 14), Demand: needs("u1"), Occupied: span(10, 14),
			Booking: 1, Approvals: approvals(slot(9, 15), "u1"), Move: &proof.Move{Slot: slot(20, 24), Booking: 7}, History: history("SCHEDULED")}},
		{"running", proof.Request{Status: "RUNNING", Stage: proof.Running, Slot: slot(-2, 4), Granted: granted(-2, 2), Demand: needs(), Occupied: span(-2, 4),
			Units: []proof.Units{{Testbed: "hall", Device: "usrp", Names: []string{"u2", "u1"}}}, Booking: 2, Approvals: approvals(slot(-2, 2)), History: history("RUNNING")}},
		{"held", proof.Request{Status: "UNDER_REVIEW", Stage: proof.Review, Slot: slot(30, 34), Demand: needs(), Occupied: span(30, 34), Booking: 3, HoldUntil: at(5),
			Due: at(5), History: history("UNDER_REVIEW")}},
		{"pending", proof.Request{Status: "UNDER_REVIEW", Stage: proof.Review, Slot: slot(30, 34), Demand: needs(), Booking: 4, History: history("UNDER_REVIEW")}},
		{"rejected", proof.Request{Status: "REJECTED", Stage: proof.Over, Slot: slot(30, 34), Demand: needs(), Due: at(3), History: history("REJECTED"),
			Offers: []proof.Offer{{ID: "1"}, {ID: "2", Open: true, Until: *at(3), Slot: slot(50, 54), Demand: needs(), Booking: 5}}}},
		{"over", proof.Request{Status: "COMPLETED", Stage: proof.Over, Slot: slot(-9, -7), Demand: needs(), Booking: 6, Updated: *at(-7), History: history("COMPLETED")}},
	} {
		r.Number = int64(len(h.requests) + 1)
		h.requests[r.name] = &r.Request
	}
	return h
}

func (h house) findings() []string {
	bookings := new(proof.Bookings)
	for _, name := range []string{"scheduled", "running", "held", "pending", "offer", "over", "move"} {
		if b := h.bookings[name]; b != nil {
			bookings.Add(*b)
		}
	}
	p := proof.New(bookings, h.o)
	for _, name := range order {
		p.Judge(*h.requests[name])
	}
	return p.Findings()
}

func TestNothingIsFoundInAHouseWithoutAFault(t *testing.T) {
	t.Parallel()
	if found := newHouse().findings(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// damage is one fault, and the only finding that it leads to.
type damage struct {
	name string
	do   func(h house)
	want string
}

func (d damage) check(t *testing.T) {
	t.Helper()
	h := newHouse()
	d.do(h)
	var want []string
	if d.want != "" {
		want = []string{"request #" + d.want}
	}
	if diff := cmp.Diff(want, append([]string(nil), h.findings()...)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func checkAll(t *testing.T, list []damage) {
	t.Helper()
	for _, d := range list {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			d.check(t)
		})
	}
}
