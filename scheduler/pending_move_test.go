package scheduler_test

import (
	"strings"
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

// approving records the decision of the radio hall's provider.
func (h *house) approving(r scheduler.Request, d scheduler.Decision) scheduler.Request {
	h.Helper()
	return h.ok(h.Approve(h.t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: d, Reason: "so"}))
}

func (h *house) move(r scheduler.Request, to testbeds.Slot) scheduler.Request {
	h.Helper()
	return h.ok(h.Move(h.t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &to, Reason: "asked"}))
}

func TestAMoveWaitsForItsApprovals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	shorter, longer := hours(24, 3), hours(24, 5)
	r = h.ok(h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &shorter}))
	if r.PendingMove != nil || !r.Slot.Equal(shorter) || r.Approvals[0].Decision != scheduler.Approved {
		t.Fatalf("shortening asks nobody: %+v", r)
	}
	_, err := h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &longer})
	if e := h.refused(scheduler.CodeForbidden, err); !strings.Contains(e.Message, "mentor") {
		t.Errorf("%q does not say who can", e.Message)
	}
	r = h.move(r, longer)
	if r.PendingMove == nil || !r.PendingMove.Slot.Equal(longer) || !r.Slot.Equal(shorter) || r.Status != scheduler.Scheduled {
		t.Fatalf("the old slot is kept until radio approves: %+v", r)
	}
	r = h.approving(r, scheduler.Approved)
	if r.PendingMove != nil || !r.Slot.Equal(longer) || !r.Scheduled.Equal(longer) || r.Approvals[0].Decision != scheduler.Approved || !r.Approvals[0].Slot.Equal(longer) {
		t.Errorf("after the approval: %+v", r)
	}
	h.clean()
}

// A request that was scheduled in the cloud moves to the radio hall, whose approval is required: it never starts there without it.
func TestAMoveToATestbedThatHasToApprove(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		then func(h *house, r scheduler.Request) scheduler.Request
		at   string // where it starts
	}{
		{"nobody says anything", func(h *house, r scheduler.Request) scheduler.Request { return r }, "cloud/big"},
		{"refused", func(h *house, r scheduler.Request) scheduler.Request { return h.approving(r, scheduler.Refused) }, "cloud/big"},
		{"approved", func(h *house, r scheduler.Request) scheduler.Request { return h.approving(r, scheduler.Approved) }, "radio/iris"},
		{"approved, and no longer free", func(h *house, r scheduler.Request) scheduler.Request {
			big := wants("", hours(20, 10))
			big.Name, big.NSD, big.Components, big.Placement = "big", "", []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 32}, Onboarded: []string{"radio/iris"}}}, testbeds.Placement{"1": "radio/iris"}
			h.granted(h.submittedBy("hector", big))
			return h.approving(r, scheduler.Approved)
		}, "cloud/big"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			in := wants("video", hours(24, 4))
			in.NSD, in.Components = "", []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"cloud/big", "radio/iris"}}}
			in.Placement = testbeds.Placement{"1": "cloud/big"}
			r := h.ok(h.Schedule(t.Context(), as("monika"), h.submittedBy("maeve", in).ID, scheduler.Schedule{}))
			r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Placement: testbeds.Placement{"1": "radio/iris"}}))
			if r.PendingMove == nil || r.Placement["1"] != "cloud/big" {
				t.Fatalf("moved without being asked: %+v", r)
			}
			r = tt.then(h, r)
			r = h.ok(h.at(24).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
			if r.Placement["1"] != tt.at {
				t.Errorf("it runs at %s, want %s", r.Placement["1"], tt.at)
			}
			h.at(28.5)
			if now := h.get(r.ID); now.PendingMove != nil {
				t.Errorf("the move still waits: %+v", now.PendingMove)
			}
			h.clean()
		})
	}
}

// A move with an override needs no approval, and the request records that.
func TestAMoveWithAnOverrideDoesNotWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	to := hours(30, 4)
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
	if a := r.Approvals[0]; r.PendingMove != nil || a.Decision != scheduler.Overridden || a.By != "monika" || !a.Slot.Equal(to) {
		t.Errorf("approval %+v, pending %+v", a, r.PendingMove)
	}
}

func TestAMoveThatIsNotApprovedInTimeLapses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.move(h.scheduled("hydra", hours(24, 4)), hours(20, 4))
	if h.at(19.9).get(r.ID).PendingMove == nil {
		t.Fatal("it lapsed before its slot began")
	}
	if h.at(20).get(r.ID).PendingMove != nil {
		t.Error("it waits for a slot that has begun")
	}
	_, err := h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved})
	if err != nil {
		t.Error(err)
	}
	if now := h.get(r.ID); !now.Slot.Equal(hours(24, 4)) {
		t.Errorf("it was moved to %s all the same", now.Slot)
	}
	h.clean()
}

// A running experiment is extended once the testbed agrees; until then it keeps its end, and only the provider is asked.
func TestAnExtensionWaitsToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.move(h.running("hydra", hours(24, 4)), hours(24, 6))
	if r.PendingMove == nil || !r.Slot.Equal(hours(24, 4)) {
		t.Fatalf("extended without being asked: %+v", r)
	}
	provider, err := h.Get(t.Context(), as("paddy"), r.ID)
	if err != nil || !strings.Contains(strings.Join(words(provider.Actions), " "), "approve") {
		t.Errorf("the provider may %v, %v", provider.Actions, err)
	}
	r = h.approving(r, scheduler.Approved)
	if !r.Slot.Equal(hours(24, 6)) || len(r.Units) != 1 {
		t.Errorf("after the approval: %s on %+v", r.Slot, r.Units)
	}
	_, err = h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Refused, Reason: "late"})
	h.refused(scheduler.CodeConflict, err)
	h.clean()
}

func words(actions []scheduler.Action) []string {
	var list []string
	for _, a := range actions {
		list = append(list, string(a))
	}
	return list
}

// A user who drags a deployment in a calendar learns that the move waits, and the calendar says so.
func TestAMoveInACalendarSaysThatItWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(48, 4))
	moved, err := h.MoveInCalendar(t.Context(), as("monika"), r.ID, hours(60, 4), r.Revision)
	if err != nil || !strings.Contains(moved.Waiting, "waits for the approval of radio") || !h.get(r.ID).Slot.Equal(hours(48, 4)) {
		t.Errorf("answered %+v, %v", moved, err)
	}
}

// A move does not wait for a testbed that has refused the same demand.
func TestARefusalIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.approving(h.scheduled("hydra", hours(48, 4)), scheduler.Refused)
	shorter, longer := hours(48, 3), hours(48, 5)
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &shorter}))
	back := hours(48, 4)
	_, err := h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &back})
	if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "radio (refused)") {
		t.Errorf("refused with %q", e.Message)
	}
	if r = h.move(r, longer); r.PendingMove == nil {
		t.Error("of what it has not refused it is asked")
	}
}
