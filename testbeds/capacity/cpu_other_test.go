//go:build !linux

package capacity

import "time"

var began = time.Now()

// threadTime returns wall time where the processor time of a thread is not to be had.
func threadTime() time.Duration { return time.Since(began) }
