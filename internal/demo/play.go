package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// step is something that somebody did at an instant.
type step struct {
	at   time.Time
	name string // for the error that says which step went wrong
	do   func(context.Context, *play) error
}

// play takes the steps of a script, each at its instant.
type play struct {
	service  *scheduler.Service
	midnight time.Time         // of today, UTC: everything is relative to it
	clock    *time.Time        // what the service takes for now
	requests map[string]string // UUIDs by the script's own names
}

// run takes all steps up to now, and does in between what time brings.
func (p *play) run(ctx context.Context, steps []step, now time.Time) error {
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range steps {
		if s.at.After(now) {
			break
		}
		if err := p.pass(ctx, s.at); err != nil {
			return err
		}
		if err := s.do(ctx, p); err != nil {
			return fmt.Errorf("demo, %s at %s: %w", s.name, s.at.Format(time.DateTime), err)
		}
	}
	return p.pass(ctx, now)
}

// pass lets time pass until the instant, stopping wherever something is due before it. What is due at that very instant comes after
// what people do then: who ends an experiment at the end of its slot is in time.
func (p *play) pass(ctx context.Context, until time.Time) error {
	for {
		done, next, err := p.service.RunDue(ctx)
		if err != nil {
			return fmt.Errorf("demo, what is due at %s: %w", p.clock.Format(time.DateTime), err)
		}
		if next == nil || !next.Before(until) {
			*p.clock = until
			return nil
		}
		if next.After(*p.clock) {
			*p.clock = *next
		} else if done == 0 {
			return fmt.Errorf("demo: something is due at %s, and cannot be done", next.Format(time.DateTime))
		}
	}
}

// day is an instant so many days from today, at a time of day in UTC.
func (p *play) day(n int, clock time.Duration) time.Time {
	return p.midnight.AddDate(0, 0, n).Add(clock)
}

// workday is the n-th working day from today on; today is the zeroth where it is one. With n below zero it counts backwards.
func (p *play) workday(n int) int {
	direction := 1
	if n < 0 {
		direction = -1
	}
	day := 0
	for {
		if w := p.day(day, 0).Weekday(); w != time.Saturday && w != time.Sunday {
			if n == 0 {
				return day
			}
			n -= direction
		}
		day += direction
	}
}

// again is the actor's request of that name, whatever became of it.
func (p *play) view(ctx context.Context, key string) (scheduler.View, error) {
	return p.service.Get(ctx, scheduler.System, p.requests[key])
}

func (p *play) slot(day int, hour, hours float64) testbeds.Slot {
	return testbeds.NewSlot(p.day(day, time.Duration(hour*float64(time.Hour))), time.Duration(hours*float64(time.Hour)))
}
