package story

import (
	"context"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
)

// run lets time pass until a slot or its setup begins, as granted or as today's buffers would have it, and starts the request.
func (m *machine) run(rt *rapid.T) {
	r := m.among(rt, scheduler.Scheduled)
	at := r.Slot.Start
	switch rapid.IntRange(0, 3).Draw(rt, "when") {
	case 0, 1:
		at = span(m.before.bookings[r.Booking]).Start
	case 2:
		for _, n := range r.Demand {
			at = earlier(at, m.before.occupied(n.Resource, r.Slot).Start)
		}
	}
	m.until(rt, at.Add(m.quarters(rt, 0, 1)))
	m.begin(rt, r)
}

// start starts a request at any time.
func (m *machine) start(rt *rapid.T) {
	m.begin(rt, m.among(rt, scheduler.Scheduled, scheduler.Instantiating))
}

func (m *machine) begin(rt *rapid.T, r scheduler.Request) {
	in := scheduler.Step{Reason: "it was time"}
	if m.perhaps(rt) {
		in.State = scheduler.Instantiating
	}
	who := "oskar"
	if m.rarely(rt) {
		who, in.Reason = "adele", phone
		in.Override = m.reason(rapid.SampledFrom([]scheduler.OverrideMode{scheduler.OverrideOverbook, scheduler.OverrideApprovals}).Draw(rt, "mode"))
	}
	out, err := m.Start(m.ctx(), as(who), r.ID, in)
	if m.met(rt, fmt.Sprintf("start #%d", r.Number), err) {
		m.started(r.Status, out.Request, in)
	}
}

// long runs a request for a hundred days and more.
func (m *machine) long(rt *rapid.T) {
	in := wants(rapid.SampledFrom([]string{"video", "c2gran"}).Draw(rt, "nsd"), m.slot(rt))
	in.Slot.End = in.Slot.Start.Add(time.Duration(rapid.IntRange(100, 366).Draw(rt, "days")) * day)
	out, err := m.Submit(m.ctx(), as("hector"), in)
	if !m.met(rt, "submit a long one", err) {
		return
	}
	out, err = m.Schedule(m.ctx(), as("adele"), out.Request.ID, scheduler.Schedule{Override: m.reason(scheduler.OverrideApprovals)})
	if m.met(rt, "grant a long one", err) {
		m.before = m.look()
		m.until(rt, out.Request.Slot.Start)
		m.begin(rt, out.Request)
	}
}

func (m *machine) finish(rt *rapid.T) {
	r := m.among(rt, scheduler.Instantiating, scheduler.Running, scheduler.Terminating)
	in := scheduler.Step{Reason: "it was time"}
	do := m.Complete
	if m.rarely(rt) {
		do = m.Fail
	} else if r.Status != scheduler.Terminating && m.perhaps(rt) {
		in.State = scheduler.Terminating
	}
	_, err := do(m.ctx(), as("oskar"), r.ID, in)
	m.met(rt, fmt.Sprintf("finish #%d", r.Number), err)
}

func (m *machine) cancel(rt *rapid.T) {
	r := m.any(rt)
	type take func(context.Context, account.Actor, string, scheduler.Step) (scheduler.Outcome, error)
	name := rapid.SampledFrom([]string{"complete", "fail", "cancel", "cancel"}).Draw(rt, "step")
	do := map[string]take{"complete": m.Complete, "fail": m.Fail, "cancel": m.Cancel}[name]
	_, err := do(m.ctx(), m.somebody(rt), r.ID, scheduler.Step{Reason: "it was time", DryRun: m.rarely(rt)})
	m.met(rt, fmt.Sprintf("%s #%d", name, r.Number), err)
}

func (m *machine) wait(rt *rapid.T) {
	m.until(rt, m.clock.Add(m.quarters(rt, 1, 16)))
	m.step = "wait"
}

// waitLong lets days or months pass, at times without the timed work in between.
func (m *machine) waitLong(rt *rapid.T) {
	to := m.clock.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 3, 30, 95, 200}).Draw(rt, "days")) * day)
	if m.perhaps(rt) {
		m.clock = to
	}
	m.until(rt, to)
	m.step = "wait long"
}

// maxHops bounds the stops of a story for timed work on its way.
const maxHops = 12

// until moves the clock on, with all timed work at its instants.
func (m *machine) until(rt *rapid.T, to time.Time) {
	for range maxHops {
		next := m.pass(rt)
		if next == nil || !next.Before(to) || !next.After(m.clock) {
			break
		}
		m.clock = next.UTC()
	}
	if to.After(m.clock) {
		m.clock = to
	}
	m.pass(rt)
	rt.Logf("%s: it is later", m.clock.Format("2006-01-02 15:04"))
}

func (m *machine) pass(rt *rapid.T) *time.Time {
	m.step = "run due"
	_, next, err := m.RunDue(m.ctx())
	if err != nil {
		m.broken("internal error", "what is due: %v", err)
	}
	return next
}
