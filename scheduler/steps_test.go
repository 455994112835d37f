package scheduler_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

func closeFor(h *house, a scheduler.Actor, testbed string, o scheduler.ChangeOptions) error {
	_, _, err := h.AddClosure(h.t.Context(), a, testbed, closure(24, 4), o, scheduler.Creation{})
	return err
}

// closure is one whole testbed away; the zone of both is at most an hour from UTC, which its length allows for.
func closure(from, length float64) testbeds.Closure {
	s := hours(from, length)
	return testbeds.Closure{Summary: "painters", Start: testbeds.LocalTime{Time: s.Start}, Duration: testbeds.Period{Clock: s.Duration()}}
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	for _, status := range scheduler.Statuses {
		h := newHouse(t)
		r := h.brought(status)
		before := h.store.state.Load()
		for name, try := range trials {
			if name == "feedback" {
				continue
			}
			for _, p := range people() {
				_ = try(t.Context(), h, scheduler.ActorOf(p), r)
			}
			if after := h.store.state.Load(); after != before && (len(after.events) != len(before.events) || len(after.entries) != len(before.entries)) {
				t.Errorf("%s of a %s request changed something: %+v", name, status, after.events[len(before.events):])
			}
		}
		in := wants("video", hours(30, 1))
		in.DryRun = true
		if out, err := h.Submit(t.Context(), as("maeve"), in); err != nil || !out.DryRun || !out.Fit.Fits {
			t.Errorf("submit: %+v, %v", out, err)
		}
		if after := h.store.state.Load(); len(after.requests) != len(before.requests) {
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
		if v, err := h.Check(t.Context(), as("monika"), scheduler.Ask{NSD: "hydra", Slot: a.Slot, Placement: a.Placement, Devices: a.Devices}); err != nil || !v.Fits {
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

func TestEarlyEndFreesTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Running) // 24 to 28, and it is 25
	next := wants("marathon", hours(26, 2))
	_, err := h.Submit(t.Context(), as("hector"), next)
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	_, err = h.Submit(t.Context(), as("hector"), wants("marathon", hours(25.5, 2))) // teardown until 25:15, setup from 25:00
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.Submit(t.Context(), as("hector"), next))
	h.clean()
}

func TestOverrunHoldsOnAndWarns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.brought(scheduler.Running) // until 28
	next := h.scheduled("marathon", hours(29, 4))
	told := len(h.events("maeve"))
	h.at(28.5)
	got := h.get(r.ID)
	if !got.Overrun {
		t.Fatal("it runs past its end")
	}
	v, err := h.Check(t.Context(), as("monika"), scheduler.Ask{NSD: "c2gran", Slot: testbeds.NewSlot(h.clock.Add(time.Minute), 5*time.Minute)})
	if err != nil || v.Fits {
		t.Errorf("an overrunning request holds what it has: %+v, %v", v, err)
	}
	warned := slices.ContainsFunc(h.events("maeve")[told:], func(e scheduler.Event) bool { return e.Request == next.ID })
	if !warned {
		t.Error("the people of the next booking were not told")
	}
	h.clean()
	h.at(31)
	h.clean()
	h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	if h.get(r.ID).Overrun {
		t.Error("it is over")
	}
	h.clean()
}

func TestOfferExpires(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("marathon", hours(100, 4))
	r = h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Count: 1, HoldFor: testbeds.Period{Clock: 2 * time.Hour}}))
	rival := wants("hydra", r.Offers[0].What.Slot)
	_, err := h.Submit(t.Context(), as("hector"), rival)
	h.refused(scheduler.CodeConflict, err)
	h.clock = h.clock.Add(2 * time.Hour)
	// Nobody has called RunDue yet: a decision settles what is due itself.
	h.ok(h.Submit(t.Context(), as("hector"), rival))
	_, err = h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false)
	h.refused(scheduler.CodeConflict, err)
	h.at(3)
	if o := h.get(r.ID).Offers[0]; o.State != scheduler.OfferExpired {
		t.Errorf("offer %+v", o)
	}
	h.clean()
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

func TestEachReminderOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(72, 4))
	reminders := func() []string {
		var list []string
		for _, e := range h.events("maeve") {
			if e.Kind == "reminder" && e.Request == r.ID {
				list = append(list, e.At.Sub(morning).String())
			}
		}
		return list
	}
	for range 2 {
		h.at(40)
		h.at(47.5) // a day before orchestration, which begins half an hour before the slot
		h.at(60)
		h.at(70.5)
	}
	if diff := cmp.Diff([]string{"47h30m0s", "70h30m0s"}, reminders()); diff != "" {
		t.Errorf("reminders (-want +got):\n%s", diff)
	}
}

func TestUnitsAreChosenLateAndKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	if len(r.Units) != 0 {
		t.Errorf("units %+v were chosen before they had to be", r.Units)
	}
	h.at(23.5)
	chosen := h.get(r.ID).Units
	if len(chosen) != 1 || len(chosen[0].Units) != 3 {
		t.Fatalf("units %+v", chosen)
	}
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	to := hours(24, 6)
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &to}))
	if diff := cmp.Diff(chosen, h.get(r.ID).Units); diff != "" {
		t.Errorf("units changed (-before +after):\n%s", diff)
	}
	h.clean()
}

func TestMoveAsksForApprovalsAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	shorter := hours(24, 3)
	r = h.ok(h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &shorter}))
	if r.Approvals[0].Decision != scheduler.Approved {
		t.Errorf("shortening took the approval away: %+v", r.Approvals)
	}
	longer := hours(24, 5)
	_, err := h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &longer})
	if e := h.refused(scheduler.CodeForbidden, err); !strings.Contains(e.Message, "mentor") {
		t.Errorf("%q does not say who can", e.Message)
	}
	r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &longer}))
	if r.Approvals[0].Decision != "" || r.Status != scheduler.Scheduled || !r.Scheduled.Equal(longer) {
		t.Errorf("moved request %+v", r)
	}
	h.clean()
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
	if len(h.store.state.Load().requests) != 2 || len(h.store.state.Load().feedback) != 1 {
		t.Error("something was created twice")
	}
}

func TestClosureThatBreaksABookingIsRefusedUnlessForced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(26, 4))
	offered := h.rejected("video", hours(26, 4), 1)
	err := closeFor(h, as("paddy"), "radio", scheduler.ChangeOptions{})
	e := h.refused(scheduler.CodeConflict, err)
	if len(e.Broken) != 1 || e.Broken[0].Request != r.ID || len(e.Broken[0].Short) == 0 || len(e.Broken[0].Alternatives) == 0 {
		t.Errorf("broken %+v", e.Broken)
	}
	c, change, err := h.AddClosure(t.Context(), as("paddy"), "radio", closure(24, 4), scheduler.ChangeOptions{Force: true, Reason: "paint"}, scheduler.Creation{})
	if err != nil || c.ID == "" || len(change.Broken) != 1 {
		t.Fatalf("%+v, %+v, %v", c, change, err)
	}
	if got := h.get(r.ID); len(got.Flags) != 1 || got.Flags[0].Kind != "facility_change" || got.Status != scheduler.Scheduled {
		t.Errorf("flagged request %+v", got.Request)
	}
	h.clean()
	if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", c.ID, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.PutCatalogue(t.Context(), as("adele"), radioOnly(), scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	_, err = h.DeleteTestbed(t.Context(), as("adele"), "cloud", scheduler.ChangeOptions{})
	h.refused(scheduler.CodeConflict, err)
	if _, err := h.DeleteTestbed(t.Context(), as("adele"), "cloud", scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if o := h.get(offered.ID).Offers[0]; o.State == scheduler.OfferOpen {
		t.Errorf("an offer of what is gone is still open: %+v", o)
	}
	h.clean()
}

func TestCatalogueThatMakesARequestUndeployableIsRefusedUnlessForced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("video", hours(26, 4))
	next := catalogue()
	next.VNFs[1].Onboarded = []string{"cloud/small"}
	_, err := h.PutCatalogue(t.Context(), as("adele"), next, scheduler.ChangeOptions{})
	if e := h.refused(scheduler.CodeConflict, err); len(e.Broken) != 1 || e.Broken[0].Request != r.ID {
		t.Errorf("broken %+v", e.Broken)
	}
	if _, err := h.PutCatalogue(t.Context(), as("adele"), next, scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if got := h.get(r.ID); got.Deployable.OK || len(got.Flags) == 0 {
		t.Errorf("%+v, flags %+v", got.Deployable, got.Flags)
	}
	h.clean()
}

func TestTwoProcessesSeeTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.another()
	ask := scheduler.Ask{NSD: "marathon", Slot: hours(24, 4)}
	check := func(want bool) {
		t.Helper()
		for i, s := range []*scheduler.Service{h.Service, other} {
			if v, err := s.Check(t.Context(), as("monika"), ask); err != nil || v.Fits != want {
				t.Errorf("process %d: %+v, %v, want %t", i, v, err, want)
			}
		}
	}
	check(true)
	r := h.scheduled("c2gran", hours(24, 4))
	check(false)
	if _, err := other.Cancel(t.Context(), as("monika"), r.ID, scheduler.Step{}); err != nil {
		t.Fatal(err)
	}
	check(true)
	if err := closeFor(h, as("adele"), "radio", scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	check(false)
}

func TestShorterSetupLetsWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4)) // a reminder is due an hour before its setup, at 22:30
	f := facility()
	f.Testbeds[0].Setup = testbeds.Period{}
	if _, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	h.at(22.75)
	if _, next, err := h.RunDue(t.Context()); err != nil || next == nil || !next.After(h.clock) {
		t.Errorf("next %v, %v", next, err)
	}
	h.at(23)
	reminded := slices.ContainsFunc(h.events("maeve"), func(e scheduler.Event) bool {
		return e.Kind == "reminder" && e.Request == r.ID && e.At.Equal(h.clock)
	})
	if !reminded {
		t.Error("the reminder was lost")
	}
}
