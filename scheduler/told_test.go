package scheduler_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// ofOffers returns the reminders of offers in a request's history.
func (h *house) ofOffers(id string) (at []string) {
	for _, e := range h.history(id) {
		if e.Action == scheduler.ActionOfferEnds {
			at = append(at, e.At.Sub(morning).String()+" "+e.Text)
		}
	}
	return at
}

// TestAnOfferThatNobodyTakesIsRemindedOfOnce when three quarters of its hold are over.
func TestAnOfferThatNobodyTakesIsRemindedOfOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := h.rejected("hydra", hours(24*10, 4), 1) // holds for three days
	short := h.submitted("hydra", hours(24*20, 4))
	short = h.ok(h.Reject(t.Context(), as("monika"), short.ID, scheduler.Reject{Reason: "no", Count: 2, HoldFor: testbeds.Period{Clock: 8 * time.Hour}}))
	if len(long.Offers) != 1 || len(short.Offers) != 2 {
		t.Fatal(long.Offers, short.Offers)
	}
	for hour := 0.0; hour < 80; hour += 0.5 {
		h.at(hour)
	}
	if got := h.ofOffers(short.ID); len(got) != 1 || !strings.HasPrefix(got[0], "6h0m0s offer ") {
		t.Errorf("held for eight hours: %v", got)
	}
	if got := h.ofOffers(long.ID); len(got) != 1 || !strings.HasPrefix(got[0], "54h0m0s offer 1 ends at") {
		t.Errorf("held for three days: %v", got)
	}
	if slices.ContainsFunc(h.events("adele"), func(e scheduler.Event) bool {
		return e.Action == scheduler.ActionOfferEnds && e.Kind != "reminder"
	}) {
		t.Error("a reminder is told as a change")
	}
	h.clean()
}

func (h *house) approvalLink(r scheduler.Request, testbed, person string) string {
	h.Helper()
	link, err := h.ApprovalLink(h.t.Context(), account.System, r.ID, testbed, person)
	if err != nil {
		h.Fatalf("link: %v", err)
	}
	return link
}

func TestAnApprovalByLinkWorksOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	link := h.approvalLink(r, "radio", "paddy")
	found, err := h.ApprovalByLink(t.Context(), link)
	if err != nil || found.Request.ID != r.ID || found.Approval.Testbed != "radio" || found.Person.Username != "paddy" {
		t.Fatal(found, err)
	}
	if _, err := h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Refused}); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("a refusal without a reason: %v", err)
	}
	out := h.ok(h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved}))
	if out.Approvals[0].Decision != scheduler.Approved || out.Approvals[0].By != "paddy" {
		t.Errorf("%+v", out.Approvals)
	}
	_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Refused, Reason: "on second thoughts"})
	if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "already decided") {
		t.Error(e.Message)
	}
}

func TestAnApprovalLinkIsGoodForNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	link := h.approvalLink(r, "radio", "paddy")
	if _, _, err := h.OfferByLink(t.Context(), link); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("taken for an offer's: %v", err)
	}
	rejected := h.rejected("c2gran", hours(48, 4), 1)
	mine, err := h.Get(t.Context(), as("maeve"), rejected.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.ApprovalByLink(t.Context(), mine.Offers[0].Link); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("an offer's link: %v", err)
	}
	for _, bad := range []string{"", ".", "a.b", link + "x", strings.Repeat("x", 5000), link[:len(link)-2]} {
		if _, err := h.ApprovalByLink(t.Context(), bad); scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
	// A link gives no right to decide to a user without the testbed.
	if _, err := h.ApproveByLink(t.Context(), h.approvalLink(r, "radio", "carla"), scheduler.Approve{Decision: scheduler.Approved}); err == nil {
		t.Error("who is no provider of the testbed has approved")
	}
	if _, err := h.ApprovalLink(t.Context(), as("monika"), r.ID, "radio", "paddy"); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("a mentor makes links for others: %v", err)
	}
	// Another slot is another question.
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(72, 4))}))
	_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved})
	h.refused(scheduler.CodeConflict, err)
}

func TestTheDigestOfADayIsDueOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, want := range []bool{true, false, false} {
		if now, err := h.Digest(t.Context(), "2026-03-02"); err != nil || now != want {
			t.Errorf("time %d: %v, %v", i, now, err)
		}
	}
	if now, err := h.Digest(t.Context(), "2026-03-03"); err != nil || !now {
		t.Errorf("the next day: %v, %v", now, err)
	}
}

// TestNoOfferIsMadeTwice where the capacity would take it twice.
func TestNoOfferIsMadeTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.rejected("video", hours(24, 4), 5) // 8 of 64 vCPUs: each slot has room for several
	if len(r.Offers) < 2 {
		t.Fatal(r.Offers)
	}
	for i, o := range r.Offers {
		for _, other := range r.Offers[:i] {
			if o.What.Slot.Equal(other.What.Slot) && maps.Equal(o.What.Placement, other.What.Placement) {
				t.Errorf("offers %s and %s are the same: %s %v", other.ID, o.ID, o.What.Slot, o.What.Placement)
			}
		}
	}
	h.clean()
}
