package proof_test

import (
	"slices"
	"testing"
	"time"

	"berth/scheduler/proof"
	"berth/testbeds"
)

func TestBookingsThatAreNotWhatWasGranted(t *testing.T) {
	t.Parallel()
	claims := func(h house) []testbeds.Claim { return h.bookings["scheduled"].Claims }
	checkAll(t, []damage{
		{"released", func(h house) { delete(h.bookings, "scheduled") }, "1 (SCHEDULED): has no booking in force"},
		{"granted and pending", func(h house) { h.bookings["scheduled"].Strength = testbeds.Pending }, "1 (SCHEDULED): is granted, and its booking 1 is pending"},
		{"running and held", func(h house) { h.bookings["running"].Strength = testbeds.Held }, "2 (RUNNING): is granted, and its booking 2 is held"},
		{"firm and not granted", func(h house) { h.bookings["held"].Strength = testbeds.Firm }, "3 (UNDER_REVIEW): its booking 3 is firm, and nothing is granted"},
		{"nobody's", func(h house) { h.requests["pending"].Booking = 0; h.requests["pending"].Slot = slot(-4000, -3999) }, "4: booking 4 is pending, but the request does not know it"},
		{"another amount", func(h house) { claims(h)[0].Amount = 7 }, "1 (SCHEDULED): needs 8 of cloud/big vcpu, and its booking 1 claims 7"},
		{"more than it needs", func(h house) {
			h.requests["scheduled"].Demand = needs("u1")[1:]
		}, "1 (SCHEDULED): its booking 1 claims 8 of cloud/big vcpu, which it does not need"},
		{"another unit than it insists on", func(h house) { claims(h)[1].Units = []string{"u4"} }, "1 (SCHEDULED): insists on u1 of hall usrp, and its booking 1 claims u4"},
		{"no unit", func(h house) { claims(h)[1].Units = nil }, "1 (SCHEDULED): insists on u1 of hall usrp, and its booking 1 claims no unit"},
		{"another unit than it was given", func(h house) {
			h.bookings["running"].Claims[1].Units = []string{"u1", "u3"}
		}, "2 (RUNNING): was given u1, u2 of hall usrp, and its booking 2 claims u1, u3"},
		{"given another unit than it insists on", func(h house) {
			h.requests["running"].Demand, h.requests["running"].Approvals = needs("u9"), approvals(slot(-2, 2), "u9")
		}, "2 (RUNNING): insists on u9 of hall usrp, and was given u1, u2"},
		{"part of its slot", func(h house) { claims(h)[0].To = claims(h)[0].To.Add(-time.Minute) }, "1 (SCHEDULED): its booking 1 claims cloud/big vcpu for less than its slot"},
		{"another setup than it says", func(h house) {
			claims(h)[1].From = claims(h)[1].From.Add(-time.Hour)
		}, "1 (SCHEDULED): occupies " + slot(9, 15).String() + ", and its booking 1 claims " + slot(8, 15).String()},
		{"what it occupies is unknown", func(h house) { h.requests["held"].Occupied = nil }, "3 (UNDER_REVIEW): does not say what it occupies, and its booking 3 claims " + slot(29, 35).String()},
		{"over, and its booking is not", func(h house) { h.bookings["over"].Slot.End = *at(1) }, "6 (COMPLETED): is over, and its booking 6 lasts until 2026-03-02 13:00:00Z"},
		{"over for long and granted still", func(h house) {
			h.requests["scheduled"].Slot, h.requests["scheduled"].Granted = slot(-4000, -3999), new(slot(-4000, -3999))
			h.requests["scheduled"].Approvals, h.requests["scheduled"].Due = approvals(slot(-4000, -3999), "u1"), at(0)
			delete(h.bookings, "scheduled")
		}, ""},
	})
}

func TestBookingsOfAnotherSlotOrRequest(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.requests["pending"].Booking = 3
	found := h.findings()
	for _, want := range []string{"request #4 (UNDER_REVIEW): its booking 3 also belongs to request #3",
		"request #4: booking 4 is pending, but the request does not know it"} {
		if !slices.Contains(found, want) {
			t.Errorf("found %v, want %q among them", found, want)
		}
	}
	checkAll(t, []damage{{"another slot", func(h house) { h.bookings["pending"].Slot = slot(30, 35) },
		"4 (UNDER_REVIEW): its slot is " + slot(30, 34).String() + ", and its booking 4 is for " + slot(30, 35).String()}})
}

func TestHoldsThatNobodyCanTake(t *testing.T) {
	t.Parallel()
	offer := func(h house) *proof.Offer { return &h.requests["rejected"].Offers[1] }
	checkAll(t, []damage{
		{"an offer without a booking", func(h house) { delete(h.bookings, "offer") }, "5 (REJECTED): offer 2 is open until 2026-03-02 15:00:00Z, and nothing is held for it"},
		{"an offer that is pending", func(h house) {
			h.bookings["offer"].Strength = testbeds.Pending
		}, "5 (REJECTED): offer 2 is open until 2026-03-02 15:00:00Z, and nothing is held for it"},
		{"another slot", func(h house) {
			offer(h).Slot = slot(51, 54)
		}, "5 (REJECTED): offer 2 is for " + slot(51, 54).String() + ", and its booking 5 holds " + slot(50, 54).String()},
		{"less than is offered", func(h house) { h.bookings["offer"].Claims[1].Amount = 1 }, "5 (REJECTED): needs 2 of hall usrp, and its booking 5 claims 1"},
		{"held for a closed offer", func(h house) { offer(h).Open = false }, "5 (REJECTED): nobody can take offer 2 any more, and booking 5 is held for it"},
		{"held past its end", func(h house) { offer(h).Until = now }, "5 (REJECTED): nobody can take offer 2 any more, and booking 5 is held for it"},
		{"open past its end", func(h house) {
			offer(h).Until = now
			delete(h.bookings, "offer")
		}, "5 (REJECTED): offer 2 is open, although it ended at 2026-03-02 12:00:00Z"},
		{"past its end, and due", func(h house) { offer(h).Until, h.requests["rejected"].Due = now, at(0) }, ""},
		{"a hold without an end", func(h house) { h.requests["held"].HoldUntil = nil }, "3 (UNDER_REVIEW): its booking 3 is held, and nothing says until when"},
		{"a hold past its end", func(h house) { h.requests["held"].HoldUntil = at(0) }, "3 (UNDER_REVIEW): its booking 3 is held, but should have been only until 2026-03-02 12:00:00Z"},
		{"a hold past its end, and due", func(h house) { h.requests["held"].HoldUntil, h.requests["held"].Due = at(0), at(0) }, ""},
		{"to be held and pending", func(h house) {
			h.requests["pending"].HoldUntil = at(1)
		}, "4 (UNDER_REVIEW): its slot should be held until 2026-03-02 13:00:00Z, and its booking 4 is pending"},
	})
}

func TestMarksThatNothingRecords(t *testing.T) {
	t.Parallel()
	marked := func(h house) *testbeds.Booking {
		h.bookings["scheduled"].Overbooked, h.o.Short[1] = true, true
		return h.bookings["scheduled"]
	}
	checkAll(t, []damage{
		{"a mark without a record", func(h house) { marked(h) }, "1 (SCHEDULED): its booking 1 is marked as overbooked, and nothing records why"},
		{"a mark with a record", func(h house) { marked(h); h.requests["scheduled"].Overbooked = true }, ""},
		{"a mark with a flag", func(h house) { marked(h); h.requests["scheduled"].Flagged = true }, ""},
		{"a record without a mark", func(h house) { h.requests["scheduled"].Overbooked = true }, "1 (SCHEDULED): is recorded as overbooked, and its booking 1 is not marked"},
		{"a mark without a cause", func(h house) {
			marked(h)
			h.requests["scheduled"].Overbooked, h.o.Short[1] = true, false
		}, "1 (SCHEDULED): its booking 1 is marked as overbooked, and it lacks nothing"},
		{"a mark without a cause that sums can see", func(h house) {
			h.bookings["scheduled"].Overbooked, h.requests["scheduled"].Overbooked = true, true
			h.o.Named[radio] = true // one of its two units is still to be chosen
		}, ""},
		{"a mark from before anything was swept", func(h house) {
			h.bookings["scheduled"].Overbooked, h.requests["scheduled"].Overbooked = true, true
			h.bookings["scheduled"].Claims[1].From, h.requests["scheduled"].Occupied = *at(-30), &testbeds.Slot{Start: *at(-30), End: *at(15)}
		}, ""},
		{"a mark for what can never fit", func(h house) {
			h.bookings["scheduled"].Overbooked, h.requests["scheduled"].Overbooked, h.requests["scheduled"].Unfit = true, true, true
		}, ""},
	})
}

func TestApprovalsThatWereNotGiven(t *testing.T) {
	t.Parallel()
	hall := func(h house) *proof.Approval { return &h.requests["scheduled"].Approvals[1] }
	checkAll(t, []damage{
		{"never asked", func(h house) { h.requests["scheduled"].Approvals = h.requests["scheduled"].Approvals[1:] }, "1 (SCHEDULED): cloud was never asked"},
		{"not given", func(h house) { hall(h).Decision = "" }, "1 (SCHEDULED): hall has not approved it, and nobody has overridden that"},
		{"overridden", func(h house) { hall(h).Decision = proof.Overridden }, ""},
		{"informed only", func(h house) { hall(h).Decision, hall(h).Required = "", false }, ""},
		{"refused before", func(h house) { hall(h).Decision = proof.Refused }, "1 (SCHEDULED): hall had refused it before it was granted, and nobody has overridden that"},
		{"refused since", func(h house) { hall(h).Decision, hall(h).At = proof.Refused, at(-1) }, ""},
		{"nothing says what", func(h house) { hall(h).Slot = nil }, "1 (SCHEDULED): hall approved it, and nothing says what"},
		{"another slot", func(h house) {
			hall(h).Slot = new(slot(11, 15))
		}, "1 (SCHEDULED): hall approved " + slot(11, 15).String() + ", but " + slot(10, 14).String() + " is granted"},
		{"less", func(h house) { hall(h).Demand[0].Amount = 1 }, "1 (SCHEDULED): hall has not approved 2 of hall usrp"},
		{"something else", func(h house) { hall(h).Demand = nil }, "1 (SCHEDULED): hall has not approved 2 of hall usrp"},
		{"other units", func(h house) { hall(h).Demand = needs("u3")[1:] }, "1 (SCHEDULED): hall approved u3 of hall usrp, but u1 is granted"},
		{"before it was granted", func(h house) { h.requests["pending"].Approvals = nil }, ""},
	})
}

func TestMovesHistoriesAndUnits(t *testing.T) {
	t.Parallel()
	checkAll(t, []damage{
		{"a move that nothing shows", func(h house) { delete(h.bookings, "move") }, "1 (SCHEDULED): a move to " + slot(20, 24).String() + " waits for approvals, and no booking shows it"},
		{"a move that blocks", func(h house) { h.bookings["move"].Strength = testbeds.Held }, "1 (SCHEDULED): a move waits for approvals, and its booking 7 is held"},
		{"a move to another slot", func(h house) { h.bookings["move"].Slot = slot(20, 25) },
			"1 (SCHEDULED): a move to " + slot(20, 24).String() + " waits for approvals, and its booking 7 is for " + slot(20, 25).String()},
		{"a move of what is not granted", func(h house) {
			h.requests["pending"].Move, h.requests["scheduled"].Move = h.requests["scheduled"].Move, nil
		}, "4 (UNDER_REVIEW): a move waits for approvals, and nothing is granted"},
		{"no history", func(h house) { h.requests["over"].History = proof.History{Empty: true} }, "6 (COMPLETED): has no history"},
		{"a history without its beginning", func(h house) {
			h.requests["over"].History.First = "schedule"
		}, `6 (COMPLETED): its history begins with "schedule" and not with its submission`},
		{"a history without its end", func(h house) { h.requests["over"].History.Last = "RUNNING" }, "6 (COMPLETED): its history ends with RUNNING"},
		{"two on one unit", func(h house) {
			r := h.requests["scheduled"]
			r.Status, r.Stage, r.History.Last, r.Units = "RUNNING", proof.Running, "RUNNING", []proof.Units{{Testbed: "hall", Device: "usrp", Names: []string{"u1"}}}
		}, "2 (RUNNING): runs on unit u1 of hall usrp, and so does request #1"},
	})
}

func TestSlotsThatNobodyReports(t *testing.T) {
	t.Parallel()
	// begun gives the scheduled request another slot, with a booking to match.
	begun := func(h house, is, granted testbeds.Slot) *proof.Request {
		r := h.requests["scheduled"]
		r.Slot, r.Granted, r.Move, r.Approvals = is, &granted, nil, approvals(granted, "u1")
		*h.bookings["scheduled"] = booking(1, 1, testbeds.Firm, is, r.Demand)
		r.Occupied = new(testbeds.Slot{Start: is.Start.Add(-time.Hour), End: is.End.Add(time.Hour)})
		delete(h.bookings, "move")
		return r
	}
	checkAll(t, []damage{
		{"flagged in its slot", func(h house) { begun(h, slot(-1, 4), slot(-1, 4)).Unreported = true }, ""},
		{"flagged ahead of its slot", func(h house) { h.requests["scheduled"].Unreported = true }, "1 (SCHEDULED): is flagged as unreported, and its slot begins at 2026-03-02 22:00:00Z"},
		{"flagged while it runs", func(h house) { h.requests["running"].Unreported = true }, "2 (RUNNING): is flagged as unreported, and is not waiting to be started"},
		{"given back", func(h house) { begun(h, slot(-3, -1), slot(-3, 4)).Released = at(-1) }, ""},
		{"given back, and it has it", func(h house) { begun(h, slot(-3, 4), slot(-3, 4)).Released = at(-1) },
			"1 (SCHEDULED): the rest of its slot was given back at 2026-03-02 11:00:00Z, and it has it until 2026-03-02 16:00:00Z"},
		{"given back, and nothing was left", func(h house) { begun(h, slot(-3, -1), slot(-3, -1)).Released = at(-1) },
			"1 (SCHEDULED): the rest of its slot was given back at 2026-03-02 11:00:00Z, and it was granted " + slot(-3, -1).String()},
		{"given back, and it runs", func(h house) { h.requests["running"].Released = at(-1) },
			"2 (RUNNING): the rest of its slot was given back at 2026-03-02 11:00:00Z, and it has been started"},
		{"not closed after a week", func(h house) { begun(h, slot(-172, -168), slot(-172, -168)) },
			"1 (SCHEDULED): nobody reported anything about it since 2026-02-23 12:00:00Z, and it is not closed"},
		{"to be closed now", func(h house) { begun(h, slot(-172, -168), slot(-172, -168)).Due = at(0) }, ""},
		{"not closed within a week", func(h house) { begun(h, slot(-172, -167), slot(-172, -167)) }, ""},
	})
}

func TestDeadlinesThatNobodyKept(t *testing.T) {
	t.Parallel()
	clock := func(c proof.Clock, due int) func(h house) {
		c.What = "the approval of hall"
		return func(h house) {
			h.requests["pending"].Clocks = []proof.Clock{c}
			if due != 0 {
				h.requests["pending"].Due = at(due)
			}
		}
	}
	checkAll(t, []damage{
		{"ahead", clock(proof.Clock{At: *at(1)}, 1), ""},
		{"passed, and told", clock(proof.Clock{At: *at(-1), Passed: true}, 0), ""},
		{"passed, and due", clock(proof.Clock{At: *at(-1)}, -1), ""},
		{"passed, and nobody knows", clock(proof.Clock{At: *at(0)}, 1), "4 (UNDER_REVIEW): the approval of hall was due at 2026-03-02 12:00:00Z, and nobody was told that it is overdue"},
		{"told too early", clock(proof.Clock{At: *at(1), Passed: true}, 0), "4 (UNDER_REVIEW): the approval of hall is marked as overdue, and has until 2026-03-02 13:00:00Z"},
		{"open against the default", clock(proof.Clock{At: *at(-1), Passed: true, Default: true}, 0),
			"4 (UNDER_REVIEW): the approval of hall was to count as decided at 2026-03-02 11:00:00Z, and is open"},
	})
}
