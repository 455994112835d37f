package story

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

func (m *machine) move(rt *rapid.T) {
	r := m.among(rt, scheduler.UnderReview, scheduler.Scheduled, scheduler.Scheduled)
	slot := m.slot(rt)
	in := scheduler.Move{Slot: &slot}
	if m.rarely(rt) {
		in.Override = m.reason(scheduler.OverrideOverbook)
	}
	_, err := m.Move(m.ctx(), m.somebody(rt), r.ID, in)
	m.met(rt, fmt.Sprintf("move #%d to %s", r.Number, slot), err)
}

// elsewhere moves a granted request to a testbed that may have to approve.
func (m *machine) elsewhere(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool { return r.Status == scheduler.Scheduled && len(r.Components) == 1 })
	in := scheduler.Move{Placement: testbeds.Placement{"all": rapid.SampledFrom([]string{"lab/bench", "cloud/small", "cloud/big", "radio/iris"}).Draw(rt, "where")}}
	if m.rarely(rt) {
		in.Override = m.reason(rapid.SampledFrom([]scheduler.OverrideMode{scheduler.OverrideOverbook, scheduler.OverrideApprovals}).Draw(rt, "mode"))
	}
	_, err := m.Move(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("move #%d to %s", r.Number, in.Placement["all"]), err)
}

// withLess moves a granted request to fewer devices, now and then at another time as well.
func (m *machine) withLess(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool { return r.Status == scheduler.Scheduled && len(r.Devices) > 0 })
	devices := slices.Clone(r.Devices)
	devices[0].Count, devices[0].Units = max(1, devices[0].Count-1), nil
	in := scheduler.Move{Devices: &devices}
	if m.rarely(rt) {
		in.Slot = new(m.slot(rt))
	}
	_, err := m.Move(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("move #%d to %d devices", r.Number, devices[0].Count), err)
}

// shorten cuts the end or the start of a granted or held slot.
func (m *machine) shorten(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool { return granted(r) || r.HoldUntil != nil })
	slot := r.Slot
	by := max(quarter, time.Duration(rapid.IntRange(1, 3).Draw(rt, "part"))*slot.Duration()/4).Truncate(quarter)
	if r.Status == scheduler.Scheduled && m.rarely(rt) {
		slot.Start = slot.Start.Add(by)
	} else {
		slot.End = slot.End.Add(-by)
	}
	in := scheduler.Move{Slot: &slot}
	if m.rarely(rt) {
		in.Override = m.reason(scheduler.OverrideOverbook)
	}
	_, err := m.Move(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("shorten #%d to %s", r.Number, slot), err)
}

// extend moves the end of a granted or running request. Into free time nothing may be in its way, and an override overbooks.
func (m *machine) extend(rt *rapid.T) {
	m.prolong(rt, m.among(rt, scheduler.Scheduled, scheduler.Instantiating, scheduler.Running))
}

// extendPast closes a place during past hours of a running request, and extends the request: the past must not be in
// its way.
func (m *machine) extendPast(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool {
		return (r.Status == scheduler.Instantiating || r.Status == scheduler.Running) && !r.Slot.Start.Add(quarter).After(m.clock)
	})
	testbed := one(rt, "testbed", r.Demand.Testbeds())
	m.add(rt, testbed, testbeds.Closure{Summary: "a fire drill", Start: m.before.local(testbed, r.Slot.Start), Duration: testbeds.Period{Clock: quarter}})
	m.prolong(rt, r)
}

func (m *machine) prolong(rt *rapid.T, r scheduler.Request) {
	slot := r.Slot
	slot.End = slot.End.Add(m.quarters(rt, 1, 16))
	in := scheduler.Move{Slot: &slot}
	if m.rarely(rt) {
		in.Override = m.reason(scheduler.OverrideOverbook)
	}
	m.now(rt)
	r, _ = m.before.request(r.ID)
	fits := m.before.extends(r, slot.End)
	_, err := m.Move(m.ctx(), as("adele"), r.ID, in)
	m.met(rt, fmt.Sprintf("extend #%d to %s", r.Number, slot), err)
	refused := slices.ContainsFunc(r.Approvals, func(a scheduler.Approval) bool { return a.Decision == scheduler.Refused }) // since it was granted
	if scheduler.CodeOf(err) != scheduler.CodeConflict || ruledOut(err) || refused || r.Status == scheduler.Scheduled && !r.Slot.Start.After(m.clock) {
		return
	}
	if fits {
		m.broken("extension into free time", "#%d until %s: %v%s", r.Number, slot.End.Format(time.RFC3339), err, reasons(err))
	} else if in.Override != nil && m.before.exists(r) {
		m.broken("extension with an override", "#%d until %s: %v%s", r.Number, slot.End.Format(time.RFC3339), err, reasons(err))
	}
}

// now brings the machine's knowledge up to the present.
func (m *machine) now(rt *rapid.T) {
	m.pass(rt)
	m.before = m.look()
}

func reasons(err error) string {
	e, ok := err.(*scheduler.Error)
	if !ok || e.Verdict == nil {
		return ""
	}
	return fmt.Sprintf("; problems %v, conflicts %v", e.Verdict.Problems, e.Verdict.Conflicts)
}
