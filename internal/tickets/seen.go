package tickets

import (
	"sync"
	"time"
)

// maxSeen bounds how many tickets are remembered as seen. Beyond it all are forgotten, and handled once more.
const maxSeen = 5000

// seenTickets remembers, in this process, the tickets that a poll has handled, so that it need not handle them again.
type seenTickets struct {
	mu    sync.Mutex
	byKey map[string]seenTicket
}

// seenTicket has the last handled change of a ticket, and the time when it was first handled.
type seenTicket struct {
	changed time.Time
	since   time.Time
}

// has reports whether a ticket was handled in its present state, so long ago that no late change can bear the same stamp.
func (s *seenTickets) has(b Ticket, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, known := s.byKey[b.Key]
	return known && x.changed.Equal(b.Changed) && now.Sub(x.since) > overlap
}

// mark remembers that a ticket was handled in its present state.
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
