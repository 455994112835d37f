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

// Crowded says that a person has too many open streams.
type Crowded struct{ Each int }

func (c Crowded) Error() string {
	return fmt.Sprintf("you have %d open streams of changes, the most that a person may have; close one", c.Each)
}

// RetryAfter returns the time after which a stream may have ended.
func (Crowded) RetryAfter() time.Duration { return 30 * time.Second }

// seats counts streams.
type seats struct {
	mu    sync.Mutex
	all   int
	taken map[string]int // by person
}

// Stay bounds the open streams of a person, such as streams of changes: leave ends one, and may be called again. The error is Crowded
// if the person has too many, and CodeUnavailable if all together have.
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
