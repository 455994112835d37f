package scheduler_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

func displacing(who ...string) scheduler.Schedule {
	return scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "review", Displace: who}}
}

func TestNobodyIsDisplacedWithoutNeed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lower, other := h.scheduled("hydra", hours(26, 4)), h.scheduled("video", hours(26, 4))
	r := h.submitted("marathon", hours(24, 8))
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, displacing(lower.ID, other.ID))
	e := h.refused(scheduler.CodeInvalid, err)
	if !names(e.Fields, "override.displace[1]") || names(e.Fields, "override.displace[0]") {
		t.Errorf("fields %+v", e.Fields)
	}
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, displacing(lower.ID, lower.ID))
	h.refused(scheduler.CodeInvalid, err)
	if s := h.get(other.ID).Status; s != scheduler.Scheduled {
		t.Errorf("the other one is %s", s)
	}
}

func TestHeldCapacityCanBeDisplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rejected := h.rejected("marathon", hours(100, 4), 2)
	slot := rejected.Offers[0].What.Slot
	r := h.submitted("marathon", slot)
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "phone"}})
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, displacing(rejected.ID)))
	if offers := h.get(rejected.ID).Offers; offers[0].State != scheduler.OfferWithdrawn {
		t.Errorf("offers %+v", offers)
	}
	h.clean()
}

func TestOverbookedCanBeShortened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("marathon", hours(24, 8))
	r := h.submitted("hydra", hours(25, 6))
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{
		Override: &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "so be it"}}))
	shorter := hours(25, 3)
	h.ok(h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &shorter}))
	h.clean()
}

// TestThoseConcernedAreTold checks the notices of an overbook and an overrun to the people of other requests, and that they name nobody.
func TestThoseConcernedAreTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.brought(scheduler.Running) // maeve's, 24 to 28
	in := wants("marathon", hours(29, 4))
	next := h.ok(h.Submit(t.Context(), as("hector"), in))
	h.approve(next)
	h.ok(h.Schedule(t.Context(), as("monika"), next.ID, scheduler.Schedule{}))
	h.at(28.25)
	h.at(29.25)
	h.at(30.5)
	over := h.submitted("c2gran", hours(31, 1))
	h.ok(h.Schedule(t.Context(), as("monika"), over.ID, scheduler.Schedule{
		Override: &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "so be it"}}))
	told := map[scheduler.Action]int{}
	for _, e := range h.events("hector") {
		if e.Request == next.ID {
			told[e.Action]++
		}
		for _, r := range []scheduler.Request{first, over} {
			if e.Request == r.ID || strings.Contains(e.Text, "#"+number(r)) {
				t.Errorf("hector hears of #%d: %+v", r.Number, e)
			}
		}
	}
	if told[scheduler.ActionOverrun] != 1 || told[scheduler.ActionFlag] != 1 {
		t.Errorf("told %v, want one warning of the overrun and one of the overbook", told)
	}
	for _, who := range []string{"hector", "maeve"} {
		for _, r := range []scheduler.Request{first, next, over} {
			page, err := h.History(t.Context(), as(who), r.ID, "", 100)
			if err != nil {
				continue // not for them
			}
			for _, e := range page.Items {
				for _, o := range []scheduler.Request{first, next, over} {
					if o.Experimenter != who && strings.Contains(e.Text, "#"+number(o)) {
						t.Errorf("%s reads of #%d: %q", who, o.Number, e.Text)
					}
				}
			}
		}
	}
	h.clean()
}

func TestDisplacedReadsWhyButNotForWhom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lower := h.scheduled("hydra", hours(26, 4))
	r := h.ok(h.Submit(t.Context(), as("hector"), scheduler.Submission{Name: "m", Mentor: "monika", Anyway: true,
		Ask: scheduler.Ask{NSD: "marathon", Slot: hours(24, 8)}}))
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, displacing(lower.ID)))
	page, err := h.History(t.Context(), as("maeve"), lower.ID, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	last := page.Items[len(page.Items)-1]
	if last.Reason != "review" || strings.Contains(last.Text, "#") || last.Verdict == nil || last.Verdict.Fits || last.Verdict.Conflicts[0].TakenBy[0].Request != 0 {
		t.Errorf("maeve reads %+v", last)
	}
	mine, err := h.Get(t.Context(), as("maeve"), lower.ID)
	if err != nil || strings.Contains(mine.Flags[0].Text, "#") {
		t.Errorf("flags %+v, %v", mine.Flags, err)
	}
	full := h.history(lower.ID)
	if taker := full[len(full)-1].Verdict.Conflicts[0].TakenBy[0]; taker.Request != r.Number {
		t.Errorf("the administrator reads %+v", taker)
	}
}

func TestRequestKeepsItsComponents(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(26, 4))
	next := catalogue()
	next.NSDs = slices.DeleteFunc(next.NSDs, func(n testbeds.NSD) bool { return n.ID == "video" })
	if _, err := h.PutCatalogue(t.Context(), as("adele"), next, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	got := h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Placement: testbeds.Placement{"1": "cloud/small"}}))
	if len(got.Components) != 1 || got.Placement["1"] != "cloud/small" {
		t.Errorf("components %+v, placement %v", got.Components, got.Placement)
	}
	h.clean()
}

func TestNothingRunsOutsideOfWhatItOccupies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4)) // with half an hour of setup
	for _, when := range []float64{2, 23.25, 28, 40} {
		h.at(when)
		_, err := h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
		h.refused(scheduler.CodeConflict, err)
	}
}

func TestAcceptedOfferStaysHeldUntilItWouldHaveExpired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.rejected("marathon", hours(120, 4), 1) // held for 72 hours
	out, err := h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false)
	h.ok(out, err)
	rival := wants("hydra", out.Created.Slot)
	_, err = h.Submit(t.Context(), as("hector"), rival)
	h.refused(scheduler.CodeConflict, err)
	h.at(73)
	h.ok(h.Submit(t.Context(), as("hector"), rival))
	if got := h.get(out.Created.ID); got.HoldUntil != nil || got.Status != scheduler.UnderReview {
		t.Errorf("request %+v", got.Request)
	}
	h.clean()
}

func TestWhatIsDueHappensOnceWithSeveralProcesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.rejected("marathon", hours(120, 4), 2)
	h.clock = hours(100, 1).Start
	var both sync.WaitGroup
	for range 4 {
		service := h.another()
		both.Go(func() {
			if _, _, err := service.RunDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	expired := 0
	for _, e := range h.history(r.ID) {
		if e.Action == scheduler.ActionOfferExpire {
			expired++
		}
	}
	if expired != 1 {
		t.Errorf("the offers expired %d times", expired)
	}
	h.clean()
}
