package scheduler_test

import (
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func closeFor(h *house, a account.Actor, testbed string, o scheduler.ChangeOptions) error {
	_, _, err := h.AddClosure(h.t.Context(), a, testbed, closure(24, 4), o, scheduler.Creation{})
	return err
}

// closure lies one whole testbed away; the zone of both is at most an hour from UTC, which its length allows for.
func closure(from, length float64) testbeds.Closure {
	s := hours(from, length)
	return testbeds.Closure{Summary: "painters", Start: testbeds.LocalTime{Time: s.Start}, Duration: testbeds.Period{Clock: s.Duration()}}
}

func TestClosureThatBreaksABookingIsRefusedUnlessForced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(26, 4))
	offered := h.rejected("video", hours(26, 4), 1)
	err := closeFor(h, as("paddy"), "radio", scheduler.ChangeOptions{})
	e := h.refused(scheduler.CodeConflict, err)
	if len(e.Broken) != 1 || e.Broken[0].Request != r.ID || len(e.Broken[0].Short) == 0 || len(e.Broken[0].Alternatives) == 0 {
		t.Errorf("broken %+v", e.Broken)
	}
	c, change, err := h.AddClosure(t.Context(), as("paddy"), "radio", closure(24, 4), scheduler.ChangeOptions{Force: true, Reason: "paint"}, scheduler.Creation{})
	if err != nil || c.ID == "" || len(change.Broken) != 1 {
		t.Fatalf("%+v, %+v, %v", c, change, err)
	}
	if got := h.get(r.ID); len(got.Flags) != 1 || got.Flags[0].Kind != "facility_change" || got.Status != scheduler.Scheduled {
		t.Errorf("flagged request %+v", got.Request)
	}
	h.clean()
	if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", c.ID, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.PutCatalogue(t.Context(), as("adele"), radioOnly(), scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	_, err = h.DeleteTestbed(t.Context(), as("adele"), "cloud", scheduler.ChangeOptions{})
	h.refused(scheduler.CodeConflict, err)
	if _, err := h.DeleteTestbed(t.Context(), as("adele"), "cloud", scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if o := h.get(offered.ID).Offers[0]; o.State == scheduler.OfferOpen {
		t.Errorf("an offer of what is gone is still open: %+v", o)
	}
	h.clean()
}

func TestCatalogueThatMakesARequestUndeployableIsRefusedUnlessForced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("video", hours(26, 4))
	next := catalogue()
	next.VNFs[1].Onboarded = []string{"cloud/small"}
	_, err := h.PutCatalogue(t.Context(), as("adele"), next, scheduler.ChangeOptions{})
	if e := h.refused(scheduler.CodeConflict, err); len(e.Broken) != 1 || e.Broken[0].Request != r.ID {
		t.Errorf("broken %+v", e.Broken)
	}
	if _, err := h.PutCatalogue(t.Context(), as("adele"), next, scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if got := h.get(r.ID); got.Deployable.OK || len(got.Flags) == 0 {
		t.Errorf("%+v, flags %+v", got.Deployable, got.Flags)
	}
	h.clean()
}

func TestTwoProcessesSeeTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.another()
	ask := scheduler.Ask{NSD: "marathon", Slot: hours(24, 4)}
	check := func(want bool) {
		t.Helper()
		for i, s := range []*scheduler.Service{h.Service, other} {
			if v, err := s.Check(t.Context(), as("monika"), ask); err != nil || v.Fits != want {
				t.Errorf("process %d: %+v, %v, want %t", i, v, err, want)
			}
		}
	}
	check(true)
	r := h.scheduled("c2gran", hours(24, 4))
	check(false)
	if _, err := other.Cancel(t.Context(), as("monika"), r.ID, scheduler.Step{}); err != nil {
		t.Fatal(err)
	}
	check(true)
	if err := closeFor(h, as("adele"), "radio", scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	check(false)
}
