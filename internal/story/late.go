package story

import (
	"context"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// lateness changes what a testbed does with slots that nobody reports as started.
func (m *machine) lateness(rt *rapid.T) {
	length := func(name string) testbeds.Period {
		return testbeds.Period{Clock: time.Duration(rapid.SampledFrom([]int{0, 1, 2, 4, 24, 200}).Draw(rt, name)) * quarter}
	}
	m.change(rt, "lateness", m.testbed(rt), func(t *testbeds.Testbed) {
		t.Lateness = &testbeds.Lateness{ReleaseAfter: length("release"), AskAhead: length("ahead")}
		if m.perhaps(rt) {
			t.Lateness.Grace = new(length("grace"))
		}
	})
}

// absent lets a granted slot begin, or pass, without a report.
func (m *machine) absent(rt *rapid.T) {
	r := m.among(rt, scheduler.Scheduled)
	to := r.Slot.Start.Add(m.quarters(rt, 0, 8))
	switch rapid.IntRange(0, 5).Draw(rt, "how long") {
	case 0:
		to = r.Slot.End.Add(m.quarters(rt, 0, 8))
	case 1:
		to = r.Slot.End.Add(7*day + m.quarters(rt, 0, 400))
	}
	m.until(rt, to)
	m.step = fmt.Sprintf("nobody starts #%d", r.Number)
}

// late reports with the real times what happened with a slot of which nobody said so.
func (m *machine) late(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool {
		return r.Status == scheduler.Scheduled && m.clock.After(span(m.before.bookings[r.Booking]).Start)
	})
	begins := span(m.before.bookings[r.Booking]).Start
	passed := int(m.clock.Sub(begins) / quarter)
	in := scheduler.Step{Reason: "it was so", Actual: &scheduler.Actual{Start: new(begins.Add(time.Duration(rapid.IntRange(0, max(0, passed)).Draw(rt, "began")) * quarter))}}
	type take func(context.Context, account.Actor, string, scheduler.Step) (scheduler.Outcome, error)
	name := rapid.SampledFrom([]string{"start", "start", "complete", "fail"}).Draw(rt, "report")
	do := map[string]take{"start": m.Start, "complete": m.Complete, "fail": m.Fail}[name]
	if name == "start" && m.rarely(rt) {
		in.Reason, in.Override = phone, m.reason(scheduler.OverrideOverbook)
	}
	who := "oskar"
	if in.Override != nil {
		who = "adele"
	}
	out, err := do(m.ctx(), as(who), r.ID, in)
	if m.met(rt, fmt.Sprintf("%s #%d late", name, r.Number), err) && name == "start" {
		m.started(r.Status, out.Request, in)
		m.regained(r, out.Request)
	}
}

// regained: a late start of a slot that was given back has it again, to its granted end; one whose slot is over has it as it was.
func (m *machine) regained(was, is scheduler.Request) {
	if was.Released == nil {
		return
	}
	if was.Scheduled.End.After(m.clock) && !is.Slot.End.Equal(was.Scheduled.End) || is.Released != nil {
		m.broken("late: taken again", "#%d was granted %s, was given back at %s and started at %s: it has %s", is.Number, was.Scheduled, was.Released, m.clock, is.Slot)
	}
}

// confirm says whether a slot is still needed.
func (m *machine) confirm(rt *rapid.T) {
	r := m.such(rt, func(r scheduler.Request) bool { return r.Needed != nil })
	in := scheduler.Confirm{Needed: !m.rarely(rt), Reason: "asked"}
	_, err := m.Confirm(m.ctx(), as(r.Experimenter), r.ID, in)
	m.met(rt, fmt.Sprintf("#%d is needed: %t", r.Number, in.Needed), err)
}

// lateOnes: a slot that has begun without a report is flagged once its grace is over, given back where its terms say so, and closed a week after its
// end; none of that happens too early, or to others.
func (m *machine) lateOnes(s snapshot, r scheduler.Request) {
	plan := r.Slot
	if r.Scheduled != nil {
		plan = *r.Scheduled
	}
	isFlagged := flagged(r, scheduler.FlagUnreported)
	if r.Status != scheduler.Scheduled {
		if isFlagged {
			m.broken("late: flagged", "#%d is %s, and is flagged as unreported", r.Number, r.Status)
		}
		if r.Released != nil && !r.Status.Over() {
			m.broken("late: released", "#%d is %s, and its slot was given back at %s", r.Number, r.Status, r.Released)
		}
		return
	}
	if r.Lateness == nil {
		m.broken("late: terms", "#%d was granted without terms", r.Number)
		return
	}
	told := plan.Start.Add(r.Lateness.Grace.Exact())
	if isFlagged != !s.now.Before(told) {
		m.broken("late: flagged", "#%d was granted %s with %+v, and it is %s: flagged %t", r.Number, plan, *r.Lateness, s.now, isFlagged)
	}
	if !s.now.Before(plan.End.Add(7 * day)) {
		m.broken("late: closed", "#%d was granted %s, and is open at %s", r.Number, plan, s.now)
	}
	quarterOf := plan.Start.Add((plan.End.Sub(plan.Start) / 4).Truncate(time.Second))
	gone := later(later(told, earlier(plan.Start.Add(r.Lateness.ReleaseAfter.Exact()), quarterOf)), plan.Start.Add(time.Second))
	due := !r.Lateness.ReleaseAfter.IsZero() && gone.Before(plan.End)
	switch {
	case due && r.Released == nil && s.now.Before(plan.End) && !s.now.Before(gone):
		m.broken("late: released", "#%d was granted %s with %+v, and has it all at %s", r.Number, plan, *r.Lateness, s.now)
	case r.Released != nil && (!due || r.Released.Before(gone)):
		m.broken("late: released", "#%d was granted %s with %+v, and was given back at %s", r.Number, plan, *r.Lateness, r.Released)
	case r.Released != nil && r.Slot.End.After(*r.Released):
		m.broken("late: released", "#%d was given back at %s, and has %s", r.Number, r.Released, r.Slot)
	}
}

// noShows: a request is closed as a no-show by time alone, a week after its end, and never twice.
func (m *machine) noShows() {
	for _, e := range m.events[m.before.sequence:] {
		was, _ := m.before.request(e.Request)
		if e.Action != scheduler.ActionNoShow {
			continue
		}
		if was.PendingMove != nil && m.toldNow(e.Number, scheduler.ActionApprove) {
			continue // a deadline decided meanwhile: it was moved to another slot, and that passed
		}
		if was.Scheduled != nil && was.Status == scheduler.Scheduled && e.At.Before(was.Scheduled.End.Add(7*day)) || e.Status != scheduler.Cancelled || e.Actor != account.System.Username {
			m.broken("late: closed", "#%d of %s was closed at %s by %s", e.Number, was.Scheduled, e.At, e.Actor)
		}
	}
}
