package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// An offer whose slot has begun can no longer be accepted: from then on it holds nothing, nor does a request made of it.
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

// An overrun that reaches the next booking only hours later is recorded then, and the next ones are notified.
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

// However many holds have ended at once, and whatever goes wrong with one of them, a decision sees none of them.
func TestADecisionSeesNoHoldThatHasEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const many = 10 // more than are read at once
	h.atOnce = 3
	h.Service = h.another()
	for i := range many {
		r := h.submitted("video", hours(30, 1))
		if i == 0 {
			r = h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: new("the broken one")}))
		}
		offer := testbeds.Alternative{Slot: hours(100+float64(2*i), 1)}
		if i == many-1 {
			offer.Slot = hours(30, 1)
		}
		h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{offer}, HoldFor: testbeds.Period{Clock: time.Hour + time.Duration(i)*time.Second}}))
	}
	h.store.Broken = "the broken one"
	h.clock = hours(3, 1).Start
	ask := scheduler.Ask{Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 64}, Onboarded: []string{"cloud/big"}}},
		Placement: testbeds.Placement{"1": "cloud/big"}, Slot: hours(30, 1)}
	h.ok(h.Submit(t.Context(), as("hector"), scheduler.Submission{Name: "all of it", Ask: ask}))
}
