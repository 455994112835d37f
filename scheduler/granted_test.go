package scheduler_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// withSetup returns the facility with another setup and teardown of the radio hall.
func withSetup(setup, teardown time.Duration) testbeds.Facility {
	f := facility()
	f.Testbeds[0].Setup, f.Testbeds[0].Teardown = testbeds.Period{Clock: setup}, testbeds.Period{Clock: teardown}
	return f
}

// The setup grows from half an hour to four hours after two requests were granted one behind the other: the second still starts when its
// own setup begins, and never beside the first on the same radios.
func TestALongerSetupLetsNobodyStartEarlier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.scheduled("marathon", hours(12, 4))
	second := h.scheduled("marathon", hours(16.75, 4)) // occupied from 16.25, when the teardown of the first is over
	if out := h.put(withSetup(4*time.Hour, 15*time.Minute)); len(out.Broken) != 0 || len(out.Affected) != 2 {
		t.Fatalf("broken %+v, affected %+v", out.Broken, out.Affected)
	}
	h.ok(h.at(12).Start(t.Context(), as("oskar"), first.ID, scheduler.Step{}))
	_, err := h.at(14.5).Start(t.Context(), as("oskar"), second.ID, scheduler.Step{})
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.at(16).Complete(t.Context(), as("oskar"), first.ID, scheduler.Step{}))
	_, err = h.at(16.2).Start(t.Context(), as("oskar"), second.ID, scheduler.Step{})
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.at(16.25).Start(t.Context(), as("oskar"), second.ID, scheduler.Step{}))
	h.clean()
}

// held returns a request made of an offer, whose slot is held.
func (h *house) held(nsd string, slot testbeds.Slot) scheduler.Request {
	h.Helper()
	r := h.submitted(nsd, slot)
	r = h.ok(h.Reject(h.t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "better so", Offers: []testbeds.Alternative{{Slot: slot}}}))
	out, err := h.AcceptOffer(h.t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false)
	h.ok(out, err)
	return *out.Created
}

func TestWordsChangeNoBooking(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.held("hydra", hours(24, 4))
	before := h.booking(r)
	h.put(withSetup(6*time.Hour, 6*time.Hour))
	name := "another name"
	r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: &name}))
	if diff := cmp.Diff(before, h.booking(r)); diff != "" {
		t.Errorf("the booking changed (-before +after):\n%s", diff)
	}
	if r.HoldUntil == nil || r.Occupied == nil {
		t.Errorf("it is no longer held: %+v", r)
	}
}

func TestAHoldThatIsShortenedHoldsTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.held("hydra", hours(24, 4))
	h.put(withSetup(6*time.Hour, 6*time.Hour))
	shorter := hours(25, 2)
	r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &shorter}))
	want := testbeds.Slot{Start: hours(24.5, 1).Start, End: hours(27.25, 1).Start}
	if b := h.booking(r); b.Strength != testbeds.Held || r.HoldUntil == nil || !b.Occupied().Equal(want) {
		t.Errorf("%s from %s, held until %v; want it held from %s", b.Strength, b.Occupied(), r.HoldUntil, want)
	}
	longer := hours(25, 3)
	r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &longer}))
	if b := h.booking(r); b.Strength != testbeds.Pending || r.HoldUntil != nil || r.Occupied != nil {
		t.Errorf("more than was held is %s, held until %v", b.Strength, r.HoldUntil)
	}
	h.clean()
}

// A held slot is granted as it was promised, even if the facility wants a longer setup by now.
func TestAHoldIsGrantedAsItWasOffered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.held("marathon", hours(24, 4))
	h.scheduled("marathon", hours(28.75, 4)) // right behind it
	h.put(withSetup(4*time.Hour, 4*time.Hour))
	h.approve(r)
	r = h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	want := testbeds.Slot{Start: hours(23.5, 1).Start, End: hours(28.25, 1).Start}
	if !r.Occupied.Equal(want) {
		t.Errorf("it occupies %s, want %s", r.Occupied, want)
	}
	h.clean()
}

// Shortening after the teardown grew never reaches into the next booking.
func TestShorteningNeverTakesMore(t *testing.T) {
	t.Parallel()
	for name, override := range map[string]*scheduler.Override{"plain": nil, "with an override": byHand(scheduler.OverrideOverbook)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			first := h.scheduled("marathon", hours(12, 4))
			h.scheduled("marathon", hours(16.75, 4))
			h.put(withSetup(30*time.Minute, 4*time.Hour))
			shorter := hours(12, 3.75)
			r := h.ok(h.Move(t.Context(), as("monika"), first.ID, scheduler.Move{Slot: &shorter, Override: override}))
			if end := r.Occupied.End; !end.Equal(hours(16, 1).Start) {
				t.Errorf("it is occupied until %s", end)
			}
			if b := h.booking(r); b.Overbooked || len(r.Overbooked) > 0 {
				t.Errorf("it was recorded as overbooked")
			}
			h.clean()
		})
	}
}

func TestShorteningWithAnOverrideKeepsUnits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	units := h.at(23.5).get(r.ID).Units
	shorter := hours(24, 3)
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &shorter, Override: byHand(scheduler.OverrideOverbook)}))
	if diff := cmp.Diff(units, r.Units); len(units) != 1 || diff != "" {
		t.Errorf("units (-before +after):\n%s", diff)
	}
}

// A slot of a year is extended in its eleventh month, when its start lies before the ledger's horizon.
func TestALongRunningExperimentIsExtended(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.running("video", hours(24, 300*24))
	h.at(24 + 290*24)
	longer := hours(24, 310*24)
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &longer}))
	if b := h.booking(r); b.Overbooked || !b.Slot.Equal(longer) {
		t.Errorf("booking %+v", b)
	}
	r = h.at(24 + 310*24 + 1).get(r.ID).Request
	if !r.Overrun || len(r.Overbooked) > 0 || h.booking(r).Overbooked {
		t.Errorf("it overruns into free time, and is recorded as overbooked: %+v", r.Overbooked)
	}
	h.clean()
}

func TestAPastClosureRefusesNoExtension(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.running("hydra", hours(24, 8))
	h.at(29)
	closure := testbeds.Closure{Summary: "painters were here", Start: testbeds.LocalTime{Time: hours(26, 1).Start}, Duration: testbeds.Period{Clock: time.Hour}}
	if _, _, err := h.AddClosure(t.Context(), as("adele"), "radio", closure, scheduler.ChangeOptions{}, scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	longer := hours(24, 10)
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &longer, Override: byHand(scheduler.OverrideApprovals)}))
	if h.booking(r).Overbooked {
		t.Error("it was recorded as overbooked")
	}
	h.clean()
}

// A request that fails during setup leaves the radios to be torn down.
func TestEndedDuringSetupKeepsTeardown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("marathon", hours(24, 4))
	h.ok(h.at(23.5).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{State: scheduler.Instantiating}))
	r = h.ok(h.at(23.75).Fail(t.Context(), as("oskar"), r.ID, scheduler.Step{Reason: "no power"}))
	want := testbeds.Slot{Start: hours(23.5, 1).Start, End: hours(24, 1).Start}
	if b := h.booking(r); !b.Occupied().Equal(want) || !r.Occupied.Equal(want) {
		t.Errorf("occupied %s, want %s", b.Occupied(), want)
	}
	h.clean()
}
