package story

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// waitFor puts a request under review on the waitlist, for its slot, a window around it or an alternative.
func (m *machine) waitFor(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	_, err := m.Wait(m.ctx(), as("adele"), r.ID, m.wish(rt, r.Slot))
	m.met(rt, fmt.Sprintf("wait for #%d", r.Number), err)
}

// comeAndWait submits a request into a taken slot, and lets it wait.
func (m *machine) comeAndWait(rt *rapid.T) {
	slot := m.over(rt, m.clock.Truncate(quarter).Add(quarter), m.quarters(rt, 1, 20))
	in := wants(rapid.SampledFrom([]string{"marathon", "hydra", "c2gran", "video"}).Draw(rt, "nsd"), slot)
	if in.NSD != "video" && m.perhaps(rt) {
		in.Devices = m.devices(rt)
	}
	in.Wait, in.Experimenter = new(m.wish(rt, slot)), rapid.SampledFrom([]string{"maeve", "hector"}).Draw(rt, "experimenter")
	in.Priority = rapid.SampledFrom([]scheduler.Priority{"", "high", "low"}).Draw(rt, "priority")
	_, err := m.Submit(m.ctx(), as("adele"), in)
	m.met(rt, "submit and wait", err)
}

func (m *machine) wish(rt *rapid.T, slot testbeds.Slot) scheduler.WaitFor {
	in := scheduler.WaitFor{DryRun: m.rarely(rt)}
	switch rapid.IntRange(0, 3).Draw(rt, "wish") {
	case 0:
		in.For, in.MaxCost = scheduler.WaitAlternative, float64(rapid.IntRange(1, 20).Draw(rt, "cost"))
	case 1:
		in.For, in.Window = scheduler.WaitWindow, &testbeds.Slot{Start: slot.Start.Add(-m.quarters(rt, 0, 8)), End: slot.End.Add(m.quarters(rt, 0, 8))}
	}
	if m.rarely(rt) {
		in.IfMissed = scheduler.IfMissedLeave
	}
	if m.rarely(rt) {
		in.Until = new(m.clock.Add(m.quarters(rt, 1, 30)))
	}
	return in
}

// leave takes a request off the waitlist.
func (m *machine) leave(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool { return r.Wait != nil })
	_, err := m.StopWaiting(m.ctx(), m.somebody(rt), r.ID, scheduler.Step{DryRun: m.rarely(rt)})
	m.met(rt, fmt.Sprintf("take #%d off the waitlist", r.Number), err)
}

// giveWay cancels a request that has a slot, for those who wait.
func (m *machine) giveWay(rt *rapid.T) {
	r := m.among(rt, scheduler.Scheduled)
	_, err := m.Cancel(m.ctx(), as("adele"), r.ID, scheduler.Step{})
	m.met(rt, fmt.Sprintf("give way, #%d", r.Number), err)
}

// patience: who waits is under review and gets at most one offer for each time, held for no longer than a day and a quarter of the time left. Nobody
// waits for a slot that is free, and nobody who wants the very same is served before one who comes first.
func (m *machine) patience(s snapshot) {
	for _, r := range s.requests {
		turns := map[time.Time]bool{}
		for _, o := range r.Offers {
			if o.Waited == nil {
				continue
			}
			if turns[*o.Waited] {
				m.broken("waitlist: offered twice", "#%d has two offers for the time since %s", r.Number, o.Waited)
			}
			turns[*o.Waited] = true
			if held := o.Expires.Sub(o.Made); held > day || held > o.What.Slot.Start.Sub(o.Made)/4 {
				m.broken("waitlist: held for long", "offer %s of #%d, made at %s for %s, is held until %s", o.ID, r.Number, o.Made, o.What.Slot, o.Expires)
			}
		}
		switch w := r.Wait; {
		case w == nil:
		case r.Status != scheduler.UnderReview || r.HoldUntil != nil:
			m.broken("waitlist: out of place", "#%d is %s, held until %v, and waits", r.Number, r.Status, r.HoldUntil)
		case w.Missed >= waitlist.MostMissed:
			m.broken("waitlist: missed too often", "#%d has missed %d offers, and waits", r.Number, w.Missed)
		case w.Offer == "" && s.idle(r):
			m.broken("waitlist: waits in vain", "#%d waits for %s since %s, and it is free", r.Number, r.Slot, w.Since)
		}
	}
	for _, e := range m.events[m.before.sequence:] {
		if e.Action == scheduler.ActionOffer {
			m.inOrder(s, s.numbered(e.Number))
		}
	}
}

// idle reports whether the slot of a request is free for it beyond doubt: by counting, where the choice of units cannot matter, and early enough to be
// offered.
func (s snapshot) idle(r scheduler.Request) bool {
	if r.Slot.Start.Sub(s.now) < 4*time.Minute || !s.exists(r) || !s.deployable(r) {
		return false
	}
	if in := r.Wait.Within; in != nil && !in.Contains(r.Slot) {
		return false
	}
	for _, n := range r.Demand {
		at := s.occupied(n.Resource, r.Slot)
		if s.free(n.Resource, at, r.Booking) < n.Amount || n.Device != "" && (len(n.Units) > 0 || s.settled(n.Resource, at)) {
			return false
		}
	}
	return true
}

// inOrder checks that none who wants the same as a request that just got an offer, and comes before it, still waits without one.
func (m *machine) inOrder(s snapshot, r scheduler.Request) {
	was, known := m.before.request(r.ID)
	if !known || was.Wait == nil || was.Wait.For != scheduler.WaitSlot {
		return
	}
	for _, q := range s.requests {
		before, known := m.before.request(q.ID)
		if !known || q.Wait == nil || before.Wait == nil || q.Wait.Offer != "" || q.ID == r.ID || q.Wait.For != scheduler.WaitSlot || !before.Wait.Since.Equal(q.Wait.Since) {
			continue
		}
		if q.Slot.Equal(was.Slot) && slices.EqualFunc(q.Demand, was.Demand, sameNeed) && comesBefore(q, was) && s.deployable(q) {
			m.broken("waitlist: overtaken", "#%d got an offer, and #%d, which comes before it and wants the same, still waits", r.Number, q.Number)
		}
	}
}

// comesBefore reports whether a comes before b on the waitlist.
func comesBefore(a, b scheduler.Request) bool {
	rank := func(r scheduler.Request) int { return slices.Index(scheduler.Priorities, r.Priority.Named()) }
	switch {
	case rank(a) != rank(b):
		return rank(a) < rank(b)
	case !a.Wait.Since.Equal(b.Wait.Since):
		return a.Wait.Since.Before(b.Wait.Since)
	}
	return a.Number < b.Number
}
