package report

import (
	"time"

	"berth/testbeds"
)

// Reach is how far beyond the present slot of a request its plan and its run count.
const Reach = 31 * 24 * time.Hour

// Longest is the longest span of a report.
const Longest = 5 * 366 * 24 * time.Hour

// Fate says how far a request has come.
type Fate string

// Fates of requests, in the order in which they are shown.
const (
	Waiting   Fate = "waiting"   // under review
	Ahead     Fate = "ahead"     // scheduled, its slot not yet over
	Running   Fate = "running"   // started, not over
	Completed Fate = "completed" // it ran
	Failed    Fate = "failed"    // it broke down
	NoShow    Fate = "no_show"   // its slot passed, and nobody reported a start
	Cancelled Fate = "cancelled"
	Rejected  Fate = "rejected"
)

// Fates lists all fates.
var Fates = []Fate{Waiting, Ahead, Running, Completed, Failed, NoShow, Cancelled, Rejected}

// Refusal says why a request was rejected, as far as Berth knows.
type Refusal string

// Reasons of refusals, the first that applies.
const (
	ByTheTestbed Refusal = "approval"   // a testbed refused
	Impossible   Refusal = "deployable" // it can run there at no time
	Taken        Refusal = "capacity"   // its slot was taken
	Otherwise    Refusal = "other"      // the mentor's reason alone
)

// Refusals lists all reasons.
var Refusals = []Refusal{ByTheTestbed, Impossible, Taken, Otherwise}

// Fact is what a report knows of one request. Zero slots mean that there was none.
type Fact struct {
	Experimenter string
	Organisation string
	Experiment   string        // the network service; empty for components of its own
	Slot         testbeds.Slot // asked for or granted, as it is now
	Planned      testbeds.Slot // as it was granted
	Used         testbeds.Slot // when it really ran
	Needs        testbeds.Demand
	Fate         Fate
	Refusal      Refusal        // of a rejected one
	Overbooked   bool           // granted beyond what there is
	Decided      *time.Duration // from its submission to its first decision
}

// bounded returns the part of a slot that counts in a span: nothing beyond Reach of the request's own slot.
func (f Fact) bounded(s, span testbeds.Slot) (part testbeds.Slot) {
	return cut(cut(s, testbeds.Slot{Start: f.Slot.Start.Add(-Reach), End: f.Slot.End.Add(Reach)}), span)
}

// touches reports whether any of the request lies in a span.
func (f Fact) touches(span testbeds.Slot) bool {
	for _, s := range []testbeds.Slot{f.Slot, f.Planned, f.Used} {
		if f.bounded(s, span).Duration() > 0 {
			return true
		}
	}
	return false
}

// cut returns what two slots have in common; a zero slot if that is nothing.
func cut(a, b testbeds.Slot) testbeds.Slot {
	if a.Start.Before(b.Start) {
		a.Start = b.Start
	}
	if a.End.After(b.End) {
		a.End = b.End
	}
	if !a.Start.Before(a.End) {
		return testbeds.Slot{}
	}
	return a
}
