package scheduler_test

import (
	"slices"
	"testing"

	"berth/scheduler"
	"berth/scheduler/policy"
)

// smuggle changes a request behind the back of the rules.
func (h *house) smuggle(id string, change func(*scheduler.Request)) {
	h.Helper()
	err := h.store.Change(h.t.Context(), nil, func(tx scheduler.Tx) error {
		x, err := tx.Request(h.t.Context(), id)
		if err != nil {
			return err
		}
		x.Revision++
		change(&x)
		return tx.UpdateRequest(h.t.Context(), x)
	})
	if err != nil {
		h.Fatalf("%v", err)
	}
}

// finds reports whether Verify has a finding.
func (h *house) finds(text string) bool {
	h.Helper()
	v, err := h.Verify(h.t.Context())
	if err != nil {
		h.Fatalf("%v", err)
	}
	return slices.Contains(v.Inconsistencies, text)
}

// TestVerifyFindsTooManyOpenRequests: more of them than the limit allowed when one was made are a fault, unless that was waived, or came before the
// revision in force.
func TestVerifyFindsTooManyOpenRequests(t *testing.T) {
	t.Parallel()
	const finding = "the limit few is exceeded, and nobody waived that: when request #3 was made, maeve had 2 open requests, the most being 2"
	h := ruled(t, "limits: [{name: few, open: 2}]")
	h.submitted("video", hours(30, 1))
	gone := h.submitted("video", hours(40, 1))
	h.ok(h.Cancel(t.Context(), as("maeve"), gone.ID, scheduler.Step{Reason: "not needed"}))
	last := h.submitted("video", hours(50, 1))
	h.clean()
	h.smuggle(gone.ID, func(x *scheduler.Request) { x.Status = scheduler.UnderReview })
	if !h.finds(finding) {
		t.Error("a limit that is exceeded was not found")
	}
	h.smuggle(last.ID, func(x *scheduler.Request) {
		x.Waived = []scheduler.Waiver{{At: h.clock, By: "monika", Reason: "so", Refusals: []policy.Breach{{Rule: "few", Kind: policy.KindOpen}}}}
	})
	if h.finds(finding) {
		t.Error("a recorded override is no fault")
	}
	h.smuggle(last.ID, func(x *scheduler.Request) { x.Waived = nil })
	if !h.finds(finding) {
		t.Error("it is found again")
	}
	h.smuggle(last.ID, func(x *scheduler.Request) { x.Judged.Limits = nil })
	if h.finds(finding) {
		t.Error("a request that no limit counted is no fault")
	}
	h.smuggle(last.ID, func(x *scheduler.Request) { x.Judged.Limits = []string{"few"} })
	h.rule("limits: [{name: few, open: 1}]")
	if h.finds(finding) {
		t.Error("a request from before the policy is no fault")
	}
}

// TestLimitsStayWithARequest: which limits counted a request when it was made is known after it was judged again by the same revision.
func TestLimitsStayWithARequest(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: few, open: 2}, {name: others, who: {users: [hector]}, open: 1}]\nquotas: [{name: week, quantity: vcpu, hours: 800, per: person, every: week}]")
	r := h.submitted("video", hours(30, 1))
	for range 2 {
		if got := h.get(r.ID).Judged; !slices.Equal(got.Limits, []string{"few"}) || !slices.Equal(got.Quotas, []string{"week"}) {
			t.Fatalf("judged by %+v", got)
		}
		slot := hours(32, 2)
		h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &slot}))
	}
	h.rule("limits: [{name: few, open: 3}]")
	slot := hours(40, 2)
	h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &slot}))
	if got := h.get(r.ID).Judged; got.Policy != 2 || len(got.Limits) > 0 {
		t.Errorf("judged by %+v, and it was made before", got)
	}
}
