package app

import (
	"berth/internal/retry"
	"berth/scheduler/trace"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// job does the due work, and returns its amount and the time of the next due work; nil if unknown.
type job func(context.Context) (done int, next *time.Time, err error)

// named is a job with its name in the metrics: the kind of work, not the system that it is done with.
type named struct {
	name string
	run  job
}

// alike names several jobs of one kind.
func alike(name string, list []job) (all []named) {
	for _, run := range list {
		all = append(all, named{name, run})
	}
	return all
}

// jobs runs one job again and again: it does the due work, sleeps until more is due, and survives every fault.
type jobs struct {
	run   job
	clock func() time.Time
	log   *slog.Logger
	ended func(at time.Time, err error) // a round; nil: nobody counts
}

const (
	// The longest sleep bounds how late a process notices the work that another one has put into the database.
	longestSleep = 3 * time.Second
	// The shortest sleep prevents a tight loop over work that another process is just doing.
	shortestSleep = 50 * time.Millisecond
)

// afterFault is the wait after a failed job, for example without the database.
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
		ctx := trace.Within(ctx, trace.New()) // what a round leads to can be told from what others do
		done, next, err := d.safely(ctx)
		if ctx.Err() != nil {
			return
		}
		if d.ended != nil {
			d.ended(d.clock(), err)
		}
		switch {
		case err != nil:
			faults++
			wait := afterFault.After(faults)
			d.log.ErrorContext(ctx, "due work failed, trying again", "error", err, "in", wait)
			timer.Reset(wait)
		default:
			faults = 0
			if done > 0 {
				d.log.DebugContext(ctx, "did due work", "requests", done)
			}
			timer.Reset(d.until(next))
		}
	}
}

// safely turns a panic into an error: one broken request must not end the service for all others.
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
