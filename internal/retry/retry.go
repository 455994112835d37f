// Package retry computes the time of the next attempt after failures, and marks errors that no repetition cures.
package retry

import (
	"math/rand/v2"
	"time"
)

// BackOff doubles the wait with every failure in a row.
type BackOff struct {
	First, Longest time.Duration
	Spread         int // up to 1/Spread of a wait is random, so that several processes do not come back at once; 0 for none
}

// After returns how long to wait after a number of failures in a row, at least one.
func (b BackOff) After(failures int64) time.Duration {
	wait := b.First
	for i := int64(1); i < failures && wait < b.Longest; i++ {
		wait *= 2
	}
	wait = min(wait, b.Longest)
	if b.Spread == 0 {
		return wait
	}
	return wait - rand.N(wait/time.Duration(b.Spread))
}

// Permanent is an error that no repetition cures, with advice for a person; an empty Remedy means that there is none.
type Permanent struct {
	Err    error
	Remedy string
}

func (p Permanent) Error() string { return p.Err.Error() }
func (p Permanent) Unwrap() error { return p.Err }
