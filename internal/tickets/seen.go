package tickets

import (
	"sync"
	"time"
)

// maxSeen bounds how many tickets are remembered as seen. Of more than these all are forgotten, and looked at once more.
const maxSeen = 5000

// seenTickets remembers, in this process, which tickets a poll has dealt with, so that it need not look at them again.
type seenTickets struct {
	mu    sync.Mutex
	byKey map[string]seenTicket
}

// seenTicket says with which change a ticket was dealt with, and when that was first so.
type seenTicket struct {
	changed time.Time
	since   time.Time
}

// has reports whether a ticket was dealt with as it is, long enough ago for nothing to come late with the same stamp.
func (s *seenTickets) has(b Ticket, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, known := s.byKey[b.Key]
	return known && x.changed.Equal(b.Changed) && now.Sub(x.since) > overlap
}

// mark remembers that a ticket was dealt with as it is.
func (s *seenTickets) mark(b Ticket, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, known := s.byKey[b.Key]; known && x.changed.Equal(b.Changed) {
		return
	}
	if len(s.byKey) > maxSeen {
		clear(s.byKey)
	}
	s.byKey[b.Key] = seenTicket{b.Changed, now}
}
