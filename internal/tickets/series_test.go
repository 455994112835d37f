package tickets_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/bugzilla/tracker"
	"berth/internal/testdb"
	"berth/internal/tickets"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// together lets series have one ticket from now on.
func (d *bench) together() {
	d.perSeries = true
	d.courier = d.hire()
}

// repeat submits a series of n days, the first in some days.
func (d *bench) repeat(days, n int, vcpu int64) scheduler.SeriesView {
	d.t.Helper()
	out, err := d.svc.SubmitSeries(context.Background(), as("eva"), scheduler.SeriesSubmission{Name: "Nightly", Mentor: "monika", Anyway: true, SeriesAsk: scheduler.SeriesAsk{
		Plan: series.Plan{Start: testbeds.LocalTime{Time: d.clock().AddDate(0, 0, days).Truncate(24 * time.Hour).Add(9 * time.Hour)}, Duration: testbeds.Period{Clock: 2 * time.Hour}, Zone: "Europe/Athens",
			Rule: fmt.Sprintf("FREQ=DAILY;COUNT=%d", n)},
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": vcpu}, Onboarded: []string{"north/a"}}}, Placement: testbeds.Placement{"1": "north/a"}}})
	d.must(out, err)
	return *out.Series
}

func (d *bench) occurrences(id string) []scheduler.Request {
	d.t.Helper()
	_, list, err := d.svc.SeriesRequests(context.Background(), account.System, id)
	d.must(list, err)
	return list
}

// whole compares a series with its ticket, and returns the bug: every request of it has that one, which tells of every step exactly once, and has the
// status, the mentor and the last day of the whole.
func (d *bench) whole(id string, want scheduler.Status) (bug int64) {
	d.t.Helper()
	x, list, err := d.svc.SeriesRequests(context.Background(), account.System, id)
	d.must(x, err)
	mine, last, mentor := map[string]bool{}, time.Time{}, ""
	left := slices.DeleteFunc(slices.Clone(list), func(r scheduler.Request) bool { return !r.Status.Live() })
	if len(left) == 0 {
		left = list
	}
	for _, r := range left {
		if mentor == "" {
			mentor = r.Mentor
		}
		if r.Slot.End.After(last) {
			last = r.Slot.End
		}
	}
	for _, e := range d.events() {
		if r, err := d.svc.Get(context.Background(), account.System, e.Request); e.Request != "" && err == nil && r.Series != nil && r.Series.ID == id {
			mine[e.Request] = true
		}
	}
	for request := range mine {
		v := d.view(request)
		if v.Ticket == nil || !v.Ticket.Series {
			d.t.Fatalf("request #%d, at place %d, has the ticket %+v", v.Number, v.Series.Place, v.Ticket)
		}
		if bug == 0 {
			bug = number(v.Ticket.Key)
		}
		if number(v.Ticket.Key) != bug {
			d.t.Fatalf("request #%d has ticket %s, another has %d", v.Number, v.Ticket.Key, bug)
		}
	}
	b, err := d.client.Bug(context.Background(), bug)
	d.must(b, err)
	status := tracker.Stock()[want]
	if b.Status != status.Status && !(b.Status == "VERIFIED" && status.Status == "RESOLVED") || b.Resolution != status.Resolution {
		d.t.Errorf("a series that is %s has a ticket that is %s %s", want, b.Status, b.Resolution)
	}
	if b.Deadline != last.Format(time.DateOnly) || b.URL != fmt.Sprintf("https://berth.example/series/%d", x.Number) {
		d.t.Errorf("its ticket is due %s, not %s, and leads to %s", b.Deadline, last.Format(time.DateOnly), b.URL)
	}
	if b.Assignee != mentor+"@bugs.example" {
		d.t.Errorf("its mentor is %s, its ticket's assignee %s", mentor, b.Assignee)
	}
	comments, err := d.client.Comments(context.Background(), bug, time.Time{})
	d.must(comments, err)
	said := map[string]int{}
	for _, c := range comments {
		found := tokens.FindAllStringSubmatch(c.Text, -1)
		for _, f := range found {
			said[f[1]]++
		}
		if len(found) == 0 || c.Creator != bugzillatest.Login {
			n := 0
			for request := range mine {
				n += count(d.feedback(request), func(f scheduler.Feedback) bool { return f.Text == c.Text && f.Author+"@bugs.example" == c.Creator })
			}
			if n != 1 {
				d.t.Errorf("%s wrote %q there, which is here %d times", c.Creator, c.Text, n)
			}
		}
	}
	for _, e := range d.events() {
		if !mine[e.Request] || !tickets.Takes(e) || e.Action == scheduler.ActionFeedback && e.Via != "" {
			continue
		}
		times := 1
		if e.Series != nil && !e.Series.Lead {
			times = 0
		}
		if n := said[fmt.Sprint(e.Sequence)]; n != times {
			d.t.Errorf("of %s of #%d (%d, %q) there are %d comments, want %d", e.Action, e.Number, e.Sequence, e.Text, n, times)
		}
		delete(said, fmt.Sprint(e.Sequence))
	}
	delete(said, "0") // a description, or a change of status that needs a comment
	if len(said) > 0 {
		d.t.Errorf("comments on what never happened: %v", said)
	}
	return bug
}

func (d *bench) there(bug int64, who string, change map[string]any) {
	d.t.Helper()
	d.now.Add(5)
	d.must(nil, d.server.As(who+"@bugs.example", bug, change))
	d.poll()
	d.poll()
}

func TestASeriesHasOneTicketWhereThatIsWanted(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.together()
		x := d.repeat(3, 3, 4)
		d.settle()
		bug := d.whole(x.ID, scheduler.UnderReview)
		b, err := d.client.Bug(t.Context(), bug)
		d.must(b, err)
		if d.server.Count() != 1 || !b.Alias.Has(x.ID) || b.Summary != "[PORTAL] Deployment Requests of NSD:,User: eva (series of 3: every day, 09:00–11:00 (Europe/Athens))" {
			t.Errorf("%d tickets; the one is called %v, %q", d.server.Count(), b.Alias, b.Summary)
		}
		for _, text := range []string{"A series, under review: every day", "https://berth.example/series/1", "Of use: only as a whole",
			"- #1 Fri 27 Nov, 09:00–11:00 Athens time, under review\n- #2 Sat 28 Nov, 09:00–11:00 Athens time, under review\n- #3 Sun 29 Nov"} {
			if !d.says(bug, text) {
				t.Errorf("the description does not say %q", text)
			}
		}

		d.there(bug, "monika", map[string]any{"status": "IN_PROGRESS", "comment": map[string]any{"body": "All of them."}})
		d.whole(x.ID, scheduler.Scheduled)
		list := d.occurrences(x.ID)
		for _, text := range []string{"Scheduled: ", "By monika here", "The same goes for all of these:\n- #1 Fri 27 Nov", "Of the series: 3 scheduled"} {
			if !d.says(bug, text) {
				t.Errorf("nobody says %q", text)
			}
		}

		d.must(d.svc.Move(t.Context(), as("monika"), list[1].ID, scheduler.Move{Slot: new(list[1].Slot.Shift(4 * time.Hour))}))
		d.must(d.svc.Cancel(t.Context(), as("eva"), list[0].ID, scheduler.Step{Reason: "ill"}))
		d.must(d.svc.AddFeedback(t.Context(), as("eva"), list[2].ID, "Is the antenna up?", scheduler.Creation{}))
		d.settle()
		d.whole(x.ID, scheduler.Scheduled)
		for _, text := range []string{"Occurrence 2 of 3, #2:\nMoved: now Sat 28 Nov, 13:00–15:00", "Occurrence 1 of 3, #1:\nCancelled: ", "Of the series: 2 scheduled, 1 cancelled", "Occurrence 3 of 3, #3:\neva wrote:\n\nIs the antenna up?"} {
			if !d.says(bug, text) {
				t.Errorf("nobody says %q", text)
			}
		}

		d.there(bug, "monika", map[string]any{"comment": map[string]any{"body": "It is. (In reply to comment #3)"}})
		d.there(bug, "monika", map[string]any{"comment": map[string]any{"body": "For #3, bring your own."}})
		if a, b := d.feedback(list[1].ID), d.feedback(list[2].ID); len(a) != 1 || len(b) != 2 || b[1].Text != "For #3, bring your own." {
			t.Errorf("the next occurrence was told %+v, the named one %+v", a, b)
		}

		d.there(bug, "monika", map[string]any{"status": "RESOLVED", "resolution": "FIXED"})
		d.whole(x.ID, scheduler.Scheduled)
		if !d.says(bug, "the series of #1 has occurrences that are still to come, #2 among them") {
			t.Error("nobody says why it was put back")
		}
		for i, r := range d.occurrences(x.ID)[1:] {
			d.now.Store(int64(r.Slot.Start.Sub(start)/time.Second) + 60)
			d.must(d.svc.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
			d.settle()
			d.whole(x.ID, scheduler.Scheduled)
			if i == 0 {
				d.must(d.svc.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
			} else {
				d.there(bug, "oskar", map[string]any{"status": "RESOLVED", "resolution": "FIXED"})
			}
			d.settle()
		}
		d.whole(x.ID, scheduler.Completed)
		if d.server.Count() != 1 {
			t.Errorf("%d tickets", d.server.Count())
		}
	})
}

// TestWhatCannotBeDoneWithAllOfASeriesIsPutBack with the reason for each occurrence, and with ways.
func TestWhatCannotBeDoneWithAllOfASeriesIsPutBack(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.together()
		other := d.repeat(4, 2, 6)
		d.must(d.svc.ScheduleSeries(t.Context(), as("monika"), other.ID, scheduler.SeriesSchedule{}))
		x := d.repeat(3, 3, 4)
		d.settle()
		bug := d.whole(x.ID, scheduler.UnderReview)
		d.there(bug, "monika", map[string]any{"status": "IN_PROGRESS"})
		d.whole(x.ID, scheduler.UnderReview)
		for _, text := range []string{"The series of #3 stays under review:", "- #4: ", "short by 2", "What would work instead:\n- ", "The ticket is put back."} {
			if !d.says(bug, text) {
				t.Errorf("the ticket does not say %q", text)
			}
		}
		d.there(bug, "eva", map[string]any{"status": "IN_PROGRESS"})
		if !d.says(bug, "eva may not schedule") {
			t.Error("an experimenter scheduled a series, or nobody says why not")
		}
		d.there(bug, "monika", map[string]any{"status": "RESOLVED", "resolution": "INVALID", "comment": map[string]any{"body": "Not then."}})
		d.whole(x.ID, scheduler.Rejected)
		out, err := d.svc.AcceptSeries(t.Context(), as("eva"), x.ID, scheduler.SeriesAccept{})
		d.must(out, err)
		d.settle()
		if out.Done != 3 || d.whole(x.ID, scheduler.UnderReview) != bug || d.server.Count() != 2 {
			t.Errorf("%d offers were taken; %d tickets", out.Done, d.server.Count())
		}
		d.server.AddPerson("marco@bugs.example")
		d.must(d.svc.PutPerson(t.Context(), account.System, account.Person{Username: "marco", Name: "Marco", Email: "marco@bugs.example", Roles: []account.Role{account.RoleMentor}}))
		d.there(bug, "monika", map[string]any{"assigned_to": "marco@bugs.example"})
		d.whole(x.ID, scheduler.UnderReview)
		if list := d.occurrences(x.ID); list[0].Mentor != "marco" || list[2].Mentor != "marco" {
			t.Errorf("the mentors are %s and %s", list[0].Mentor, list[2].Mentor)
		}
		d.there(bug, "eva", map[string]any{"status": "RESOLVED", "resolution": "WONTFIX"})
		d.whole(x.ID, scheduler.Cancelled)
	})
}

// TestASeriesKeepsTheTicketsThatItHas whatever the settings say later.
func TestASeriesKeepsTheTicketsThatItHas(t *testing.T) {
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	apart := d.repeat(2, 2, 1)
	d.settle()
	d.together()
	x := d.repeat(3, 2, 1)
	d.must(d.svc.ScheduleSeries(t.Context(), as("monika"), apart.ID, scheduler.SeriesSchedule{}))
	d.settle()
	for _, r := range d.occurrences(apart.ID) {
		d.equal(r.ID)
	}
	d.perSeries = false
	d.courier = d.hire()
	d.must(d.svc.ScheduleSeries(t.Context(), as("monika"), x.ID, scheduler.SeriesSchedule{}))
	d.settle()
	d.whole(x.ID, scheduler.Scheduled)
	if d.server.Count() != 3 {
		t.Errorf("%d tickets for two series of two, want 3", d.server.Count())
	}
}

// TestASeriesFromBeforeThereWereTicketsGetsOne that is asked for once.
func TestASeriesFromBeforeThereWereTicketsGetsOne(t *testing.T) {
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	known := d.svc.Service
	d.svc.Service = d.untold()
	x := d.repeat(3, 4, 1)
	d.svc.Service = known
	d.together()
	for range 2 {
		n, err := d.sync.Missing(t.Context())
		if d.must(n, err); n > 1 {
			t.Errorf("%d tickets were asked for", n)
		}
	}
	d.settle()
	var keys []string
	for _, r := range d.occurrences(x.ID) {
		keys = append(keys, r.Ticket.Key)
	}
	if len(slices.Compact(keys)) != 1 || d.server.Count() != 1 {
		t.Errorf("the tickets are %v, of %d", keys, d.server.Count())
	}
}

// TestATicketByHandOrADuplicateBecomesThatOfASeries for all of its occurrences.
func TestATicketByHandOrADuplicateBecomesThatOfASeries(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.together()
		known := d.svc.Service
		d.svc.Service = d.untold()
		x := d.repeat(3, 2, 1)
		d.svc.Service = known
		byHand, err := d.server.Open("eva@bugs.example", map[string]any{"summary": "Nights in Athens berth#2", "description": "by hand"})
		d.must(byHand, err)
		d.poll()
		d.poll()
		for _, r := range d.occurrences(x.ID) {
			if r.Ticket == nil || number(r.Ticket.Key) != byHand || !r.Ticket.Series {
				t.Fatalf("#%d has the ticket %+v", r.Number, r.Ticket)
			}
		}
		other, err := d.server.Open("eva@bugs.example", map[string]any{"summary": "the same again", "description": "by hand"})
		d.must(other, err)
		d.there(byHand, "monika", map[string]any{"dupe_of": int(other)})
		for _, r := range d.occurrences(x.ID) {
			if number(r.Ticket.Key) != other || !r.Ticket.Series {
				t.Errorf("#%d has the ticket %+v, not %d", r.Number, r.Ticket, other)
			}
		}
		if !d.says(other, "This is the ticket of the series of #1 from now on") {
			t.Error("the other ticket does not say whose it is")
		}
	})
}

// TestASeriesAndItsOneTicketEndEqual whatever happens here and there, with faults, late writes and other processes in between.
func TestASeriesAndItsOneTicketEndEqual(t *testing.T) {
	t.Parallel()
	stories := 12
	if testing.Short() {
		stories = 3
	}
	n, words := 0, 0
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	d.together()
	d.server.AddPerson("marco@bugs.example")
	d.must(d.svc.PutPerson(t.Context(), account.System, account.Person{Username: "marco", Name: "Marco", Email: "marco@bugs.example", Roles: []account.Role{account.RoleMentor}}))
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > stories {
			return
		}
		x := d.repeat(rapid.IntRange(2, 60).Draw(rt, "days"), rapid.IntRange(2, 4).Draw(rt, "occurrences"), 3)
		if rapid.IntRange(0, 3).Draw(rt, "with a ticket") > 0 {
			d.settleBoth()
		}
		ctx := context.Background()
		one := func() scheduler.Request { return rapid.SampledFrom(d.occurrences(x.ID)).Draw(rt, "occurrence") }
		some := func() scheduler.SeriesChoice {
			if rapid.Bool().Draw(rt, "all") {
				return scheduler.SeriesChoice{}
			}
			return scheduler.SeriesChoice{Places: []int{one().Series.Place}}
		}
		text := func() string { words++; return fmt.Sprintf("remark %06d", words) }
		there := func(who string, change map[string]any) {
			r := one()
			if r.Ticket == nil {
				rt.Skip("no ticket yet")
			}
			d.now.Add(2) // within one second authors cannot be told apart
			_ = d.server.As(who+"@bugs.example", number(r.Ticket.Key), change)
			d.now.Add(2)
		}
		mentor := func() string { return rapid.SampledFrom([]string{"monika", "marco"}).Draw(rt, "mentor") }
		d.interleaved(rt, map[string]func(*rapid.T){
			"schedule": func(*rapid.T) {
				d.svc.ScheduleSeries(ctx, as(mentor()), x.ID, scheduler.SeriesSchedule{SeriesChoice: some()})
			},
			"reject": func(*rapid.T) {
				d.svc.RejectSeries(ctx, as(mentor()), x.ID, scheduler.SeriesReject{SeriesChoice: some(), Reason: "no", Count: rapid.IntRange(0, 2).Draw(rt, "offers")})
			},
			"accept": func(*rapid.T) { d.svc.AcceptSeries(ctx, as("eva"), x.ID, scheduler.SeriesAccept{}) },
			"move": func(*rapid.T) {
				d.svc.MoveSeries(ctx, as(mentor()), x.ID, scheduler.SeriesMove{SeriesChoice: some(), Change: series.Change{Shift: 60 * rapid.IntRange(1, 9).Draw(rt, "hours")}})
			},
			"cancel": func(*rapid.T) { d.svc.CancelSeries(ctx, as("eva"), x.ID, scheduler.SeriesCancel{SeriesChoice: some()}) },
			"assign": func(*rapid.T) {
				d.svc.AssignSeries(ctx, as("marco"), x.ID, scheduler.SeriesAssign{SeriesChoice: some(), Mentor: "marco"})
			},
			"cancel one": func(*rapid.T) { d.svc.Cancel(ctx, as("eva"), one().ID, scheduler.Step{}) },
			"feedback":   func(*rapid.T) { d.svc.AddFeedback(ctx, as("eva"), one().ID, text(), scheduler.Creation{}) },
			"a comment there": func(*rapid.T) {
				there(rapid.SampledFrom([]string{"eva", "monika"}).Draw(rt, "who"), map[string]any{"comment": map[string]any{"body": text()}})
			},
			"a step there": func(*rapid.T) {
				there(rapid.SampledFrom([]string{"eva", "monika", "oskar"}).Draw(rt, "who"), rapid.SampledFrom([]map[string]any{{"status": "IN_PROGRESS"}, {"status": "CONFIRMED"},
					{"status": "RESOLVED", "resolution": "INVALID"}, {"status": "RESOLVED", "resolution": "WONTFIX"}, {"status": "RESOLVED", "resolution": "FIXED"}}).Draw(rt, "change"))
			},
			"an assignee there": func(*rapid.T) { there("monika", map[string]any{"assigned_to": mentor() + "@bugs.example"}) },
		})
		d.whole(x.ID, stands(d.occurrences(x.ID)))
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// stands works out the status of a series by its occurrences, in the order in which a statement of one is worth more than of another.
func stands(list []scheduler.Request) scheduler.Status {
	at := map[scheduler.Status]bool{}
	for _, r := range list {
		at[r.Status] = true
	}
	for _, status := range []scheduler.Status{scheduler.UnderReview, scheduler.Scheduled, scheduler.Completed, scheduler.Rejected, scheduler.Cancelled} {
		if at[status] {
			return status
		}
	}
	return scheduler.Failed
}
