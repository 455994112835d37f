package story

import (
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
)

const (
	orchestrate = "orchestrate by "
	tearDown    = "tear down at "
)

// reminded: operators get a reminder a day ahead and an hour ahead of each instant, once each: of the granted setup never after its
// beginning, of the tear-down never before the slot has begun; and none is left out.
func (m *machine) reminded(s snapshot, r scheduler.Request) {
	given, seen := map[string]bool{}, map[string]bool{}
	for _, e := range m.events {
		if e.Request == r.ID && e.Action == scheduler.ActionSchedule {
			clear(seen) // granted anew after a displacement
		}
		if e.Request != r.ID || e.Action != scheduler.ActionRemind {
			continue
		}
		at := instant(e.Text)
		key := fmt.Sprint(e.Text, ahead(e.At, at))
		if seen[key] {
			m.broken("reminder: twice", "#%d was reminded again at %s: %s", r.Number, e.At, e.Text)
		}
		given[key], seen[key] = true, true
		m.timely(s, r, e, at)
	}
	b := s.bookings[r.Booking]
	soon := func(t time.Time) bool { return ahead(s.now, t) == time.Hour && t.After(s.now) }
	if at := span(b).Start; r.Status == scheduler.Scheduled && soon(at) && !given[fmt.Sprint(orchestrate, at.Format(time.RFC3339), time.Hour)] {
		m.broken("reminder: left out", "#%d begins at %s, and no reminder was given", r.Number, at)
	}
	begun := r.Status == scheduler.Running && !r.Overrun && r.Slot.Start.Before(r.Slot.End.Add(-time.Hour)) && s.now.After(r.Slot.Start)
	if at := r.Slot.End; begun && soon(at) && !given[fmt.Sprint(tearDown, at.Format(time.RFC3339), time.Hour)] {
		m.broken("reminder: left out", "#%d ends at %s, and no reminder was given", r.Number, at)
	}
}

// ahead tells which of the two reminders of an instant was given.
func ahead(given, of time.Time) time.Duration {
	if given.Before(of.Add(-time.Hour)) {
		return day
	}
	return time.Hour
}

// instant parses the instant of a reminder.
func instant(text string) time.Time {
	text = strings.TrimPrefix(strings.TrimPrefix(text, orchestrate), tearDown)
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

// timely judges one reminder of the last step.
func (m *machine) timely(s snapshot, r scheduler.Request, e scheduler.Event, at time.Time) {
	if at.IsZero() || e.At.Before(at.Add(-day)) {
		m.broken("reminder: wrong", "#%d was reminded at %s: %q", r.Number, e.At, e.Text)
	}
	old := e.At.Before(m.before.now) || e.Sequence <= m.before.sequence
	b := s.bookings[r.Booking]
	switch isStart := strings.HasPrefix(e.Text, orchestrate); {
	case isStart && !old && !e.At.Before(r.Slot.Start):
		m.broken("reminder: of what has begun", "#%d was reminded at %s to %s", r.Number, e.At, e.Text)
	case isStart && !old && r.Status == scheduler.Scheduled && !span(b).Start.Equal(at):
		m.broken("reminder: wrong", "#%d begins with its setup at %s, and was told to %s", r.Number, span(b).Start, e.Text)
	case isStart && e.At.After(at):
		m.broken("reminder: of a setup that has begun", "#%d was reminded at %s to %s", r.Number, e.At, e.Text)
	case !isStart && !old && running(r) && !e.At.After(r.Slot.Start):
		m.broken("reminder: of the end at the start", "#%d begins at %s, and at %s was told to %s", r.Number, r.Slot.Start, e.At, e.Text)
	}
}
