package scheduler_test

import (
	"strings"
	"testing"

	"berth/scheduler"
)

// TestALinkThatWasUsedStaysUsed even when the request asks for the same again: after a move away and back, the approval is asked for anew.
func TestALinkThatWasUsedStaysUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	link, unused := h.approvalLink(r, "radio", "paddy"), h.approvalLink(r, "radio", "adele")
	h.ok(h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved}))
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(72, 4))}))
	back := h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(24, 4))}))
	if back.Approvals[0].Decision != "" {
		t.Fatalf("the approval of before counts: %+v", back.Approvals)
	}
	_, err := h.ApprovalByLink(t.Context(), link)
	if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "already used") {
		t.Error(e.Message)
	}
	_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved})
	h.refused(scheduler.CodeConflict, err)
	if s := h.get(r.ID).Approvals[0].Decision; s != "" {
		t.Errorf("a used link decided again: %s", s)
	}
	h.ok(h.ApproveByLink(t.Context(), unused, scheduler.Approve{Decision: scheduler.Approved})) // this one was not used
}

// TestAnOfferThatWasTakenStaysTaken whatever happens to the request made of it, or to the one that it belongs to.
func TestAnOfferThatWasTakenStaysTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rejected := h.rejected("c2gran", hours(48, 4), 2)
	mine, err := h.Get(t.Context(), as("maeve"), rejected.ID)
	if err != nil {
		t.Fatal(err)
	}
	link := mine.Offers[0].Link
	taken, err := h.AcceptByLink(t.Context(), link)
	if err != nil || taken.Created == nil {
		t.Fatal(taken, err)
	}
	h.ok(h.Cancel(t.Context(), as("maeve"), taken.Created.ID, scheduler.Step{}))
	for range 2 {
		if _, _, err := h.OfferByLink(t.Context(), link); scheduler.CodeOf(err) != scheduler.CodeConflict {
			t.Errorf("looking at it: %v", err)
		}
		if _, err := h.AcceptByLink(t.Context(), link); scheduler.CodeOf(err) != scheduler.CodeConflict {
			t.Errorf("taking it again: %v", err)
		}
	}
}
