package scheduler

import (
	"context"
	"slices"
	"time"

	"berth/scheduler/deadline"
	"berth/testbeds"
)

// Deadlines of decisions. Package deadline works out when; here they are kept, and what time brings is done.

// clock is the deadline of one decision about a request.
type clock struct {
	*deadline.Deadline
	testbed string // whose approval; empty for the mentor's decision
}

// clocks lists the deadlines of what is still to be decided about a request.
func (r Request) clocks() (list []clock) {
	if r.Status.Movable() {
		for _, a := range r.Asked() {
			if a.Open() && a.Deadline != nil {
				list = append(list, clock{a.Deadline, a.Testbed})
			}
		}
	}
	if r.Status == UnderReview && r.Deadline != nil {
		list = append(list, clock{r.Deadline, ""})
	}
	return list
}

// what names what is to be decided.
func (c clock) what() string {
	if c.testbed == "" {
		return "its mentor's decision"
	}
	return "the approval of " + c.testbed
}

// DecideBy returns until when the next decision about the request is to be made; nil for no deadline.
func (r Request) DecideBy() *deadline.Deadline {
	var first *deadline.Deadline
	for _, c := range r.clocks() {
		if first == nil || c.At.Before(first.At) {
			first = c.Deadline
		}
	}
	return first
}

// Escalated reports whether a decision about the request was due for so long that others than those who were asked were told.
func (r Request) Escalated() bool {
	return slices.ContainsFunc(r.clocks(), func(c clock) bool { return late(c.Deadline) })
}

// setupOf returns when the setup of a slot would begin, as the facility is.
func setupOf(r Request, f testbeds.Facility) time.Time {
	r.Occupied = nil
	return r.OccupiedIn(f).Start
}

// asksTheSame reports whether two requests ask a testbed for the same.
func asksTheSame(before, after Request, testbed string) bool {
	return before.ID == after.ID && before.Slot.Equal(after.Slot) && sameDemand(before.Demand.Of(testbed), after.Demand.Of(testbed))
}

// deadlineOf returns the deadline of an approval that is asked for. One that was asked for before keeps its deadline.
func (d *decision) deadlineOf(r Request, a Approval, f testbeds.Facility) *deadline.Deadline {
	if !a.Open() {
		return nil
	}
	i := slices.IndexFunc(r.Approvals, func(was Approval) bool { return was.Testbed == a.Testbed && was.Open() })
	if i >= 0 && asksTheSame(d.request, r, a.Testbed) {
		return r.Approvals[i].Deadline
	}
	t, _ := f.Testbed(a.Testbed)
	if by, ok := deadline.Of(t.Deadlines, d.now, setupOf(r, f)); ok {
		return &by
	}
	return nil
}

// toDecide gives a request under review the deadline of its mentor's decision: the earliest of its testbeds. It begins anew when it asks for something
// else.
func (d *decision) toDecide(before Request, after *Request) {
	if after.Status != UnderReview {
		after.Deadline = nil
		return
	}
	if before.ID == after.ID && before.Status == UnderReview && before.Slot.Equal(after.Slot) && sameDemand(before.Demand, after.Demand) {
		return
	}
	after.Deadline = nil
	_ = d.s.ledger.read(func(w snapshot) error {
		f := w.fed.Facility()
		for _, id := range after.Demand.Testbeds() {
			t, _ := f.Testbed(id)
			by, ok := deadline.Of(t.Deadlines, d.now, setupOf(*after, f))
			if by.Default = ""; ok && (after.Deadline == nil || by.At.Before(after.Deadline.At)) {
				after.Deadline = &by
			}
		}
		return nil
	})
}

// passDeadlines brings the deadlines of a request to the stage in which they are now, and tells people. An approval whose testbed says so counts as
// decided when its deadline has passed.
func (d *decision) passDeadlines(ctx context.Context, r Request) (Request, error) {
	for _, c := range r.clocks() {
		stage := c.Reached(d.now)
		if stage == c.Stage {
			continue
		}
		before := r
		r = r.withStage(c.testbed, stage)
		if stage == deadline.Passed && c.Default != "" {
			return d.byDefault(ctx, r, c)
		}
		var err error
		if r, err = d.save(ctx, before, r, stageNote(c, stage)); err != nil {
			return r, err
		}
	}
	return r, nil
}

// withStage sets the stage of one deadline.
func (r Request) withStage(testbed string, stage deadline.Stage) Request {
	at := func(by *deadline.Deadline) *deadline.Deadline {
		if by == nil {
			return nil
		}
		by = new(*by)
		by.Stage = stage
		return by
	}
	if testbed == "" {
		r.Deadline = at(r.Deadline)
		return r
	}
	list := slices.Clone(r.Asked())
	for i, a := range list {
		if a.Testbed == testbed {
			list[i].Deadline = at(a.Deadline)
		}
	}
	if r.PendingMove != nil {
		r.PendingMove = new(*r.PendingMove)
		r.PendingMove.Approvals = list
	} else {
		r.Approvals = list
	}
	return r
}

// stageNote says what a stage brings.
func stageNote(c clock, stage deadline.Stage) note {
	was := " is due by "
	n := note{action: map[deadline.Stage]Action{deadline.Reminded: ActionDecideSoon, deadline.Escalated: ActionEscalate, deadline.Passed: ActionOverdue}[stage]}
	if c.testbed != "" {
		n.about = []string{c.testbed}
	}
	if stage == deadline.Passed {
		was = " was due by "
	}
	n.text = c.what() + was + c.At.Format(time.RFC3339)
	return n
}

// byDefault decides for a testbed whose providers have said nothing until the deadline. What else is due is found again right after.
func (d *decision) byDefault(ctx context.Context, r Request, c clock) (Request, error) {
	d.request, d.action = r, ActionApprove
	defer func() { d.action = "" }()
	in := Approve{Decision: Decision(c.Default), Reason: "nobody had decided by " + c.At.Format(time.RFC3339) + ": so it is by default"}
	if err := d.approve(ctx, c.testbed, in); err != nil {
		return r, err
	}
	d.request = d.outcome.Request
	return d.passDeadlines(ctx, d.outcome.Request)
}
