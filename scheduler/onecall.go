package scheduler

import (
	"context"
	"sync"
)

// OneCall returns a context whose first two reads of the state may be one: the identity of a caller and the answer to the call are then judged by one
// State, which is read after the call came. A change that is made with the context in between ends that.
func OneCall(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, &Call{})
}

type callKey struct{}

// Call holds the state that one call has read, until it is used again. A nil Call holds none.
type Call struct {
	mu    sync.Mutex
	read  bool
	spent bool
	at    State
}

// CallOf returns the Call of a context; nil where there is none.
func CallOf(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// Take returns the state that was read before, once.
func (c *Call) Take() (at State, ok bool) {
	if c == nil {
		return at, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ok = c.read && !c.spent
	c.spent = c.spent || ok
	return c.at, ok
}

// Put keeps the first state.
func (c *Call) Put(at State) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.read {
		c.read, c.at = true, at
	}
}

// Spend forgets the state: it may be older than what follows.
func (c *Call) Spend() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spent = true
}
