package scheduler_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// The defects of facts/reservations.md, section 2, that the scheduler must avoid; 1 to 4 are the engine's.

func TestDefect5ApproveChecksAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.submitted("hydra", hours(24, 4)), h.submitted("c2gran", hours(26, 4))
	h.approve(first)
	h.approve(second)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, r := range []scheduler.Request{first, second} {
		service := h.another() // two processes
		both.Go(func() { _, errs[i] = service.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}) })
	}
	both.Wait()
	loser := errs[0]
	if loser == nil {
		loser = errs[1]
	}
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("exactly one may win; got %v and %v", errs[0], errs[1])
	}
	e := h.refused(scheduler.CodeConflict, loser)
	if e.Verdict == nil || len(e.Verdict.Conflicts) == 0 || len(e.Alternatives) == 0 {
		t.Errorf("the loser has to be told what is in the way and what would work: %+v", e)
	}
	h.clean()
}

func TestDefect6PendingIsVisibleAsContender(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pending := h.submitted("hydra", hours(24, 4))
	v, err := h.Check(t.Context(), as("monika"), scheduler.Ask{NSD: "c2gran", Slot: hours(25, 4)})
	if err != nil || !v.Fits {
		t.Fatalf("what is under review blocks nobody: %+v, %v", v, err)
	}
	if len(v.Contenders) == 0 || v.Contenders[0].Request != pending.Number {
		t.Errorf("contenders %+v do not name #%d", v.Contenders, pending.Number)
	}
	if own := h.get(pending.ID); len(own.Fit.Contenders) != 0 {
		t.Errorf("a request contends with itself: %+v", own.Fit.Contenders)
	}
}

func TestDefect7OneEngineForCheckSearchAndDecision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("hydra", hours(24, 4))
	ask := scheduler.Ask{NSD: "c2gran", Slot: hours(25, 4)}
	check, err := h.Check(t.Context(), as("monika"), ask)
	if err != nil {
		t.Fatal(err)
	}
	alternatives, found, err := h.Suggest(t.Context(), as("monika"), ask)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Submit(t.Context(), as("monika"), wants("c2gran", ask.Slot))
	refused := h.refused(scheduler.CodeConflict, err)
	r := h.submitted("c2gran", ask.Slot)
	h.approve(r)
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
	decided := h.refused(scheduler.CodeConflict, err)
	for name, v := range map[string]testbeds.Verdict{"suggest": found, "submit": *refused.Verdict, "view": h.get(r.ID).Fit, "schedule": *decided.Verdict} {
		if diff := cmp.Diff(check.Conflicts, v.Conflicts); diff != "" {
			t.Errorf("%s and check disagree (-check +%s):\n%s", name, name, diff)
		}
	}
	if diff := cmp.Diff(alternatives, decided.Alternatives); diff != "" {
		t.Errorf("search and decision disagree (-search +decision):\n%s", diff)
	}
	for _, a := range alternatives {
		if v, err := h.Check(t.Context(), as("monika"), scheduler.Ask{NSD: "c2gran", Slot: a.Slot, Placement: a.Placement, Devices: a.Devices}); err != nil || !v.Fits {
			t.Errorf("alternative %+v does not pass the check: %+v, %v", a, v, err)
		}
	}
}

// The defects of the portal, facts/portal.md 1.8.

func TestPortalDefect1NoTwoRequestsForTheSameUSRP(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("marathon", hours(24, 8))
	_, err := h.Submit(t.Context(), as("hector"), wants("hydra", hours(26, 4)))
	e := h.refused(scheduler.CodeConflict, err)
	want := testbeds.Resource{Testbed: "radio", Device: "usrp"}
	if c := e.Verdict.Conflicts[0]; c.Resource != want || c.Needed != 3 || c.Free != 0 || c.ShortBy != 3 {
		t.Errorf("conflict %+v", c)
	}
	if taker := e.Verdict.Conflicts[0].TakenBy[0]; taker.Request != 0 || taker.Booking != 0 {
		t.Errorf("hector sees whose it is: %+v (#%d)", taker, r.Number)
	}
	if len(e.Alternatives) == 0 {
		t.Error("a refusal comes with alternatives")
	}
	h.ok(h.Submit(t.Context(), as("hector"), wants("hydra", testbeds.NewSlot(r.Slot.End.Add(45*time.Minute), time.Hour))))
	h.clean()
}

func TestPortalDefect2RejectionCarriesOffersThatBecomeRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("marathon", hours(24, 8))
	r := h.rejected("hydra", hours(26, 4), 2)
	if len(r.Offers) != 2 || r.Offers[0].What.Slot.Overlaps(hours(24, 8)) {
		t.Fatalf("offers %+v", r.Offers)
	}
	first := r.Offers[0]
	if _, err := h.Submit(t.Context(), as("hector"), wants("marathon", first.What.Slot)); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("an offer holds its capacity; got %v", err)
	}
	mine, err := h.Get(t.Context(), as("maeve"), r.ID)
	if err != nil || mine.Offers[0].Link == "" {
		t.Fatalf("no link for whom the offer is made to: %+v, %v", mine.Offers, err)
	}
	out, err := h.AcceptByLink(t.Context(), mine.Offers[0].Link)
	if err != nil || out.Created == nil {
		t.Fatalf("accept: %+v, %v", out, err)
	}
	n := out.Created
	if n.Origin != r.ID || n.Name != r.Name || n.Experimenter != "maeve" || n.Mentor != "monika" || !n.Slot.Equal(first.What.Slot) {
		t.Errorf("new request %+v", n)
	}
	_, err = h.AcceptByLink(t.Context(), mine.Offers[0].Link)
	if code := scheduler.CodeOf(err); code != scheduler.CodeConflict && code != scheduler.CodeNotFound {
		t.Errorf("a link works once; got %v", err)
	}
	if offers := h.get(r.ID).Offers; offers[0].State != scheduler.OfferAccepted || offers[0].Accepted != n.ID || offers[1].State != scheduler.OfferWithdrawn {
		t.Errorf("offers %+v", offers)
	}
	h.clean()
	h.approve(*n)
	h.ok(h.Schedule(t.Context(), as("monika"), n.ID, scheduler.Schedule{}))
	h.clean()
}

func TestPortalDefect3FeedbackIsAThread(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.rejected("video", hours(24, 2), 0)
	for _, who := range []string{"monika", "maeve", "oskar"} {
		h.clock = h.clock.Add(time.Minute)
		if _, err := h.AddFeedback(t.Context(), as(who), r.ID, "says "+who, scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := h.Feedback(t.Context(), as("maeve"), r.ID, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range page.Items {
		got = append(got, f.At.Format("15:04 ")+f.Author+" "+f.Text)
	}
	want := []string{"06:01 monika says monika", "06:02 maeve says maeve", "06:03 oskar says oskar"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("thread (-want +got):\n%s", diff)
	}
}

func TestPortalDefect4RejectionReasonAlwaysKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(24, 2))
	_, err := h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{})
	h.refused(scheduler.CodeInvalid, err)
	h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "the cloud is for radio people"}))
	entries := h.history(r.ID)
	last := entries[len(entries)-1]
	if last.Action != scheduler.ActionReject || last.Reason != "the cloud is for radio people" || last.From != scheduler.UnderReview || last.To != scheduler.Rejected {
		t.Errorf("history ends with %+v", last)
	}
	moved := h.scheduled("video", hours(30, 2))
	before := h.events("maeve")
	to := hours(40, 2)
	h.ok(h.Move(t.Context(), as("monika"), moved.ID, scheduler.Move{Slot: &to, Reason: "later"}))
	after := h.events("maeve")
	if len(after) != len(before)+1 || after[len(after)-1].Action != scheduler.ActionMove || after[len(after)-1].Request != moved.ID {
		t.Errorf("moving the dates told nobody: %+v", after[len(before):])
	}
}

func TestPortalDefect5ProviderApprovalIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	if len(r.Approvals) != 1 || r.Approvals[0].Policy != testbeds.ApprovalRequired {
		t.Fatalf("approvals %+v", r.Approvals)
	}
	if _, err := h.Get(t.Context(), as("paddy"), r.ID); err != nil {
		t.Errorf("a provider reads what is under review on their testbed: %v", err)
	}
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
	if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "radio") {
		t.Errorf("%q does not say whose approval is missing", e.Message)
	}
	_, err = h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Refused})
	h.refused(scheduler.CodeInvalid, err)
	h.ok(h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Refused, Reason: "school visit"}))
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeConflict, err)
	got := h.ok(h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved}))
	if a := got.Approvals[0]; a.Decision != scheduler.Approved || a.By != "paddy" || a.At == nil || !a.At.Equal(morning) {
		t.Errorf("approval %+v", a)
	}
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	var decisions []string
	for _, e := range h.history(r.ID) {
		if e.Action == scheduler.ActionApprove {
			decisions = append(decisions, e.Actor+" "+e.Reason)
		}
	}
	if diff := cmp.Diff([]string{"paddy school visit", "paddy "}, decisions); diff != "" {
		t.Errorf("decisions in the history (-want +got):\n%s", diff)
	}
}

func TestPortalDefect6NoUpdateIsLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	h.rejected("marathon", hours(25, 4), 1)
	h.at(24)
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	told := map[scheduler.Action]bool{}
	for i, e := range h.events("adele") {
		if e.Sequence != int64(i)+1 {
			t.Fatalf("event %d has sequence %d", i, e.Sequence)
		}
		if e.Request == r.ID {
			told[e.Action] = true
		}
	}
	for _, e := range h.history(r.ID) {
		if !told[e.Action] {
			t.Errorf("nobody was told of %s", e.Action)
		}
	}
}

func TestPortalDefect7AuthorisationIgnoresTheBody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := wants("video", hours(24, 2))
	in.Mentor = "hector"
	_, err := h.Submit(t.Context(), as("hector"), in)
	h.refused(scheduler.CodeInvalid, err)
	in = wants("video", hours(24, 2))
	in.Experimenter = "maeve"
	_, err = h.Submit(t.Context(), as("hector"), in)
	h.refused(scheduler.CodeForbidden, err)

	r := h.submitted("video", hours(24, 2))
	_, err = h.Assign(t.Context(), as("maeve"), r.ID, scheduler.Assign{Mentor: "maeve"})
	h.refused(scheduler.CodeForbidden, err)
	_, err = h.Schedule(t.Context(), as("marco"), r.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeForbidden, err)
	_, err = h.Schedule(t.Context(), as("hector"), r.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeNotFound, err)
}

func TestPortalDefect8OneFailureDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	broken, sound := h.submitted("hydra", hours(24, 4)), h.submitted("video", hours(24, 4))
	for _, r := range []scheduler.Request{broken, sound} {
		h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Count: 1}))
	}
	h.store.Broken = "hydra"
	h.at(24 * 10)
	if s := h.get(broken.ID).Offers[0].State; s != scheduler.OfferOpen {
		t.Fatalf("the row that cannot be written was written: %s", s)
	}
	if s := h.get(sound.ID).Offers[0].State; s != scheduler.OfferExpired {
		t.Errorf("the other request was forgotten: %s", s)
	}
	h.store.Broken = ""
	h.at(24*10 + 1)
	if s := h.get(broken.ID).Offers[0].State; s != scheduler.OfferExpired {
		t.Errorf("it was not tried again: %s", s)
	}
	h.clean()
}

func TestPortalDefect9TimesAreUTC(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	zone := time.FixedZone("Somewhere", 5*3600+1800)
	slot := hours(24, 2)
	in := wants("video", testbeds.Slot{Start: slot.Start.In(zone), End: slot.End.In(zone)})
	in.Window = &testbeds.Slot{Start: slot.Start.In(zone), End: slot.End.Add(time.Hour).In(zone)}
	h.clock = h.clock.In(zone)
	r := h.ok(h.Submit(t.Context(), as("maeve"), in))
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	r = h.get(r.ID).Request
	times := map[string]time.Time{"slot.start": r.Slot.Start, "slot.end": r.Slot.End, "window.start": r.Window.Start, "window.end": r.Window.End,
		"scheduled": r.Scheduled.Start, "created": r.Created, "updated": r.Updated, "history": h.history(r.ID)[0].At, "event": h.events("adele")[0].At}
	for name, at := range times {
		if at.Location() != time.UTC {
			t.Errorf("%s is in %s", name, at.Location())
		}
	}
}

// events returns all events that a user sees.
func (h *house) events(who string) []scheduler.Event {
	h.Helper()
	list, _, err := h.Events(h.t.Context(), as(who), 0, 10_000)
	if err != nil {
		h.Fatalf("events: %v", err)
	}
	return list
}
