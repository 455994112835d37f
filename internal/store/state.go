package store

import (
	"context"
	"fmt"
	"sync"

	"berth/scheduler"
)

const (
	stateQuery   = stateColumns + stateFrom
	stateAndLast = stateColumns + `, ` + lastColumns + stateFrom
	stateColumns = `SELECT f.revision, s.value, a.value, ` + nextDue + `, (SELECT COALESCE(MAX(revision), 0) FROM policies)`
	nextDue      = `(SELECT MIN(due) FROM (SELECT MIN(due) AS due FROM requests UNION ALL SELECT MIN(at) FROM freed) d)`
	stateFrom    = ` FROM facility f, counters s, counters a WHERE f.id = 1 AND s.name = 'sequence' AND a.name = 'accounts'`
	lastColumns  = `(SELECT value FROM counters WHERE name = 'number'), COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'bookings'), 0)` // see numbers.go
)

func stateRow(s scan) (at scheduler.State, err error) {
	var due *int64
	if err = s(&at.Facility, &at.Sequence, &at.Accounts, &due, &at.Policy); err == nil && due != nil {
		at.Due = new(fromSeconds(*due))
	}
	return at, err
}

// State reads the facility's revision, the last number of the change log, that of changes of accounts and the next Due at one instant. A View that
// has read nothing yet needs no transaction for it, and shares the read with other Views, and with the one before it in a call (scheduler.OneCall).
func (r *reader) State(ctx context.Context) (at scheduler.State, err error) {
	call, known := scheduler.CallOf(ctx), false
	if r.tx.begun() {
		at, err = one(ctx, r.tx, "state", stateRow, stateQuery)
	} else if at, known = call.Take(); !known {
		if at, err = r.s.states.get(ctx, r.s.state); err == nil {
			call.Put(at)
		}
	}
	r.revision = at.Facility
	return at, err
}

// state reads the state by a statement of its own.
func (s *Store) state(ctx context.Context) (at scheduler.State, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for try := 1; ; try++ {
		if s.watch != nil {
			s.watch(stateQuery)
		}
		at, err = stateRow(s.read.QueryRowContext(ctx, stateQuery).Scan)
		if err == nil || try == maxBroken || !s.dialect.broken(err) {
			break
		}
	}
	if err != nil {
		err = fmt.Errorf("reading state: %w", err)
	}
	return at, err
}

// states shares reads of the state: a caller gets the answer of a read that began after the call did, and may get it together with others.
type states struct {
	mu   sync.Mutex
	busy bool
	next *stateRead // of the callers that came while a read was under way
}

// stateRead is a read that some callers wait for.
type stateRead struct {
	done chan struct{}
	at   scheduler.State
	err  error
}

func (x *states) get(ctx context.Context, read func(context.Context) (scheduler.State, error)) (scheduler.State, error) {
	x.mu.Lock()
	if !x.busy {
		x.busy = true
		x.mu.Unlock()
		defer x.end(ctx, read)
		return read(ctx)
	}
	if x.next == nil {
		x.next = &stateRead{done: make(chan struct{})}
	}
	r := x.next
	x.mu.Unlock()
	select {
	case <-r.done:
		return r.at, r.err
	case <-ctx.Done():
		return scheduler.State{}, ctx.Err()
	}
}

// end starts the read of those who wait, if there are any. No caller's end ends it.
func (x *states) end(ctx context.Context, read func(context.Context) (scheduler.State, error)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.next
	x.next = nil
	if x.busy = r != nil; !x.busy {
		return
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer x.end(ctx, read)
		defer close(r.done)
		r.at, r.err = read(ctx)
	}()
}
