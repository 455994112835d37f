package store

import (
	"context"
	"sync"

	"berth/scheduler"
)

// member is a decision that takes part in a batch. Its function runs in the goroutine of its caller, on the transaction of the batch.
type member struct {
	ctx   context.Context
	lock  []string
	fn    func(scheduler.Tx) error
	alone bool // it shares its transaction with nobody
	waits bool // another process has one of its testbeds

	turn chan *writer // hands it the transaction
	ran  chan error   // gives that back, with what fn returned
	done chan error   // the answer

	mu    sync.Mutex
	stage stage
	err   error // what fn returned at last
}

type stage int

const (
	queued stage = iota
	deciding
	decided
	gone // its caller waits no longer
)

// panicked says that the function of a decision did not return; its caller learns why from the panic itself.
type panicked struct{}

func (panicked) Error() string { return "the decision panicked" }

// run runs the function on a transaction, and gives that back however the function ends.
func (m *member) run(w *writer) {
	var err error = panicked{}
	defer func() { m.ran <- err }()
	if err = m.ctx.Err(); err == nil {
		err = panicked{}
		err = m.fn(w)
	}
}

// start hands a decision the transaction and waits for it. It is false for one whose caller has left.
func (m *member) start(w *writer) bool {
	m.mu.Lock()
	if m.stage == gone {
		m.mu.Unlock()
		return false
	}
	m.stage = deciding
	m.mu.Unlock()
	m.turn <- w
	err := <-m.ran
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stage, m.err = decided, err
	if err == error(panicked{}) {
		m.stage = gone
	}
	return true
}

// leave reports whether a caller may go: its decision has not begun.
func (m *member) leave() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stage == queued || m.stage == gone {
		m.stage = gone
		return true
	}
	return false
}

// again takes back what was decided, because the transaction came to nothing.
func (m *member) again() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stage == decided {
		m.stage, m.err = queued, nil
	}
}

// answer ends a decision.
func (m *member) answer(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stage != gone {
		m.stage = gone
		m.done <- err
	}
}
