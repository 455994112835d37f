package scheduler_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// ruled returns a house with a policy.
func ruled(t testing.TB, text string) *house {
	t.Helper()
	h := newHouse(t)
	h.rule(text)
	return h
}

func (h *house) rule(text string) {
	h.Helper()
	if _, err := h.PutPolicy(h.t.Context(), as("adele"), []byte(text), scheduler.ChangeOptions{}); err != nil {
		h.Fatalf("policy: %v", err)
	}
}

// rules names the rules that an error refuses by.
func rules(err error) (names []string) {
	if e, ok := errors.AsType[*scheduler.Error](err); ok {
		for _, r := range e.Refusals {
			names = append(names, r.Rule)
		}
	}
	return names
}

func TestNoPolicyChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("video", hours(4, 300))
	if r.Judged != nil || h.history(r.ID)[0].Policy != 0 {
		t.Errorf("judged by no policy: %+v", r.Judged)
	}
	v, err := h.Policy(t.Context(), as("maeve"))
	if err != nil || v.Revision != 0 || len(v.Words) != 0 || v.Policy == nil {
		t.Errorf("got %+v, %v", v, err)
	}
	if list, err := h.Allowed(t.Context(), as("maeve"), wants("video", hours(4, 300)).Ask); err != nil || len(list) > 0 {
		t.Errorf("got %v, %v", list, err)
	}
}

// TestRefusalsByThePolicy: each names its rule and is in the answer with alternatives that the policy allows.
func TestRefusalsByThePolicy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, policy string
		slot         testbeds.Slot
		code         scheduler.Code
		field        string
		ways         bool
	}{
		{"longest", "limits: [{name: r, longest: PT4H}]", hours(4, 6), scheduler.CodeInvalid, "slot.end", true},
		{"notice", "limits: [{name: r, notice: 1}]", hours(4, 2), scheduler.CodeInvalid, "slot.start", true},
		{"ahead", "limits: [{name: r, ahead: P3D}]", hours(24*5, 2), scheduler.CodeInvalid, "slot.start", true},
		{"open", "limits: [{name: r, open: 1}]", hours(60, 2), scheduler.CodeConflict, "", false},
		{"quota", "quotas: [{name: r, quantity: vcpu, hours: 40, per: person, every: week}]", hours(60, 5), scheduler.CodeConflict, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.submitted("video", hours(30, 2)) // 16 hours of vCPU
			h.rule(tt.policy)
			in := wants("video", tt.slot)
			in.DryRun = true
			_, dry := h.Submit(t.Context(), as("maeve"), in)
			in.DryRun = false
			_, err := h.Submit(t.Context(), as("maeve"), in)
			e := h.refused(tt.code, err)
			if diff := cmp.Diff([]string{"r"}, rules(err)); diff != "" {
				t.Error(diff)
			}
			if dry == nil || dry.Error() != err.Error() {
				t.Errorf("a dry run says %v, the step %v", dry, err)
			}
			if (len(e.Fields) == 1) != (tt.field != "") || tt.field != "" && e.Fields[0].Field != tt.field {
				t.Errorf("fields %+v", e.Fields)
			}
			if (len(e.Alternatives) > 0) != tt.ways {
				t.Errorf("alternatives %+v", e.Alternatives)
			}
			for _, a := range e.Alternatives {
				other := wants("video", a.Slot)
				other.DryRun = true
				if _, err := h.Submit(t.Context(), as("maeve"), other); err != nil {
					t.Errorf("%s was suggested, and is refused: %v", a.Slot, err)
				}
				if len(a.Changes) == 0 {
					t.Errorf("%s does not say what changed", a.Slot)
				}
			}
			said, err := h.Allowed(t.Context(), as("maeve"), in.Ask)
			if err != nil || len(said) != 1 || said[0].Message != e.Refusals[0].Message {
				t.Errorf("a check says %+v, %v", said, err)
			}
			found, _, err := h.Suggest(t.Context(), as("maeve"), in.Ask)
			for _, a := range found {
				if list, _ := h.Allowed(t.Context(), as("maeve"), wants("video", a.Slot).Ask); slices.ContainsFunc(list, func(r policy.Breach) bool { return r.Kind != policy.KindOpen }) || err != nil {
					t.Errorf("%s is suggested, %v", a.Slot, list)
				}
			}
			if tt.name != "open" && len(h.store.Rows().Requests) != 1 {
				t.Errorf("%d requests were made", len(h.store.Rows().Requests))
			}
			h.clean()
		})
	}
}

// TestOverridesOfThePolicy: its mentor and administrators may, with a reason, and it is told everywhere.
func TestOverridesOfThePolicy(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: short, longest: PT4H}]\nquotas: [{name: few, quantity: vcpu, hours: 8, per: person, every: week}]")
	in := wants("video", hours(30, 6))
	in.Override = &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: "the review is on Thursday"}
	_, err := h.Submit(t.Context(), as("maeve"), in)
	h.refused(scheduler.CodeForbidden, err)
	in.Experimenter = "maeve"
	in.Override.Reason = ""
	_, err = h.Submit(t.Context(), as("monika"), in)
	h.refused(scheduler.CodeInvalid, err)
	in.Override = &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "so"}
	_, err = h.Submit(t.Context(), as("monika"), in)
	h.refused(scheduler.CodeInvalid, err)
	in.Override = nil
	_, err = h.Submit(t.Context(), as("monika"), in)
	if e := h.refused(scheduler.CodeConflict, err); !slices.Equal(e.Overrides, []scheduler.OverrideMode{scheduler.OverridePolicy}) {
		t.Errorf("overrides %v", e.Overrides)
	}
	in.Override = &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: "the review is on Thursday"}
	r := h.ok(h.Submit(t.Context(), as("monika"), in))
	if len(r.Waived) != 1 || len(r.Waived[0].Refusals) != 2 || r.Waived[0].By != "monika" || r.Waived[0].Reason != "the review is on Thursday" || r.Waived[0].Policy != 1 {
		t.Errorf("waived %+v", r.Waived)
	}
	entry := h.history(r.ID)[0]
	if !strings.HasSuffix(entry.Text, ", override: policy") || entry.Reason != "the review is on Thursday" || entry.Policy != 1 {
		t.Errorf("history %+v", entry)
	}
	h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})) // it was waived already
	longer := hours(30, 8)
	_, err = h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &longer})
	if diff := cmp.Diff([]string{"short", "few"}, rules(h.refused(scheduler.CodeConflict, err))); diff != "" {
		t.Error(diff)
	}
	moved := h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &longer, Override: byHand(scheduler.OverridePolicy)}))
	if len(moved.Waived) != 2 {
		t.Errorf("waived %+v", moved.Waived)
	}
	h.clean()
}

// TestAnOverrideOfThePolicyIsNoOther: it neither overbooks nor replaces approvals.
func TestAnOverrideOfThePolicyIsNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("marathon", hours(30, 6))
	h.rule("limits: [{name: short, longest: PT4H}]")
	_, err := h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverridePolicy)})
	if e := h.refused(scheduler.CodeConflict, err); !strings.Contains(e.Message, "approval") {
		t.Errorf("got %v", e)
	}
	h.approve(r)
	other := h.scheduledFor(t, "hydra", hours(30, 3))
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverridePolicy)})
	if e := h.refused(scheduler.CodeConflict, err); e.Verdict == nil {
		t.Errorf("got %v", e)
	}
	_, err = h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)})
	if diff := cmp.Diff([]string{"short"}, rules(h.refused(scheduler.CodeConflict, err))); diff != "" {
		t.Error(diff)
	}
	both := byHand(scheduler.OverrideOverbook)
	both.Policy = true
	got := h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: both}))
	if len(got.Overbooked) != 1 || len(got.Waived) != 1 {
		t.Errorf("overbooked %+v, waived %+v", got.Overbooked, got.Waived)
	}
	_ = other
	h.clean()
}

func (h *house) scheduledFor(t *testing.T, nsd string, slot testbeds.Slot) scheduler.Request {
	t.Helper()
	r := h.ok(h.Submit(t.Context(), as("hector"), wants(nsd, slot)))
	h.approve(r)
	return h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
}

// TestQuotasGiveBack: what is rejected, cancelled or not used counts no more, and what is shortened counts less.
func TestQuotasGiveBack(t *testing.T) {
	t.Parallel()
	const text = "quotas: [{name: few, quantity: vcpu, hours: 80, per: person, every: week}]"
	for name, give := range map[string]func(h *house, r scheduler.Request){
		"cancelled": func(h *house, r scheduler.Request) {
			h.ok(h.Cancel(h.t.Context(), as("maeve"), r.ID, scheduler.Step{}))
		},
		"rejected": func(h *house, r scheduler.Request) {
			h.ok(h.Reject(h.t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no"}))
		},
		"shortened": func(h *house, r scheduler.Request) {
			shorter := hours(10, 5)
			h.ok(h.Edit(h.t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &shorter}))
		},
		"ended early": func(h *house, r scheduler.Request) {
			h.ok(h.Schedule(h.t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
			h.at(10)
			h.ok(h.Start(h.t.Context(), as("oskar"), r.ID, scheduler.Step{}))
			h.at(15)
			h.ok(h.Complete(h.t.Context(), as("oskar"), r.ID, scheduler.Step{}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := ruled(t, text)
			r := h.submitted("video", hours(10, 10)) // all of it
			again := wants("video", hours(60, 5))
			_, err := h.Submit(t.Context(), as("maeve"), again)
			h.refused(scheduler.CodeConflict, err)
			if _, err := h.Submit(t.Context(), as("hector"), again); err != nil {
				t.Errorf("another person is refused: %v", err)
			}
			give(h, r)
			h.ok(h.Submit(t.Context(), as("maeve"), again))
			v, err := h.Policy(t.Context(), as("maeve"))
			if err != nil || len(v.Shares) != 1 || v.Shares[0].Limit != 80 || v.Shares[0].Used > 80 || v.Shares[0].Used < 40 || v.Shares[0].Of.Name != "maeve" {
				t.Errorf("got %+v, %v", v.Shares, err)
			}
			h.clean()
		})
	}
}

// TestAnOverrunCountsNothing: nobody asked for it.
func TestAnOverrunCountsNothing(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: few, quantity: vcpu, hours: 80, per: person, every: week}]")
	h.running("video", hours(4, 10))
	h.at(20)
	v, err := h.Policy(t.Context(), as("maeve"))
	if err != nil || v.Shares[0].Used != 80 {
		t.Errorf("got %+v, %v", v.Shares, err)
	}
	h.clean()
}

// TestANewRevisionBindsWhatIsUnderReview and nothing that is granted; one that asks for less is never judged.
func TestANewRevisionBindsWhatIsUnderReview(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: short, longest: PT12H}]")
	waiting, granted := h.submitted("video", hours(30, 10)), h.scheduled("video", hours(50, 10))
	h.rule("limits: [{name: short, longest: PT8H}]")
	_, err := h.Schedule(t.Context(), as("monika"), waiting.ID, scheduler.Schedule{})
	if e := h.refused(scheduler.CodeConflict, err); e.Refusals[0].Limit != 8 || e.Refusals[0].Asked != 10 {
		t.Errorf("got %+v", e.Refusals)
	}
	shorter, less := hours(30, 8), hours(50, 9)
	h.ok(h.Schedule(t.Context(), as("monika"), waiting.ID, scheduler.Schedule{Slot: &shorter}))
	h.ok(h.Move(t.Context(), as("maeve"), granted.ID, scheduler.Move{Slot: &less}))
	list := h.history(waiting.ID)
	if list[0].Policy != 1 || list[len(list)-1].Policy != 2 {
		t.Errorf("judged by %d and %d", list[0].Policy, list[len(list)-1].Policy)
	}
	h.clean()
}

// TestAnOfferIsAccepted only within quotas; notice is the mentor's affair.
func TestAnOfferIsAcceptedWithinThePolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.rejected("video", hours(10, 5), 1)
	h.rule("limits: [{name: soon, notice: 9}, {name: one, open: 1}]")
	out, err := h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, true)
	if err != nil || out.Created.Judged == nil {
		t.Errorf("got %+v, %v", out.Created, err)
	}
	h.rule("limits: [{name: soon, notice: 9}]\nquotas: [{name: few, quantity: vcpu, hours: 39, per: person, every: week}]")
	_, err = h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false)
	if diff := cmp.Diff([]string{"few"}, rules(h.refused(scheduler.CodeConflict, err))); diff != "" {
		t.Error(diff)
	}
}

// TestGrantsByRule: small requests are decided at once, as the rule says; the history names rule and revision.
func TestGrantsByRule(t *testing.T) {
	t.Parallel()
	h := ruled(t, `
attended: [{name: weekend, days: [saturday]}]
grants:
  - {name: small, testbeds: [cloud], under: {vcpu: 9}, longest: PT4H, no_devices: true, then: schedule, because: it hurts nobody}
  - {name: radio, testbeds: [radio], longest: PT2H, then: approve}
`)
	small := h.ok(h.Submit(t.Context(), as("maeve"), wants("video", hours(30, 4))))
	if small.Status != scheduler.Scheduled || small.Scheduled == nil {
		t.Fatalf("it is %s", small.Status)
	}
	last := h.history(small.ID)[1]
	if last.Actor != account.System.Username || last.Action != scheduler.ActionSchedule || last.Reason != "by the rule small of the policy, revision 1: it hurts nobody" || last.Policy != 1 {
		t.Errorf("history %+v", last)
	}
	radio := h.ok(h.Submit(t.Context(), as("maeve"), wants("hydra", hours(30, 2))))
	if a := radio.Approvals[0]; radio.Status != scheduler.UnderReview || a.Decision != scheduler.Approved || a.By != account.System.Username || !strings.Contains(a.Reason, "the rule radio") {
		t.Errorf("got %s, %+v", radio.Status, a)
	}
	h.ok(h.Schedule(t.Context(), as("monika"), radio.ID, scheduler.Schedule{}))
	for name, in := range map[string]scheduler.Submission{
		"too long": wants("video", hours(30, 5)), "on a Saturday": wants("video", hours(24*5+6, 2)), "does not fit": func() scheduler.Submission {
			in := wants("hydra", hours(30, 2))
			in.Anyway = true
			return in
		}(),
	} {
		if r := h.ok(h.Submit(t.Context(), as("hector"), in)); r.Status != scheduler.UnderReview || len(h.history(r.ID)) != 1 {
			t.Errorf("%s: %s after %d steps", name, r.Status, len(h.history(r.ID)))
		}
	}
	dry := wants("video", hours(40, 1))
	dry.DryRun = true
	if r := h.ok(h.Submit(t.Context(), as("maeve"), dry)); r.Status != scheduler.Scheduled {
		t.Errorf("a dry run says %s", r.Status)
	}
	h.clean()
}

// TestRejectsByRule: what can never run where it is placed goes at once, with offers.
func TestRejectsByRule(t *testing.T) {
	t.Parallel()
	h := ruled(t, "rejects: {offers: 2, because: try another place}")
	in := wants("video", hours(30, 2))
	in.Placement, in.Anyway = testbeds.Placement{"all": "spare/one"}, true
	r := h.ok(h.Submit(t.Context(), as("maeve"), in))
	if r.Status != scheduler.Rejected || len(r.Offers) != 2 {
		t.Fatalf("it is %s with offers %+v", r.Status, r.Offers)
	}
	if e := h.history(r.ID)[1]; e.Actor != account.System.Username || !strings.HasPrefix(e.Reason, "by the rule rejects of the policy, revision 1: try another place: ") {
		t.Errorf("history %+v", e)
	}
	busy := h.submitted("marathon", hours(30, 2)) // fits
	if busy.Status != scheduler.UnderReview {
		t.Errorf("it is %s", busy.Status)
	}
	h.clean()
}

// TestTheOrganisationIsTheAccounts: nobody asks on the quota of others.
func TestTheOrganisationIsTheAccounts(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: ours, quantity: vcpu, hours: 80, per: organisation, every: week}]")
	in := wants("video", hours(30, 2))
	in.Organisation = "Elsewhere"
	_, err := h.Submit(t.Context(), as("maeve"), in)
	if e := h.refused(scheduler.CodeInvalid, err); e.Fields[0].Field != "organisation" {
		t.Errorf("got %v", e)
	}
	in.Organisation = ""
	h.ok(h.Submit(t.Context(), as("maeve"), in))
	_, err = h.Submit(t.Context(), as("hector"), wants("video", hours(40, 9)))
	if e := h.refused(scheduler.CodeConflict, err); e.Refusals[0].Subject.Name != "House" {
		t.Errorf("got %+v", e.Refusals)
	}
}

// TestVerifyFindsAnExceededQuota that no override explains.
func TestVerifyFindsAnExceededQuota(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: few, quantity: vcpu, hours: 80, per: person, every: week}]")
	r := h.submitted("video", hours(30, 10))
	h.clean()
	smuggle := func(change func(*scheduler.Request)) {
		t.Helper()
		h.smuggle(r.ID, change)
	}
	found := func() bool {
		v, err := h.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(v.Inconsistencies, func(s string) bool { return strings.Contains(s, "the quota few of person maeve") })
	}
	smuggle(func(x *scheduler.Request) { x.Demand[0].Amount = 9 })
	if !found() {
		t.Error("an exceeded quota was not found")
	}
	smuggle(func(x *scheduler.Request) {
		x.Waived = []scheduler.Waiver{{At: h.clock, By: "monika", Reason: "so", Refusals: []policy.Breach{{Rule: "few"}}}}
	})
	if found() {
		t.Error("a recorded override is no fault")
	}
	smuggle(func(x *scheduler.Request) { x.Waived = nil })
	h.rule("quotas: [{name: few, quantity: vcpu, hours: 10, per: person, every: week}]")
	if found() {
		t.Error("a request from before the policy is no fault")
	}
}

func TestPolicyIsForAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, who := range []string{"maeve", "monika", "paddy", "oskar"} {
		_, err := h.PutPolicy(t.Context(), as(who), []byte("zone: UTC"), scheduler.ChangeOptions{})
		h.refused(scheduler.CodeForbidden, err)
	}
	_, err := h.PutPolicy(t.Context(), as("adele"), []byte("limits: [{name: a, testbeds: [mars], open: 1}]"), scheduler.ChangeOptions{})
	var faults testbeds.Faults
	if !errors.As(err, &faults) || faults[0].Line != 1 {
		t.Errorf("got %v", err)
	}
}
