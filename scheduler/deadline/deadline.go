package deadline

import (
	"time"

	"berth/testbeds"
)

// Deadline says until when something that was asked for is to be decided.
type Deadline struct {
	Asked time.Time `json:"asked"`
	At    time.Time `json:"at"`
	Stage Stage     `json:"stage,omitempty"`
	// Default is the decision that counts as made when the deadline passes; empty for none.
	Default testbeds.DefaultDecision `json:"default,omitempty"`
}

// Stage says how far a deadline has come.
type Stage string

const (
	Open      Stage = ""          // nobody was reminded yet
	Reminded  Stage = "reminded"  // those who were asked
	Escalated Stage = "escalated" // others were told as well
	Passed    Stage = "passed"
)

var order = []Stage{Open, Reminded, Escalated, Passed}

// Of returns the deadline of a decision that is asked for at an instant, about a slot whose setup begins at another. Where a testbed's notice leaves no
// time at all, half of the time that there is must do. ok is false where there is no time, or no rule.
func Of(p *testbeds.Deadlines, asked, begins time.Time) (d Deadline, ok bool) {
	if p == nil || !begins.After(asked) {
		return d, false
	}
	at := begins.Add(-p.Notice.Exact())
	if !at.After(asked) {
		at = asked.Add(begins.Sub(asked) / 2)
	}
	if within := asked.Add(p.Within.Exact()); !p.Within.IsZero() && within.Before(at) {
		at = within
	}
	at = at.Truncate(time.Second)
	return Deadline{Asked: asked, At: at, Default: p.Default}, at.After(asked)
}

// begins returns when a stage begins.
func (d Deadline) begins(s Stage) time.Time {
	switch length := d.At.Sub(d.Asked); s {
	case Reminded:
		return d.Asked.Add(length / 2).Truncate(time.Second)
	case Escalated:
		return d.Asked.Add(length / 4 * 3).Truncate(time.Second)
	}
	return d.At
}

// Next returns when the next stage begins; ok is false once it has passed.
func (d Deadline) Next() (at time.Time, ok bool) {
	for i, s := range order[:len(order)-1] {
		if s == d.Stage {
			return d.begins(order[i+1]), true
		}
	}
	return at, false
}

// Reached returns the stage in which the deadline is at an instant. It never goes back.
func (d Deadline) Reached(now time.Time) Stage {
	for at, ok := d.Next(); ok && !at.After(now); at, ok = d.Next() {
		for i, s := range order[:len(order)-1] {
			if s == d.Stage {
				d.Stage = order[i+1]
				break
			}
		}
	}
	return d.Stage
}
