package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// closes closes the radios of the hall in a slot.
func (h *house) closes(who string, slot testbeds.Slot, o scheduler.ChangeOptions) scheduler.FacilityChange {
	h.Helper()
	_, change, err := h.AddClosure(h.t.Context(), as(who), "radio", testbeds.Closure{Summary: "painters", Devices: []string{"usrp"}, Start: testbeds.LocalTime{Time: slot.Start}, Duration: testbeds.Period{Clock: slot.Duration()}}, o, scheduler.Creation{})
	if err != nil {
		h.Fatalf("closure: %v", err)
	}
	return change
}

func TestWhoIsDisplacedHasOffersAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	lower, r := h.scheduled("marathon", hours(24, 4)), h.submitted("marathon", hours(24, 4))
	h.approve(r)
	out, err := h.Schedule(ctx, as("monika"), r.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "review", Displace: []string{lower.ID}}})
	h.ok(out, err)
	open := h.offers(lower.ID)
	if len(open) != 3 || open[0].For != scheduler.OfferLost || !open[0].Expires.Equal(sooner(h.clock.Add(72*time.Hour), open[0].What.Slot.Start)) {
		t.Fatalf("%+v", open)
	}
	h.clean()
	out, err = h.AcceptOffer(ctx, as("maeve"), lower.ID, open[1].ID, false)
	if back := h.ok(out, err); back.Status != scheduler.UnderReview || back.HoldUntil == nil || len(back.Flags) > 0 || !back.Slot.Equal(open[1].What.Slot) || len(h.offers(lower.ID)) > 0 {
		t.Errorf("%+v", back)
	}
	h.clean()
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func TestWhoIsClosedOutHasOffersAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("marathon", hours(24, 4))
	change := h.closes("paddy", hours(24, 4), scheduler.ChangeOptions{Force: true, Reason: "paint"})
	open := h.offers(r.ID)
	if len(open) != 3 || len(change.Broken) != 1 || change.Broken[0].Offered != 3 || h.get(r.ID).Status != scheduler.Scheduled {
		t.Fatalf("%+v, %+v", open, change.Broken)
	}
	h.clean()
	out, err := h.AcceptOffer(t.Context(), as("maeve"), r.ID, open[0].ID, false)
	if back := h.ok(out, err); back.Status != scheduler.UnderReview || back.HoldUntil == nil || len(back.Flags) > 0 || !back.Slot.Equal(open[0].What.Slot) {
		t.Errorf("the testbed must approve it: %+v", back)
	}
	h.clean()
}

func TestAClosureRePlacesWhomItHits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("marathon", hours(24, 4))
	for _, dry := range []bool{true, false} {
		change := h.closes("paddy", hours(24, 4), scheduler.ChangeOptions{Replace: true, Reason: "paint", DryRun: dry})
		if len(change.Broken) != 1 || change.Broken[0].Moved == nil {
			t.Fatalf("dry run %v: %+v", dry, change.Broken)
		}
	}
	v := h.get(r.ID)
	if v.Status != scheduler.Scheduled || !v.Fit.Fits || len(v.Flags)+len(h.offers(r.ID)) > 0 || v.Slot.Overlaps(hours(23.9, 4.5)) || v.Approvals[0].By != "paddy" {
		t.Errorf("%+v", v.Request)
	}
	entries := h.history(r.ID)
	if last := entries[len(entries)-1]; last.Action != scheduler.ActionMove || last.Reason != "paint" || last.Actor != "paddy" {
		t.Errorf("history ends with %+v", last)
	}
	h.clean()
}

func TestWhoMustBeAskedIsNotRePlaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("video", hours(24, 4)) // in the cloud, which is only informed
	f := facility()
	f.Testbeds[1].Approval = testbeds.ApprovalRequired
	h.put(f)
	if _, _, err := h.AddClosure(t.Context(), as("adele"), "cloud", testbeds.Closure{Summary: "flood", Start: testbeds.LocalTime{Time: hours(20, 1).Start}, Duration: testbeds.Period{Clock: 12 * time.Hour}},
		scheduler.ChangeOptions{Replace: true}, scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	if v := h.get(r.ID); v.Slot.Equal(r.Slot) || v.Approvals[0].By != "adele" { // an administrator speaks for every testbed
		t.Errorf("%+v", v.Request)
	}
	h.clean()
}

// TestTheMoreImportantChooseFirst among what a closure leaves, whichever of the two comes first otherwise.
func TestTheMoreImportantChooseFirst(t *testing.T) {
	t.Parallel()
	for first := range 2 {
		h := newHouse(t)
		hit := []scheduler.Request{h.scheduled("marathon", hours(48, 2)), h.scheduled("marathon", hours(52, 2))}
		h.ok(h.Prioritise(t.Context(), as("monika"), hit[first].ID, scheduler.Prioritise{Priority: scheduler.PriorityHigh}))
		h.closes("paddy", hours(48, 200), scheduler.ChangeOptions{Replace: true, Reason: "paint"})
		high, normal := h.get(hit[first].ID), h.get(hit[1-first].ID)
		if !high.Slot.End.After(normal.Slot.End) { // what is nearest is what lies latest before the closure
			t.Errorf("%d: the important one is at %v, the other at %v", first, high.Slot, normal.Slot)
		}
		h.clean()
	}
}

// TestWhatATestbedRefusedIsNotGrantedElsewhere: who lost a slot that a testbed has refused since goes back to review with the offer that they accept.
func TestWhatATestbedRefusedIsNotGrantedElsewhere(t *testing.T) {
	t.Parallel()
	for decision, want := range map[scheduler.Decision]scheduler.Status{scheduler.Approved: scheduler.Scheduled, scheduler.Refused: scheduler.UnderReview} {
		h := newHouse(t)
		in := wants("hydra", hours(24, 4))
		in.MinDuration = testbeds.Period{Clock: time.Hour}
		r := h.ok(h.Submit(t.Context(), as("maeve"), in))
		h.approve(r)
		h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		h.closes("paddy", hours(1, 22.5), scheduler.ChangeOptions{Reason: "paint"}) // so that what is left of the slot is the nearest
		h.closes("paddy", hours(26, 400), scheduler.ChangeOptions{Reason: "paint", Force: true})
		offers := h.offers(r.ID)
		i := slices.IndexFunc(offers, func(o scheduler.Offer) bool { return hours(24, 4).Contains(o.What.Slot) })
		if i < 0 {
			t.Fatalf("no offer lies within the slot: %+v", offers)
		}
		h.approving(r, decision)
		if got := h.ok(h.AcceptOffer(t.Context(), as("maeve"), r.ID, offers[i].ID, false)); got.Status != want {
			t.Errorf("%s: %s", decision, got.Status)
		}
		h.clean()
	}
}
