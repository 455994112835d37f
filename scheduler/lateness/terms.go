package lateness

import (
	"time"

	"berth/testbeds"
)

// Terms are the rules for one granted slot.
type Terms struct {
	Grace        testbeds.Period `json:"grace"`                  // until it is unreported
	ReleaseAfter testbeds.Period `json:"release_after,omitzero"` // until the rest of it is given back; zero for never
	AskAhead     testbeds.Period `json:"ask_ahead,omitzero"`     // before it begins, whether it is still needed; zero for never
}

// Closing is how long after its end a slot without any report is closed as a no-show.
const Closing = 7 * 24 * time.Hour

// Correctable is how long after it was closed as a no-show operators can still report what really happened.
const Correctable = 30 * 24 * time.Hour

// share is the part of a slot after which the rest is given back at the latest, where it is at all.
const share = 4

// Stock returns the terms where nothing else was granted.
func Stock() Terms {
	grace, _ := testbeds.ParsePeriod(testbeds.DefaultGrace)
	return Terms{Grace: grace}
}

// Of returns the terms of a slot on several testbeds. People are told as soon as one testbed wants that, and asked as early as one does. The rest is
// given back only where all of them want that, and when the last one does: an experiment that has lost one of its testbeds is of no use.
func Of(beds []testbeds.Testbed, slot testbeds.Slot) Terms {
	t := Stock()
	for i, b := range beds {
		of := ofOne(b, slot)
		if i == 0 {
			t = of
			continue
		}
		if of.Grace.Exact() < t.Grace.Exact() {
			t.Grace = of.Grace
		}
		switch {
		case of.ReleaseAfter.IsZero() || t.ReleaseAfter.IsZero():
			t.ReleaseAfter = testbeds.Period{}
		case of.ReleaseAfter.Exact() > t.ReleaseAfter.Exact():
			t.ReleaseAfter = of.ReleaseAfter
		}
		if of.AskAhead.Exact() > t.AskAhead.Exact() {
			t.AskAhead = of.AskAhead
		}
	}
	return t
}

// ofOne returns the terms of a slot on one testbed.
func ofOne(b testbeds.Testbed, slot testbeds.Slot) Terms {
	t := Stock()
	l := b.Lateness
	if l == nil {
		return t
	}
	if l.Grace != nil {
		t.Grace = *l.Grace
	}
	t.ReleaseAfter = l.ReleaseAfter
	if slot.Duration() >= l.AskFrom.Exact() {
		t.AskAhead = l.AskAhead
	}
	return t
}

// Unreported returns when people are told that nobody has reported the start of a slot.
func (t Terms) Unreported(s testbeds.Slot) time.Time { return s.Start.Add(t.Grace.Exact()) }

// Released returns when the rest of a slot is given back: never before people were told, and never where nothing would be left of it.
func (t Terms) Released(s testbeds.Slot) (at time.Time, ever bool) {
	if t.ReleaseAfter.IsZero() {
		return at, false
	}
	quarter := (s.Duration() / share).Truncate(time.Second)
	at = s.Start.Add(max(t.Grace.Exact(), min(t.ReleaseAfter.Exact(), quarter), time.Second))
	return at, at.Before(s.End)
}

// Asked returns when the experimenter is asked whether a slot is still needed.
func (t Terms) Asked(s testbeds.Slot) (at time.Time, ever bool) {
	return s.Start.Add(-t.AskAhead.Exact()), !t.AskAhead.IsZero()
}

// Closed returns when a slot without any report is closed as a no-show.
func Closed(s testbeds.Slot) time.Time { return s.End.Add(Closing) }
