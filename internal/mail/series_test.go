package mail_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// TestAStepWithASeriesIsOneMail to each reader, which lists all of its requests and brings an invitation for each.
func TestAStepWithASeriesIsOneMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	one := h.wants(48)
	in := scheduler.SeriesSubmission{Name: "Weekly", Mentor: "monika", SeriesAsk: scheduler.SeriesAsk{Components: one.Components, Placement: one.Placement,
		Plan: series.Plan{Zone: "Europe/Athens", Rule: "FREQ=WEEKLY;COUNT=3", Start: testbeds.LocalTime{Time: one.Slot.Start}, Duration: testbeds.Period{Clock: one.Slot.Duration()}}}}
	out, err := h.svc.SubmitSeries(ctx, as("eva"), in)
	h.must(nil, err)
	check := func(what string, invitations int, who ...string) {
		t.Helper()
		mails := h.post()
		if diff := cmp.Diff(who, readers(mails)); diff != "" {
			t.Fatalf("%s is told to (-want +got):\n%s", what, diff)
		}
		m := h.of(mails, "eva")
		text, _ := m.Part("text/plain")
		for _, p := range out.Parts {
			if !strings.Contains(text.Text, fmt.Sprintf("#%d ", p.Number)) {
				t.Errorf("%s: the mail does not name #%d:\n%s", what, p.Number, text.Text)
			}
		}
		if !strings.Contains(text.Text, fmt.Sprintf("/series/%d", out.Series.Number)) {
			t.Errorf("%s: the mail does not lead to the series:\n%s", what, text.Text)
		}
		if n := strings.Count(string(m.Raw), "text/calendar; method="); n != invitations {
			t.Errorf("%s: %d invitations, want %d:\n%s", what, n, invitations, m.Raw)
		}
	}
	check("submit", 0, "eva", "monika", "paddy", "tickets")
	_, err = h.svc.ApproveSeries(ctx, as("paddy"), out.Series.ID, "north", scheduler.SeriesApprove{Decision: scheduler.Approved})
	h.must(nil, err)
	check("approve", 0, "eva", "monika", "tickets")
	_, err = h.svc.ScheduleSeries(ctx, as("monika"), out.Series.ID, scheduler.SeriesSchedule{})
	h.must(nil, err)
	check("schedule", 3, "eva", "monika", "oskar", "paddy", "tickets")
	_, err = h.svc.CancelSeries(ctx, as("monika"), out.Series.ID, scheduler.SeriesCancel{Reason: "no"})
	h.must(nil, err)
	check("cancel", 3, "eva", "monika", "oskar", "paddy", "tickets")
}
