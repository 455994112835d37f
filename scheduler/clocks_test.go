package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/deadline"
	"berth/testbeds"
)

// punctual gives radio eight hours to decide, and a day of notice.
func (h *house) punctual(by testbeds.DefaultDecision) {
	h.Helper()
	f := facility()
	f.Testbeds[0].Deadlines = &testbeds.Deadlines{Within: testbeds.Period{Clock: 8 * time.Hour}, Notice: testbeds.Period{Days: 1}, Default: by}
	h.put(f)
}

// told lists what people were told of deadlines of a request, and when.
func (h *house) toldOfDeadlines(id string) (list []string) {
	h.Helper()
	for _, e := range h.history(id) {
		switch e.Action {
		case scheduler.ActionDecideSoon, scheduler.ActionEscalate, scheduler.ActionOverdue, scheduler.ActionApprove:
			list = append(list, e.At.Sub(morning).String()+" "+string(e.Action)+" "+strings.Split(e.Text, " is due")[0])
		}
	}
	return list
}

// Who was asked is reminded, others are told, and at the end it has passed; each once, whichever process looks.
func TestDeadlinesOfApprovalAndDecision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.punctual("")
	r := h.submitted("hydra", hours(72, 4))
	if r.Deadline == nil || !r.Deadline.At.Equal(hours(8, 1).Start) || r.Approvals[0].Deadline == nil || !r.Approvals[0].Deadline.At.Equal(hours(8, 1).Start) {
		t.Fatalf("deadlines %+v, %+v", r.Deadline, r.Approvals[0].Deadline)
	}
	other := h.another()
	for _, at := range []float64{3.9, 4, 5, 6, 7.9} {
		h.at(at)
		if _, _, err := other.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.get(r.ID).Approvals[0].Deadline.Stage; got != deadline.Escalated {
		t.Errorf("stage %q", got)
	}
	if v, _ := h.Get(t.Context(), as("adele"), r.ID); !v.WaitsFor(as("adele")) || !v.WaitsFor(as("marco")) {
		t.Error("it does not wait for administrators and all mentors")
	}
	h.ok(h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved}))
	h.at(8)
	h.at(20)
	want := []string{"4h0m0s decide_soon the approval of radio", "4h0m0s decide_soon its mentor's decision", "6h0m0s escalate the approval of radio", "6h0m0s escalate its mentor's decision",
		"7h54m0s approve radio approved", "8h0m0s overdue its mentor's decision was due by 2026-03-02T14:00:00Z"}
	if diff := cmp.Diff(want, h.toldOfDeadlines(r.ID)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	h.clean()
	r = h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	if r.Deadline != nil || r.DecideBy() != nil {
		t.Errorf("a decided request has the deadline %+v", r.DecideBy())
	}
	h.clean()
}

// Only a testbed that says so has decided when its deadline passes.
func TestDecidedByDefault(t *testing.T) {
	t.Parallel()
	for by, want := range map[testbeds.DefaultDecision]scheduler.Decision{"": "", testbeds.DefaultApproved: scheduler.Approved, testbeds.DefaultRefused: scheduler.Refused} {
		h := newHouse(t)
		h.punctual(by)
		r := h.submitted("hydra", hours(72, 4))
		h.at(7.9)
		if got := h.get(r.ID).Approvals[0].Decision; got != "" {
			t.Errorf("%q: it is %s before its deadline", by, got)
		}
		h.at(8)
		got := h.get(r.ID)
		a := got.Approvals[0]
		if a.Decision != want || want != "" && (a.By != "berth" || !strings.Contains(a.Reason, "by default")) {
			t.Errorf("%q: %+v", by, a)
		}
		if got.Status != scheduler.UnderReview || got.Deadline == nil || got.Deadline.Stage != deadline.Passed {
			t.Errorf("%q: %s, the mentor's deadline %+v", by, got.Status, got.Deadline)
		}
		h.clean()
	}
}

// All that a long downtime has missed is done at once, and told once.
func TestADeadlineThatPassedUnseen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.punctual(testbeds.DefaultApproved)
	r := h.submitted("hydra", hours(72, 4))
	h.at(50)
	want := []string{"50h0m0s approve radio approved", "50h0m0s overdue its mentor's decision was due by 2026-03-02T14:00:00Z"}
	if diff := cmp.Diff(want, h.toldOfDeadlines(r.ID)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	h.clean()
}

// A request that asks for something else is asked about anew; one whose words change is not.
func TestADeadlineBeginsAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.punctual("")
	r := h.submitted("hydra", hours(72, 4))
	h.at(4)
	r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: new("other words")}))
	if r.Deadline.Stage != deadline.Reminded || r.Approvals[0].Deadline.Stage != deadline.Reminded {
		t.Errorf("other words: %+v, %+v", r.Deadline, r.Approvals[0].Deadline)
	}
	r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: new(hours(80, 4))}))
	for _, by := range []*deadline.Deadline{r.Deadline, r.Approvals[0].Deadline} {
		if by == nil || by.Stage != deadline.Open || !by.At.Equal(hours(12, 1).Start) {
			t.Errorf("another slot: %+v", by)
		}
	}
	// Its notice begins before the eight hours are over: setup at 35.5, a day of notice.
	r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: new(hours(34, 4))}))
	if !r.Deadline.At.Equal(hours(9.5, 1).Start) {
		t.Errorf("with notice: %s", r.Deadline.At)
	}
	h.clean()
}

// A move that waits for approvals has their deadlines, and a default makes it.
func TestAMoveByDefault(t *testing.T) {
	t.Parallel()
	for by, want := range map[testbeds.DefaultDecision]testbeds.Slot{testbeds.DefaultApproved: hours(96, 4), testbeds.DefaultRefused: hours(72, 4)} {
		h := newHouse(t)
		h.punctual(by)
		r := h.scheduled("hydra", hours(72, 4))
		r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(96, 4))}))
		if r.PendingMove == nil || r.DecideBy() == nil || !r.DecideBy().At.Equal(hours(8, 1).Start) {
			t.Fatalf("%+v", r.PendingMove)
		}
		h.at(6)
		if got := h.get(r.ID); got.PendingMove.Approvals[0].Deadline.Stage != deadline.Escalated {
			t.Errorf("%+v", got.PendingMove.Approvals[0])
		}
		h.at(8)
		if got := h.get(r.ID); got.PendingMove != nil || !got.Slot.Equal(want) || got.Status != scheduler.Scheduled {
			t.Errorf("%s: %s, %+v", by, got.Slot, got.PendingMove)
		}
		h.clean()
	}
}

// Where nothing has to be approved, the mentor alone has a deadline; where no testbed has a rule, nobody.
func TestWhoHasADeadline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if r := h.submitted("hydra", hours(72, 4)); r.DecideBy() != nil {
		t.Errorf("%+v", r.DecideBy())
	}
	f := facility()
	f.Testbeds[1].Deadlines = &testbeds.Deadlines{}
	h.put(f)
	r := h.submitted("video", hours(72, 4))
	if r.Approvals[0].Deadline != nil || r.Deadline == nil || !r.Deadline.At.Equal(hours(72, 1).Start) {
		t.Errorf("%+v, %+v", r.Approvals[0].Deadline, r.Deadline)
	}
	h.at(100)
	h.clean()
}

// An administrator can be a request's mentor, and decides as one; nobody else without the role can.
func TestAnAdministratorIsAMentor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(24, 2))
	for _, who := range []string{"maeve", "oskar", "paddy"} {
		_, err := h.Assign(t.Context(), as("monika"), r.ID, scheduler.Assign{Mentor: who})
		h.refused(scheduler.CodeInvalid, err)
	}
	r = h.ok(h.Assign(t.Context(), as("monika"), r.ID, scheduler.Assign{Mentor: "adele"}))
	if r.Mentor != "adele" || !r.WaitsFor(as("adele")) || r.WaitsFor(as("monika")) {
		t.Errorf("its mentor is %s; it waits for her: %t", r.Mentor, r.WaitsFor(as("adele")))
	}
	h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{}))
	h.clean()
}
