package story

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

// granted grants a slot as an actor with the right, whatever the testbeds say.
func (m *machine) granted(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	_, err := m.Schedule(m.ctx(), as("adele"), r.ID, scheduler.Schedule{Override: m.reason(scheduler.OverrideApprovals)})
	m.met(rt, fmt.Sprintf("grant #%d", r.Number), err)
}

func (m *machine) schedule(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	in := scheduler.Schedule{DryRun: m.rarely(rt)}
	if m.rarely(rt) {
		slot := m.slot(rt)
		in.Slot = &slot
	}
	who := as("adele")
	if m.rarely(rt) {
		who = m.somebody(rt)
	}
	_, err := m.Schedule(m.ctx(), who, r.ID, in)
	m.met(rt, fmt.Sprintf("schedule #%d", r.Number), err)
}

// others grants units other than the requested ones.
func (m *machine) others(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool {
		return r.Status == scheduler.UnderReview && len(r.Devices) == 1 && r.Devices[0].Device == "usrp"
	})
	devices := m.devices(rt)
	devices[0].Count = max(r.Devices[0].Count, int64(len(devices[0].Units)))
	_, err := m.Schedule(m.ctx(), as("adele"), r.ID, scheduler.Schedule{Devices: &devices})
	m.met(rt, fmt.Sprintf("schedule #%d on other units", r.Number), err)
}

// displace displaces every request in the way.
func (m *machine) displace(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	o := m.reason(scheduler.OverrideDisplace)
	view, err := m.Get(m.ctx(), as("adele"), r.ID)
	m.must(err)
	for _, c := range view.Fit.Conflicts {
		for _, taker := range c.TakenBy {
			id := fmt.Sprint(taker.Request)
			if taker.Request != 0 && !slices.Contains(o.Displace, id) {
				o.Displace = append(o.Displace, id)
			}
		}
	}
	if len(o.Displace) == 0 {
		rt.Skip("nobody is in its way")
	}
	_, err = m.Schedule(m.ctx(), as("adele"), r.ID, scheduler.Schedule{Override: o})
	m.met(rt, fmt.Sprintf("displace for #%d", r.Number), err)
}

// override usually overbooks.
func (m *machine) override(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	o := m.reason(scheduler.OverrideOverbook)
	if m.rarely(rt) {
		o.Mode, o.Displace = scheduler.OverrideDisplace, []string{m.any(rt).ID}
	}
	_, err := m.Schedule(m.ctx(), as("adele"), r.ID, scheduler.Schedule{Override: o})
	m.met(rt, fmt.Sprintf("%s #%d", o.Mode, r.Number), err)
}

func (m *machine) reject(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview, scheduler.UnderReview, scheduler.Scheduled)
	in := scheduler.Reject{Reason: "no", Count: rapid.IntRange(0, 3).Draw(rt, "offers")}
	in.HoldFor.Clock = time.Duration(rapid.IntRange(1, 30).Draw(rt, "hold")) * time.Hour
	_, err := m.Reject(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("reject #%d", r.Number), err)
}

// nearby rejects with a chosen offer: near its slot, on units of the mentor's choice.
func (m *machine) nearby(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	offer := testbeds.Alternative{Slot: m.slot(rt)}
	if len(r.Devices) == 1 && r.Devices[0].Device == "usrp" && m.perhaps(rt) {
		offer.Devices = m.devices(rt)
	}
	in := scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{offer}}
	in.HoldFor.Clock = m.quarters(rt, 1, 400)
	_, err := m.Reject(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("reject #%d with an offer", r.Number), err)
}

// held rejects with an offer that is accepted at once, so that its slot is held for a request under review.
func (m *machine) held(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview)
	offer := testbeds.Alternative{Slot: r.Slot}
	if m.perhaps(rt) {
		offer.Slot = m.slot(rt)
	}
	if len(r.Devices) == 1 && r.Devices[0].Device == "usrp" && m.perhaps(rt) {
		offer.Devices = m.devices(rt)
	}
	m.take(rt, r, offer)
}

// take rejects with an offer, and accepts it.
func (m *machine) take(rt *rapid.T, r scheduler.Request, offer testbeds.Alternative) {
	out, err := m.Reject(m.ctx(), as("adele"), r.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{offer}})
	if m.met(rt, fmt.Sprintf("reject #%d with an offer", r.Number), err) {
		o := out.Request.Offers[len(out.Request.Offers)-1]
		_, err = m.AcceptOffer(m.ctx(), as("adele"), r.ID, o.ID, false)
		m.met(rt, fmt.Sprintf("accept the offer of #%d", r.Number), err)
	}
}

func (m *machine) accept(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool {
		return slices.ContainsFunc(r.Offers, func(o scheduler.Offer) bool { return o.State == scheduler.OfferOpen })
	})
	offer := one(rt, "offer", r.Offers)
	_, err := m.AcceptOffer(m.ctx(), as("adele"), r.ID, offer.ID, false)
	m.met(rt, fmt.Sprintf("accept offer %s of #%d", offer.ID, r.Number), err)
}

// approve records a provider's approval or refusal of any request.
func (m *machine) approve(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool {
		return len(r.Approvals) > 0 && (r.Status == scheduler.UnderReview || r.Status == scheduler.Scheduled)
	})
	decision := rapid.SampledFrom([]scheduler.Decision{scheduler.Approved, scheduler.Approved, scheduler.Approved, scheduler.Refused}).Draw(rt, "decision")
	m.say(rt, r, one(rt, "testbed", r.Approvals).Testbed, decision)
}

// agree decides for the testbeds that a move waits for.
func (m *machine) agree(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool { return r.PendingMove != nil })
	decision := rapid.SampledFrom([]scheduler.Decision{scheduler.Approved, scheduler.Approved, scheduler.Refused}).Draw(rt, "decision")
	m.say(rt, r, one(rt, "testbed", r.PendingMove.Approvals).Testbed, decision)
}

// say records a provider's decision, and remembers its subject.
func (m *machine) say(rt *rapid.T, r scheduler.Request, testbed string, decision scheduler.Decision) {
	_, err := m.Approve(m.ctx(), as("adele"), r.ID, testbed, scheduler.Approve{Decision: decision, Reason: "so"})
	if !m.met(rt, fmt.Sprintf("%s #%d for %s", decision, r.Number, testbed), err) || decision != scheduler.Approved {
		return
	}
	m.approves(r, testbed)
}

// approves remembers what a provider approved.
func (m *machine) approves(r scheduler.Request, testbed string) {
	about := agreement{r.Slot, part(r.Demand, testbed)}
	if p := r.PendingMove; p != nil {
		about = agreement{p.Slot, part(p.Demand, testbed)}
	}
	if m.approved[r.ID] == nil {
		m.approved[r.ID] = map[string]agreement{}
	}
	m.approved[r.ID][testbed] = about
}

// part returns a testbed's part of a demand.
func part(d testbeds.Demand, testbed string) testbeds.Demand {
	return slices.DeleteFunc(slices.Clone(d), func(n testbeds.Need) bool { return n.Testbed != testbed })
}
