package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"berth/internal/delivery"
	"berth/internal/webhook"
	"berth/scheduler"
	"berth/scheduler/account"
)

// lanes deliver to webhooks, in a lane for each owner: slow or dead addresses of one owner delay no other. An owner without deliveries has
// no lane.
type lanes struct {
	queue laneDeliveries
	desk  *webhook.Service
	clock func() time.Time
	log   *slog.Logger
	tell  delivery.Deliver
	make  func(delivery.Deliveries, delivery.Deliver, delivery.Options) *delivery.Courier

	mu   sync.Mutex
	busy map[string]bool // owners whose lane is at work
	work sync.WaitGroup
}

// laneDeliveries lists the waiting deliveries, also those of some targets only.
type laneDeliveries interface {
	delivery.Deliveries
	DueTargets(ctx context.Context, channel string, now time.Time) ([]string, error)
	MessagesTo(ctx context.Context, channel string, targets []string, now time.Time, limit int) ([]scheduler.Delivery, error)
}

const (
	hooksAbreast = 4  // calls of one owner's at a time
	mostLanes    = 64 // at work at a time
)

// run finds the webhooks that new events concern, and starts a lane for every owner with deliveries. It waits for none of them.
func (l *lanes) run(ctx context.Context) (done int, next *time.Time, err error) {
	if done, err = l.courier([]string{""}).Round(ctx); err != nil {
		return done, nil, err
	}
	due, err := l.due(ctx)
	if err != nil {
		return done, nil, err
	}
	for owner := range due {
		l.start(ctx, owner)
	}
	if done > 0 {
		next = new(l.clock()) // there may be more
	}
	return done, next, nil
}

// due lists the webhooks that can get a delivery now, by owner, without those whose address is paused.
func (l *lanes) due(ctx context.Context) (map[string][]string, error) {
	targets, err := l.queue.DueTargets(ctx, webhook.Channel, l.clock())
	if err != nil || len(targets) == 0 || len(targets) == 1 && targets[0] == "" {
		return nil, err
	}
	hooks, err := l.desk.List(ctx, account.System, true)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]scheduler.Webhook, len(hooks))
	for _, h := range hooks {
		byID[h.ID] = h
	}
	due := map[string][]string{}
	for _, id := range targets {
		h, known := byID[id]
		if id != "" && (!known || l.desk.Resting(h).IsZero()) {
			due[h.Owner] = append(due[h.Owner], id) // the lane of a deleted webhook's owner records that there is no target
		}
	}
	return due, nil
}

// start runs an owner's lane until none of its deliveries is due, unless it runs already.
func (l *lanes) start(ctx context.Context, owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[owner] || len(l.busy) >= mostLanes {
		return // no room: the next round tries this owner again
	}
	if l.busy == nil {
		l.busy = map[string]bool{}
	}
	l.busy[owner] = true
	l.work.Go(func() {
		defer func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			delete(l.busy, owner)
		}()
		l.drain(ctx, owner)
	})
}

// drain makes all deliveries that are due for an owner's webhooks.
func (l *lanes) drain(ctx context.Context, owner string) {
	for ctx.Err() == nil {
		due, err := l.due(ctx)
		if err == nil && len(due[owner]) == 0 {
			return
		}
		var done int
		if err == nil {
			done, err = l.courier(due[owner]).Round(ctx)
		}
		if err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "deliveries to webhooks failed, trying again", "owner", owner, "error", err)
		}
		if err != nil || done == 0 {
			return // the next round begins again
		}
	}
}

// courier makes the courier of some targets.
func (l *lanes) courier(targets []string) *delivery.Courier {
	return l.make(lane{l.queue, targets}, l.tell, delivery.Options{Channel: webhook.Channel, Clock: l.clock, Log: l.log, Abreast: hooksAbreast})
}

// stop waits for the lanes, whose context has ended, until its own does.
func (l *lanes) stop(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		l.work.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lane is the share of some targets in all deliveries.
type lane struct {
	laneDeliveries
	targets []string
}

func (q lane) DueDeliveries(ctx context.Context, channel, _ string, now time.Time, limit int) ([]scheduler.Delivery, error) {
	return q.MessagesTo(ctx, channel, q.targets, now, limit)
}
