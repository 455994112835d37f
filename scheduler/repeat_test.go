package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

// A repeated submission gets the first answer, although its slot has begun; a repeated closure keeps its id.
func TestARepeatIsNotJudgedAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := wants("marathon", hours(1, 4))
	in.Creation = scheduler.Creation{Key: "k", Fingerprint: "f"}
	first, err := h.Submit(t.Context(), as("maeve"), in)
	h.ok(first, err)
	h.at(2)
	again, err := h.Submit(t.Context(), as("maeve"), in)
	h.ok(again, err)
	if again.Request.ID != first.Request.ID || !again.Repeated || cmp.Diff(first.Fit, again.Fit) != "" {
		t.Errorf("answered %+v", again)
	}
	once := scheduler.Creation{Key: "c", Fingerprint: "f"}
	one, change, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(40, 1, "u1"), scheduler.ChangeOptions{}, once)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", one.ID, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	two, repeated, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(40, 1, "u1"), scheduler.ChangeOptions{}, once)
	if err != nil || two.ID != one.ID || repeated.Revision != change.Revision+2 {
		t.Errorf("closure %s at revision %d, %v; want %s", two.ID, repeated.Revision, err, one.ID)
	}
}
