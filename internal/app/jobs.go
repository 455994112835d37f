package app

import (
	"berth/internal/retry"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// job does what is due, and says how much that was and when the next thing is due; nil for nothing known.
type job func(context.Context) (done int, next *time.Time, err error)

// jobs does what time brings: it runs what is due, sleeps until the next thing is, and goes on whatever happens.
type jobs struct {
	run   job
	clock func() time.Time
	log   *slog.Logger
}

const (
	// The longest sleep bounds how late a process notices what another one has put into the database.
	longestSleep = 3 * time.Second
	// The shortest keeps a due thing that another process is just doing from being asked for in a tight loop.
	shortestSleep = 50 * time.Millisecond
)

// afterFault is how long a duty waits that could not be done, because the database is away for example.
var afterFault = retry.BackOff{First: time.Second, Longest: time.Minute, Spread: 5}

// Run works until the context ends.
func (d jobs) Run(ctx context.Context) {
	faults := int64(0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		done, next, err := d.safely(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			faults++
			wait := afterFault.After(faults)
			d.log.ErrorContext(ctx, "what is due was not done, trying again", "error", err, "in", wait)
			timer.Reset(wait)
		default:
			faults = 0
			if done > 0 {
				d.log.DebugContext(ctx, "did what was due", "requests", done)
			}
			timer.Reset(d.until(next))
		}
	}
}

// safely turns a panic into an error: one request that cannot be dealt with must not end the service for all others.
func (d jobs) safely(ctx context.Context) (done int, next *time.Time, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return d.run(ctx)
}

func (d jobs) until(next *time.Time) time.Duration {
	if next == nil {
		return longestSleep
	}
	return min(max(next.Sub(d.clock()), shortestSleep), longestSleep)
}
