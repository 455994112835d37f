package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"

	"github.com/google/go-cmp/cmp"
)

// tuesdays asks for an experiment every Tuesday from 09:00 to 13:00 in Dublin, so many times from 10 March 2026 on; the clocks change on the 29th.
func tuesdays(nsd string, times int) scheduler.SeriesSubmission {
	return repeated(nsd, "2026-03-10T09:00", "PT4H", fmt.Sprintf("FREQ=WEEKLY;COUNT=%d", times))
}

func repeated(nsd, start, duration, rule string) scheduler.SeriesSubmission {
	in := scheduler.SeriesSubmission{Name: nsd, Mentor: "monika", SeriesAsk: scheduler.SeriesAsk{NSD: nsd, Plan: series.Plan{Zone: "Europe/Dublin", Rule: rule}}}
	if err := in.Start.UnmarshalText([]byte(start)); err != nil {
		panic(err)
	}
	if err := in.Duration.UnmarshalText([]byte(duration)); err != nil {
		panic(err)
	}
	return in
}

// series submits a series of maeve's.
func (h *house) series(in scheduler.SeriesSubmission) scheduler.SeriesView {
	h.Helper()
	out, err := h.SubmitSeries(h.t.Context(), as("maeve"), in)
	if err != nil {
		h.Fatalf("%v", err)
	}
	return *out.Series
}

// agreed gives the approvals of the radio hall to a series.
func (h *house) agreed(v scheduler.SeriesView) {
	h.Helper()
	if _, err := h.ApproveSeries(h.t.Context(), as("paddy"), v.ID, "radio", scheduler.SeriesApprove{Decision: scheduler.Approved}); err != nil {
		h.Fatalf("%v", err)
	}
}

// grantedSeries returns a series of maeve's that is approved and scheduled.
func (h *house) grantedSeries(in scheduler.SeriesSubmission) scheduler.SeriesView {
	h.Helper()
	v := h.series(in)
	h.agreed(v)
	out, err := h.ScheduleSeries(h.t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{})
	if err != nil {
		h.Fatalf("%v", err)
	}
	return *out.Series
}

func (h *house) getSeries(id string) scheduler.SeriesView {
	h.Helper()
	v, err := h.GetSeries(h.t.Context(), as("adele"), id)
	if err != nil {
		h.Fatalf("%v", err)
	}
	return v
}

// told writes answers shortly: place, status, slot, what was refused.
func told(parts []scheduler.Part) (list []string) {
	for _, p := range parts {
		text := fmt.Sprintf("%d %s %s", p.Place, p.Status, p.Slot.Start.Format("01-02T15:04"))
		if p.Refused != nil {
			text += " " + string(p.Refused.Code)
		}
		if p.Done {
			text += " done"
		}
		list = append(list, text)
	}
	return list
}

func (h *house) same(what string, want, got any) {
	h.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.Fatalf("%s (-want +got)\n%s", what, diff)
	}
}

// On one wall clock: six Tuesdays become six requests, which know their series; each step with the series is one step with all of them.
func TestSeriesAsAWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.series(tuesdays("marathon", 6))
	h.same("submitted", []string{"1 UNDER_REVIEW 03-10T09:00", "2 UNDER_REVIEW 03-17T09:00", "3 UNDER_REVIEW 03-24T09:00",
		"4 UNDER_REVIEW 03-31T08:00", "5 UNDER_REVIEW 04-07T08:00", "6 UNDER_REVIEW 04-14T08:00"}, told(v.Parts))
	h.same("said", "every Tuesday, 09:00–13:00 (Europe/Dublin)", v.Said)
	for i, p := range v.Parts {
		r := h.get(p.Request)
		h.same("place", &scheduler.InSeries{ID: v.ID, Number: v.Number, Place: i + 1, Of: 6}, r.Series)
		first := h.history(p.Request)[0]
		if first.Series == nil || first.Series.Series != v.ID || first.Series.Of != 6 || first.Series.Lead != (i == 5) || first.Series.Number != v.Number {
			t.Errorf("the history of number %d says %+v", i+1, first.Series)
		}
	}
	h.agreed(v)
	out, err := h.ScheduleSeries(t.Context(), as("monika"), fmt.Sprint(v.Parts[2].Number), scheduler.SeriesSchedule{Reason: "welcome"})
	if err != nil || out.Done != 6 {
		t.Fatalf("%d done, %v", out.Done, err)
	}
	var lead []int64
	for _, e := range h.store.Rows().Events {
		if e.Action == scheduler.ActionSchedule && e.Series.Lead {
			lead = append(lead, e.Series.All...)
		}
	}
	h.same("the one that speaks for all names all", 6, len(lead))
	moved, err := h.MoveSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesMove{Change: series.Change{Shift: 60}, SeriesChoice: scheduler.SeriesChoice{Places: []int{1, 4}},
		Override: byHand(scheduler.OverrideApprovals)})
	if err != nil {
		t.Fatal(err)
	}
	h.same("moved on the wall clock", []string{"1 SCHEDULED 03-10T10:00 done", "4 SCHEDULED 03-31T09:00 done"}, told(moved.Parts))
	gone, err := h.CancelSeries(t.Context(), as("maeve"), v.ID, scheduler.SeriesCancel{Reason: "no time"})
	if err != nil || gone.Done != 6 {
		t.Fatalf("%d cancelled, %v", gone.Done, err)
	}
	_, err = h.CancelSeries(t.Context(), as("maeve"), v.ID, scheduler.SeriesCancel{})
	h.refused(scheduler.CodeConflict, err)
	h.clean()
}

// All or nothing: where one occurrence does not fit nothing is kept, every occurrence is answered, and there are ways in which all would fit, which can
// be taken as they are. By choice, the others are taken without it.
func TestSeriesThatDoesNotFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.scheduled("hydra", testbeds.NewSlot(time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC), time.Hour))
	in := tuesdays("marathon", 4)
	_, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	e := h.refused(scheduler.CodeConflict, err)
	h.same("each is answered", []string{"1 UNDER_REVIEW 03-10T09:00 done", "2  03-17T09:00 conflict", "3 UNDER_REVIEW 03-24T09:00 done", "4 UNDER_REVIEW 03-31T08:00 done"}, told(e.Parts))
	if fit := e.Parts[1].Fit; fit == nil || fit.Fits || fit.Conflicts[0].TakenBy[0].Request != 0 && fit.Conflicts[0].TakenBy[0].Request != other.Number {
		t.Errorf("the conflict is %+v", fit)
	}
	if n := len(h.store.Rows().Requests); n != 1 {
		t.Fatalf("%d requests were kept", n)
	}
	if len(e.Ways) == 0 || len(e.Parts[1].Alternatives) == 0 {
		t.Fatalf("%d ways, %d alternatives", len(e.Ways), len(e.Parts[1].Alternatives))
	}
	for i, w := range e.Ways {
		again := in
		again.Change, again.DryRun = w.Change, true
		if out, err := h.SubmitSeries(t.Context(), as("maeve"), again); err != nil || out.Done != len(w.Occurrences) || !out.DryRun {
			t.Errorf("way %q cannot be taken: %v, %+v", w.Text, err, out)
		}
		if i > 0 && e.Ways[i-1].Cost > w.Cost {
			t.Errorf("%q comes before %q", e.Ways[i-1].Text, w.Text)
		}
	}
	in.AllOrNothing = new(false)
	out, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	if err != nil {
		t.Fatal(err)
	}
	h.same("without it", []string{"1 UNDER_REVIEW 03-10T09:00 done", "2  03-17T09:00 conflict", "3 UNDER_REVIEW 03-24T09:00 done", "4 UNDER_REVIEW 03-31T08:00 done"}, told(out.Parts))
	h.same("members", 3, len(out.Series.Members))
	h.same("places stay", 4, h.get(out.Parts[3].Request).Series.Place)
	h.same("its step", 3, h.history(out.Parts[3].Request)[0].Series.Of)
	in.Anyway = true
	if out, err := h.SubmitSeries(t.Context(), as("maeve"), in); err != nil || out.Done != 4 {
		t.Errorf("anyway: %d, %v", out.Done, err)
	}
	h.clean()
}

// A series that overlaps itself, setup and teardown included, is refused as if somebody else had the capacity, and suggested in a way that does not.
func TestSeriesInItsOwnWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// Setup takes 30 minutes and teardown 15: days of 23:15 fit one after the other, and not a second more.
	for duration, want := range map[string][]bool{"PT23H15M": {true, true, true}, "PT23H15M1S": {true, false, true}} {
		in := repeated("marathon", "2026-03-10T09:00", duration, "FREQ=DAILY;COUNT=3")
		parts, err := h.CheckSeries(t.Context(), as("maeve"), in.SeriesAsk)
		if err != nil {
			t.Fatal(err)
		}
		var fits []bool
		for _, p := range parts {
			fits = append(fits, p.Fit.Fits)
		}
		h.same(duration, want, fits)
		_, err = h.SubmitSeries(t.Context(), as("maeve"), in)
		if fit := !slices.Contains(want, false); fit != (err == nil) {
			t.Errorf("%s: %v", duration, err)
		}
	}
	// Half of the radios: two at a time fit, three do not.
	in := repeated("c2gran", "2026-04-10T09:00", "PT60H", "FREQ=DAILY;COUNT=3")
	ways, parts, err := h.SuggestSeries(t.Context(), as("maeve"), in.SeriesAsk)
	if err != nil {
		t.Fatal(err)
	}
	if !parts[0].Fit.Fits || !parts[1].Fit.Fits || parts[2].Fit.Fits {
		t.Errorf("fit: %v", told(parts))
	}
	for _, w := range ways {
		in.Change = w.Change
		if _, err := h.SubmitSeries(t.Context(), as("maeve"), scheduler.SeriesSubmission{Name: "x", SeriesAsk: in.SeriesAsk, DryRun: true}); err != nil {
			t.Errorf("%s: %v", w.Text, err)
		}
	}
	if len(ways) == 0 {
		t.Error("no way is suggested")
	}
}

// A shift to where the next occurrences are now is no conflict, whether it goes forwards or backwards; and what is in the way of others still is.
func TestSeriesMovesOntoItself(t *testing.T) {
	t.Parallel()
	for _, days := range []int{1, -1, 2} {
		h := newHouse(t)
		v := h.grantedSeries(repeated("marathon", "2026-03-10T09:00", "PT20H", "FREQ=DAILY;COUNT=4"))
		other := h.submitted("hydra", testbeds.NewSlot(time.Date(2026, 3, 25, 9, 0, 0, 0, time.UTC), time.Hour))
		out, err := h.MoveSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesMove{Change: series.Change{Shift: days * 24 * 60}, Override: byHand(scheduler.OverrideApprovals)})
		if err != nil || out.Done != 4 {
			t.Fatalf("%d days: %d done, %v", days, out.Done, err)
		}
		h.same("where it goes", 10+days, h.get(v.Parts[0].Request).Slot.Start.Day())
		h.clean()
		h.approve(other)
		h.ok(h.Schedule(t.Context(), as("monika"), other.ID, scheduler.Schedule{}))
		_, err = h.MoveSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesMove{Change: series.Change{Shift: (15 - days) * 24 * 60}, Override: byHand(scheduler.OverrideApprovals)})
		if e := h.refused(scheduler.CodeConflict, err); e.Parts[0].Refused == nil || e.Parts[1].Refused != nil || e.Parts[0].Fit == nil || e.Parts[0].Fit.Fits {
			t.Errorf("%d days: %v", days, told(e.Parts))
		}
		h.clean()
	}
}

// A move that needs approvals waits with each occurrence, which keeps its slot; the approval of the series moves all of it.
func TestSeriesMoveWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.grantedSeries(tuesdays("marathon", 3))
	out, err := h.MoveSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesMove{Change: series.Change{Shift: 120}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range out.Parts {
		if p.Moving == nil || p.Slot.Start.Hour() > 9 || !slices.Equal(p.Waits, []string{"radio"}) {
			t.Errorf("number %d waits for %v, %v", p.Place, p.Waits, p.Moving)
		}
	}
	h.agreed(v)
	h.same("moved", []string{"1 SCHEDULED 03-10T11:00", "2 SCHEDULED 03-17T11:00", "3 SCHEDULED 03-24T11:00"}, told(h.getSeries(v.ID).Parts))
	h.clean()
}

// An occurrence whose move waits stays in the way of another one that is moved at once: all of the step is refused, and nothing is kept.
func TestSeriesMovesThatWaitStayInTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.grantedSeries(repeated("marathon", "2026-03-10T09:00", "PT10H", "FREQ=DAILY;COUNT=2"))
	at := func(day, hour int) testbeds.Slot {
		return testbeds.NewSlot(time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC), 3*time.Hour)
	}
	move := func(place int, to testbeds.Slot) {
		h.ok(h.Move(t.Context(), as("monika"), v.Parts[place-1].Request, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
	}
	move(1, at(10, 9)) // ten hours were approved for it
	move(2, at(10, 15))
	both := series.Change{Moves: []series.Move{{Place: 1, Slot: at(10, 14)}, {Place: 2, Slot: at(20, 9)}}} // nobody has approved the second
	_, err := h.MoveSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesMove{Change: both})
	if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "where another occurrence still is") {
		t.Error(e)
	}
	h.same("nothing is kept", []string{"1 SCHEDULED 03-10T09:00", "2 SCHEDULED 03-10T15:00"}, told(h.getSeries(v.ID).Parts))
	if _, err = h.MoveSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesMove{Change: both, Override: byHand(scheduler.OverrideApprovals)}); err != nil {
		t.Error(err)
	}
	h.same("both moved", []string{"1 SCHEDULED 03-10T14:00", "2 SCHEDULED 03-20T09:00"}, told(h.getSeries(v.ID).Parts))
	h.clean()
}

// Rejected with a way as offers, all of it is taken with one step: the new requests take the places.
func TestSeriesOffers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := tuesdays("marathon", 3)
	v := h.series(in)
	out, err := h.RejectSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesReject{Reason: "mornings are for maintenance", Change: series.Change{Shift: 240, Skip: []int{2}}})
	if err != nil || out.Done != 3 {
		t.Fatalf("%d done, %v", out.Done, err)
	}
	taken, err := h.AcceptSeries(t.Context(), as("maeve"), v.ID, scheduler.SeriesAccept{})
	if err != nil {
		t.Fatal(err)
	}
	h.same("taken", []string{"1 UNDER_REVIEW 03-10T13:00 done", "3 UNDER_REVIEW 03-24T13:00 done"}, told(taken.Parts))
	h.same("the series", []string{"1 UNDER_REVIEW 03-10T13:00", "2 REJECTED 03-17T09:00", "3 UNDER_REVIEW 03-24T13:00"}, told(taken.Series.Parts))
	_, err = h.AcceptSeries(t.Context(), as("maeve"), v.ID, scheduler.SeriesAccept{})
	h.refused(scheduler.CodeConflict, err)
	h.clean()
}

// Whoever may not take a step with an occurrence may not take it with a series.
func TestRightsOverSeries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.series(tuesdays("marathon", 2))
	_, err := h.GetSeries(t.Context(), as("hector"), v.ID)
	h.refused(scheduler.CodeNotFound, err)
	_, err = h.GetSeries(t.Context(), as("maeve"), "42")
	h.refused(scheduler.CodeNotFound, err)
	_, err = h.CancelSeries(t.Context(), as("hector"), v.ID, scheduler.SeriesCancel{})
	h.refused(scheduler.CodeNotFound, err)
	_, err = h.ScheduleSeries(t.Context(), as("maeve"), v.ID, scheduler.SeriesSchedule{})
	h.refused(scheduler.CodeForbidden, err)
	_, err = h.ScheduleSeries(t.Context(), as("marco"), v.ID, scheduler.SeriesSchedule{})
	h.refused(scheduler.CodeForbidden, err)
	_, err = h.ApproveSeries(t.Context(), as("carla"), v.ID, "radio", scheduler.SeriesApprove{Decision: scheduler.Approved})
	h.refused(scheduler.CodeNotFound, err)
	_, err = h.ScheduleSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{})
	e := h.refused(scheduler.CodeConflict, err) // nobody has approved
	h.same("both", []string{"1 UNDER_REVIEW 03-10T09:00 conflict", "2 UNDER_REVIEW 03-17T09:00 conflict"}, told(e.Parts))
	for field, choice := range map[string]scheduler.SeriesChoice{"occurrences[0]": {Places: []int{3}}, "occurrences[1]": {Places: []int{1, 1}}, "all_or_nothing": {AllOrNothing: new(false)}} {
		_, err = h.ScheduleSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{SeriesChoice: choice})
		h.same("field", field, h.refused(scheduler.CodeInvalid, err).Fields[0].Field)
	}
	_, err = h.ScheduleSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{SeriesChoice: scheduler.SeriesChoice{Revision: v.Revision + 1}})
	h.refused(scheduler.CodePrecondition, err)
	if out, err := h.AssignSeries(t.Context(), as("marco"), v.ID, scheduler.SeriesAssign{Mentor: "marco", SeriesChoice: scheduler.SeriesChoice{Revision: v.Revision}}); err != nil || out.Done != 2 {
		t.Errorf("handed over: %d, %v", out.Done, err)
	}
	list, err := h.ListSeries(t.Context(), as("hector"), scheduler.SeriesFilter{}, "")
	if err != nil || len(list.Items) != 0 {
		t.Errorf("%d series, %v", len(list.Items), err)
	}
	for _, who := range []string{"maeve", "paddy", "adele"} {
		if list, err = h.ListSeries(t.Context(), as(who), scheduler.SeriesFilter{}, ""); err != nil || len(list.Items) != 1 {
			t.Errorf("%s sees %d series, %v", who, len(list.Items), err)
		}
	}
}

// One by one, or as much as can be done.
func TestSeriesInParts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := tuesdays("marathon", 3)
	in.AllOrNothing = new(false)
	v := h.series(in)
	h.agreed(v)
	other := h.scheduled("hydra", testbeds.NewSlot(time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC), time.Hour))
	dry, err := h.ScheduleSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{SeriesChoice: scheduler.SeriesChoice{DryRun: true}})
	if err != nil || !dry.DryRun || dry.Done != 2 || dry.Refused != 1 {
		t.Fatalf("%+v, %v", dry, err)
	}
	_, err = h.ScheduleSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{SeriesChoice: scheduler.SeriesChoice{AllOrNothing: new(true)}})
	if e := h.refused(scheduler.CodeConflict, err); len(e.Ways) == 0 {
		t.Errorf("no way for all: %v", e)
	}
	out, err := h.ScheduleSeries(t.Context(), as("monika"), v.ID, scheduler.SeriesSchedule{})
	if err != nil {
		t.Fatal(err)
	}
	h.same("as much as can be", []string{"1 SCHEDULED 03-10T09:00 done", "2 UNDER_REVIEW 03-17T09:00 conflict", "3 SCHEDULED 03-24T09:00 done"}, told(out.Parts))
	h.ok(h.Cancel(t.Context(), as("monika"), other.ID, scheduler.Step{}))
	h.ok(h.Schedule(t.Context(), as("monika"), v.Parts[1].Request, scheduler.Schedule{}))
	h.same("and by itself", []string{"1 SCHEDULED 03-10T09:00", "2 SCHEDULED 03-17T09:00", "3 SCHEDULED 03-24T09:00"}, told(h.getSeries(v.ID).Parts))
	h.clean()
}

// A second call with the same key makes nothing, and answers with the series.
func TestSeriesIsSubmittedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := tuesdays("marathon", 2)
	in.Creation = scheduler.Creation{Key: "k", Fingerprint: "f"}
	v := h.series(in)
	out, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	if err != nil || !out.Repeated || out.Series.ID != v.ID || len(h.store.Rows().Requests) != 2 {
		t.Errorf("%+v, %v", out, err)
	}
	in.Fingerprint = "g"
	_, err = h.SubmitSeries(t.Context(), as("maeve"), in)
	h.refused(scheduler.CodeInvalid, err)
}

// All faults of a series at once, those of an occurrence with its place.
func TestFaultsOfSeries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := tuesdays("nothing", 3)
	in.Name, in.Mentor = "", "maeve"
	in.Start.Time = in.Start.AddDate(0, 0, -14) // the first is over
	_, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	var fields []string
	for _, f := range h.refused(scheduler.CodeInvalid, err).Fields {
		fields = append(fields, f.Field)
	}
	h.same("fields", []string{"name", "mentor", "nsd", "occurrences[1].slot.start"}, fields)
	in = tuesdays("marathon", 1)
	_, err = h.SubmitSeries(t.Context(), as("maeve"), in)
	h.same("field", "rrule", h.refused(scheduler.CodeInvalid, err).Fields[0].Field)
}

// A series that is not submitted names no requests, for there are none: where its occurrences are in the way of one another, their start names them.
func TestARefusedSeriesNamesOccurrencesByTheirStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := repeated("marathon", "2026-03-10T09:00", "PT30H", "FREQ=DAILY;COUNT=2")
	whole := in
	whole.AllOrNothing = new(true)
	_, err := h.SubmitSeries(t.Context(), as("maeve"), whole)
	refused := h.refused(scheduler.CodeConflict, err)
	dry := in
	dry.DryRun, dry.AllOrNothing = true, new(false)
	out, err := h.SubmitSeries(t.Context(), as("maeve"), dry)
	if err != nil {
		t.Fatal(err)
	}
	for what, parts := range map[string][]scheduler.Part{"refused": refused.Parts, "a dry run": out.Parts} {
		for _, p := range parts {
			if p.Number != 0 || p.Request != "" || p.Revision != 0 {
				t.Errorf("%s: occurrence %d is request #%d", what, p.Place, p.Number)
			}
		}
		if why := parts[1].Fit.Conflicts[0].String(); !strings.HasSuffix(why, "; taken by the occurrence of 2026-03-10T09:00:00Z") {
			t.Errorf("%s: %s", what, why)
		}
	}
	if strings.Contains(refused.Error(), "#") {
		t.Errorf("it names a request: %v", refused)
	}
	h.clean()
}

// A series counts as a whole against a quota: the occurrence with which it is used up is refused, though each alone would be within it.
func TestSeriesWithinAQuota(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: few, quantity: vcpu, hours: 70, per: person, every: month}]") // each occurrence takes 32
	in := tuesdays("video", 3)
	_, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	e := h.refused(scheduler.CodeConflict, err)
	h.same("the third", []string{"1 UNDER_REVIEW 03-10T09:00 done", "2 UNDER_REVIEW 03-17T09:00 done", "3  03-24T09:00 conflict"}, told(e.Parts))
	in.AllOrNothing = new(false)
	out, err := h.SubmitSeries(t.Context(), as("maeve"), in)
	if err != nil || out.Done != 2 || out.Refused != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	h.clean()
}

// TestOccurrencesWait one by one: what came free for them is taken at once, and each stays the request that it was.
func TestOccurrencesWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.scheduled("marathon", slotOf(h, "2026-03-10T09:00", 4))
	in := tuesdays("hydra", 2)
	in.Anyway = true
	v := h.series(in)
	h.ok(h.Wait(t.Context(), as("maeve"), v.Parts[0].Request, scheduler.WaitFor{}))
	h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
	h.due()
	out, err := h.AcceptSeries(t.Context(), as("maeve"), v.ID, scheduler.SeriesAccept{})
	if err != nil || out.Done != 1 {
		t.Fatalf("%d done, %v", out.Done, err)
	}
	if r := h.get(v.Parts[0].Request); r.Wait != nil || r.HoldUntil == nil || len(out.Series.Parts) != 2 || out.Series.Parts[0].Request != r.ID {
		t.Errorf("it waits %+v, is held until %v", r.Wait, r.HoldUntil)
	}
	h.clean()
}

// slotOf returns a slot of some hours that begins at a local time in Dublin.
func slotOf(h *house, start string, long int) testbeds.Slot {
	h.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", start, time.UTC) // in winter
	if err != nil {
		h.Fatalf("%v", err)
	}
	return testbeds.NewSlot(at, time.Duration(long)*time.Hour)
}
