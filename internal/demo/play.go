package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// step is a person's action at an instant.
type step struct {
	at   time.Time
	name string // names the step in errors
	do   func(context.Context, *play) error
}

// play runs the steps of a script, each at its instant.
type play struct {
	service  *scheduler.Service
	midnight time.Time         // of today, UTC: everything is relative to it
	clock    *time.Time        // the service's clock
	requests map[string]string // UUIDs by the script's own names
}

// run takes all steps up to now, and does the timed work in between.
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

// pass moves the clock to the instant, stopping at all timed work due before it. Work due at that very instant comes after the
// step: an experiment that is ended at the end of its slot is on time.
func (p *play) pass(ctx context.Context, until time.Time) error {
	for {
		done, next, err := p.service.RunDue(ctx)
		if err != nil {
			return fmt.Errorf("demo, work due at %s: %w", p.clock.Format(time.DateTime), err)
		}
		if next == nil || !next.Before(until) {
			*p.clock = until
			return nil
		}
		if next.After(*p.clock) {
			*p.clock = *next
		} else if done == 0 {
			return fmt.Errorf("demo: work due at %s stays undone", next.Format(time.DateTime))
		}
	}
}

// day returns an instant some days from today, at a time of day in UTC.
func (p *play) day(n int, clock time.Duration) time.Time {
	return p.midnight.AddDate(0, 0, n).Add(clock)
}

// workday returns the offset of the n-th working day from today, which is the zeroth if it is one. A negative n counts
// backwards.
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

// view reads the request of that name, as the system.
func (p *play) view(ctx context.Context, key string) (scheduler.View, error) {
	return p.service.Get(ctx, account.System, p.requests[key])
}

func (p *play) slot(day int, hour, hours float64) testbeds.Slot {
	return testbeds.NewSlot(p.day(day, time.Duration(hour*float64(time.Hour))), time.Duration(hours*float64(time.Hour)))
}
