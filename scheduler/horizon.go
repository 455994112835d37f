package scheduler

import (
	"context"
	"time"

	"berth/testbeds/capacity"
)

// Load reads the bookings into memory ahead of the first call, which would wait for them. It returns no code of its own.
func (s *Service) Load(ctx context.Context) error {
	return s.snapshot(ctx, func(Reader, snapshot) error { return nil })
}

// LayOut lays testbeds out further ahead before a new day needs it, one after the other beside everything else, and lets go of bookings that are too
// old for the horizon. It returns no code of its own.
func (s *Service) LayOut(ctx context.Context) (done int, next *time.Time, err error) {
	return s.ledger.renew(ctx, s.now().Truncate(day))
}

// dawn moves the horizon to a new day. Testbeds that are not laid out far enough are laid out first, which takes its time: see LayOut.
func (l *ledger) dawn(today time.Time) error {
	horizon := l.ahead(today, 0)
	if !l.now.Load().fed.Reaches(horizon) {
		if _, err := l.layOut(context.Background(), today, 0); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next := *l.now.Load()
	if next.day.Before(today) && next.fed.Reaches(horizon) {
		next.day, next.fed = today, next.fed.Within(horizon)
		l.now.Store(&next)
	}
	return nil
}

// renew lays out what has less than half of its slack left.
func (l *ledger) renew(ctx context.Context, today time.Time) (done int, next *time.Time, err error) {
	w := l.now.Load()
	if w == nil || w.fed.Reaches(l.ahead(today, slack/2)) {
		return 0, nil, nil
	}
	done, err = l.layOut(ctx, today, slack/2)
	if err == nil {
		err = l.forget(l.ahead(today, 0).Start)
	}
	return done, nil, err
}

// layOut lays out every testbed that does not reach the horizon of a day and that much more, one at a time.
func (l *ledger) layOut(ctx context.Context, today time.Time, more time.Duration) (done int, err error) {
	needed := l.ahead(today, more)
	for _, id := range l.now.Load().fed.Short(needed) {
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		err := l.build(func(was *world) (*world, error) {
			next := *was
			next.fed, err = was.fed.Relay(id, l.ahead(today, slack))
			return &next, err
		})
		if err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// forgetAtOnce bounds how many bookings are forgotten while nothing else can be applied.
const forgetAtOnce = 500

// forget lets go of the bookings that ended before an instant.
func (l *ledger) forget(before time.Time) error {
	ids := l.now.Load().fed.Ended(before)
	for len(ids) > 0 {
		n := min(len(ids), forgetAtOnce)
		err := l.build(func(was *world) (*world, error) {
			next := *was
			next.fed = was.fed.Next()
			drop(next.fed, ids[:n], before)
			return &next, nil
		})
		if err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// drop removes bookings that still end before an instant: one of them may have been changed meanwhile.
func drop(fed *capacity.Federation, ids []int64, before time.Time) {
	for _, id := range ids {
		if b, ok := fed.Booking(id); ok && !b.Occupied().End.After(before) {
			fed.Remove(id)
		}
	}
}
