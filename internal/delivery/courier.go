// Package delivery delivers what has to be told to other systems: each message at least once, those of one request in their order, again and
// again for as long as it takes. What a system does with a message is the business of who delivers it.
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
)

// Deliveries is where messages wait.
type Deliveries interface {
	DueDeliveries(ctx context.Context, channel, request string, now time.Time, limit int) ([]scheduler.Delivery, error)
	Claim(ctx context.Context, m scheduler.Delivery, until time.Time) (mine bool, err error)
	Delivered(ctx context.Context, m scheduler.Delivery, now time.Time, targets ...string) error
	Postponed(ctx context.Context, m scheduler.Delivery, until time.Time, failure string) error
	Stuck(ctx context.Context, m scheduler.Delivery, until time.Time, failure, remedy string) error
}

// Deliver tells a system. It may be called again with the same message, and has to make that harmless. A retry.Permanent keeps
// the request's later messages back until somebody has done something; with any other the message is tried again. A message without a
// target may be answered with targets: then each of them gets a message of its own about the same event.
type Deliver func(ctx context.Context, m scheduler.Delivery) (targets []string, err error)

// Down is an error of the system itself, which every other message would meet as well: it is said once, and nothing else is tried in the same
// round.
type Down struct {
	Err       error
	Remedy    string
	Permanent bool // it does not go away by itself
}

func (d Down) Error() string { return d.Err.Error() }
func (d Down) Unwrap() error { return d.Err }

// Options are how a courier works.
type Options struct {
	Channel string
	Request string // deliver only this one's messages; empty for all
	Clock   func() time.Time
	Log     *slog.Logger
	Lease   time.Duration // how long one delivery may take; default two minutes
	Batch   int           // messages looked at in one round; default 50
	Abreast int           // deliveries at a time; default one. No two of them are of one request and target
}

// Courier delivers the messages of one channel. Any number of them may work on one queue.
type Courier struct {
	deliveries Deliveries
	deliver    Deliver
	o          Options
	down       atomic.Bool // the system was so when it was last told something, and that was said
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
	return &Courier{deliveries: queue, deliver: deliver, o: o}
}

// Down reports whether the system could not be told anything when it was last tried.
func (c *Courier) Down() bool { return c.down.Load() }

// errDown ends a round.
var errDown = errors.New("the system is down")

// Round delivers what can be delivered now, and answers with how much that was. A message that fails keeps nobody else's back.
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

// claimed delivers a message if it can be had.
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

// one delivers a message and notes what came of it.
func (c *Courier) one(ctx context.Context, m scheduler.Delivery) (ok bool, err error) {
	working := enduring(ctx)
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
			c.o.Log.InfoContext(ctx, "what waited is told again", "channel", c.o.Channel)
		}
		return true, c.deliveries.Delivered(noting, m, c.o.Clock(), targets...)
	}
	if down, ok := errors.AsType[Down](failure); ok {
		return false, cmp.Or(c.await(noting, m, down), errDown)
	}
	return false, c.failed(noting, m, failure)
}

// noteWithin is how long it may take to note what came of a message. It is done even while stopping: what was told and not noted is told
// again.
const noteWithin = 5 * time.Second

// failed notes that a message did not arrive.
func (c *Courier) failed(ctx context.Context, m scheduler.Delivery, failure error) error {
	if permanent, ok := errors.AsType[retry.Permanent](failure); ok {
		wait := stuck.After(m.Attempts)
		c.o.Log.ErrorContext(ctx, "a message is stuck", "channel", c.o.Channel, "target", m.Target, "request", m.Event.Number, "event", m.Event.Sequence,
			"error", failure, "remedy", permanent.Remedy, "again_in", wait)
		return c.deliveries.Stuck(ctx, m, c.o.Clock().Add(wait), failure.Error(), permanent.Remedy)
	}
	wait := postponed.After(m.Attempts)
	c.o.Log.WarnContext(ctx, "a message did not arrive", "channel", c.o.Channel, "target", m.Target, "request", m.Event.Number, "event", m.Event.Sequence, "attempt", m.Attempts, "again_in", wait, "error", failure)
	return c.deliveries.Postponed(ctx, m, c.o.Clock().Add(wait), failure.Error())
}

// await notes that a message waits for a system that is down, which is said once for all of them.
func (c *Courier) await(ctx context.Context, m scheduler.Delivery, down Down) error {
	if !c.down.Swap(true) {
		c.o.Log.ErrorContext(ctx, "nothing can be told, all of it waits", "channel", c.o.Channel, "error", down.Err, "remedy", down.Remedy)
	}
	if down.Permanent {
		return c.deliveries.Stuck(ctx, m, c.o.Clock().Add(stuck.After(m.Attempts)), down.Error(), down.Remedy)
	}
	return c.deliveries.Postponed(ctx, m, c.o.Clock().Add(postponed.After(m.Attempts)), down.Error())
}

// safely turns a panic into an error: one message that cannot be dealt with must not end the service for all others.
func (c *Courier) safely(ctx context.Context, m scheduler.Delivery) (targets []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.deliver(ctx, m)
}

var (
	// postponed is how long to wait for a system that may come back.
	postponed = retry.BackOff{First: 5 * time.Second, Longest: 15 * time.Minute, Spread: 5}
	// stuck is how long to wait before it is tried whether somebody has repaired what was permanent.
	stuck = retry.BackOff{First: 5 * time.Minute, Longest: 2 * time.Hour}
)
