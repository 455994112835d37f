package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// TestASeriesIsJudgedByThePolicy: each occurrence counts, beside those before it.
func TestASeriesIsJudgedByThePolicy(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: few, quantity: vcpu, hours: 40, per: person, every: month}]")
	in := scheduler.SeriesSubmission{Name: "weekly", Mentor: "monika"}
	in.NSD = "video"
	in.Plan = series.Plan{Start: testbeds.LocalTime{Time: hours(28, 1).Start}, Duration: testbeds.Period{Clock: hours(0, 2).Duration()}, Rule: "FREQ=DAILY;COUNT=3", Zone: "UTC"}
	_, err := h.SubmitSeries(t.Context(), as("maeve"), in) // 48 hours of vCPU
	e := h.refused(scheduler.CodeConflict, err)
	if len(e.Parts) == 0 || len(h.store.Rows().Requests) != 0 {
		t.Errorf("got %v, with %d requests", e, len(h.store.Rows().Requests))
	}
	in.Plan.Rule = "FREQ=DAILY;COUNT=2"
	if _, err := h.SubmitSeries(t.Context(), as("maeve"), in); err != nil {
		t.Fatal(err)
	}
	_, err = h.Submit(t.Context(), as("maeve"), wants("video", hours(100, 2)))
	if diff := cmp.Diff([]string{"few"}, rules(h.refused(scheduler.CodeConflict, err))); diff != "" {
		t.Error(diff)
	}
	h.clean()
}
