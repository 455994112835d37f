package scheduler

import (
	"berth/scheduler/account"
	"context"
	"fmt"
	"sync"
	"time"
)

// Excess says that a person did something more often than allowed in an hour.
type Excess struct {
	What  string
	After time.Duration
}

func (e Excess) Error() string { return e.What }

// RetryAfter returns how long to wait.
func (e Excess) RetryAfter() time.Duration { return e.After }

// roomForRequest returns CodeConflict where a person has as many open requests as one person may have.
func (s *Service) roomForRequest(ctx context.Context, tx Reader, experimenter string) error {
	most := s.o.MaxOpen
	if most == 0 {
		return nil
	}
	list, err := tx.Requests(ctx, RequestFilter{Experimenter: experimenter, Status: Live, Limit: most})
	if err != nil || len(list) < most {
		return err
	}
	return Errorf(CodeConflict, "%s already has %d open requests, the most that one person may have: cancel one, or wait until one is over", experimenter, most)
}

// hourly counts each person's actions in an hour, in this process.
type hourly struct {
	mu  sync.Mutex
	did map[string]hour
}

type hour struct {
	n     int
	until time.Time
}

// count adds one action, and returns how long to wait where that is too many.
func (h *hourly) count(now time.Time, who string, most int) (wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.did[who]
	if !now.Before(x.until) {
		x = hour{until: now.Add(time.Hour)}
	}
	if x.n >= most {
		return x.until.Sub(now)
	}
	if h.did == nil {
		h.did = map[string]hour{}
	}
	x.n++
	h.did[who] = x // at most one entry per person
	return 0
}

// roomForRemark refuses remarks beyond the hourly limit of a person. Other systems that hand on remarks have limits of their own.
func (s *Service) roomForRemark(a account.Actor, now time.Time) error {
	if s.o.MaxRemarks == 0 || a.Via != "" || a.Username == account.System.Username {
		return nil
	}
	if wait := s.remarks.count(now, a.Username, s.o.MaxRemarks); wait > 0 {
		return Excess{fmt.Sprintf("you wrote %d remarks within an hour, the most that one person may write", s.o.MaxRemarks), wait}
	}
	return nil
}
