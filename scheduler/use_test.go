package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/report"
	"berth/testbeds"
)

// TestEveryStatusHasAFate: a report knows what became of each request.
func TestEveryStatusHasAFate(t *testing.T) {
	t.Parallel()
	slot := hours(1, 4)
	for _, s := range scheduler.Statuses {
		if got := (scheduler.Used{Status: s, Slot: slot}).Fate(slot.Start); got == "" {
			t.Errorf("%s has no fate", s)
		}
	}
	for now, want := range map[time.Time]report.Fate{slot.End.Add(-time.Second): report.Ahead, slot.End: report.NoShow} {
		if got := (scheduler.Used{Status: scheduler.Scheduled, Slot: slot}).Fate(now); got != want {
			t.Errorf("a scheduled request at %v is %s, want %s", now, got, want)
		}
	}
}

// TestWhatCountsAsPlannedAndUsed: the plan as granted, the run as reported.
func TestWhatCountsAsPlannedAndUsed(t *testing.T) {
	t.Parallel()
	plan, now := hours(10, 4), hours(30, 0).Start
	at := func(h float64) *time.Time { return new(hours(h, 0).Start) }
	closed := func(h float64) *scheduler.Entry { return &scheduler.Entry{At: *at(h)} }
	for name, tt := range map[string]struct {
		u             scheduler.Used
		planned, used testbeds.Slot
	}{
		"asked for":                 {scheduler.Used{Status: scheduler.UnderReview, Slot: plan}, testbeds.Slot{}, testbeds.Slot{}},
		"as planned":                {scheduler.Used{Status: scheduler.Completed, Slot: plan, Scheduled: &plan, Actual: &scheduler.Actual{Start: at(10), End: at(14)}}, plan, plan},
		"ended early":               {scheduler.Used{Status: scheduler.Completed, Slot: hours(10, 1), Scheduled: &plan, Actual: &scheduler.Actual{Start: at(10), End: at(11)}}, plan, hours(10, 1)},
		"overran":                   {scheduler.Used{Status: scheduler.Completed, Slot: hours(10, 6), Scheduled: &plan, Actual: &scheduler.Actual{Start: at(10), End: at(16)}}, plan, hours(10, 6)},
		"runs":                      {scheduler.Used{Status: scheduler.Running, Slot: plan, Scheduled: &plan, Actual: &scheduler.Actual{Start: at(12)}}, plan, hours(12, 18)},
		"failed":                    {scheduler.Used{Status: scheduler.Failed, Slot: plan, Scheduled: &plan, Actual: &scheduler.Actual{Start: at(10), End: at(10.5)}}, plan, hours(10, .5)},
		"failed, never started":     {scheduler.Used{Status: scheduler.Failed, Slot: plan, Scheduled: &plan, Actual: &scheduler.Actual{End: at(14)}}, plan, testbeds.Slot{}},
		"completed without a start": {scheduler.Used{Status: scheduler.Completed, Slot: plan, Scheduled: &plan, Actual: &scheduler.Actual{End: at(13)}}, plan, hours(10, 3)},
		"nobody reported it":        {scheduler.Used{Status: scheduler.Scheduled, Slot: plan, Scheduled: &plan}, plan, testbeds.Slot{}},
		"cancelled before":          {scheduler.Used{Status: scheduler.Cancelled, Slot: plan, Scheduled: &plan, Closed: closed(10)}, hours(10, 0), testbeds.Slot{}},
		"cancelled in its slot":     {scheduler.Used{Status: scheduler.Cancelled, Slot: plan, Scheduled: &plan, Closed: closed(11)}, hours(10, 1), testbeds.Slot{}},
		"cancelled after its slot":  {scheduler.Used{Status: scheduler.Cancelled, Slot: plan, Scheduled: &plan, Closed: closed(20)}, plan, testbeds.Slot{}},
	} {
		planned, used := tt.u.Times(now)
		if !planned.Equal(tt.planned) || !used.Equal(tt.used) {
			t.Errorf("%s: planned %v, used %v; want %v and %v", name, planned, used, tt.planned, tt.used)
		}
	}
}

func TestWhyARequestWasRefused(t *testing.T) {
	t.Parallel()
	verdict := func(v testbeds.Verdict) *scheduler.Entry { return &scheduler.Entry{Verdict: &v} }
	short, never := []testbeds.Conflict{{}}, []testbeds.Problem{{}}
	for name, tt := range map[string]struct {
		u    scheduler.Used
		want report.Refusal
	}{
		"a testbed":          {scheduler.Used{Refused: true, Closed: verdict(testbeds.Verdict{Conflicts: short})}, report.ByTheTestbed},
		"impossible":         {scheduler.Used{Closed: verdict(testbeds.Verdict{Conflicts: short, Problems: never})}, report.Impossible},
		"taken":              {scheduler.Used{Closed: verdict(testbeds.Verdict{Conflicts: short})}, report.Taken},
		"it would have been": {scheduler.Used{Closed: verdict(testbeds.Verdict{Fits: true})}, report.Otherwise},
		"before verdicts":    {scheduler.Used{Closed: &scheduler.Entry{}}, report.Otherwise},
		"without an entry":   {scheduler.Used{}, report.Otherwise},
	} {
		if got := tt.u.Refusal(); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestEverybodyReadsTheirShare: own requests, own testbeds, or all.
func TestEverybodyReadsTheirShare(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("hydra", hours(24, 4))
	ask := wants("c2gran", hours(48, 2))
	other := h.ok(h.Submit(t.Context(), as("hector"), ask))
	q := scheduler.Question{From: hours(0, 0).Start, To: hours(24*7, 0).Start, By: report.ByExperimenter}
	for who, want := range map[string]string{"maeve": "maeve:1", "hector": "hector:1", "monika": "maeve:1 hector:1", "oskar": "maeve:1 hector:1", "adele": "maeve:1 hector:1",
		"paddy": shareOf(other, "radio", "maeve:1 hector:1", "maeve:1"), "carla": shareOf(other, "cloud", "hector:1", "")} {
		r, err := h.Use(t.Context(), as(who), q)
		got := ""
		for _, l := range r.Lines {
			got += fmt.Sprintf(" %s:%d", l.Key, l.Requests)
			if l.Name != "The "+l.Key {
				t.Errorf("%s is called %q", l.Key, l.Name)
			}
		}
		if err != nil || got != " "+want && got+want != "" {
			t.Errorf("%s reads%s, want %s (%v)", who, got, want, err)
		}
	}
	r, err := h.Use(t.Context(), as("paddy"), scheduler.Question{From: q.From, To: q.To, By: report.ByTestbed})
	for _, l := range r.Lines {
		if l.Key != "radio" {
			t.Errorf("a provider of radio counts %s: %v", l.Key, err)
		}
	}
	fed := as("adele")
	fed.Scopes = []account.Scope{account.ScopeCalendar}
	if _, err := h.Use(t.Context(), fed, q); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("a calendar's token: %v", err)
	}
}

// shareOf picks by whether a request touches a testbed.
func shareOf(r scheduler.Request, testbed, yes, no string) string {
	for _, id := range r.Demand.Testbeds() {
		if id == testbed {
			return yes
		}
	}
	return no
}

func TestAQuestionIsBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	from := hours(0, 0).Start
	for name, tt := range map[string]struct {
		q    scheduler.Question
		want scheduler.Code
	}{
		"good":            {scheduler.Question{From: from, To: from.Add(time.Second)}, ""},
		"the longest":     {scheduler.Question{From: from, To: from.Add(report.Longest)}, ""},
		"too long":        {scheduler.Question{From: from, To: from.Add(report.Longest + time.Second)}, scheduler.CodeInvalid},
		"empty":           {scheduler.Question{From: from, To: from}, scheduler.CodeInvalid},
		"backwards":       {scheduler.Question{From: from, To: from.Add(-time.Hour)}, scheduler.CodeInvalid},
		"without a start": {scheduler.Question{To: from}, scheduler.CodeInvalid},
		"without an end":  {scheduler.Question{From: from}, scheduler.CodeInvalid},
		"by the colour":   {scheduler.Question{From: from, To: from.Add(time.Hour), By: "colour"}, scheduler.CodeInvalid},
		"of no testbed":   {scheduler.Question{From: from, To: from.Add(time.Hour), Testbed: "none"}, scheduler.CodeNotFound},
		"of a testbed":    {scheduler.Question{From: from, To: from.Add(time.Hour), Testbed: "radio"}, ""},
	} {
		if _, err := h.Use(t.Context(), as("monika"), tt.q); scheduler.CodeOf(err) != tt.want || err != nil && tt.want == "" {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
