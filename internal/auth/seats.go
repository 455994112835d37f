package auth

import (
	"fmt"
	"sync"
	"time"

	"berth/scheduler"
)

// Bounds on the streams that stay open in one process: all of them, and those of one person.
const (
	maxSeats     = 1000
	maxSeatsEach = 30
)

// Crowded says that somebody has too many streams open.
type Crowded struct{ Each int }

func (c Crowded) Error() string {
	return fmt.Sprintf("you have %d streams of changes open, and nobody may have more; close one", c.Each)
}

// RetryAfter is how long to wait before it may have changed.
func (Crowded) RetryAfter() time.Duration { return 30 * time.Second }

// seats counts streams.
type seats struct {
	mu    sync.Mutex
	all   int
	taken map[string]int // by person
}

// Stay bounds what stays open for somebody, such as a stream of changes: leave says, once, that it does no longer. The error is Crowded
// where the person has too many, and CodeUnavailable where all together have.
func (a *Auth) Stay(username string) (leave func(), err error) {
	s := &a.seats
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.taken[username] >= maxSeatsEach:
		return nil, Crowded{maxSeatsEach}
	case s.all >= maxSeats:
		return nil, scheduler.Errorf(scheduler.CodeUnavailable, "too many streams of changes are open")
	case s.taken == nil:
		s.taken = map[string]int{}
	}
	s.all++
	s.taken[username]++
	return sync.OnceFunc(func() { s.leave(username) }), nil
}

func (s *seats) leave(username string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.taken[username]--; s.taken[username] == 0 {
		delete(s.taken, username)
	}
}
