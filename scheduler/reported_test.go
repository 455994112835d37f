package scheduler_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

// A slot without a report can be reported late, with its real times.
func TestWhatNobodyReportedIsToldLate(t *testing.T) {
	t.Parallel()
	instant := func(hour float64) *time.Time { return new(hours(hour, 1).Start) }
	type step func(h *house, id string) error
	start := func(actual *scheduler.Actual) step {
		return func(h *house, id string) error {
			_, err := h.Start(t.Context(), as("oskar"), id, scheduler.Step{Actual: actual})
			return err
		}
	}
	complete := func(actual *scheduler.Actual) step {
		return func(h *house, id string) error {
			_, err := h.Complete(t.Context(), as("oskar"), id, scheduler.Step{Actual: actual})
			return err
		}
	}
	fail := func(actual *scheduler.Actual) step {
		return func(h *house, id string) error {
			_, err := h.Fail(t.Context(), as("oskar"), id, scheduler.Step{Actual: actual, Reason: "no power"})
			return err
		}
	}
	tests := []struct {
		name string
		at   float64
		take step
		code scheduler.Code // empty: it succeeds
		want scheduler.Actual
	}{
		{"started after all", 30, start(&scheduler.Actual{Start: instant(24.5)}), "", scheduler.Actual{Start: instant(24.5)}},
		{"started, nobody says when", 30, start(nil), scheduler.CodeConflict, scheduler.Actual{}},
		{"started before its setup", 30, start(&scheduler.Actual{Start: instant(23.4)}), scheduler.CodeInvalid, scheduler.Actual{}},
		{"started in the future", 26, start(&scheduler.Actual{Start: instant(26.5)}), scheduler.CodeInvalid, scheduler.Actual{}},
		{"told within the slot", 26, start(&scheduler.Actual{Start: instant(24.25)}), "", scheduler.Actual{Start: instant(24.25)}},
		{"over", 30, complete(&scheduler.Actual{Start: instant(24), End: instant(27)}), "", scheduler.Actual{Start: instant(24), End: instant(27)}},
		{"over, and nobody knows when it began", 30, complete(nil), "", scheduler.Actual{End: instant(30)}},
		{"over before its slot is", 27.9, complete(nil), scheduler.CodeConflict, scheduler.Actual{}},
		{"over when its slot is", 28, complete(nil), "", scheduler.Actual{End: instant(28)}},
		{"ended before it began", 30, complete(&scheduler.Actual{Start: instant(26), End: instant(25)}), scheduler.CodeInvalid, scheduler.Actual{}},
		{"failed", 30, fail(&scheduler.Actual{Start: instant(24), End: instant(24.5)}), "", scheduler.Actual{Start: instant(24), End: instant(24.5)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(24, 4))
			h.at(tt.at)
			err := tt.take(h, r.ID)
			if tt.code != "" {
				h.refused(tt.code, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, h.get(r.ID).Actual); diff != "" {
				t.Errorf("actual (-want +got):\n%s", diff)
			}
			h.clean()
		})
	}
}
