package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// An approval holds for what it was given for, and for less of the same.
func TestAnApprovalIsBoundToWhatWasApproved(t *testing.T) {
	t.Parallel()
	units := func(names ...string) *[]testbeds.DeviceNeed {
		return &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 2, Units: names}}
	}
	longer, shorter, earlier := hours(24, 5), hours(25, 2), hours(23, 4)
	tests := []struct {
		name  string
		grant scheduler.Schedule
		holds bool
	}{
		{"as approved", scheduler.Schedule{}, true},
		{"shorter", scheduler.Schedule{Slot: &shorter}, true},
		{"longer", scheduler.Schedule{Slot: &longer}, false},
		{"earlier", scheduler.Schedule{Slot: &earlier}, false},
		{"other units", scheduler.Schedule{Devices: units("u3", "u4")}, false},
		{"any units", scheduler.Schedule{Devices: units()}, false},
		{"one unit less", scheduler.Schedule{Devices: &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1, Units: []string{"u2"}}}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1", "u2"))
			h.approving(r, scheduler.Approved)
			out, err := h.Schedule(t.Context(), as("monika"), r.ID, tt.grant)
			if tt.holds {
				h.ok(out, err)
				return
			}
			if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "approval of radio") {
				t.Errorf("refused with %q", e.Message)
			}
		})
	}
}

// A link asks about one thing; whatever changes about that makes another question of it.
func TestAnApprovalLinkIsAboutOneQuestion(t *testing.T) {
	t.Parallel()
	name, slot := "quite another experiment", hours(24, 5)
	edits := map[string]scheduler.Edit{
		"the slot":  {Slot: &slot},
		"the words": {Name: &name},
		"the units": {Devices: &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 2, Units: []string{"u3", "u4"}}}},
	}
	for what, edit := range edits {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.submittedBy("maeve", insisting("c2gran", hours(24, 4), "u1", "u2"))
			link, err := h.ApprovalLink(t.Context(), scheduler.System, r.ID, "radio", "paddy")
			if err != nil {
				t.Fatal(err)
			}
			h.ok(h.Edit(t.Context(), as("maeve"), r.ID, edit))
			_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved})
			h.refused(scheduler.CodeConflict, err)
		})
	}
}

func TestALinkApprovesAPendingMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	r = h.move(r, hours(30, 4))
	link, err := h.ApprovalLink(t.Context(), scheduler.System, r.ID, "radio", "paddy")
	if err != nil {
		t.Fatal(err)
	}
	r = h.ok(h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved}))
	if !r.Slot.Equal(hours(30, 4)) {
		t.Errorf("it is at %s", r.Slot)
	}
	_, err = h.ApproveByLink(t.Context(), link, scheduler.Approve{Decision: scheduler.Approved})
	h.refused(scheduler.CodeConflict, err)
}

// An approval that is taken back keeps what was scheduled from being started.
func TestAnApprovalThatIsTakenBackKeepsFromStarting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.approving(h.scheduled("hydra", hours(24, 4)), scheduler.Refused)
	if len(r.Flags) != 1 || r.Flags[0].Kind != "approval" {
		t.Errorf("flags %+v", r.Flags)
	}
	_, err := h.at(24).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
	h.refused(scheduler.CodeConflict, err)
	r = h.approving(r, scheduler.Approved)
	if len(r.Flags) != 0 {
		t.Errorf("flags %+v", r.Flags)
	}
	h.ok(h.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
}

// A policy that becomes required binds what is under review, and leaves what is granted alone.
func TestANewPolicyBindsWhatIsUnderReview(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked, granted := h.submitted("video", hours(24, 4)), h.scheduled("video", hours(24, 4))
	f := facility()
	f.Testbeds[1].Approval = testbeds.ApprovalRequired
	out := h.put(f)
	if len(out.Broken) != 0 || len(out.Affected) != 1 || out.Affected[0].Request != asked.ID {
		t.Errorf("broken %+v, affected %+v", out.Broken, out.Affected)
	}
	if a := h.get(asked.ID).Approvals[0]; a.Policy != testbeds.ApprovalRequired {
		t.Errorf("approval %+v", a)
	}
	_, err := h.Schedule(t.Context(), as("monika"), asked.ID, scheduler.Schedule{})
	h.refused(scheduler.CodeConflict, err)
	h.ok(h.at(24).Start(t.Context(), as("oskar"), granted.ID, scheduler.Step{}))
}

// Nobody can accept an offer whose slot has begun: it holds nothing from then on, nor does what was accepted.
func TestNothingIsHeldThatNobodyCanTake(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("marathon", hours(24, 4))
	r = h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{{Slot: hours(24, 4)}, {Slot: hours(40, 4)}}}))
	if until := r.Offers[0].Expires; !until.Equal(hours(24, 1).Start) {
		t.Errorf("an offer of a slot at 24 h is open until %s", until)
	}
	out, err := h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[1].ID, false)
	h.ok(out, err)
	accepted := out.Created
	if !accepted.HoldUntil.Equal(hours(40, 1).Start) {
		t.Errorf("an accepted offer is held until %s", accepted.HoldUntil)
	}
	h.at(39.9)
	if b := h.booking(*accepted); b.Strength != testbeds.Held {
		t.Errorf("it is %s before its slot begins", b.Strength)
	}
	h.at(40)
	if b := h.booking(*accepted); b.Strength != testbeds.Pending {
		t.Errorf("it is %s although nobody can grant it any more", b.Strength)
	}
	h.clean()
}

func TestEachInstantIsRemindedOfOnce(t *testing.T) {
	t.Parallel()
	at := func(hour float64) string { return hours(hour, 1).Start.Format(time.RFC3339) }
	shorter, longer := hours(50, 2), hours(48, 6)
	tests := []struct {
		name string
		then func(h *house, r scheduler.Request)
		want []string
	}{
		{"as granted", func(h *house, r scheduler.Request) { h.at(47) }, []string{"orchestrate by " + at(47.5), "orchestrate by " + at(47.5)}},
		{"shortened from its start", func(h *house, r scheduler.Request) {
			h.at(47)
			h.ok(h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &shorter}))
			h.at(47.1) // a day before is over already
			h.at(49)
		}, []string{"orchestrate by " + at(47.5), "orchestrate by " + at(47.5), "orchestrate by " + at(49.5), "orchestrate by " + at(49.5)}},
		{"extended", func(h *house, r scheduler.Request) {
			h.at(47)
			h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &longer, Override: byHand(scheduler.OverrideApprovals)}))
			h.at(47.25)
		}, []string{"orchestrate by " + at(47.5), "orchestrate by " + at(47.5)}},
		{"a short slot that runs", func(h *house, r scheduler.Request) {
			h.at(47)
			h.ok(h.at(48).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
			h.at(50.5)
			h.at(51.5)
		}, []string{"orchestrate by " + at(47.5), "orchestrate by " + at(47.5), "tear down at " + at(52)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(48, 4))
			h.at(24)
			tt.then(h, r)
			if diff := cmp.Diff(tt.want, h.reminders(r.ID)); diff != "" {
				t.Errorf("reminders (-want +got):\n%s", diff)
			}
		})
	}
}

// An overrun that reaches the next booking only hours later is recorded then, and the next ones are told.
func TestALaterHurtOfAnOverrunIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	late := h.running("marathon", hours(24, 4))
	next := h.granted(h.submittedBy("hector", wants("c2gran", hours(31, 4))))
	if r := h.at(28.5).get(late.ID); len(r.Overbooked) != 0 || !r.Overrun {
		t.Fatalf("the first hour hurts nobody: %+v", r.Overbooked)
	}
	r := h.at(30.25).get(late.ID)
	if len(r.Overbooked) != 1 || r.Overbooked[0].Reason != "overrun" || r.Overbooked[0].Conflicts[0].TakenBy[0].Request != next.Number {
		t.Fatalf("the third hour hurts #%d: %+v", next.Number, r.Overbooked)
	}
	if !slices.ContainsFunc(h.history(next.ID), func(e scheduler.Entry) bool { return e.Action == scheduler.ActionOverrun }) {
		t.Error("its people were not told")
	}
	if r := h.at(32.25).get(late.ID); len(r.Overbooked) != 1 {
		t.Errorf("an overrun has %d records", len(r.Overbooked))
	}
	h.clean()
}

// Marks and records of an overbook go with its cause.
func TestAMarkDoesNotOutliveItsCause(t *testing.T) {
	t.Parallel()
	closure := testbeds.Closure{Summary: "painters", Start: testbeds.LocalTime{Time: hours(25, 1).Start}, Duration: testbeds.Period{Clock: time.Hour}}
	tests := []struct {
		name string
		make func(h *house) (marked scheduler.Request, undo func())
	}{
		{"the other one is cancelled", func(h *house) (scheduler.Request, func()) {
			first := h.scheduled("marathon", hours(24, 4))
			r := h.submitted("hydra", hours(24, 4))
			r = h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
			return r, func() { h.ok(h.Cancel(t.Context(), as("maeve"), first.ID, scheduler.Step{})) }
		}},
		{"the other one is moved away", func(h *house) (scheduler.Request, func()) {
			first := h.scheduled("marathon", hours(24, 4))
			r := h.submitted("hydra", hours(24, 4))
			r = h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
			to := hours(40, 4)
			return r, func() {
				h.ok(h.Move(t.Context(), as("adele"), first.ID, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
			}
		}},
		{"it is moved away itself", func(h *house) (scheduler.Request, func()) {
			h.scheduled("marathon", hours(24, 4))
			r := h.submitted("hydra", hours(24, 4))
			r = h.ok(h.Schedule(t.Context(), as("adele"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
			to := hours(40, 4)
			return r, func() {
				h.ok(h.Move(t.Context(), as("adele"), r.ID, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
			}
		}},
		{"the closure is lifted", func(h *house) (scheduler.Request, func()) {
			r := h.scheduled("marathon", hours(24, 4))
			c, _, err := h.AddClosure(t.Context(), as("paddy"), "radio", closure, scheduler.ChangeOptions{Force: true, Reason: "paint"}, scheduler.Creation{})
			if err != nil {
				h.Fatalf("closure: %v", err)
			}
			return r, func() {
				if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", c.ID, scheduler.ChangeOptions{}); err != nil {
					h.Fatalf("closure: %v", err)
				}
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r, undo := tt.make(h)
			if !h.booking(r).Overbooked {
				t.Fatal("it is not marked")
			}
			undo()
			if now := h.get(r.ID); h.booking(r).Overbooked || len(now.Overbooked) > 0 || len(now.Flags) > 0 {
				t.Errorf("marked %v, records %+v, flags %+v", h.booking(r).Overbooked, now.Overbooked, now.Flags)
			}
			h.clean()
		})
	}
}

// Every kind of change of the facility says in its preview whom it concerns.
func TestEveryKindOfFacilityChangeHasItsLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		change   func(t *testbeds.Testbed)
		broken   string // a word of why the scheduled request breaks
		affected string // a word of what changes for it or for the one under review
	}{
		{name: "a feature is taken away", change: func(t *testbeds.Testbed) { t.Features = nil }, broken: "requires sdr"},
		{name: "the hosts are small", change: func(t *testbeds.Testbed) {
			t.VIMs[0].Hosts = []testbeds.Host{{Count: 9, Size: testbeds.Quantities{"vcpu": 2}}}
		}, broken: "fits no single host"},
		{name: "the VIM is renamed", change: func(t *testbeds.Testbed) { t.VIMs[0].ID = "ida" }, broken: "no VIM"},
		{name: "nobody is asked any more", change: func(t *testbeds.Testbed) { t.Approval = testbeds.ApprovalInformed }, affected: "approval is informed now"},
		{name: "somebody else is asked", change: func(t *testbeds.Testbed) { t.Providers = []string{"carla"} }, affected: "given by carla"},
		{name: "another zone", change: func(t *testbeds.Testbed) { t.Timezone = "Europe/Athens" }, affected: "Europe/Athens"},
		{name: "open to everybody's eyes", change: func(t *testbeds.Testbed) { t.Visibility = testbeds.VisibilityOpen }, affected: "everybody sees"},
		{name: "longer setup", change: func(t *testbeds.Testbed) { t.Setup.Clock = 3 * time.Hour }, affected: "keeps the setup"},
		{name: "less capacity", change: func(t *testbeds.Testbed) { t.VIMs[0].Capacity = testbeds.Quantities{"vcpu": 3} }, broken: "vcpu"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.scheduled("hydra", hours(24, 4))
			h.submitted("hydra", hours(40, 4))
			f := facility()
			tt.change(&f.Testbeds[0])
			out, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{DryRun: true})
			if tt.name == "the VIM is renamed" { // the catalogue names it
				h.refused(scheduler.CodeInvalid, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var broken, affected []string
			for _, b := range out.Broken {
				broken = append(broken, fmt.Sprint(b.Number, b.Problems, b.Short))
			}
			for _, a := range out.Affected {
				affected = append(affected, fmt.Sprint(a.Number, a.Text))
			}
			if got := strings.Join(broken, "; "); !strings.Contains(got, tt.broken) || (got == "") != (tt.broken == "") {
				t.Errorf("broken %q, want %q in it", got, tt.broken)
			}
			if got := strings.Join(affected, "; "); !strings.Contains(got, tt.affected) || (got == "") != (tt.affected == "") {
				t.Errorf("affected %q, want %q in it", got, tt.affected)
			}
		})
	}
}

// What could run and cannot any more is flagged, and what is given back takes the flag away.
func TestAFeatureTakenAwayFlagsUntilItIsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	f := facility()
	f.Testbeds[0].Features = nil
	if _, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{}); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Fatalf("it needs no force: %v", err)
	}
	h.put(f)
	if now := h.get(r.ID); len(now.Flags) != 1 || now.Deployable.OK || h.booking(r).Overbooked {
		t.Errorf("flags %+v, deployable %v", now.Flags, now.Deployable)
	}
	h.put(facility())
	if now := h.get(r.ID); len(now.Flags) != 0 {
		t.Errorf("flags %+v", now.Flags)
	}
}

// A repeated submission answers as the first time, although its slot has begun; a repeated closure has the id that it got.
func TestARepeatIsNotJudgedAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := wants("marathon", hours(1, 4))
	in.Creation = scheduler.Creation{Key: "k", Fingerprint: "f"}
	first, err := h.Submit(t.Context(), as("maeve"), in)
	h.ok(first, err)
	h.at(2)
	again, err := h.Submit(t.Context(), as("maeve"), in)
	h.ok(again, err)
	if again.Request.ID != first.Request.ID || !again.Repeated || cmp.Diff(first.Fit, again.Fit) != "" {
		t.Errorf("answered %+v", again)
	}
	once := scheduler.Creation{Key: "c", Fingerprint: "f"}
	one, change, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(40, 1, "u1"), scheduler.ChangeOptions{}, once)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", one.ID, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	two, repeated, err := h.AddClosure(t.Context(), as("paddy"), "radio", closing(40, 1, "u1"), scheduler.ChangeOptions{}, once)
	if err != nil || two.ID != one.ID || repeated.Revision != change.Revision+2 {
		t.Errorf("closure %s at revision %d, %v; want %s", two.ID, repeated.Revision, err, one.ID)
	}
}

// A slot that nobody reported can be told of late, with the times at which it really was.
func TestWhatNobodyReportedIsToldLate(t *testing.T) {
	t.Parallel()
	instant := func(hour float64) *time.Time { return new(hours(hour, 1).Start) }
	type step func(h *house, id string) error
	start := func(actual *scheduler.Actual) step {
		return func(h *house, id string) error {
			_, err := h.Start(t.Context(), as("oskar"), id, scheduler.Step{Actual: actual})
			return err
		}
	}
	complete := func(actual *scheduler.Actual) step {
		return func(h *house, id string) error {
			_, err := h.Complete(t.Context(), as("oskar"), id, scheduler.Step{Actual: actual})
			return err
		}
	}
	fail := func(actual *scheduler.Actual) step {
		return func(h *house, id string) error {
			_, err := h.Fail(t.Context(), as("oskar"), id, scheduler.Step{Actual: actual, Reason: "no power"})
			return err
		}
	}
	tests := []struct {
		name string
		at   float64
		take step
		code scheduler.Code // empty: it is done
		want scheduler.Actual
	}{
		{"started after all", 30, start(&scheduler.Actual{Start: instant(24.5)}), "", scheduler.Actual{Start: instant(24.5)}},
		{"started, nobody says when", 30, start(nil), scheduler.CodeConflict, scheduler.Actual{}},
		{"started before its setup", 30, start(&scheduler.Actual{Start: instant(23.4)}), scheduler.CodeInvalid, scheduler.Actual{}},
		{"started in the future", 26, start(&scheduler.Actual{Start: instant(26.5)}), scheduler.CodeInvalid, scheduler.Actual{}},
		{"told within the slot", 26, start(&scheduler.Actual{Start: instant(24.25)}), "", scheduler.Actual{Start: instant(24.25)}},
		{"over", 30, complete(&scheduler.Actual{Start: instant(24), End: instant(27)}), "", scheduler.Actual{Start: instant(24), End: instant(27)}},
		{"over, and nobody knows when it began", 30, complete(nil), "", scheduler.Actual{End: instant(30)}},
		{"over before its slot is", 27.9, complete(nil), scheduler.CodeConflict, scheduler.Actual{}},
		{"over when its slot is", 28, complete(nil), "", scheduler.Actual{End: instant(28)}},
		{"ended before it began", 30, complete(&scheduler.Actual{Start: instant(26), End: instant(25)}), scheduler.CodeInvalid, scheduler.Actual{}},
		{"failed", 30, fail(&scheduler.Actual{Start: instant(24), End: instant(24.5)}), "", scheduler.Actual{Start: instant(24), End: instant(24.5)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(24, 4))
			h.at(tt.at)
			err := tt.take(h, r.ID)
			if tt.code != "" {
				h.refused(tt.code, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, h.get(r.ID).Actual); diff != "" {
				t.Errorf("actual (-want +got):\n%s", diff)
			}
			h.clean()
		})
	}
}
