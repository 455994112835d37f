package scheduler_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

// TestTheAuditFindsWhatWasDone over more events than one call looks through at a time, page by page.
func TestTheAuditFindsWhatWasDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(24, 2))
	for i := range 1200 {
		if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, fmt.Sprintf("remark %04d", i), scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
	}
	h.ok(h.Cancel(t.Context(), as("maeve"), r.ID, scheduler.Step{Reason: "The weather"}))
	find := func(f scheduler.AuditFilter) (found []string) {
		for cursor := ""; ; {
			page, err := h.Audit(t.Context(), as("adele"), f, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Items {
				found = append(found, string(e.Action))
			}
			if cursor = page.Next; cursor == "" {
				return found
			}
		}
	}
	if got := find(scheduler.AuditFilter{Text: "weather"}); !cmp.Equal(got, []string{"cancel"}) {
		t.Errorf("by its reason: %v", got)
	}
	if got := find(scheduler.AuditFilter{Action: scheduler.ActionSubmit, Number: r.Number, Actor: "maeve"}); !cmp.Equal(got, []string{"submit"}) {
		t.Errorf("by action: %v", got)
	}
	if got := find(scheduler.AuditFilter{Action: scheduler.ActionFeedback, Limit: 7}); len(got) != 1200 {
		t.Errorf("%d remarks", len(got))
	}
	if got := find(scheduler.AuditFilter{To: morning}); len(got) != 0 {
		t.Errorf("before there was anything: %v", got)
	}
	if _, err := h.Audit(t.Context(), as("monika"), scheduler.AuditFilter{}, ""); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Error(err)
	}
}
