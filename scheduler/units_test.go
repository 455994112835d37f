package scheduler_test

import (
	"slices"
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

// insisting returns a submission of an NSD that wants certain USRPs.
func insisting(nsd string, slot testbeds.Slot, units ...string) scheduler.Submission {
	in := wants(nsd, slot)
	in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: int64(len(units)), Units: units}}
	return in
}

func (h *house) submittedBy(who string, in scheduler.Submission) scheduler.Request {
	h.Helper()
	return h.ok(h.Submit(h.t.Context(), as(who), in))
}

func (h *house) granted(r scheduler.Request) scheduler.Request {
	h.Helper()
	return h.ok(h.Schedule(h.t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideApprovals)}))
}

// closing returns a closure of certain USRPs.
func closing(from, length float64, units ...string) testbeds.Closure {
	s := hours(from, length)
	return testbeds.Closure{Summary: "repair", Start: testbeds.LocalTime{Time: s.Start}, Duration: testbeds.Period{Clock: s.Duration()}, Devices: []string{"usrp"}, Units: units}
}

// Closing or removing one unit breaks the request that insists on it, and no other.
func TestAUnitThatGoesBreaksWhoHasIt(t *testing.T) {
	t.Parallel()
	changes := map[string]func(h *house) scheduler.FacilityChange{
		"closed": func(h *house) scheduler.FacilityChange {
			_, out, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(25, 1, "u1"), scheduler.ChangeOptions{Force: true, Reason: "repair"}, scheduler.Creation{})
			if err != nil {
				h.Fatalf("closure: %v", err)
			}
			return out
		},
		"removed": func(h *house) scheduler.FacilityChange {
			f := facility()
			f.Testbeds[0].Devices[0].Count, f.Testbeds[0].Devices[0].Units = 3, []string{"u2", "u3", "u4"}
			return h.put(f)
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			hit := h.granted(h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1")))
			spared := h.granted(h.submittedBy("hector", insisting("c2gran", hours(24, 4), "u2")))
			offered := h.submittedBy("maeve", insisting("c2gran", hours(48, 4), "u1"))
			offered = h.ok(h.Reject(t.Context(), as("monika"), offered.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{{Slot: hours(49, 1)}}}))
			out := change(h)
			broken := func(r scheduler.Request) bool {
				return slices.ContainsFunc(out.Broken, func(b scheduler.BrokenBooking) bool { return b.Request == r.ID })
			}
			if !broken(hit) || broken(spared) {
				t.Errorf("broken %+v", out.Broken)
			}
			now := h.get(hit.ID)
			if len(now.Flags) != 1 || now.Fit.Fits || !h.booking(hit).Overbooked {
				t.Errorf("flags %+v, fit %+v", now.Flags, now.Fit)
			}
			if name == "removed" {
				if o := h.get(offered.ID).Offers[0]; o.State != scheduler.OfferWithdrawn {
					t.Errorf("an offer of the unit is %s", o.State)
				}
			}
			v, err := h.Verify(t.Context())
			if err != nil || len(v.Recorded) == 0 || len(v.Overcommitments) > 0 {
				t.Errorf("verify: %+v, %v", v, err)
			}
		})
	}
}

func TestAStartNeedsTheUnitsThatItInsistsOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.granted(h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1")))
	if _, _, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(23, 8, "u1"), scheduler.ChangeOptions{Force: true, Reason: "repair"}, scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	_, err := h.at(24).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
	e := h.refused(scheduler.CodeConflict, err)
	if len(e.Verdict.Conflicts) != 1 || e.Verdict.Conflicts[0].TakenBy[0].Summary != "repair" {
		t.Errorf("conflicts %+v", e.Verdict.Conflicts)
	}
	_, err = h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{Override: byHand(scheduler.OverrideOverbook)})
	h.refused(scheduler.CodeForbidden, err)
	r = h.ok(h.Start(t.Context(), as("adele"), r.ID, scheduler.Step{Override: byHand(scheduler.OverrideOverbook)}))
	if len(r.Overbooked) != 1 || !h.booking(r).Overbooked {
		t.Errorf("an override leaves no record: %+v", r.Overbooked)
	}
}

// Chosen units that are gone at the start are chosen anew.
func TestAStartTakesOtherUnitsWhereItMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.granted(h.submittedBy("maeve", wants("c2gran", hours(24, 4))))
	chosen := h.at(23.75).get(r.ID).Units[0].Units
	if _, _, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(23.75, 8, chosen...), scheduler.ChangeOptions{Force: true, Reason: "repair"}, scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	r = h.ok(h.at(24).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	for _, u := range r.Units[0].Units {
		if slices.Contains(chosen, u) {
			t.Errorf("it runs on %s, which is closed", u)
		}
	}
}

// The predecessor runs on and on, on all units: the next request does not start beside it without an override.
func TestAStartNeedsUnitsThatNobodyRunsOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	late := h.running("marathon", hours(24, 4))
	next := h.granted(h.submittedBy("hector", wants("c2gran", hours(28.75, 4))))
	_, err := h.at(29).Start(t.Context(), as("oskar"), next.ID, scheduler.Step{})
	e := h.refused(scheduler.CodeConflict, err)
	if len(e.Verdict.Conflicts) == 0 || e.Verdict.Conflicts[0].TakenBy[0].Request != late.Number || len(e.Alternatives) == 0 {
		t.Errorf("refused with %+v, alternatives %v", e.Verdict, e.Alternatives)
	}
	h.ok(h.Complete(t.Context(), as("oskar"), late.ID, scheduler.Step{}))
	r := h.ok(h.at(29.25).Start(t.Context(), as("oskar"), next.ID, scheduler.Step{}))
	if len(r.Units) != 1 || len(r.Units[0].Units) != 2 {
		t.Errorf("it runs on %+v", r.Units)
	}
	h.clean()
}

// After an edit onto units that another request has firmly, the request holds nothing.
func TestAHoldMovesToNoOtherUnits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.granted(h.submittedBy("hector", insisting("c2gran", hours(24, 4), "u3", "u4")))
	r := h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1", "u2"))
	r = h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "better so", Offers: []testbeds.Alternative{{Slot: hours(24, 4)}}}))
	out, err := h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false)
	h.ok(out, err)
	others := []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 2, Units: []string{"u3", "u4"}}}
	r = h.ok(h.Edit(t.Context(), as("maeve"), out.Created.ID, scheduler.Edit{Devices: &others, Anyway: true}))
	if b := h.booking(r); b.Strength != testbeds.Pending || r.HoldUntil != nil {
		t.Errorf("it is %s, held until %v", b.Strength, r.HoldUntil)
	}
	h.clean()
}

// A request that is extended by an override on a removed unit is recorded as overbooked like any other.
func TestAnExtensionOnAUnitThatIsGoneIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.granted(h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1")))
	h.at(29) // over, and not reported
	f := facility()
	f.Testbeds[0].Devices[0].Count, f.Testbeds[0].Devices[0].Units = 3, []string{"u2", "u3", "u4"}
	h.put(f)
	longer := hours(24, 8)
	r = h.ok(h.Move(t.Context(), as("adele"), r.ID, scheduler.Move{Slot: &longer, Override: byHand(scheduler.OverrideOverbook)}))
	if !h.booking(r).Overbooked || len(r.Overbooked) != 1 {
		t.Errorf("marked %v, records %+v", h.booking(r).Overbooked, r.Overbooked)
	}
	h.clean()
}
