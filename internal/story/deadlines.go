package story

import (
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/deadline"
	"berth/testbeds"
)

// deadlines changes until when requests for a testbed are to be decided, and what counts as decided then.
func (m *machine) deadlines(rt *rapid.T) {
	length := func(name string) testbeds.Period {
		return testbeds.Period{Clock: time.Duration(rapid.SampledFrom([]int{0, 1, 4, 24, 200}).Draw(rt, name)) * quarter}
	}
	m.change(rt, "deadlines", m.testbed(rt), func(t *testbeds.Testbed) {
		t.Deadlines = &testbeds.Deadlines{Within: length("within"), Notice: length("notice"),
			Default: rapid.SampledFrom([]testbeds.DefaultDecision{"", "", testbeds.DefaultApproved, testbeds.DefaultRefused}).Draw(rt, "default")}
	})
}

// inTime: what is still to be decided is in the stage of its deadline that the clock says, and never beyond one that counts as decided.
func (m *machine) inTime(s snapshot, r scheduler.Request) {
	judge := func(what string, d *deadline.Deadline, decides bool) {
		if d == nil {
			return
		}
		length := d.At.Sub(d.Asked)
		want := deadline.Open
		for stage, from := range map[deadline.Stage]time.Time{deadline.Reminded: d.Asked.Add(length / 2).Truncate(time.Second),
			deadline.Escalated: d.Asked.Add(length / 4 * 3).Truncate(time.Second), deadline.Passed: d.At} {
			if !s.now.Before(from) && rank(stage) > rank(want) {
				want = stage
			}
		}
		if d.Stage != want || d.Asked.After(s.now) || !d.At.After(d.Asked) {
			m.broken("deadline: stage", "%s of #%d, asked at %s and due at %s, is %q at %s", what, r.Number, d.Asked, d.At, d.Stage, s.now)
		}
		if decides && d.Default != "" && !s.now.Before(d.At) {
			m.broken("deadline: default", "%s of #%d counts as %s since %s, and is open", what, r.Number, d.Default, d.At)
		}
	}
	for _, a := range r.Asked() {
		if a.Open() && r.Status.Movable() {
			judge("the approval of "+a.Testbed, a.Deadline, true)
		} else if a.Deadline != nil && a.Decision != "" {
			m.broken("deadline: decided", "%s has decided about #%d, and has a deadline", a.Testbed, r.Number)
		}
	}
	switch {
	case r.Status == scheduler.UnderReview:
		judge("the decision", r.Deadline, false)
	case r.Deadline != nil:
		m.broken("deadline: decided", "#%d is %s, and is to be decided by %s", r.Number, r.Status, r.Deadline.At)
	}
}

func rank(s deadline.Stage) int {
	return map[deadline.Stage]int{deadline.Reminded: 1, deadline.Escalated: 2, deadline.Passed: 3}[s]
}

// byDefault: Berth itself decides for a testbed only at a deadline that says so.
func (m *machine) byDefault() {
	for _, e := range m.events[m.before.sequence:] {
		if e.Action != scheduler.ActionApprove || e.Actor != account.System.Username {
			continue
		}
		was, known := m.before.request(e.Request)
		said := !known && m.ruled != nil // a new request that a rule approved: see grantedByRule
		for _, a := range was.Asked() {
			said = said || a.Deadline != nil && a.Deadline.Default != "" && !a.Deadline.At.After(e.At)
		}
		if !said {
			m.broken("deadline: default", "#%d was decided by default at %s: %s", e.Number, e.At, e.Text)
		}
	}
}
