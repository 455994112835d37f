// Package delivery delivers events to other systems: each delivery at least once, those of one request in their order, repeated until they
// succeed. A Deliver function speaks to the system itself.
package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"berth/internal/retry"
	"berth/scheduler"
	"berth/scheduler/trace"
)

// Deliveries stores the waiting deliveries.
type Deliveries interface {
	DueDeliveries(ctx context.Context, channel, request string, now time.Time, limit int) ([]scheduler.Delivery, error)
	Claim(ctx context.Context, m scheduler.Delivery, until time.Time) (mine bool, err error)
	Delivered(ctx context.Context, m scheduler.Delivery, now time.Time, targets ...string) error
	Postponed(ctx context.Context, m scheduler.Delivery, until time.Time, failure string) error
	Stuck(ctx context.Context, m scheduler.Delivery, until time.Time, failure, remedy string) error
}

// Deliver makes one delivery to a system. It may be called again with the same delivery, and must make that harmless. A retry.Permanent
// holds back the later deliveries of the request until a person has acted; after any other error the delivery is tried again. For a
// delivery without a target it may return targets: then each of them gets a delivery of its own of the same event.
type Deliver func(ctx context.Context, m scheduler.Delivery) (targets []string, err error)

// Down is an error of the system itself, which every other delivery would meet as well: it is logged once, and ends the round.
type Down struct {
	Err       error
	Remedy    string
	Permanent bool // it does not go away by itself
}

func (d Down) Error() string { return d.Err.Error() }
func (d Down) Unwrap() error { return d.Err }

// Options configure a courier.
type Options struct {
	Channel string
	Request string // only this request's deliveries; empty for all
	Clock   func() time.Time
	Log     *slog.Logger
	Lease   time.Duration // longest time of one delivery; default two minutes
	Batch   int           // deliveries read in one round; default 50
	Abreast int           // deliveries at a time; default one. No two of them have the same request and target
	// Attempted is called after each attempt, with its result and the time since the event; default: nothing.
	Attempted func(channel string, r Result, since time.Duration)
}

// Result is what became of an attempt.
type Result string

// The results of an attempt.
const (
	ResultDelivered Result = "delivered"
	ResultFailed    Result = "failed" // it is tried again
	ResultStuck     Result = "stuck"  // a person must act
	ResultDown      Result = "down"   // the system as a whole is not there
)

// Courier makes the deliveries of one channel. Any number of couriers may share them.
type Courier struct {
	deliveries Deliveries
	deliver    Deliver
	o          Options
	down       atomic.Bool // the last delivery found the system down, and that was logged
}

// New makes a courier.
func New(queue Deliveries, deliver Deliver, o Options) *Courier {
	if o.Lease == 0 {
		o.Lease = 2 * time.Minute
	}
	if o.Batch == 0 {
		o.Batch = 50
	}
	o.Abreast = max(o.Abreast, 1)
	if o.Attempted == nil {
		o.Attempted = func(string, Result, time.Duration) {}
	}
	return &Courier{deliveries: queue, deliver: deliver, o: o}
}

// Down reports whether the last delivery found the system down.
func (c *Courier) Down() bool { return c.down.Load() }

// errDown ends a round.
var errDown = errors.New("the system is down")

// Round makes all deliveries that are due, and returns their number. A failed delivery delays no other request.
func (c *Courier) Round(ctx context.Context) (delivered int, err error) {
	list, err := c.deliveries.DueDeliveries(ctx, c.o.Channel, c.o.Request, c.o.Clock(), c.o.Batch)
	if err != nil {
		return 0, err
	}
	var (
		working sync.WaitGroup
		mu      sync.Mutex
		room    = make(chan struct{}, c.o.Abreast)
	)
	for _, m := range list {
		room <- struct{}{}
		mu.Lock()
		stop := err != nil
		mu.Unlock()
		if stop || ctx.Err() != nil {
			break
		}
		working.Go(func() {
			defer func() { <-room }()
			ok, failure := c.claimed(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				delivered++
			}
			err = cmp.Or(err, failure)
		})
	}
	working.Wait()
	if errors.Is(err, errDown) {
		err = nil
	}
	return delivered, cmp.Or(err, ctx.Err())
}

// claimed makes a delivery if it can claim it.
func (c *Courier) claimed(ctx context.Context, m scheduler.Delivery) (ok bool, err error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	mine, err := c.deliveries.Claim(ctx, m, c.o.Clock().Add(c.o.Lease))
	if err != nil || !mine {
		return false, err
	}
	m.Attempts++
	return c.one(ctx, m)
}

// one makes a delivery and records the result.
func (c *Courier) one(ctx context.Context, m scheduler.Delivery) (ok bool, err error) {
	call := trace.Parse(m.Event.Cause) // that led to it, long ago perhaps
	ctx = trace.Within(ctx, call)
	working := trace.Within(enduring(ctx), call)
	attempt, cancel := context.WithTimeout(working, c.o.Lease)
	targets, failure := c.safely(attempt, m)
	cancel()
	if failure != nil && working.Err() != nil {
		return false, working.Err() // it is tried again when its lease is over
	}
	noting, done := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer done()
	if failure == nil {
		if c.down.Swap(false) {
			c.o.Log.InfoContext(ctx, "deliveries resume", "channel", c.o.Channel)
		}
		c.o.Log.InfoContext(ctx, "delivered", "channel", c.o.Channel, "target", m.Target, "request", m.Event.Number, "event", m.Event.Sequence, "attempt", m.Attempts)
		c.attempted(m, ResultDelivered)
		return true, c.deliveries.Delivered(noting, m, c.o.Clock(), targets...)
	}
	if down, ok := errors.AsType[Down](failure); ok {
		c.attempted(m, ResultDown)
		return false, cmp.Or(c.await(noting, m, down), errDown)
	}
	return false, c.failed(noting, m, failure)
}

// attempted tells who counts of the result of an attempt.
func (c *Courier) attempted(m scheduler.Delivery, r Result) {
	c.o.Attempted(c.o.Channel, r, c.o.Clock().Sub(m.Event.At))
}

// noteWithin bounds the time for recording a result. It applies even while stopping: an unrecorded delivery would be repeated.
const noteWithin = 5 * time.Second

// failed records a failed delivery.
func (c *Courier) failed(ctx context.Context, m scheduler.Delivery, failure error) error {
	if permanent, ok := errors.AsType[retry.Permanent](failure); ok {
		wait := stuck.After(m.Attempts)
		c.attempted(m, ResultStuck)
		c.o.Log.ErrorContext(ctx, "a delivery is stuck", "channel", c.o.Channel, "target", m.Target, "request", m.Event.Number, "event", m.Event.Sequence,
			"error", failure, "remedy", permanent.Remedy, "again_in", wait)
		return c.deliveries.Stuck(ctx, m, c.o.Clock().Add(wait), failure.Error(), permanent.Remedy)
	}
	wait := postponed.After(m.Attempts)
	c.attempted(m, ResultFailed)
	c.o.Log.WarnContext(ctx, "a delivery failed", "channel", c.o.Channel, "target", m.Target, "request", m.Event.Number, "event", m.Event.Sequence, "attempt", m.Attempts, "again_in", wait, "error", failure)
	return c.deliveries.Postponed(ctx, m, c.o.Clock().Add(wait), failure.Error())
}

// await records that a delivery waits for a system that is down, and logs that once for all of them.
func (c *Courier) await(ctx context.Context, m scheduler.Delivery, down Down) error {
	if !c.down.Swap(true) {
		c.o.Log.ErrorContext(ctx, "no delivery is possible, all of them wait", "channel", c.o.Channel, "error", down.Err, "remedy", down.Remedy)
	}
	if down.Permanent {
		return c.deliveries.Stuck(ctx, m, c.o.Clock().Add(stuck.After(m.Attempts)), down.Error(), down.Remedy)
	}
	return c.deliveries.Postponed(ctx, m, c.o.Clock().Add(postponed.After(m.Attempts)), down.Error())
}

// safely turns a panic into an error: one broken delivery must not end the service for all others.
func (c *Courier) safely(ctx context.Context, m scheduler.Delivery) (targets []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.deliver(ctx, m)
}

var (
	// postponed is the wait for a system that may come back.
	postponed = retry.BackOff{First: 5 * time.Second, Longest: 15 * time.Minute, Spread: 5}
	// stuck is the wait before the next attempt after a permanent error, in case a person has repaired the cause.
	stuck = retry.BackOff{First: 5 * time.Minute, Longest: 2 * time.Hour}
)
