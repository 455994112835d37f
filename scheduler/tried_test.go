package scheduler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/policy"
	"berth/scheduler/trace"
	"berth/testbeds"
)

// TestWhatIsCountedOfSteps: each error has one result, and each refusal one reason.
func TestWhatIsCountedOfSteps(t *testing.T) {
	t.Parallel()
	conflict := func(e scheduler.Error) error {
		e.Code = scheduler.CodeConflict
		return fmt.Errorf("scheduling: %w", &e)
	}
	coded := func(c scheduler.Code) error { return scheduler.Errorf(c, "no") }
	for name, c := range map[string]struct {
		tried  scheduler.Tried
		result scheduler.Result
		reason scheduler.Reason
	}{
		"taken":        {scheduler.Tried{}, scheduler.ResultTaken, ""},
		"tried":        {scheduler.Tried{DryRun: true}, scheduler.ResultDryRun, ""},
		"refused, dry": {scheduler.Tried{DryRun: true, Err: coded(scheduler.CodeForbidden)}, scheduler.ResultRefused, scheduler.RefusedRights},
		"broken":       {scheduler.Tried{Err: errors.New("disk")}, scheduler.ResultFailed, ""},
		"busy":         {scheduler.Tried{Err: coded(scheduler.CodeUnavailable)}, scheduler.ResultFailed, ""},
		"signed out":   {scheduler.Tried{Err: coded(scheduler.CodeUnauthenticated)}, scheduler.ResultRefused, scheduler.RefusedRights},
		"invalid":      {scheduler.Tried{Err: coded(scheduler.CodeInvalid)}, scheduler.ResultRefused, scheduler.RefusedInput},
		"stale":        {scheduler.Tried{Err: coded(scheduler.CodePrecondition)}, scheduler.ResultRefused, scheduler.RefusedStale},
		"missing":      {scheduler.Tried{Err: coded(scheduler.CodeNotFound)}, scheduler.ResultRefused, scheduler.RefusedMissing},
		"full":         {scheduler.Tried{Err: conflict(scheduler.Error{Verdict: &testbeds.Verdict{}})}, scheduler.ResultRefused, scheduler.RefusedCapacity},
		"a series":     {scheduler.Tried{Err: conflict(scheduler.Error{Parts: make([]scheduler.Part, 1)})}, scheduler.ResultRefused, scheduler.RefusedCapacity},
		"nowhere":      {scheduler.Tried{Err: conflict(scheduler.Error{Verdict: &testbeds.Verdict{Problems: make([]testbeds.Problem, 1)}})}, scheduler.ResultRefused, scheduler.RefusedUndeployable},
		"by policy":    {scheduler.Tried{Err: conflict(scheduler.Error{Refusals: make([]policy.Breach, 1), Verdict: &testbeds.Verdict{}})}, scheduler.ResultRefused, scheduler.RefusedPolicy},
		"by status":    {scheduler.Tried{Err: conflict(scheduler.Error{Allowed: []scheduler.Action{}})}, scheduler.ResultRefused, scheduler.RefusedStatus},
		"other":        {scheduler.Tried{Err: coded(scheduler.CodeConflict)}, scheduler.ResultRefused, scheduler.RefusedOther},
	} {
		if got := c.tried.Result(); got != c.result {
			t.Errorf("%s: the result is %q, want %q", name, got, c.result)
		}
		if got := c.tried.Reason(); got != c.reason {
			t.Errorf("%s: the reason is %q, want %q", name, got, c.reason)
		}
	}
}

// TestWhoCountsIsToldOfEveryStep: once for each call, whatever becomes of it.
func TestWhoCountsIsToldOfEveryStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var got []string
	h.tried = func(x scheduler.Tried) { got = append(got, fmt.Sprint(x.Action, " ", x.Result(), " ", x.Reason())) }
	h.Service = h.another()
	r := h.scheduled("marathon", hours(5, 2))
	_, err := h.Submit(t.Context(), as("maeve"), wants("marathon", hours(6, 2)))
	h.refused(scheduler.CodeConflict, err)
	_, err = h.Cancel(t.Context(), as("hector"), r.ID, scheduler.Step{})
	h.refused(scheduler.CodeNotFound, err)
	_, err = h.Cancel(t.Context(), as("maeve"), r.ID, scheduler.Step{DryRun: true})
	h.ok(scheduler.Outcome{}, err)
	if diff := cmp.Diff([]string{"submit taken ", "approve taken ", "schedule taken ", "submit refused capacity", "cancel refused missing", "cancel dry_run "}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhatStandsOpen counts requests and capacity, and follows the clock.
func TestWhatStandsOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submitted("marathon", hours(30, 2))
	h.scheduled("video", hours(5, 2))
	h.running("hydra", hours(2, 2))
	h.at(2.5)
	got, err := h.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := scheduler.Standing{Statuses: map[scheduler.Status]int{scheduler.UnderReview: 1, scheduler.Instantiating: 0, scheduler.Running: 1, scheduler.Terminating: 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	use, err := h.InUse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]scheduler.InUse{
		{Testbed: "radio", Resource: "vcpu", There: 32, Booked: 4}, {Testbed: "radio", Resource: "usrp", There: 4, Booked: 3},
		{Testbed: "cloud", Resource: "vcpu", There: 72}, {Testbed: "spare", Resource: "vcpu", There: 4}}, use); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h.at(5)
	if got, err = h.Standing(t.Context()); err != nil || got.OverdueDuties != 1 || got.Flagged != 1 {
		t.Errorf("%+v (%v), want the deployment of what begins as overdue, and what runs on as flagged", got, err)
	}
	if use, err = h.InUse(t.Context()); err != nil || use[2].Booked != 8 {
		t.Errorf("the cloud has %+v booked (%v), want 8", use[2], err)
	}
}

// TestAnEventKnowsItsCall: of a step and of a change of the facility, and nobody is shown it.
func TestAnEventKnowsItsCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := trace.Within(t.Context(), trace.Received("order-17", ""))
	r := h.submitted("hydra", hours(5, 2))
	h.ok(h.Cancel(ctx, as("maeve"), r.ID, scheduler.Step{}))
	if _, err := h.PutCatalogue(ctx, as("adele"), radioOnly(), scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	var causes []string
	for _, e := range h.store.Rows().Events {
		causes = append(causes, e.Cause)
		if b, err := json.Marshal(e); err != nil || strings.Contains(string(b), "order-17") {
			t.Errorf("%s is shown with its cause (%v)", b, err)
		}
	}
	if diff := cmp.Diff([]string{"", "order-17", "order-17"}, causes[len(causes)-3:]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
