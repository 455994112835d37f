package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// adviser is another system that is asked. It looks at the store meanwhile, which waits for ever while a step holds it.
type adviser struct {
	h       *house
	asked   []scheduler.HookQuestion
	reasons []string
	err     error
}

func (a *adviser) Ask(ctx context.Context, q scheduler.HookQuestion) ([]string, error) {
	err := a.h.store.Change(ctx, scheduler.AllTestbeds, func(tx scheduler.Tx) error {
		_, err := tx.Facility(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.asked = append(a.asked, q)
	return a.reasons, a.err
}

// advised returns a house whose requests another system is asked about.
func advised(t testing.TB, open bool) (*house, *adviser) {
	t.Helper()
	h := newHouse(t)
	a := &adviser{h: h}
	h.Service = scheduler.New(h.store, scheduler.Options{Log: h.out, Clock: func() time.Time { return h.clock }, Hook: a, HookOpen: open, NewID: func() string {
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", h.ids.Add(1))
	}})
	return h, a
}

func (a *adviser) taken() (list []string) {
	for _, q := range a.asked {
		list = append(list, fmt.Sprintf("%s #%d by %s", q.For, q.Request.Number, q.By))
	}
	a.asked = nil
	return list
}

// TestAnotherSystemIsAsked: once for each step that asks for more, with what is asked, and while nothing is locked.
func TestAnotherSystemIsAsked(t *testing.T) {
	t.Parallel()
	h, a := advised(t, false)
	in := wants("video", hours(4, 2))
	dry := in
	dry.DryRun = true
	if _, err := h.Submit(t.Context(), as("maeve"), dry); err != nil {
		t.Fatal(err)
	}
	if len(a.asked) != 1 || !a.asked[0].DryRun || a.asked[0].Person.Username != "maeve" || a.asked[0].Person.Organisation != "House" || len(a.asked[0].Demand) == 0 ||
		!a.asked[0].Slot.Equal(in.Slot) || !slices.Equal(a.asked[0].Person.Roles, []string{"experimenter"}) || a.asked[0].Request.ID != "" {
		t.Errorf("asked %+v", a.asked)
	}
	a.taken()
	out, err := h.Submit(t.Context(), as("maeve"), in)
	if err != nil {
		t.Fatal(err)
	}
	r := out.Request
	if diff := cmp.Diff([]string{"submit #0 by maeve"}, a.taken()); diff != "" || r.Judged.Hook != scheduler.HookAllowed {
		t.Errorf("%+v\n%s", r.Judged, diff)
	}
	if _, err := h.Allowed(t.Context(), as("maeve"), in.Ask); err != nil || len(a.asked) != 1 || !a.asked[0].DryRun {
		t.Errorf("a check asked %+v, %v", a.asked, err)
	}
	a.taken()
	shorter, longer := hours(4, 1), hours(4, 3)
	for _, tt := range []struct {
		slot testbeds.Slot
		want []string
	}{{shorter, nil}, {longer, []string{"edit #1 by maeve"}}} {
		if _, err := h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &tt.slot}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, a.taken()); diff != "" {
			t.Error(diff)
		}
	}
	for _, who := range []string{"monika"} {
		if _, err := h.Schedule(t.Context(), as(who), r.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "Today."}}); err != nil {
			t.Fatal(err)
		}
	}
	if asked := a.taken(); asked != nil {
		t.Errorf("what was allowed when it was asked for is granted with another question: %v", asked)
	}
}

// TestAnotherSystemRefuses: with its reasons, which a mentor overrides with one of their own; all of it is kept.
func TestAnotherSystemRefuses(t *testing.T) {
	t.Parallel()
	h, a := advised(t, false)
	a.reasons = []string{"the project has ended", "no funds are left"}
	in := wants("video", hours(4, 2))
	_, err := h.Submit(t.Context(), as("maeve"), in)
	e := h.refused(scheduler.CodeConflict, err)
	if len(e.Refusals) != 2 || e.Refusals[0].Rule != scheduler.HookRule || e.Refusals[1].Message != "no funds are left" || len(e.Alternatives) > 0 || len(e.Overrides) > 0 ||
		!strings.Contains(e.Message, "the project has ended") {
		t.Errorf("%+v", e)
	}
	if list, err := h.Allowed(t.Context(), as("maeve"), in.Ask); err != nil || len(list) != 2 {
		t.Errorf("a check says %+v, %v", list, err)
	}
	in.Mentor, in.Override = "monika", &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: "The dean asked for it."}
	in.Experimenter = "maeve"
	out, err := h.Submit(t.Context(), as("monika"), in)
	if err != nil {
		t.Fatal(err)
	}
	r := out.Request
	if len(r.Waived) != 1 || r.Waived[0].Reason != "The dean asked for it." || len(r.Waived[0].Refusals) != 2 || r.Judged.Hook != scheduler.HookWaived {
		t.Errorf("%+v, %+v", r.Waived, r.Judged)
	}
}

// TestNoAnswer: refuses or allows, as the settings say, and is said.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for _, open := range []bool{false, true} {
		h, a := advised(t, open)
		a.err = errors.New("connection refused")
		out, err := h.Submit(t.Context(), as("maeve"), wants("video", hours(4, 2)))
		if !strings.Contains(h.log.String(), "connection refused") {
			t.Errorf("open %v: the log has nothing", open)
		}
		if !open {
			if e := h.refused(scheduler.CodeConflict, err); len(e.Refusals) != 1 || !strings.Contains(e.Refusals[0].Message, "did not answer") {
				t.Errorf("%+v", e)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if first := h.history(out.Request.ID)[0]; !strings.Contains(first.Text, "did not answer, which lets it pass") || out.Request.Judged.Hook != scheduler.HookUnanswered {
			t.Errorf("%q, %+v", first.Text, out.Request.Judged)
		}
	}
}

// TestASeriesIsAskedAbout: for each occurrence.
func TestASeriesIsAskedAbout(t *testing.T) {
	t.Parallel()
	h, a := advised(t, false)
	in := scheduler.SeriesSubmission{Name: "weekly", Mentor: "monika"}
	in.NSD = "video"
	in.Plan = series.Plan{Start: testbeds.LocalTime{Time: hours(28, 1).Start}, Duration: testbeds.Period{Clock: 2 * time.Hour}, Rule: "FREQ=DAILY;COUNT=3", Zone: "UTC"}
	out, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	if err != nil || out.Done != 3 {
		t.Fatalf("%+v, %v", out, err)
	}
	if diff := cmp.Diff([]string{"submit #0 by maeve", "submit #0 by maeve", "submit #0 by maeve"}, a.taken()); diff != "" {
		t.Error(diff)
	}
}
