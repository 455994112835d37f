package tickets_test

import (
	"testing"
	"time"

	"berth/scheduler"
)

// TestAPollSeesWhatBearsAnOldStamp has a change wait for a lock until a later one was seen: it comes with the time when it began to wait,
// before the changes that the poll has seen already, and no sweep visits every ticket.
func TestAPollSeesWhatBearsAnOldStamp(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		first, second := d.submit("eva", 48), d.submit("eva", 72)
		d.settle()
		d.poll()
		d.now.Add(600)
		d.must(nil, d.server.As("monika@bugs.example", 2, map[string]any{"status": "IN_PROGRESS"}))
		d.must(d.sync.Poll(t.Context(), false))
		d.now.Add(5)
		d.server.SetLate(lockWait * time.Second)
		d.must(nil, d.server.As("monika@bugs.example", 1, map[string]any{"status": "IN_PROGRESS"}))
		d.server.SetLate(0)
		d.must(d.sync.Poll(t.Context(), false))
		for _, r := range []scheduler.Request{first, second} {
			if s := d.view(r.ID).Status; s != scheduler.Scheduled {
				t.Errorf("request #%d is %s", r.Number, s)
			}
		}
	})
}
