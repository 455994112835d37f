package scheduler_test

import (
	"strings"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// An approval holds for the demand that it was given for, and for less of the same.
func TestAnApprovalIsBoundToWhatWasApproved(t *testing.T) {
	t.Parallel()
	units := func(names ...string) *[]testbeds.DeviceNeed {
		return &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 2, Units: names}}
	}
	longer, shorter, earlier := hours(24, 5), hours(25, 2), hours(23, 4)
	tests := []struct {
		name  string
		grant scheduler.Schedule
		holds bool
	}{
		{"as approved", scheduler.Schedule{}, true},
		{"shorter", scheduler.Schedule{Slot: &shorter}, true},
		{"longer", scheduler.Schedule{Slot: &longer}, false},
		{"earlier", scheduler.Schedule{Slot: &earlier}, false},
		{"other units", scheduler.Schedule{Devices: units("u3", "u4")}, false},
		{"any units", scheduler.Schedule{Devices: units()}, false},
		{"one unit less", scheduler.Schedule{Devices: &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1, Units: []string{"u2"}}}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1", "u2"))
			h.approving(r, scheduler.Approved)
			out, err := h.Schedule(t.Context(), as("monika"), r.ID, tt.grant)
			if tt.holds {
				h.ok(out, err)
				return
			}
			if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "approval of radio") {
				t.Errorf("refused with %q", e.Message)
			}
		})
	}
}

// A link asks about one thing; any change of that makes it another question.
func TestAnApprovalLinkIsAboutOneQuestion(t *testing.T) {
	t.Parallel()
	name, slot := "quite another experiment", hours(24, 5)
	edits := map[string]scheduler.Edit{
		"the slot":  {Slot: &slot},
		"the words": {Name: &name},
		"the units": {Devices: &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 2, Units: []string{"u3", "u4"}}}},
	}
	for what, edit := range edits {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1", "u2"))
			link, err := h.ApprovalLink(t.Context(), account.System, r.ID, "radio", "paddy")
			if err != nil {
				t.Fatal(err)
			}
			h.ok(h.Edit(t.Context(), as("maeve"), r.ID, edit))
			_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved})
			h.refused(scheduler.CodeConflict, err)
		})
	}
}

func TestALinkApprovesAPendingMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	r = h.move(r, hours(30, 4))
	link, err := h.ApprovalLink(t.Context(), account.System, r.ID, "radio", "paddy")
	if err != nil {
		t.Fatal(err)
	}
	r = h.ok(h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved}))
	if !r.Slot.Equal(hours(30, 4)) {
		t.Errorf("it is at %s", r.Slot)
	}
	_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved})
	h.refused(scheduler.CodeConflict, err)
}

// An approval that is taken back keeps a scheduled request from being started.
func TestAnApprovalThatIsTakenBackKeepsFromStarting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.approving(h.scheduled("hydra", hours(24, 4)), scheduler.Refused)
	if len(r.Flags) != 1 || r.Flags[0].Kind != "approval" {
		t.Errorf("flags %+v", r.Flags)
	}
	_, err := h.at(24).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
	h.refused(scheduler.CodeConflict, err)
	r = h.approving(r, scheduler.Approved)
	if len(r.Flags) != 0 {
		t.Errorf("flags %+v", r.Flags)
	}
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
}

// A policy that becomes required binds requests under review, and leaves granted ones alone.
func TestANewPolicyBindsWhatIsUnderReview(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked, granted := h.submitted("video", hours(24, 4)), h.scheduled("video", hours(24, 4))
	f := facility()
	f.Testbeds[1].Approval = testbeds.ApprovalRequired
	out := h.put(f)
	if len(out.Broken) != 0 || len(out.Affected) != 1 || out.Affected[0].Request != asked.ID {
		t.Errorf("broken %+v, affected %+v", out.Broken, out.Affected)
	}
	if a := h.get(asked.ID).Approvals[0]; a.Policy != testbeds.ApprovalRequired {
		t.Errorf("approval %+v", a)
	}
	_, err := h.Schedule(t.Context(), as("monika"), asked.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.at(24).Start(t.Context(), as("oskar"), granted.ID, scheduler.Step{}))
}
