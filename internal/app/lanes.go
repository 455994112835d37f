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

// lanes tell webhooks what happens, each owner's in a lane of their own: whoever has addresses that are slow or dead keeps nobody else
// waiting. An owner with nothing to be told has no lane.
type lanes struct {
	queue laneQueue
	desk  *webhook.Service
	clock func() time.Time
	log   *slog.Logger
	tell  delivery.Deliver

	mu   sync.Mutex
	busy map[string]bool // owners whose lane is at work
	work sync.WaitGroup
}

// laneQueue is where messages wait, and can be asked for those of some targets.
type laneQueue interface {
	delivery.Deliveries
	DueTargets(ctx context.Context, channel string, now time.Time) ([]string, error)
	MessagesTo(ctx context.Context, channel string, targets []string, now time.Time, limit int) ([]scheduler.Delivery, error)
}

const (
	hooksAbreast = 4  // calls of one owner's at a time
	mostLanes    = 64 // at work at a time
)

// run works out whom new events concern, and lets every owner who is to be told something have their lane. It waits for none of them.
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

// due are the webhooks that can be told something now, by owner, without those whose address is left alone.
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
			due[h.Owner] = append(due[h.Owner], id) // of one that was deleted meanwhile it is noted that there is nobody to tell
		}
	}
	return due, nil
}

// start lets an owner's lane work until nothing of it is due, unless it does already.
func (l *lanes) start(ctx context.Context, owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[owner] || len(l.busy) >= mostLanes {
		return // who finds no room is looked at again with the next round
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

// drain tells an owner's webhooks what can be told now.
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
			l.log.ErrorContext(ctx, "webhooks were not told, trying again", "owner", owner, "error", err)
		}
		if err != nil || done == 0 {
			return // the next round begins again
		}
	}
}

// courier delivers what some targets have to be told.
func (l *lanes) courier(targets []string) *delivery.Courier {
	return delivery.New(lane{l.queue, targets}, l.tell, delivery.Options{Channel: webhook.Channel, Clock: l.clock, Log: l.log, Abreast: hooksAbreast})
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

// lane is the part of a queue that belongs to some targets.
type lane struct {
	laneQueue
	targets []string
}

func (q lane) DueDeliveries(ctx context.Context, channel, _ string, now time.Time, limit int) ([]scheduler.Delivery, error) {
	return q.MessagesTo(ctx, channel, q.targets, now, limit)
}
