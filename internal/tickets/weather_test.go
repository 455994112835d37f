package tickets_test

import (
	"context"
	"maps"
	"net/http"
	"sync/atomic"
	"time"

	"pgregory.net/rapid"

	"berth/internal/bugzilla/bugzillatest"
)

// interleaved takes steps in any order, with faults and late answers of Bugzilla, rounds, polls and time between them; then all of it becomes quiet, and
// settles.
func (d *bench) interleaved(rt *rapid.T, steps map[string]func(*rapid.T)) {
	var fault, calls atomic.Int64 // the fault that strikes, and the calls that it still strikes
	d.server.SetFaults(func(*http.Request) bugzillatest.Fault {
		if calls.Add(-1) < 0 {
			return bugzillatest.None
		}
		return bugzillatest.Fault(fault.Load())
	})
	ctx := context.Background()
	maps.Copy(steps, map[string]func(*rapid.T){
		"fault": func(*rapid.T) {
			fault.Store(int64(rapid.IntRange(1, 5).Draw(rt, "kind")))
			calls.Store(int64(rapid.IntRange(1, 8).Draw(rt, "calls")))
		},
		"late": func(*rapid.T) {
			d.server.SetLate(time.Duration(rapid.IntRange(0, 90).Draw(rt, "seconds")) * time.Second)
		},
		"round": func(*rapid.T) {
			if rapid.Bool().Draw(rt, "another process") {
				d.courier = d.hire()
			}
			_, _ = d.courier.Round(ctx)
		},
		"poll": func(*rapid.T) { _, _ = d.sync.Poll(ctx, rapid.Bool().Draw(rt, "sweep")) },
		"time": func(*rapid.T) { d.now.Add(int64(rapid.IntRange(1, 1200).Draw(rt, "seconds"))) },
	})
	rt.Repeat(steps)
	d.server.SetFaults(nil)
	d.server.SetLate(0)
	d.settleBoth()
}
