package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// aheadOfFive lets slots begin within the first five days: 120 hours.
const aheadOfFive = "limits: [{name: near, ahead: P5D}]"

// beyond reports whether one of some offers begins after so many hours.
func beyond(offers []scheduler.Offer, hour float64) bool {
	return slices.ContainsFunc(offers, func(o scheduler.Offer) bool { return o.What.Slot.Start.After(hours(hour, 1).Start) })
}

// TestOffersAreWithinThePolicy: whoever gets offers, for whatever reason, can take them; without the policy some of them would be beyond it.
func TestOffersAreWithinThePolicy(t *testing.T) {
	t.Parallel()
	slot := hours(117, 3)
	for name, offered := range map[string]func(h *house, rule func()) []scheduler.Offer{
		"rejected": func(h *house, rule func()) []scheduler.Offer {
			r := h.submitted("marathon", slot)
			rule()
			return h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Count: 3})).Offers
		},
		"displaced": func(h *house, rule func()) []scheduler.Offer {
			lower, r := h.scheduled("marathon", slot), h.submitted("marathon", slot)
			h.approve(r)
			rule()
			h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Policy: true, Reason: "review", Displace: []string{lower.ID}}}))
			return h.offers(lower.ID)
		},
		"closed out": func(h *house, rule func()) []scheduler.Offer {
			r := h.scheduled("marathon", slot)
			rule()
			h.closes("paddy", slot, scheduler.ChangeOptions{Force: true, Reason: "paint"})
			return h.offers(r.ID)
		},
		"waited for a window": func(h *house, rule func()) []scheduler.Offer {
			return h.servedBeyond(slot, rule, scheduler.WaitFor{For: scheduler.WaitWindow, Window: &testbeds.Slot{Start: slot.Start, End: slot.End.Add(18 * time.Hour)}})
		},
		"waited for an alternative": func(h *house, rule func()) []scheduler.Offer {
			return h.servedBeyond(slot, rule, scheduler.WaitFor{For: scheduler.WaitAlternative, MaxCost: 100})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if h := newHouse(t); !beyond(offered(h, func() {}), 120) {
				t.Fatal("without a policy no offer is far ahead either")
			}
			h := newHouse(t)
			if list := offered(h, func() { h.rule(aheadOfFive) }); beyond(list, 120) {
				t.Errorf("offered beyond the policy: %v", list)
			}
			h.clean()
		})
	}
}

// servedBeyond lets a request wait that only a slot after its own can help, and gives that free.
func (h *house) servedBeyond(slot testbeds.Slot, rule func(), in scheduler.WaitFor) []scheduler.Offer {
	h.Helper()
	h.scheduled("marathon", hours(8, 116)) // until 124
	later := h.scheduled("marathon", hours(125, 400))
	r := h.waiting("maeve", "marathon", slot, in)
	rule()
	h.ok(h.Cancel(h.t.Context(), as("maeve"), later.ID, scheduler.Step{}))
	h.due()
	return h.offers(r.ID)
}

// TestOffersLeaveQuotas: in each week the offers take no more than is left of it there.
func TestOffersLeaveQuotas(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: week, quantity: vcpu, hours: 48, per: person, every: week}]")
	h.submitted("video", hours(170, 4)) // in the next week, which begins at 162: 32 of 48 are taken there
	r := h.submitted("video", hours(157, 4))
	r = h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Count: 8}))
	monday := hours(162, 1).Start
	for _, o := range r.Offers {
		if s := o.What.Slot; s.End.Sub(monday) > 2*time.Hour && s.Start.Before(hours(330, 1).Start) {
			t.Errorf("%s was offered, of which more than two hours are in the next week", s)
		}
	}
	if len(r.Offers) != 8 {
		t.Errorf("%d offers", len(r.Offers))
	}
	h.ok(h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[7].ID, false))
	h.clean()
}

// TestSuggestionsWhereThePolicyRefuses: they lie around what it leaves.
func TestSuggestionsWhereThePolicyRefuses(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: usual, longest: PT4H}]")
	q := wants("video", hours(30, 8)).Ask
	list, _, err := h.Suggest(t.Context(), as("maeve"), q)
	if err != nil || len(list) == 0 || !list[0].Slot.Equal(hours(30, 4)) {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := h.RuledOut(t.Context(), as("maeve"), q); err != nil || len(list) != 1 || list[0].Rule != "usual" {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestAChosenOfferCanBeTaken: one for which a quota has no room is refused to whoever makes it; longer than usual it may be.
func TestAChosenOfferCanBeTaken(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: usual, longest: PT4H}]\nquotas: [{name: week, quantity: vcpu, hours: 40, per: person, every: week}]")
	r := h.submitted("video", hours(30, 4))
	offer := func(slot testbeds.Slot) (scheduler.Outcome, error) {
		return h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{{Slot: slot}}})
	}
	_, err := offer(testbeds.NewSlot(hours(40, 1).Start, 5*time.Hour+time.Second))
	if diff := cmp.Diff([]string{"week"}, rules(h.refused(scheduler.CodeConflict, err))); diff != "" {
		t.Error(diff)
	}
	r = h.ok(offer(hours(40, 5)))
	if out, err := h.AcceptOffer(t.Context(), as("maeve"), r.ID, r.Offers[0].ID, false); err != nil || out.Created == nil {
		t.Errorf("%+v, %v", out.Created, err)
	}
	h.clean()
}

// slotsOf lists the slots of a series as a way has them.
func slotsOf(t *testing.T, in scheduler.SeriesSubmission, w series.Way) (list []testbeds.Slot) {
	t.Helper()
	all, err := in.Plan.Expand()
	if err != nil {
		t.Fatal(err)
	}
	all, err = in.Plan.Apply(all, w.Change)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		list = append(list, o.Slot)
	}
	return list
}

// TestWaysOfASeriesAreWithinThePolicy: how far ahead, and what its occurrences take together.
func TestWaysOfASeriesAreWithinThePolicy(t *testing.T) {
	t.Parallel()
	ways := func(h *house, in scheduler.SeriesSubmission) []series.Way {
		t.Helper()
		list, _, err := h.SuggestSeries(t.Context(), as("maeve"), in.SeriesAsk)
		if err != nil || len(list) == 0 {
			t.Fatalf("%d ways, %v", len(list), err)
		}
		return list
	}
	in := tuesdays("marathon", 2)
	in.Limit = 50
	last := time.Date(2026, 3, 17, 18, 0, 0, 0, time.UTC) // fifteen and a half days after the morning
	far := func(list []series.Way) bool {
		return slices.ContainsFunc(list, func(w series.Way) bool {
			return slices.ContainsFunc(slotsOf(t, in, w), func(s testbeds.Slot) bool { return s.Start.After(last) })
		})
	}
	h := newHouse(t)
	h.scheduled("marathon", testbeds.NewSlot(time.Date(2026, 3, 17, 6, 0, 0, 0, time.UTC), 12*time.Hour))
	if !far(ways(h, in)) {
		t.Fatal("without a policy no way is far ahead")
	}
	h.rule("limits: [{name: near, ahead: P15DT12H}]")
	if far(ways(h, in)) {
		t.Error("a way is beyond what the policy allows")
	}

	in = repeated("video", "2026-03-10T09:00", "PT4H", "FREQ=DAILY;COUNT=3") // 32 each
	h.rule("quotas: [{name: week, quantity: vcpu, hours: 64, per: person, every: week}]")
	h.submitted("video", testbeds.NewSlot(time.Date(2026, 3, 17, 9, 0, 0, 0, time.UTC), 2*time.Hour)) // with the radios 64: the next week is used up
	for _, w := range ways(h, in) {
		sums := map[int]time.Duration{}
		for _, s := range slotsOf(t, in, w) {
			_, week := s.Start.ISOWeek()
			sums[week] += s.Duration()
		}
		if sums[11] > 8*time.Hour || sums[12] > 0 {
			t.Errorf("%s takes %v", w.Text, sums)
		}
	}
	if h.rule("limits: [{name: few, open: 3}]"); len(ways(h, in)) == 0 {
		t.Error("there is no way with fewer occurrences")
	}
	for _, w := range ways(h, in) {
		if n := len(slotsOf(t, in, w)); n > 1 {
			t.Errorf("%s makes %d requests, and maeve may have one more", w.Text, n)
		}
	}
}

// TestAnotherNameIsAnotherExperiment: a request with components of its own is counted for its name, so that another name is judged.
func TestAnotherNameIsAnotherExperiment(t *testing.T) {
	t.Parallel()
	h := ruled(t, "quotas: [{name: each, quantity: vcpu, hours: 40, per: experiment, every: week}]")
	made := func(name string, from float64) scheduler.Request {
		in := wants("", hours(from, 4))
		in.Name, in.Placement = name, testbeds.Placement{"all": "cloud/big"}
		in.Components = []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"cloud/big"}}}
		return h.ok(h.Submit(t.Context(), as("maeve"), in))
	}
	made("one", 30)
	r := made("two", 40)
	one, three := "one", "three"
	_, err := h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: &one})
	if diff := cmp.Diff([]string{"each"}, rules(h.refused(scheduler.CodeConflict, err))); diff != "" {
		t.Error(diff)
	}
	h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: &three}))
	got := h.ok(h.Edit(t.Context(), as("monika"), r.ID, scheduler.Edit{Name: &one, Override: &scheduler.Override{Mode: scheduler.OverridePolicy, Reason: "both are one"}}))
	if len(got.Waived) != 1 || got.Waived[0].Reason != "both are one" || !slices.ContainsFunc(h.history(r.ID), func(e scheduler.Entry) bool { return e.Reason == "both are one" }) {
		t.Errorf("waived %+v", got.Waived)
	}
	h.clean()
}

// TestALaterEndIsNoFurtherAhead: how far ahead a slot may begin binds its beginning alone.
func TestALaterEndIsNoFurtherAhead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("video", hours(200, 2))
	h.rule(aheadOfFive)
	to := func(slot testbeds.Slot) error {
		_, err := h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &slot, DryRun: true})
		return err
	}
	if err := to(hours(200, 4)); err != nil {
		t.Errorf("a later end is refused: %v", err)
	}
	if err := to(hours(199, 4)); err != nil {
		t.Errorf("an earlier start is refused: %v", err)
	}
	if diff := cmp.Diff([]string{"near"}, rules(to(hours(201, 2)))); diff != "" {
		t.Error(diff)
	}
}
