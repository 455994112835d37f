package scheduler

import (
	"berth/scheduler/account"
	"context"
	"fmt"
	"sync"
	"time"
)

// Excess says that somebody did more of something than one person may in an hour.
type Excess struct {
	What  string
	After time.Duration
}

func (e Excess) Error() string { return e.What }

// RetryAfter is how long to wait.
func (e Excess) RetryAfter() time.Duration { return e.After }

// roomForRequest makes sure that somebody has not more open requests than one person may have. It is CodeConflict where they have.
func (s *Service) roomForRequest(ctx context.Context, tx Reader, experimenter string) error {
	most := s.o.MaxOpen
	if most == 0 {
		return nil
	}
	list, err := tx.Requests(ctx, RequestFilter{Experimenter: experimenter, Status: Live, Limit: most})
	if err != nil || len(list) < most {
		return err
	}
	return Errorf(CodeConflict, "%s has %d open requests, and nobody may have more: cancel one, or wait until one is over", experimenter, most)
}

// hourly counts what people do in an hour, in this process.
type hourly struct {
	mu  sync.Mutex
	did map[string]hour
}

type hour struct {
	n     int
	until time.Time
}

// count counts one more, and answers with how long to wait where that would be too many.
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
	h.did[who] = x // as many as there are people
	return 0
}

// roomForRemark makes sure that somebody does not write more remarks than one person may. What another system hands on has its own bounds.
func (s *Service) roomForRemark(a account.Actor, now time.Time) error {
	if s.o.MaxRemarks == 0 || a.Via != "" || a.Username == account.System.Username {
		return nil
	}
	if wait := s.remarks.count(now, a.Username, s.o.MaxRemarks); wait > 0 {
		return Excess{fmt.Sprintf("you wrote %d remarks within an hour, and nobody may write more", s.o.MaxRemarks), wait}
	}
	return nil
}
