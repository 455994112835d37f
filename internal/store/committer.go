package store

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"berth/scheduler"
)

// committer takes decisions that wait at the same time into one transaction: one flush to the disk serves all of them, and on one testbed they need
// not wait for each other's. Each decides by itself, in the order of arrival, sees those before it, and is answered after the commit; one that fails
// leaves nothing behind and hurts no other. One that finds nobody waiting goes at once, and alone.
type committer struct {
	s       *Store
	longest time.Duration // that a batch decides

	mu      sync.Mutex
	queue   []*member       // in the order of arrival
	running int             // batches under way, without those that wait for another process
	waiting int             // batches of one decision that do
	busy    map[string]bool // testbeds of the batches under way
}

const (
	maxQueued  = 1000 // decisions that wait: beyond, a caller is told to come back
	maxBatch   = 32   // decisions in one transaction
	maxWaiting = 16   // decisions that wait for another process at once

	// A decision about more testbeds goes alone: it takes long, and locks what others want.
	maxTogether = 4
	// A batch that has decided for so long leaves the rest to the next one, so that those who have decided get their answers.
	batchFor = 50 * time.Millisecond
)

func newCommitter(s *Store) *committer {
	return &committer{s: s, busy: map[string]bool{}, longest: batchFor}
}

// change runs fn in a transaction that it may share with others.
func (c *committer) change(ctx context.Context, lock []string, fn func(scheduler.Tx) error) error {
	m := &member{ctx: ctx, lock: lock, fn: fn, turn: make(chan *writer), ran: make(chan error), done: make(chan error, 1), alone: testbedsIn(lock) > maxTogether}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !c.join(m) {
		return scheduler.Errorf(scheduler.CodeUnavailable, "too many decisions are waiting; try again")
	}
	ended := ctx.Done()
	for {
		select {
		case w := <-m.turn:
			m.run(w)
		case err := <-m.done:
			return err
		case <-ended:
			if m.leave() {
				c.drop(m)
				return ctx.Err()
			}
			ended = nil // it has decided: what comes of it must be known
		}
	}
}

// testbedsIn counts the testbeds among what a decision locks.
func testbedsIn(lock []string) (n int) {
	for _, id := range lock {
		if !scheduler.IsSubject(id) {
			n++
		}
	}
	return n
}

func (c *committer) join(m *member) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) >= maxQueued {
		return false
	}
	c.queue = append(c.queue, m)
	c.dispatch()
	return true
}

// drop forgets a decision that has left, if it is still in the queue.
func (c *committer) drop(m *member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = slices.DeleteFunc(c.queue, func(o *member) bool { return o == m })
	c.dispatch()
}

// dispatch starts as many batches as may run. Its caller holds the mutex.
func (c *committer) dispatch() {
	for c.running < c.s.dialect.committers {
		batch := c.next()
		if len(batch) == 0 {
			return
		}
		waits := batch[0].waits
		if waits {
			c.waiting++
		} else {
			c.running++
		}
		go c.work(batch, waits)
	}
}

// next takes the decisions of the next batch out of the queue. None overtakes an earlier one that wants the same testbed.
func (c *committer) next() (batch []*member) {
	blocked := maps.Clone(c.busy)
	var rest []*member
	for i, m := range c.queue {
		free := !slices.ContainsFunc(m.lock, func(t string) bool { return blocked[t] })
		switch {
		case free && len(batch) == 0 && (!m.waits || c.waiting < maxWaiting), free && len(batch) > 0 && !m.alone:
			batch = append(batch, m)
		default:
			rest = append(rest, m)
			for _, t := range m.lock {
				blocked[t] = true
			}
		}
		if len(batch) == maxBatch || len(batch) > 0 && batch[0].alone {
			rest = append(rest, c.queue[i+1:]...)
			break
		}
	}
	if len(batch) == 0 {
		return nil
	}
	c.queue = rest
	for _, m := range batch {
		for _, t := range m.lock {
			c.busy[t] = true
		}
	}
	return batch
}

// work runs a batch, and puts back into the queue what was left over of it.
func (c *committer) work(batch []*member, waited bool) {
	left := c.s.runBatch(batch)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range batch {
		for _, t := range m.lock {
			delete(c.busy, t)
		}
	}
	if waited {
		c.waiting--
	} else {
		c.running--
	}
	c.queue = append(left, c.queue...)
	c.dispatch()
}
