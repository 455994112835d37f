package scheduler_test

import (
	"strings"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	for _, status := range scheduler.Statuses {
		h := newHouse(t)
		r := h.brought(status)
		before := h.store.Rows()
		for name, try := range trials {
			if name == "feedback" {
				continue
			}
			for _, p := range people() {
				_ = try(t.Context(), h, account.ActorOf(p), r)
			}
			if after := h.store.Rows(); len(after.Events) != len(before.Events) || len(after.Entries) != len(before.Entries) {
				t.Errorf("%s of a %s request changed something: %+v", name, status, after.Events[len(before.Events):])
			}
		}
		in := wants("video", hours(30, 1))
		in.DryRun = true
		if out, err := h.Submit(t.Context(), as("maeve"), in); err != nil || !out.DryRun || !out.Fit.Fits {
			t.Errorf("submit: %+v, %v", out, err)
		}
		if after := h.store.Rows(); len(after.Requests) != len(before.Requests) {
			t.Error("a dry run made a request")
		}
		h.clean()
	}
}

func TestDryRunSaysTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("marathon", hours(24, 8))
	r := h.submitted("hydra", hours(26, 4))
	in := scheduler.Reject{Reason: "no", Count: 2, DryRun: true}
	dry, err := h.Reject(t.Context(), as("monika"), r.ID, in)
	if err != nil || !dry.DryRun {
		t.Fatalf("%+v, %v", dry, err)
	}
	in.DryRun = false
	real := h.ok(h.Reject(t.Context(), as("monika"), r.ID, in))
	if len(dry.Request.Offers) != 2 || dry.Request.Offers[1].What.Slot != real.Offers[1].What.Slot || dry.Request.Status != real.Status {
		t.Errorf("dry run %+v, in earnest %+v", dry.Request, real)
	}
}

func TestDisplace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lower, other := h.scheduled("hydra", hours(26, 4)), h.scheduled("video", hours(26, 4))
	r := h.submitted("marathon", hours(24, 8))
	h.approve(r)
	over := func(reason string, who ...string) scheduler.Schedule {
		return scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: reason, Displace: who}}
	}
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, over("", lower.ID))
	h.refused(scheduler.CodeInvalid, err)
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, over("review"))
	h.refused(scheduler.CodeInvalid, err)
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, over("review", other.ID))
	if err == nil {
		t.Fatal("displacing somebody who is not in the way helped")
	}
	out, err := h.Schedule(t.Context(), as("monika"), r.ID, over("review", "#"+number(lower)))
	h.ok(out, err)
	if len(out.Displaced) != 1 || out.Displaced[0].Request != lower.ID || len(out.Displaced[0].Alternatives) == 0 {
		t.Fatalf("displaced %+v", out.Displaced)
	}
	back := h.get(lower.ID)
	if back.Status != scheduler.UnderReview || back.Scheduled != nil || len(back.Flags) == 0 || back.Fit.Fits {
		t.Errorf("displaced request %+v", back)
	}
	for _, a := range out.Displaced[0].Alternatives {
		if v, err := h.Check(t.Context(), as("monika"), scheduler.Ask{NSD: "hydra", Slot: a.Slot, Placement: a.Placement, Devices: a.Devices, Request: lower.ID}); err != nil || !v.Fits {
			t.Errorf("alternative %+v does not fit: %+v, %v", a.Slot, v, err)
		}
	}
	entries := h.history(lower.ID)
	if last := entries[len(entries)-1]; last.Action != scheduler.ActionDisplace || last.Reason != "review" {
		t.Errorf("history ends with %+v", last)
	}
	if _, err := h.Get(t.Context(), as("maeve"), lower.ID); err != nil {
		t.Error(err)
	}
	h.clean()
}

func number(r scheduler.Request) string {
	digits := ""
	for n := r.Number; n > 0; n /= 10 {
		digits = string(rune('0'+n%10)) + digits
	}
	return digits
}

func TestRunningIsNotDisplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	running := h.brought(scheduler.Running)
	r := h.submitted("marathon", hours(26, 4))
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{
		Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "review", Displace: []string{running.ID}}})
	if err == nil || h.get(running.ID).Status != scheduler.Running {
		t.Errorf("got %v, and the other is %s", err, h.get(running.ID).Status)
	}
}

func TestOverbookIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lower := h.scheduled("hydra", hours(26, 4))
	r := h.submitted("c2gran", hours(24, 8))
	out, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{
		Override: &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "they bring their own"}})
	r = h.ok(out, err)
	if len(r.Overbooked) != 1 || r.Overbooked[0].By != "monika" || r.Overbooked[0].Reason != "they bring their own" || r.Overbooked[0].Conflicts[0].ShortBy != 1 {
		t.Errorf("record %+v", r.Overbooked)
	}
	v, err := h.Verify(t.Context())
	if err != nil || !v.Clean() || len(v.Recorded) == 0 {
		t.Errorf("verification %+v, %v", v, err)
	}
	mine, err := h.Get(t.Context(), as("maeve"), r.ID)
	if err != nil || mine.Overbooked[0].Conflicts[0].TakenBy[0].Request != lower.Number {
		t.Errorf("both are maeve's, and she may know: %+v, %v", mine.Overbooked, err)
	}
}

func TestOthersBookingsAreBusyAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.scheduled("marathon", hours(24, 8)) // maeve's
	ask := scheduler.Ask{NSD: "hydra", Slot: hours(26, 4)}
	for who, knows := range map[string]bool{"maeve": true, "hector": false, "carla": false, "paddy": true, "monika": true, "oskar": true} {
		v, err := h.Check(t.Context(), as(who), ask)
		if err != nil {
			t.Fatal(err)
		}
		if taker := v.Conflicts[0].TakenBy[0]; (taker.Request == taken.Number) != knows || (taker.Booking != 0) != knows {
			t.Errorf("%s sees %+v", who, taker)
		}
	}
	in := wants("hydra", ask.Slot)
	in.Anyway = true
	r := h.ok(h.Submit(t.Context(), as("hector"), in))
	h.approve(r)
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{
		Override: &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "so be it"}})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := h.Get(t.Context(), as("hector"), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	page, err := h.History(t.Context(), as("hector"), r.ID, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := []testbeds.Verdict{seen.Fit, {Conflicts: seen.Overbooked[0].Conflicts}}
	for _, e := range page.Items {
		if e.Verdict != nil {
			verdicts = append(verdicts, *e.Verdict)
		}
		if strings.Contains(e.Text, "#"+number(taken)) {
			t.Errorf("the history tells hector of #%d: %q", taken.Number, e.Text)
		}
	}
	for _, v := range verdicts {
		for _, c := range v.Conflicts {
			for _, taker := range c.TakenBy {
				if taker.Request == taken.Number || taker.Booking != 0 && taker.Request != r.Number {
					t.Errorf("hector sees %+v", taker)
				}
			}
		}
	}
	open := facility()
	open.Testbeds[0].Visibility = testbeds.VisibilityOpen
	if _, err := h.PutFacility(t.Context(), as("adele"), open, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	v, err := h.Check(t.Context(), as("hector"), ask)
	if err != nil || v.Conflicts[0].TakenBy[0].Request != taken.Number {
		t.Errorf("an open testbed shows its bookings: %+v, %v", v.Conflicts, err)
	}
}

func TestOffersDoNotOverlapOneAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("marathon", hours(24, 8))
	r := h.rejected("marathon", hours(26, 4), 3)
	if len(r.Offers) != 3 {
		t.Fatalf("offers %+v", r.Offers)
	}
	h.clean()
	_, err := h.Reject(t.Context(), as("monika"), h.submitted("marathon", hours(50, 4)).ID, scheduler.Reject{Reason: "no",
		Offers: []testbeds.Alternative{{Slot: hours(26, 4)}}})
	if e := h.refused(scheduler.CodeConflict, err); e.Verdict == nil {
		t.Error("a chosen offer that does not fit comes with the reasons")
	}
}

func TestLostUpdateIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(24, 2))
	name := "second"
	h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: &name, Revision: r.Revision}))
	_, err := h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: &name, Revision: r.Revision})
	h.refused(scheduler.CodePrecondition, err)
	_, err = h.PutFacility(t.Context(), as("adele"), facility(), scheduler.ChangeOptions{Revision: 77})
	h.refused(scheduler.CodePrecondition, err)
}

func TestRepeatedCreationCreatesOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := wants("video", hours(24, 2))
	in.Creation = scheduler.Creation{Key: "k", Fingerprint: "f"}
	first := h.ok(h.Submit(t.Context(), as("maeve"), in))
	out, err := h.Submit(t.Context(), as("maeve"), in)
	if again := h.ok(out, err); again.ID != first.ID || !out.Repeated {
		t.Errorf("made %s, then %s", first.ID, again.ID)
	}
	in.Fingerprint = "g"
	if _, err := h.Submit(t.Context(), as("maeve"), in); err == nil {
		t.Error("the same key with another input")
	}
	in.Fingerprint = "f"
	if other := h.ok(h.Submit(t.Context(), as("hector"), in)); other.ID == first.ID {
		t.Error("keys are each person's own")
	}
	c := scheduler.Creation{Key: "r", Fingerprint: "f"}
	one, err := h.AddFeedback(t.Context(), as("maeve"), first.ID, "hello", c)
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.AddFeedback(t.Context(), as("maeve"), first.ID, "hello", c)
	if err != nil || one.ID != two.ID {
		t.Errorf("remarks %d and %d, %v", one.ID, two.ID, err)
	}
	if len(h.store.Rows().Requests) != 2 || len(h.store.Rows().Feedback) != 1 {
		t.Error("something was created twice")
	}
}
