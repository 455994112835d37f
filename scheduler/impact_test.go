package scheduler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Marks and records of an overbook go with its cause.
func TestAMarkDoesNotOutliveItsCause(t *testing.T) {
	t.Parallel()
	closure := testbeds.Closure{Summary: "painters", Start: testbeds.LocalTime{Time: hours(25, 1).Start}, Duration: testbeds.Period{Clock: time.Hour}}
	tests := []struct {
		name string
		make func(h *house) (marked scheduler.Request, undo func())
	}{
		{"the other one is cancelled", func(h *house) (scheduler.Request, func()) {
			first := h.scheduled("marathon", hours(24, 4))
			r := h.submitted("hydra", hours(24, 4))
			r = h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
			return r, func() { h.ok(h.Cancel(t.Context(), as("maeve"), first.ID, scheduler.Step{})) }
		}},
		{"the other one is moved away", func(h *house) (scheduler.Request, func()) {
			first := h.scheduled("marathon", hours(24, 4))
			r := h.submitted("hydra", hours(24, 4))
			r = h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
			to := hours(40, 4)
			return r, func() {
				h.ok(h.Move(t.Context(), as("adele"), first.ID, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
			}
		}},
		{"it is moved away itself", func(h *house) (scheduler.Request, func()) {
			h.scheduled("marathon", hours(24, 4))
			r := h.submitted("hydra", hours(24, 4))
			r = h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
			to := hours(40, 4)
			return r, func() {
				h.ok(h.Move(t.Context(), as("adele"), r.ID, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
			}
		}},
		{"the closure is lifted", func(h *house) (scheduler.Request, func()) {
			r := h.scheduled("marathon", hours(24, 4))
			c, _, err := h.AddClosure(t.Context(), as("paddy"), "radio", closure, scheduler.ChangeOptions{Force: true, Reason: "paint"}, scheduler.Creation{})
			if err != nil {
				h.Fatalf("closure: %v", err)
			}
			return r, func() {
				if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", c.ID, scheduler.ChangeOptions{}); err != nil {
					h.Fatalf("closure: %v", err)
				}
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r, undo := tt.make(h)
			if !h.booking(r).Overbooked {
				t.Fatal("it is not marked")
			}
			undo()
			if now := h.get(r.ID); h.booking(r).Overbooked || len(now.Overbooked) > 0 || len(now.Flags) > 0 {
				t.Errorf("marked %v, records %+v, flags %+v", h.booking(r).Overbooked, now.Overbooked, now.Flags)
			}
			h.clean()
		})
	}
}

// Every kind of facility change lists in its preview the requests that it concerns.
func TestEveryKindOfFacilityChangeHasItsLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		change   func(t *testbeds.Testbed)
		broken   string // a part of the reason for which the scheduled request breaks
		affected string // a part of the effect on it or on the one under review
	}{
		{name: "a feature is taken away", change: func(t *testbeds.Testbed) { t.Features = nil }, broken: "requires sdr"},
		{name: "the hosts are small", change: func(t *testbeds.Testbed) {
			t.VIMs[0].Hosts = []testbeds.Host{{Count: 9, Size: testbeds.Quantities{"vcpu": 2}}}
		}, broken: "fits no single host"},
		{name: "the VIM is renamed", change: func(t *testbeds.Testbed) { t.VIMs[0].ID = "ida" }, broken: "no VIM"},
		{name: "nobody is asked any more", change: func(t *testbeds.Testbed) { t.Approval = testbeds.ApprovalInformed }, affected: "approval is now informed"},
		{name: "somebody else is asked", change: func(t *testbeds.Testbed) { t.Providers = []string{"paddy", "carla"} }, affected: "given by paddy, carla"},
		{name: "another zone", change: func(t *testbeds.Testbed) { t.Timezone = "Europe/Athens" }, affected: "Europe/Athens"},
		{name: "open to everybody's eyes", change: func(t *testbeds.Testbed) { t.Visibility = testbeds.VisibilityOpen }, affected: "everybody sees"},
		{name: "longer setup", change: func(t *testbeds.Testbed) { t.Setup.Clock = 3 * time.Hour }, affected: "keeps the setup"},
		{name: "less capacity", change: func(t *testbeds.Testbed) { t.VIMs[0].Capacity = testbeds.Quantities{"vcpu": 3} }, broken: "vcpu"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.scheduled("hydra", hours(24, 4))
			h.submitted("hydra", hours(40, 4))
			f := facility()
			tt.change(&f.Testbeds[0])
			out, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{DryRun: true})
			if tt.name == "the VIM is renamed" { // the catalogue names it
				h.refused(scheduler.CodeInvalid, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var broken, affected []string
			for _, b := range out.Broken {
				broken = append(broken, fmt.Sprint(b.Number, b.Problems, b.Short))
			}
			for _, a := range out.Affected {
				affected = append(affected, fmt.Sprint(a.Number, a.Text))
			}
			if got := strings.Join(broken, "; "); !strings.Contains(got, tt.broken) || (got == "") != (tt.broken == "") {
				t.Errorf("broken %q, want %q in it", got, tt.broken)
			}
			if got := strings.Join(affected, "; "); !strings.Contains(got, tt.affected) || (got == "") != (tt.affected == "") {
				t.Errorf("affected %q, want %q in it", got, tt.affected)
			}
		})
	}
}

// A request that can no longer run is flagged; when the capacity returns, the flag goes.
func TestAFeatureTakenAwayFlagsUntilItIsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	f := facility()
	f.Testbeds[0].Features = nil
	if _, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{}); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Fatalf("it needs no force: %v", err)
	}
	h.put(f)
	if now := h.get(r.ID); len(now.Flags) != 1 || now.Deployable.OK || h.booking(r).Overbooked {
		t.Errorf("flags %+v, deployable %v", now.Flags, now.Deployable)
	}
	h.put(facility())
	if now := h.get(r.ID); len(now.Flags) != 0 {
		t.Errorf("flags %+v", now.Flags)
	}
}
