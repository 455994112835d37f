package scheduler_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/report"
	"berth/testbeds"
)

// lenient gives radio rules for slots that nobody starts: told after half an hour, the rest free after an hour, asked a day ahead.
func (h *house) lenient() {
	h.Helper()
	f := facility()
	f.Testbeds[0].Lateness = &testbeds.Lateness{ReleaseAfter: testbeds.Period{Clock: 6 * time.Hour}, AskAhead: testbeds.Period{Days: 1}, AskFrom: testbeds.Period{Clock: 3 * time.Hour}}
	h.put(f)
}

// did lists what was done to a request.
func (h *house) did(id string) (list []scheduler.Action) {
	h.Helper()
	for _, e := range h.history(id) {
		list = append(list, e.Action)
	}
	return list
}

func (h *house) times(id string, action scheduler.Action) (n int) {
	h.Helper()
	for _, a := range h.did(id) {
		if a == action {
			n++
		}
	}
	return n
}

func flagged(r scheduler.Request, kind scheduler.FlagKind) bool {
	return slices.ContainsFunc(r.Flags, func(f scheduler.Flag) bool { return f.Kind == kind })
}

// A slot that nobody starts is flagged after its grace, once, and closed as a no-show a week after its end.
func TestASlotThatNobodyStarts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	h.at(24.25)
	if flagged(h.get(r.ID).Request, scheduler.FlagUnreported) {
		t.Error("it is flagged within its grace")
	}
	for range 2 {
		h.at(24.5)
		h.at(28)
	}
	got := h.get(r.ID).Request
	if !flagged(got, scheduler.FlagUnreported) || h.times(r.ID, scheduler.ActionUnreported) != 1 || got.Released != nil || !got.Slot.Equal(hours(24, 4)) {
		t.Errorf("flags %+v, released %v, slot %s, history %v", got.Flags, got.Released, got.Slot, h.did(r.ID))
	}
	h.clean()
	h.at(28 + 7*24 - 0.01)
	if h.get(r.ID).Status != scheduler.Scheduled {
		t.Error("it is closed too early")
	}
	h.at(28 + 7*24)
	if got = h.get(r.ID).Request; got.Status != scheduler.Cancelled || len(got.Flags) > 0 || h.times(r.ID, scheduler.ActionNoShow) != 1 || got.Due != nil {
		t.Errorf("%s, flags %+v, due %v, history %v", got.Status, got.Flags, got.Due, h.did(r.ID))
	}
	_, err := h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{Actual: &scheduler.Actual{Start: new(hours(24, 1).Start)}})
	h.refused(scheduler.CodeConflict, err)
	h.clean()
}

// What was reported in time is never flagged.
func TestWhatIsStartedIsNotUnreported(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4))
	h.ok(h.at(24.4).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	h.at(27)
	if got := h.get(r.ID).Request; len(got.Flags) > 0 || got.Released != nil || !got.Slot.Equal(hours(24, 4)) {
		t.Errorf("%+v", got)
	}
}

// The rest of an unstarted slot is free for others, and comes back with a late start as long as nobody took it.
func TestTheRestIsReleasedAndTakenAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4)) // a quarter of it is an hour
	h.at(24.9)
	_, err := h.Submit(t.Context(), as("hector"), wants("marathon", hours(26, 2)))
	h.refused(scheduler.CodeConflict, err)
	h.at(25)
	got := h.get(r.ID).Request
	if got.Released == nil || !got.Released.Equal(hours(25, 1).Start) || !got.Slot.Equal(hours(24, 1)) || !got.Scheduled.Equal(hours(24, 4)) || got.Status != scheduler.Scheduled {
		t.Fatalf("released %v, slot %s, scheduled %s, %s", got.Released, got.Slot, got.Scheduled, got.Status)
	}
	h.clean()
	h.at(25.5)
	if _, err := h.Submit(t.Context(), as("hector"), scheduler.Submission{Name: "m", Ask: scheduler.Ask{NSD: "marathon", Slot: hours(26, 2)}, DryRun: true}); err != nil {
		t.Errorf("the rest is not free: %v", err)
	}
	dry := h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{DryRun: true}))
	if dry.Released != nil || dry.Slot.End != hours(28, 1).Start {
		t.Errorf("as it would be: released %v, %s", dry.Released, dry.Slot)
	}
	r = h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	if r.Released != nil || !r.Slot.Equal(hours(24, 4)) || len(r.Flags) > 0 || len(r.Units) != 1 {
		t.Errorf("released %v, slot %s, flags %v, units %v", r.Released, r.Slot, r.Flags, r.Units)
	}
	_, err = h.Submit(t.Context(), as("hector"), wants("marathon", hours(26, 2)))
	h.refused(scheduler.CodeConflict, err)
	h.clean()
}

// What others took of a released slot is theirs: the late start is refused with the conflict, or overbooked by who may.
func TestAReleasedSlotThatIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4))
	h.at(25.25)
	other := h.scheduled("marathon", hours(26, 2))
	h.at(25.5)
	_, err := h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
	if e := h.refused(scheduler.CodeConflict, err); e.Verdict == nil || len(e.Verdict.Conflicts) == 0 || e.Verdict.Conflicts[0].TakenBy[0].Request != other.Number {
		t.Errorf("refused with %+v", e)
	}
	h.clean()
	r = h.ok(h.Start(t.Context(), as("adele"), r.ID, scheduler.Step{Override: byHand(scheduler.OverrideOverbook)}))
	if len(r.Overbooked) != 1 || !r.Slot.End.Equal(hours(28, 1).Start) {
		t.Errorf("overbooked %+v, slot %s", r.Overbooked, r.Slot)
	}
	h.clean()
}

// Somebody used the released time and is gone: what is left from now on comes back.
func TestAReleasedSlotThatWasUsedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 8)) // released at 26
	h.at(26)
	other := h.scheduled("c2gran", hours(27, 1))
	h.ok(h.at(27).Start(t.Context(), as("oskar"), other.ID, scheduler.Step{}))
	h.ok(h.at(27.5).Complete(t.Context(), as("oskar"), other.ID, scheduler.Step{}))
	h.at(28)
	r = h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{Actual: &scheduler.Actual{Start: new(hours(26.5, 1).Start)}}))
	if !r.Slot.Equal(hours(28, 4)) || !r.Scheduled.Equal(hours(24, 8)) || !r.Actual.Start.Equal(hours(26.5, 1).Start) {
		t.Errorf("slot %s, scheduled %s, actual %+v", r.Slot, r.Scheduled, r.Actual)
	}
	h.clean()
}

// It ran all the time, and the report comes after its end: it is an overrun that names whom it hurts.
func TestAReleasedSlotThatRanOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4))
	h.at(25)
	h.scheduled("marathon", hours(26, 4))
	h.at(29)
	r = h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{Actual: &scheduler.Actual{Start: new(hours(24, 1).Start)}}))
	h.at(29)
	if got := h.get(r.ID).Request; !got.Overrun || len(got.Overbooked) != 1 || !got.Slot.End.After(h.clock) {
		t.Errorf("overrun %t, overbooked %+v, slot %s", got.Overrun, got.Overbooked, got.Slot)
	}
	h.clean()
}

// Operators tell late what happened with a released slot.
func TestAReleasedSlotIsReportedAsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4))
	h.at(27)
	r = h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{Actual: &scheduler.Actual{Start: new(hours(24, 1).Start), End: new(hours(26, 1).Start)}}))
	if r.Status != scheduler.Completed || !r.Actual.End.Equal(hours(26, 1).Start) || !r.Scheduled.Equal(hours(24, 4)) {
		t.Errorf("%+v", r)
	}
	h.clean()
}

// Only a new slot helps a released request beside a start; it begins with new terms.
func TestAReleasedRequestIsMoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4))
	h.at(25.5)
	_, err := h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(24, 5))})
	if e := h.refused(scheduler.CodeInvalid, err); !strings.Contains(e.Fields[0].Rule, "was given back") {
		t.Errorf("%v", e)
	}
	h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(48, 4)), Override: byHand(scheduler.OverrideApprovals)}))
	got := h.get(r.ID).Request
	if got.Released != nil || len(got.Flags) > 0 || !got.Slot.Equal(hours(48, 4)) || got.Lateness == nil {
		t.Errorf("%+v", got)
	}
	h.at(48.5)
	if h.times(r.ID, scheduler.ActionUnreported) != 2 {
		t.Errorf("history %v", h.did(r.ID))
	}
	h.clean()
}

// A granted request keeps the terms with which it was granted.
func TestTermsStayAsTheyWereGranted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	h.lenient()
	h.at(27)
	if got := h.get(r.ID).Request; got.Released != nil || got.Lateness == nil || !got.Lateness.ReleaseAfter.IsZero() {
		t.Errorf("released %v, terms %+v", got.Released, got.Lateness)
	}
}

func TestStillNeeded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	short, yes, no := h.scheduled("c2gran", hours(48, 2.5)), h.scheduled("hydra", hours(72, 4)), h.scheduled("hydra", hours(96, 4))
	_, err := h.Confirm(t.Context(), as("maeve"), yes.ID, scheduler.Confirm{Needed: true})
	h.refused(scheduler.CodeConflict, err)
	h.at(24)
	h.at(48)
	if h.get(short.ID).Needed != nil {
		t.Error("asked about a short slot")
	}
	if got := h.get(yes.ID).Needed; got == nil || !got.Asked.Equal(hours(48, 1).Start) {
		t.Fatalf("asked %+v", got)
	}
	if got := h.get(no.ID).Needed; got != nil {
		t.Errorf("asked too early: %+v", got)
	}
	link, err := h.NeededLink(t.Context(), as("adele"), yes.ID, "maeve")
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Confirm(t.Context(), as("hector"), yes.ID, scheduler.Confirm{Needed: true})
	h.refused(scheduler.CodeNotFound, err)
	h.ok(h.Confirm(t.Context(), as("maeve"), yes.ID, scheduler.Confirm{Needed: true, DryRun: true}))
	r := h.ok(h.ConfirmByLink(t.Context(), link, scheduler.Confirm{Needed: true}))
	if r.Needed.Confirmed == nil || r.Needed.By != "maeve" {
		t.Errorf("%+v", r.Needed)
	}
	_, err = h.ConfirmByLink(t.Context(), link, scheduler.Confirm{Needed: false, Reason: "changed my mind"})
	h.refused(scheduler.CodeConflict, err)
	h.at(72)
	if link, err = h.NeededLink(t.Context(), as("adele"), no.ID, "maeve"); err != nil {
		t.Fatal(err)
	}
	if r := h.ok(h.ConfirmByLink(t.Context(), link, scheduler.Confirm{Needed: false, Reason: "the rig broke"})); r.Status != scheduler.Cancelled {
		t.Errorf("%s", r.Status)
	}
	_, _, err = h.NeededByLink(t.Context(), link)
	h.refused(scheduler.CodeConflict, err)
	_, _, err = h.NeededByLink(t.Context(), link+"x")
	h.refused(scheduler.CodeNotFound, err)
	if n := h.times(yes.ID, scheduler.ActionAskNeeded); n != 1 {
		t.Errorf("asked %d times", n)
	}
	h.clean()
}

// Berth has a few minutes to end what it deployed itself, before anybody is called.
func TestWhatBerthDrivesIsNoOverrunAtItsEnd(t *testing.T) {
	t.Parallel()
	for name, torn := range map[string]bool{"as it runs": false, "as it is torn down": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(24, 4)) // torn down until 28:15
			h.ok(h.at(23.5).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{Driven: true}))
			h.at(28)
			end := 28 + 5.0/60
			if torn {
				h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{State: scheduler.Terminating}))
				end = 28.25
			}
			h.at(end - 1.0/60)
			if got := h.get(r.ID).Request; got.Overrun || len(got.Flags) > 0 {
				t.Errorf("flags %+v", got.Flags)
			}
			h.clean()
			h.at(end)
			if got := h.get(r.ID).Request; !got.Overrun {
				t.Error("it runs past its end")
			}
			h.clean()
		})
	}
}

// A report within the slot says when it began.
func TestOverBeforeItsEndAndNeverStarted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	h.at(26)
	for _, do := range []func() (scheduler.Outcome, error){
		func() (scheduler.Outcome, error) { return h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}) },
		func() (scheduler.Outcome, error) {
			return h.Fail(t.Context(), as("oskar"), r.ID, scheduler.Step{Reason: "smoke", Actual: &scheduler.Actual{End: new(hours(25, 1).Start)}})
		},
	} {
		_, err := do()
		if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "actual.start") {
			t.Error(e.Message)
		}
	}
	r = h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{Actual: &scheduler.Actual{Start: new(hours(24, 1).Start), End: new(hours(25.5, 1).Start)}}))
	if r.Status != scheduler.Completed || !r.Slot.Equal(hours(24, 1.5)) {
		t.Errorf("%s, %s", r.Status, r.Slot)
	}
	h.clean()
}

// Who is reported as started after the slot needs units that nobody else runs on by now.
func TestALateStartNeedsUnitsThatNobodyRunsOn(t *testing.T) {
	t.Parallel()
	for nsd, code := range map[string]scheduler.Code{"marathon": scheduler.CodeConflict, "c2gran": ""} {
		h := newHouse(t)
		r, other := h.scheduled("c2gran", hours(24, 1)), h.scheduled(nsd, hours(26, 4))
		h.at(25)
		h.ok(h.at(26).Start(t.Context(), as("oskar"), other.ID, scheduler.Step{}))
		got, err := h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{Actual: &scheduler.Actual{Start: new(hours(24, 1).Start)}})
		if scheduler.CodeOf(err) != code {
			t.Errorf("beside %s: %v", nsd, err)
		}
		if err == nil && (!got.Request.Overrun || slices.Equal(got.Request.Units[0].Units, h.get(other.ID).Units[0].Units)) {
			t.Errorf("beside %s: %v runs on %v", nsd, other.ID, got.Request.Units)
		}
		h.clean()
	}
}

// A decision about a slot that was given back is about all of it.
func TestAnApprovalOfAReleasedSlot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.lenient()
	r := h.scheduled("hydra", hours(24, 4))
	h.at(25.5)
	for _, decision := range []scheduler.Decision{scheduler.Refused, scheduler.Approved} {
		h.ok(h.Approve(t.Context(), as("paddy"), r.ID, "radio", scheduler.Approve{Decision: decision, Reason: "so"}))
		h.clean()
	}
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	h.clean()
}

func TestANoShowIsCorrected(t *testing.T) {
	t.Parallel()
	slot := hours(2, 4)
	closed := 6 + 7*24.0 // hours after the first morning
	at := func(h float64) *time.Time { return new(hours(h, 1).Start) }
	told := func(start, end *time.Time) scheduler.Step {
		return scheduler.Step{Reason: "the log of the testbed shows it", Actual: &scheduler.Actual{Start: start, End: end}}
	}
	h := newHouse(t)
	r := h.scheduled("marathon", slot)
	other := h.scheduled("marathon", hours(30, 4))
	h.ok(h.Cancel(t.Context(), as("maeve"), other.ID, scheduler.Step{}))
	h.at(closed)
	if now := h.get(r.ID); now.Status != scheduler.Cancelled || now.NoShow == nil || !now.NoShow.Equal(h.clock) {
		t.Fatalf("%s, closed %v", now.Status, now.NoShow)
	}
	h.at(closed + 30*24 - 1.0/3600)
	for name, c := range map[string]struct {
		who  string
		id   string
		in   scheduler.Step
		code scheduler.Code
	}{
		"without times":                {"oskar", r.ID, scheduler.Step{}, scheduler.CodeInvalid},
		"without its end":              {"oskar", r.ID, told(at(3), nil), scheduler.CodeInvalid},
		"without its start":            {"oskar", r.ID, told(nil, at(4)), scheduler.CodeInvalid},
		"it began when the slot ended": {"oskar", r.ID, told(at(6), at(7)), scheduler.CodeInvalid},
		"it began before its setup":    {"oskar", r.ID, told(at(0), at(4)), scheduler.CodeInvalid},
		"it is being torn down":        {"oskar", r.ID, func() scheduler.Step { in := told(at(3), at(4)); in.State = scheduler.Terminating; return in }(), scheduler.CodeInvalid},
		"by its experimenter":          {"maeve", r.ID, told(at(3), at(4)), scheduler.CodeForbidden},
		"what somebody cancelled":      {"oskar", other.ID, told(at(3), at(4)), scheduler.CodeConflict},
	} {
		if _, err := h.Complete(t.Context(), as(c.who), c.id, c.in); scheduler.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, err := h.Complete(t.Context(), as("oskar"), r.ID, told(at(3), at(5)))
	if now := h.ok(out, err); now.Status != scheduler.Completed || now.NoShow != nil || !now.Actual.Start.Equal(*at(3)) || !now.Actual.End.Equal(*at(5)) || !now.Scheduled.Equal(slot) {
		t.Errorf("%s, %+v", now.Status, now.Actual)
	}
	use, err := h.Use(t.Context(), as("adele"), scheduler.Question{From: slot.Start.Add(-time.Hour), To: slot.End.Add(time.Hour)})
	if err != nil || use.Total.Fates[report.Completed] != 1 || use.Total.Fates[report.NoShow] != 0 {
		t.Errorf("%+v, %v", use.Total, err)
	}
	h.clean()

	late := newHouse(t)
	r = late.scheduled("marathon", slot)
	late.at(closed)
	late.at(closed + 30*24)
	late.refused(scheduler.CodeConflict, second(late.Complete(t.Context(), as("oskar"), r.ID, told(at(3), at(5)))))
	late.clean()
}
