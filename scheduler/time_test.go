package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

func TestEarlyEndFreesTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Running) // 24 to 28, and it is 25
	next := wants("marathon", hours(26, 2))
	_, err := h.Submit(t.Context(), as("hector"), next)
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	_, err = h.Submit(t.Context(), as("hector"), wants("marathon", hours(25.5, 2))) // teardown until 25:15, setup from 25:00
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.Submit(t.Context(), as("hector"), next))
	h.clean()
}

func TestOverrunHoldsOnAndWarns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Running) // until 28
	next := h.scheduled("marathon", hours(29, 4))
	told := len(h.events("maeve"))
	h.at(28.5)
	got := h.get(r.ID)
	if !got.Overrun {
		t.Fatal("it runs past its end")
	}
	v, err := h.Check(t.Context(), as("monika"), scheduler.Ask{NSD: "c2gran", Slot: testbeds.NewSlot(h.clock.Add(time.Minute), 5*time.Minute)})
	if err != nil || v.Fits {
		t.Errorf("an overrunning request holds what it has: %+v, %v", v, err)
	}
	warned := slices.ContainsFunc(h.events("maeve")[told:], func(e scheduler.Event) bool { return e.Request == next.ID })
	if !warned {
		t.Error("the people of the next booking were not told")
	}
	h.clean()
	h.at(31)
	h.clean()
	h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	if h.get(r.ID).Overrun {
		t.Error("it is over")
	}
	h.clean()
}

func TestOfferExpires(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("marathon", hours(100, 4))
	r = h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Count: 1, HoldFor: testbeds.Period{Clock: 2 * time.Hour}}))
	rival := wants("hydra", r.Offers[0].What.Slot)
	_, err := h.Submit(t.Context(), as("hector"), rival)
	h.refused(scheduler.CodeConflict, err)
	h.clock = h.clock.Add(2 * time.Hour)
	// RunDue was not called yet: a decision handles the due requests itself.
	h.ok(h.Submit(t.Context(), as("hector"), rival))
	_, err = h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false)
	h.refused(scheduler.CodeConflict, err)
	h.at(3)
	if o := h.get(r.ID).Offers[0]; o.State != scheduler.OfferExpired {
		t.Errorf("offer %+v", o)
	}
	h.clean()
}

func TestEachReminderOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(72, 4))
	reminders := func() []string {
		var list []string
		for _, e := range h.events("maeve") {
			if e.Kind == "reminder" && e.Request == r.ID {
				list = append(list, e.At.Sub(morning).String())
			}
		}
		return list
	}
	for range 2 {
		h.at(40)
		h.at(47.5) // a day before orchestration, which begins half an hour before the slot
		h.at(60)
		h.at(70.5)
	}
	if diff := cmp.Diff([]string{"47h30m0s", "70h30m0s"}, reminders()); diff != "" {
		t.Errorf("reminders (-want +got):\n%s", diff)
	}
}

func TestUnitsAreChosenLateAndKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	if len(r.Units) != 0 {
		t.Errorf("units %+v were chosen before they had to be", r.Units)
	}
	h.at(23.5)
	chosen := h.get(r.ID).Units
	if len(chosen) != 1 || len(chosen[0].Units) != 3 {
		t.Fatalf("units %+v", chosen)
	}
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	to := hours(24, 6)
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &to}))
	if diff := cmp.Diff(chosen, h.get(r.ID).Units); diff != "" {
		t.Errorf("units changed (-before +after):\n%s", diff)
	}
	h.clean()
}

// A granted request keeps its setup: operators are reminded of the instant that the calendar shows.
func TestSetupStaysAsItWasGranted(t *testing.T) {
	t.Parallel()
	for name, setup := range map[string]time.Duration{"none any more": 0, "much more": 4 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(24, 4)) // its setup begins at 23.5
			f := facility()
			f.Testbeds[0].Setup = testbeds.Period{Clock: setup}
			h.put(f)
			_, err := h.at(23.4).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
			h.refused(scheduler.CodeConflict, err)
			if _, next, err := h.RunDue(t.Context()); err != nil || !next.Equal(hours(23.5, 1).Start) {
				t.Errorf("next %v, %v", next, err)
			}
			if got := h.reminders(r.ID); !slices.Equal(got, []string{"orchestrate by " + hours(23.5, 1).Start.Format(time.RFC3339)}) {
				t.Errorf("reminders %q", got)
			}
			h.ok(h.at(23.5).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
			h.clean()
		})
	}
}

// An overrun that is to end sooner was never approved for the time since its end, and stays an overrun.
func TestAnOverrunThatIsCutShortIsNotGranted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("c2gran", hours(2, 1))
	h.at(2)
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	h.at(3.5) // occupies until 4
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(2, 1.75))}))
	if !r.Overrun || !r.Scheduled.Equal(hours(2, 1)) || !r.Slot.Equal(hours(2, 1.75)) {
		t.Errorf("overrun %t of %s, occupies %s", r.Overrun, r.Scheduled, r.Slot)
	}
	h.clean()
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(2, 3)), Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "go on"}}))
	if r.Overrun || !r.Scheduled.Equal(hours(2, 3)) {
		t.Errorf("overrun %t of %s after it was granted more", r.Overrun, r.Scheduled)
	}
	h.clean()
}
