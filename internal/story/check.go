package story

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"berth/scheduler"
)

// check tests the state after the last step against every invariant.
func (m *machine) check(rt *rapid.T) {
	step := m.step
	m.pass(rt)
	m.step = step
	s := m.look()
	m.noGaps()
	m.nothingDue(rt, s)
	m.unitsOnce(s)
	m.unitsThere(s)
	m.excess(s)
	m.marks(s)
	m.holds(s)
	m.waiting(s)
	m.noShows()
	m.patience(s)
	m.byDefault()
	m.rulesKept(s)
	for _, r := range s.requests {
		m.lateOnes(s, r)
		m.inTime(s, r)
		m.lost(r)
		m.occupies(s, r)
		m.approvals(s, r)
		m.reminded(s, r)
		if was, ok := m.before.request(r.ID); ok {
			m.asGranted(s, was, r)
			m.ended(s, was, r)
			m.stillHeld(s, was, r)
		}
		m.grants(s, r)
	}
	if m.taken++; m.taken%3 == 0 { // they cost more than all others
		m.agrees()
		m.verified()
		m.counted(s)
	}
	m.before = s
	m.step = "nothing"
}

// noGaps checks that the change log counts without a gap, and that timed work succeeds.
func (m *machine) noGaps() {
	for i, e := range m.events {
		if e.Sequence != int64(i)+1 {
			m.broken("change log", "event %d has sequence %d", i+1, e.Sequence)
		}
	}
	for line := range strings.Lines(m.log.String()) {
		m.broken("internal error", "%s", line)
	}
	m.log.Reset()
}

// nothingDue checks that no timed work is forgotten: right after RunDue nothing is due.
func (m *machine) nothingDue(rt *rapid.T, s snapshot) {
	step := m.step
	if next := m.pass(rt); next != nil && !next.After(m.clock) {
		m.broken("due", "something stays due at %s", next)
	}
	m.step = step
	for _, r := range s.requests {
		b, ok := s.bookings[r.Booking]
		if running(r) && (!ok || !b.Slot.End.After(m.clock)) {
			m.broken("overrun", "#%d is %s, and its booking ended at %s", r.Number, r.Status, b.Slot.End)
		}
	}
}

// told reports whether a request has an event of one of the actions.
func (m *machine) told(number int64, actions ...scheduler.Action) bool {
	return tells(m.events, number, actions)
}

// toldNow reports whether it has one of the last step.
func (m *machine) toldNow(number int64, actions ...scheduler.Action) bool {
	return tells(m.events[m.before.sequence:], number, actions)
}

func tells(events []scheduler.Event, number int64, actions []scheduler.Action) bool {
	return slices.ContainsFunc(events, func(e scheduler.Event) bool { return e.Number == number && slices.Contains(actions, e.Action) })
}
