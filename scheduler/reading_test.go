package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestWhoMayRead asks with everybody in turn, and with tokens of other scopes: only the named users get an answer.
func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	const everybody = "maeve hector monika marco paddy carla oskar adele"
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4)) // maeve's, monika's, at paddy's testbed
	ask := scheduler.Ask{NSD: "c2gran", Slot: hours(48, 4)}
	ctx := t.Context()
	nothing := func(_ any, err error) error { return err }
	for name, tt := range map[string]struct {
		read func(a account.Actor) error
		who  string
		code scheduler.Code // to everybody else
	}{
		"facility":  {func(a account.Actor) error { _, _, err := h.Facility(ctx, a); return err }, everybody, scheduler.CodeForbidden},
		"catalogue": {func(a account.Actor) error { _, _, err := h.Catalogue(ctx, a); return err }, everybody, scheduler.CodeForbidden},
		"check":     {func(a account.Actor) error { return nothing(h.Check(ctx, a, ask)) }, everybody, scheduler.CodeForbidden},
		"suggest":   {func(a account.Actor) error { _, _, err := h.Suggest(ctx, a, ask); return err }, everybody, scheduler.CodeForbidden},
		"windows":   {func(a account.Actor) error { return nothing(h.Windows(ctx, a, ask, hours(0, 48), 3)) }, everybody, scheduler.CodeForbidden},
		"available": {func(a account.Actor) error { return nothing(h.Availability(ctx, a, "radio", hours(0, 48))) }, everybody, scheduler.CodeForbidden},
		"boards":    {func(a account.Actor) error { return nothing(h.Boards(ctx, a, []string{"radio"}, hours(0, 48), false)) }, everybody, scheduler.CodeForbidden},
		"list":      {func(a account.Actor) error { return nothing(h.List(ctx, a, scheduler.RequestFilter{}, "")) }, everybody, scheduler.CodeForbidden},
		"events":    {func(a account.Actor) error { _, _, err := h.Events(ctx, a, 0, 9); return err }, everybody, scheduler.CodeForbidden},
		"get":       {func(a account.Actor) error { return nothing(h.Get(ctx, a, r.ID)) }, "maeve monika marco paddy oskar adele", scheduler.CodeNotFound},
		"history":   {func(a account.Actor) error { return nothing(h.History(ctx, a, r.ID, "", 9)) }, "maeve monika marco paddy oskar adele", scheduler.CodeNotFound},
		"feedback":  {func(a account.Actor) error { return nothing(h.Feedback(ctx, a, r.ID, "", 9)) }, "maeve monika marco paddy oskar adele", scheduler.CodeNotFound},
		"ways":      {func(a account.Actor) error { return nothing(h.Ways(ctx, a, r.ID)) }, "maeve monika marco paddy oskar adele", scheduler.CodeNotFound},
		"names":     {func(a account.Actor) error { return nothing(h.Names(ctx, a, []string{"maeve"})) }, everybody, scheduler.CodeForbidden},
		"audit":     {func(a account.Actor) error { return nothing(h.Audit(ctx, a, scheduler.AuditFilter{}, "")) }, "adele", scheduler.CodeForbidden},
		"a link":    {func(a account.Actor) error { return nothing(h.ApprovalLink(ctx, a, r.ID, "radio", "paddy")) }, "adele", scheduler.CodeForbidden},
	} {
		for _, who := range strings.Fields(everybody) {
			want := tt.code
			if slices.Contains(strings.Fields(tt.who), who) {
				want = ""
			}
			if err := tt.read(as(who)); scheduler.CodeOf(err) != want || err != nil && want == "" {
				t.Errorf("%s by %s: %v, want %q", name, who, err, want)
			}
			fed := as(who)
			fed.Scopes = []account.Scope{account.ScopeFeed, account.ScopeCalendar}
			if err := tt.read(fed); scheduler.CodeOf(err) != tt.code {
				t.Errorf("%s by %s with a calendar's token: %v", name, who, err)
			}
		}
	}
}

// TestLeftOutOfTheAudit filters one trail by each field.
func TestWhatTheAuditIsFilteredBy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.submitted("video", hours(24, 2))
	h.at(1)
	second := h.submitted("hydra", hours(24, 4))
	h.at(2)
	h.ok(h.Cancel(t.Context(), as("monika"), second.ID, scheduler.Step{Reason: "The WEATHER"}))
	for name, tt := range map[string]struct {
		filter scheduler.AuditFilter
		want   string
	}{
		"all":               {scheduler.AuditFilter{}, "cancel#2 submit#2 submit#1 facility#0 facility#0"},
		"who":               {scheduler.AuditFilter{Actor: "monika"}, "cancel#2"},
		"what":              {scheduler.AuditFilter{Action: scheduler.ActionSubmit}, "submit#2 submit#1"},
		"of which":          {scheduler.AuditFilter{Number: first.Number}, "submit#1"},
		"why":               {scheduler.AuditFilter{Text: "weather"}, "cancel#2"},
		"what changed":      {scheduler.AuditFilter{Text: "VIDEO"}, "submit#1"},
		"from then on":      {scheduler.AuditFilter{From: hours(1, 1).Start}, "cancel#2 submit#2"},
		"until then":        {scheduler.AuditFilter{To: hours(1, 1).Start}, "submit#1 facility#0 facility#0"},
		"all of it at once": {scheduler.AuditFilter{Actor: "maeve", Action: scheduler.ActionSubmit, Number: second.Number, From: morning}, "submit#2"},
		"nobody":            {scheduler.AuditFilter{Actor: "nobody"}, ""},
	} {
		for _, limit := range []int{0, 1, 2} {
			tt.filter.Limit = limit
			var got []string
			for cursor, pages := "", 0; ; pages++ {
				page, err := h.Audit(t.Context(), as("adele"), tt.filter, cursor)
				if err != nil || limit > 0 && len(page.Items) > limit || pages > 9 {
					t.Fatal(name, page, err)
				}
				for _, e := range page.Items {
					got = append(got, fmt.Sprintf("%s#%d", e.Action, e.Number))
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("%s by %d (-want +got):\n%s", name, limit, diff)
			}
		}
	}
	if _, err := h.Audit(t.Context(), as("adele"), scheduler.AuditFilter{}, "x"); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Error(err)
	}
}

// TestAThreadIsReadInParts, and each event of the log names its remark.
func TestAThreadIsReadInParts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, other := h.submitted("video", hours(24, 2)), h.submitted("hydra", hours(24, 2))
	long := strings.Repeat("long ", 1000)
	for _, text := range []string{"one", "two", long} {
		if _, err := h.AddFeedback(t.Context(), as("maeve"), r.ID, text, scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for cursor := ""; ; {
		page, err := h.Feedback(t.Context(), as("maeve"), r.ID, cursor, 2)
		if err != nil || len(page.Items) > 2 {
			t.Fatal(page, err)
		}
		for _, f := range page.Items {
			got = append(got, f.Text)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if !slices.Equal(got, []string{"one", "two", long}) {
		t.Errorf("%.40q", got)
	}
	events, _, err := h.Events(t.Context(), as("adele"), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var whole []string
	for _, e := range events {
		if e.Action != scheduler.ActionFeedback {
			continue
		}
		text, err := h.FeedbackText(t.Context(), as("maeve"), e)
		if err != nil || len(e.Text) > len(text) && e.Text != text {
			t.Errorf("%+v: %q, %v", e, text, err)
		}
		whole = append(whole, text)
		if _, err := h.FeedbackText(t.Context(), as("hector"), e); scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Errorf("hector reads it: %v", err)
		}
		for _, wrong := range []scheduler.Event{{Request: other.ID, Remark: e.Remark}, {Request: r.ID, Remark: e.Remark + 3}} {
			if text, err := h.FeedbackText(t.Context(), as("maeve"), wrong); scheduler.CodeOf(err) != scheduler.CodeNotFound {
				t.Errorf("remark %d of %s is %q, %v", wrong.Remark, wrong.Request, text, err)
			}
		}
	}
	if !slices.Equal(whole, []string{"one", "two", long}) {
		t.Errorf("%.40q", whole)
	}
	if text, err := h.FeedbackText(t.Context(), as("hector"), scheduler.Event{Text: "of no remark"}); text != "of no remark" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}

// TestWhenSomethingCouldRun asks for the times in which two radios are free for three hours.
func TestWhenSomethingCouldRun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("hydra", hours(10, 4))
	h.scheduled("marathon", hours(18, 4))
	ask := scheduler.Ask{NSD: "c2gran", Duration: testbeds.Period{Clock: 3 * time.Hour}}
	list, err := h.Windows(t.Context(), as("hector"), ask, hours(-5, 35), 5)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range list {
		got = append(got, w.String())
	}
	// From five minutes ahead to hydra's setup, less a teardown. With setup and teardown two and a half hours are left before marathon.
	want := []string{"2026-03-02 06:05:00Z – 2026-03-02 15:15:00Z", "2026-03-03 04:45:00Z – 2026-03-03 12:00:00Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := h.Windows(t.Context(), as("hector"), scheduler.Ask{NSD: "hydrant"}, hours(0, 35), 5); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Error(err)
	}
	for _, span := range []testbeds.Slot{hours(0, 0), hours(24*800, 5)} {
		if list, err := h.Windows(t.Context(), as("hector"), ask, span, 5); err != nil || len(list) != 0 {
			t.Errorf("in %s: %v, %v", span, list, err)
		}
	}
}
