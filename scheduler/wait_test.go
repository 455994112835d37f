package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// waiting returns a request of a person's that was submitted into a taken slot, and waits.
func (h *house) waiting(who, nsd string, slot testbeds.Slot, in scheduler.WaitFor) scheduler.Request {
	h.Helper()
	q := wants(nsd, slot)
	q.Wait = &in
	r := h.ok(h.Submit(h.t.Context(), as(who), q))
	if r.Wait == nil {
		h.Fatalf("#%d does not wait", r.Number)
	}
	return r
}

// offers returns the offers of a request that can be taken.
func (h *house) offers(id string) (open []scheduler.Offer) {
	h.Helper()
	for _, o := range h.get(id).Offers {
		if o.State == scheduler.OfferOpen {
			open = append(open, o)
		}
	}
	return open
}

// due handles everything due now.
func (h *house) due() {
	h.Helper()
	if _, _, err := h.RunDue(h.t.Context()); err != nil {
		h.Fatalf("what is due: %v", err)
	}
}

func TestAFreedSlotGoesToTheFirstWhoWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slot := hours(24, 4)
	taken := h.scheduled("marathon", slot)
	first := h.waiting("maeve", "hydra", slot, scheduler.WaitFor{})
	second := h.waiting("hector", "hydra", slot, scheduler.WaitFor{})
	if v := h.get(second.ID); v.Place != 2 || h.get(first.ID).Place != 1 {
		t.Errorf("the second has the place %d", v.Place)
	}
	h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
	h.due()
	open := h.offers(first.ID)
	if len(open) != 1 || !open[0].What.Slot.Equal(slot) || open[0].For != scheduler.OfferWaited || !open[0].Expires.Equal(h.clock.Add(6*time.Hour)) {
		t.Fatalf("the first has %+v", open)
	}
	if len(h.offers(second.ID)) > 0 || h.get(second.ID).Place != 2 {
		t.Errorf("the second has an offer too, or another place")
	}
	h.clean()

	// Nobody takes it: it goes to the next, and the first waits on, behind them.
	h.at(6)
	if r := h.get(first.ID); r.Wait == nil || r.Wait.Missed != 1 || len(h.offers(first.ID)) > 0 || r.Place != 2 {
		t.Errorf("the first waits at place %d: %+v", r.Place, r.Wait)
	}
	open = h.offers(second.ID)
	if len(open) != 1 || !open[0].Expires.Equal(h.clock.Add(18*time.Hour/4)) {
		t.Fatalf("the second has %+v", open)
	}
	h.clean()

	out, err := h.AcceptOffer(t.Context(), as("hector"), second.ID, open[0].ID, false)
	r := h.ok(out, err)
	if out.Created != nil || r.Status != scheduler.UnderReview || r.HoldUntil == nil || !r.HoldUntil.Equal(slot.Start) || r.Wait != nil {
		t.Errorf("%+v", r)
	}
	h.clean()
	h.approve(r)
	h.ok(h.Schedule(t.Context(), as("monika"), second.ID, scheduler.Schedule{}))
	h.clean()
}

func TestPrioritiesComeFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slot := hours(24, 4)
	taken := h.scheduled("marathon", slot)
	ask := func(p scheduler.Priority) scheduler.Request {
		q := wants("hydra", slot)
		q.Wait, q.Priority, q.Experimenter = &scheduler.WaitFor{}, p, "maeve"
		return h.ok(h.Submit(t.Context(), as("monika"), q))
	}
	low, normal, high, later := ask("low"), ask(""), ask("high"), ask("normal")
	for i, r := range []scheduler.Request{high, normal, later, low} {
		if got := h.get(r.ID).Place; got != i+1 {
			t.Errorf("#%d (%s) has the place %d, want %d", r.Number, r.Priority.Named(), got, i+1)
		}
	}
	page, err := h.Waitlist(t.Context(), as("monika"), "radio", "", 0)
	if err != nil || len(page.Items) != 4 || page.Items[0].ID != high.ID || page.Items[3].ID != low.ID || page.Items[2].Place != 3 {
		t.Errorf("%+v, %v", page, err)
	}
	h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
	h.due()
	if len(h.offers(high.ID)) != 1 {
		t.Error("the most important one has no offer")
	}
	h.clean()
}

func TestWhatComesBackInManyWays(t *testing.T) {
	t.Parallel()
	slot := hours(24, 4)
	closed := func(h *house) testbeds.Closure {
		c, _, err := h.AddClosure(t.Context(), as("adele"), "radio", testbeds.Closure{Devices: []string{"usrp"}, Summary: "paint", Start: testbeds.LocalTime{Time: slot.Start}, Duration: testbeds.Period{Clock: 4 * time.Hour}},
			scheduler.ChangeOptions{}, scheduler.Creation{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for name, free := range map[string]func(h *house) func(){
		"cancelled": func(h *house) func() {
			r := h.scheduled("marathon", slot)
			return func() { h.ok(h.Cancel(t.Context(), as("maeve"), r.ID, scheduler.Step{})) }
		},
		"rejected": func(h *house) func() {
			r := h.scheduled("marathon", slot)
			return func() { h.ok(h.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no"})) }
		},
		"moved": func(h *house) func() {
			r := h.scheduled("marathon", slot)
			return func() {
				to := hours(60, 4)
				h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: &to, Override: byHand(scheduler.OverrideApprovals)}))
			}
		},
		"with fewer devices": func(h *house) func() {
			r := h.scheduled("marathon", slot)
			return func() {
				h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Devices: &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1}}}))
			}
		},
		"shortened": func(h *house) func() {
			r := h.scheduled("marathon", hours(20, 6))
			return func() {
				to := hours(20, 3)
				h.ok(h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: &to}))
			}
		},
		"ended early": func(h *house) func() {
			r := h.running("marathon", hours(2, 30))
			return func() { h.ok(h.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{})) }
		},
		"an offer expired": func(h *house) func() {
			h.rejected("marathon", hours(24, 4), 0)
			in := scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{{Slot: slot}}, HoldFor: testbeds.Period{Clock: time.Hour}}
			q := h.submitted("marathon", slot)
			h.ok(h.Reject(t.Context(), as("monika"), q.ID, in))
			return func() { h.at(1) }
		},
		"a closure lifted": func(h *house) func() {
			c := closed(h)
			return func() {
				if _, err := h.DeleteClosure(t.Context(), as("paddy"), "radio", c.ID, scheduler.ChangeOptions{}); err != nil {
					t.Fatal(err)
				}
			}
		},
		"capacity raised": func(h *house) func() {
			h.scheduled("marathon", slot)
			return func() {
				f := facility()
				f.Testbeds[0].Devices[0].Count, f.Testbeds[0].Devices[0].Units = 8, nil
				h.put(f)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			then := free(h)
			r := h.waiting("hector", "hydra", slot, scheduler.WaitFor{})
			h.due()
			if len(h.offers(r.ID)) > 0 {
				t.Fatal("it has an offer already")
			}
			then()
			h.due()
			if open := h.offers(r.ID); len(open) != 1 || !open[0].What.Slot.Equal(slot) {
				t.Errorf("%+v", open)
			}
			h.clean()
		})
	}
}

func TestWaitingForAWindowAndForAnAlternative(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.scheduled("marathon", hours(24, 24))
	window := hours(24, 24)
	r := h.waiting("maeve", "hydra", hours(30, 4), scheduler.WaitFor{For: scheduler.WaitWindow, Window: &window})
	far := h.waiting("hector", "hydra", hours(30, 4), scheduler.WaitFor{For: scheduler.WaitAlternative, MaxCost: 1})
	to := hours(24, 14) // until 38, and the teardown and the next setup take 45 minutes
	h.ok(h.Move(t.Context(), as("monika"), taken.ID, scheduler.Move{Slot: &to}))
	h.due()
	open := h.offers(r.ID)
	if len(open) != 1 || !open[0].What.Slot.Equal(hours(38.75, 4)) || open[0].What.Cost != 8.75 {
		t.Fatalf("the window: %+v", open)
	}
	if len(h.offers(far.ID)) > 0 {
		t.Error("an alternative above its cost")
	}
	to = hours(24, 6) // until 30
	h.ok(h.Move(t.Context(), as("monika"), taken.ID, scheduler.Move{Slot: &to}))
	h.due()
	if open := h.offers(far.ID); len(open) != 1 || open[0].What.Cost > 1 || !open[0].What.Slot.Equal(hours(30.75, 4)) {
		t.Errorf("the alternative: %+v", open)
	}
	h.clean()
}

func TestWhoMayNotWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slot := hours(24, 4)
	h.scheduled("marathon", slot)
	ctx, yesterday := t.Context(), hours(-24, 1).Start
	r := h.submitted("hydra", slot)
	free := h.submitted("hydra", hours(48, 4))
	lame := h.submitted("new", slot)
	window := hours(20, 48)
	for name, x := range map[string]struct {
		r    scheduler.Request
		in   scheduler.WaitFor
		code scheduler.Code
	}{
		"kind":                {r, scheduler.WaitFor{For: "luck"}, scheduler.CodeInvalid},
		"no cost":             {r, scheduler.WaitFor{For: scheduler.WaitAlternative}, scheduler.CodeInvalid},
		"a cost for a slot":   {r, scheduler.WaitFor{For: scheduler.WaitSlot, MaxCost: 3}, scheduler.CodeInvalid},
		"a window for a slot": {r, scheduler.WaitFor{For: scheduler.WaitSlot, Window: &window}, scheduler.CodeInvalid},
		"no window":           {r, scheduler.WaitFor{For: scheduler.WaitWindow}, scheduler.CodeInvalid},
		"until yesterday":     {r, scheduler.WaitFor{Until: &yesterday}, scheduler.CodeInvalid},
		"its slot is free":    {free, scheduler.WaitFor{}, scheduler.CodeConflict},
		"its window is free":  {r, scheduler.WaitFor{For: scheduler.WaitWindow, Window: &window}, scheduler.CodeConflict},
		"in vain":             {lame, scheduler.WaitFor{}, scheduler.CodeConflict},
	} {
		if _, err := h.Wait(ctx, as("maeve"), x.r.ID, x.in); scheduler.CodeOf(err) != x.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if e := h.refused(scheduler.CodeConflict, second(h.Wait(ctx, as("maeve"), r.ID, scheduler.WaitFor{For: scheduler.WaitWindow, Window: &window}))); len(e.Alternatives) == 0 {
		t.Error("the free slot is not named")
	}
	h.refused(scheduler.CodeNotFound, second(h.Wait(ctx, as("hector"), r.ID, scheduler.WaitFor{})))
	h.refused(scheduler.CodeForbidden, second(h.Wait(ctx, as("marco"), r.ID, scheduler.WaitFor{})))
	h.refused(scheduler.CodeConflict, second(h.StopWaiting(ctx, as("maeve"), r.ID, scheduler.Step{})))
	h.ok(h.Wait(ctx, as("monika"), r.ID, scheduler.WaitFor{DryRun: true}))
	h.ok(h.Wait(ctx, as("maeve"), r.ID, scheduler.WaitFor{}))
	h.refused(scheduler.CodeConflict, second(h.Wait(ctx, as("maeve"), r.ID, scheduler.WaitFor{})))
	q := wants("hydra", slot)
	q.Priority = scheduler.PriorityHigh
	h.refused(scheduler.CodeInvalid, second(h.Submit(ctx, as("maeve"), q)))
	h.clean()
}

func second(_ scheduler.Outcome, err error) error { return err }

func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	slot := hours(24, 4)
	for name, end := range map[string]func(h *house, r scheduler.Request){
		"its time is over": func(h *house, _ scheduler.Request) { h.at(10) },
		"it is left": func(h *house, r scheduler.Request) {
			h.ok(h.StopWaiting(h.t.Context(), as("maeve"), r.ID, scheduler.Step{}))
		},
		"it is edited": func(h *house, r scheduler.Request) {
			to := hours(25, 4)
			h.ok(h.Edit(h.t.Context(), as("maeve"), r.ID, scheduler.Edit{Slot: &to, Anyway: true}))
		},
		"it is cancelled": func(h *house, r scheduler.Request) {
			h.ok(h.Cancel(h.t.Context(), as("maeve"), r.ID, scheduler.Step{}))
		},
		"it is rejected": func(h *house, r scheduler.Request) {
			h.ok(h.Reject(h.t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "no"}))
		},
		"it is granted nonetheless": func(h *house, r scheduler.Request) {
			h.approve(r)
			h.ok(h.Schedule(h.t.Context(), as("monika"), r.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))
		},
	} {
		for _, offered := range []bool{false, true} {
			t.Run(fmt.Sprint(name, offered), func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				taken := h.scheduled("marathon", slot)
				until := hours(10, 1).Start
				r := h.waiting("maeve", "hydra", slot, scheduler.WaitFor{Until: &until})
				next := h.waiting("hector", "hydra", slot, scheduler.WaitFor{})
				if offered {
					h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
					h.due()
				}
				end(h, r)
				h.due()
				if now := h.get(r.ID); now.Wait != nil || len(h.offers(r.ID)) > 0 {
					t.Errorf("%+v, %+v", now.Wait, now.Offers)
				}
				if got, want := len(h.offers(next.ID)) == 1, offered && name != "it is granted nonetheless"; got != want {
					t.Errorf("the next has an offer: %v, want %v", got, want)
				}
				h.clean()
			})
		}
	}
}

func TestAMissedOffer(t *testing.T) {
	t.Parallel()
	slot := hours(30*24, 4)
	claim := 24 * time.Hour
	t.Run("it waits on, behind the others", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		taken := h.scheduled("marathon", slot)
		first := h.waiting("maeve", "hydra", slot, scheduler.WaitFor{})
		next := h.waiting("hector", "hydra", slot, scheduler.WaitFor{})
		h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
		h.due()
		for round, id := range []string{first.ID, next.ID, first.ID, next.ID, first.ID, next.ID} {
			open := h.offers(id)
			if len(open) != 1 || !open[0].Expires.Equal(h.clock.Add(claim)) {
				t.Fatalf("round %d: %+v", round, open)
			}
			h.clean()
			h.clock = h.clock.Add(claim - time.Second)
			h.due()
			if len(h.offers(id)) != 1 {
				t.Fatalf("round %d: gone a second early", round)
			}
			h.clock = h.clock.Add(time.Second)
			h.due()
			w := h.get(id).Wait
			if last := round >= 4; last != (w == nil) || !last && (w.Missed != round/2+1 || !w.Since.Equal(h.clock) || w.Offer != "") {
				t.Fatalf("round %d: %+v", round, w)
			}
		}
		h.clean()
	})
	t.Run("it leaves the list, if that was said", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		taken := h.scheduled("marathon", slot)
		r := h.waiting("maeve", "hydra", slot, scheduler.WaitFor{IfMissed: scheduler.IfMissedLeave})
		h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
		h.due()
		h.clock = h.clock.Add(claim)
		h.due()
		if now := h.get(r.ID); now.Wait != nil || len(h.offers(r.ID)) != 0 {
			t.Errorf("%+v", now.Wait)
		}
		h.clean()
	})
	t.Run("the time to claim is a setting", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct{ set, ahead, holds time.Duration }{{3 * time.Hour, 30 * 24 * time.Hour, 3 * time.Hour}, {48 * time.Hour, 100 * time.Hour, 25 * time.Hour}, {time.Second, 100 * time.Hour, time.Minute}} {
			h := newHouse(t)
			h.claimFor = c.set
			h.Service = h.another()
			at := testbeds.NewSlot(h.clock.Add(c.ahead), 4*time.Hour)
			taken := h.scheduled("marathon", at)
			r := h.waiting("maeve", "hydra", at, scheduler.WaitFor{})
			h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
			h.due()
			if open := h.offers(r.ID); len(open) != 1 || open[0].Expires.Sub(h.clock) != c.holds {
				t.Errorf("%v: %+v", c, open)
			}
		}
	})
}

// Capacity that came back and was not passed on yet is passed on before a decision about its testbed: nobody overtakes those who wait.
func TestNobodyOvertakesThoseWhoWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slot := hours(24, 4)
	taken := h.scheduled("marathon", slot)
	first := h.waiting("maeve", "hydra", slot, scheduler.WaitFor{})
	other := h.submitted("hydra", slot)
	h.approve(other)
	h.ok(h.Cancel(t.Context(), as("maeve"), taken.ID, scheduler.Step{}))
	h.refused(scheduler.CodeConflict, second(h.Schedule(t.Context(), as("monika"), other.ID, scheduler.Schedule{})))
	if len(h.offers(first.ID)) != 1 {
		t.Error("the one who waits has no offer")
	}
	h.clean()
}

func TestOnlyTheLessImportantMakeRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	other, r := h.scheduled("marathon", hours(24, 4)), h.submitted("marathon", hours(24, 4))
	h.approve(r)
	displace := func(dry bool) (scheduler.Outcome, error) {
		return h.Schedule(ctx, as("monika"), r.ID, scheduler.Schedule{DryRun: dry, Override: &scheduler.Override{Mode: scheduler.OverrideDisplace, Reason: "review", Displace: []string{other.ID}}})
	}
	h.ok(displace(true))
	h.ok(h.Prioritise(ctx, as("maeve"), r.ID, scheduler.Prioritise{Priority: scheduler.PriorityLow}))
	h.refused(scheduler.CodeConflict, second(displace(true)))
	h.refused(scheduler.CodeInvalid, second(h.Prioritise(ctx, as("maeve"), r.ID, scheduler.Prioritise{Priority: scheduler.PriorityHigh})))
	h.ok(h.Prioritise(ctx, as("marco"), other.ID, scheduler.Prioritise{Priority: scheduler.PriorityLow, Reason: "it can wait"}))
	h.ok(displace(false))
	h.clean()
}
