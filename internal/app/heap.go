package app

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The collector lets a heap grow to twice what is in use before it looks for garbage. Most of a large instance's heap is bookings and calendars, which
// stay: it may grow by heapRoom, or by leastRoom percent of it, whichever is more. Each collection then costs up to leastRoom times as much as by default
// for each byte that is allocated, of little: bookings have hardly any pointers.
const (
	heapRoom  = 192 << 20
	leastRoom = 25
	lookEvery = 500 * time.Millisecond
)

// tightHeap keeps the heap small until stop is closed, unless the environment says how large it may be.
func tightHeap(stop <-chan struct{}) {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	defer debug.SetGCPercent(100)
	for now := 100; ; {
		select {
		case <-stop:
			return
		case <-look.C:
		}
		metrics.Read(live)
		if want := room(live[0].Value.Uint64()); want < now-5 || want > now+5 {
			debug.SetGCPercent(want)
			now = want
		}
	}
}

// room returns by how many percent a heap may grow.
func room(live uint64) int {
	return int(min(max(heapRoom*100/max(live, 1), leastRoom), 100))
}
