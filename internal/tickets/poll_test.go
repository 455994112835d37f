package tickets_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/testdb"
	"berth/scheduler"
)

// versions are those of the servers that were seen.
var versions = []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53}

// eachVersion runs a test beside a Bugzilla of each version.
func eachVersion(t *testing.T, run func(t *testing.T, d *bench)) {
	t.Helper()
	t.Parallel()
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			run(t, newBench(t, testdb.SQLite(t), v))
		})
	}
}

func TestEveryVersionIsPolledFromTheFirstTimeOn(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		if _, err := d.sync.Poll(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		p, err := d.sync.Progress(t.Context())
		if err != nil || p.Failure != "" || !p.Polled.Equal(d.clock()) {
			t.Errorf("progress %+v, %v", p, err)
		}
	})
}

// TestNoTicketIsTakenForLostBecauseAListWasCut sweeps with a server that gives two bugs at a time.
func TestNoTicketIsTakenForLostBecauseAListWasCut(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		for i := range 5 {
			d.submit("eva", 48*(i+1))
		}
		d.settle()
		d.server.SetMost(2)
		d.poll()
		if p, err := d.sync.Progress(t.Context()); err != nil || len(p.Lost) > 0 {
			t.Errorf("lost are %v, %v", p.Lost, err)
		}
	})
}

// TestOneBugThatFailsHoldsUpNoOther and is tried again for as long as it takes, though the poll has long gone on and there is no sweep.
func TestOneBugThatFailsHoldsUpNoOther(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		first, second := d.submit("eva", 48), d.submit("eva", 72)
		d.settle()
		d.poll()
		d.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
			if strings.HasPrefix(r.URL.Path, "/rest/bug/1/") {
				return bugzillatest.Deadlock
			}
			return bugzillatest.None
		})
		granted := map[string]any{"status": "IN_PROGRESS"}
		d.now.Add(5)
		d.must(nil, d.server.As("monika@bugs.example", 1, granted))
		d.now.Add(5)
		d.must(nil, d.server.As("monika@bugs.example", 2, granted))
		for range 20 {
			if _, err := d.sync.Poll(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			d.now.Add(60)
			d.must(nil, d.server.As("eva@bugs.example", 2, map[string]any{"comment": map[string]any{"body": "at " + d.clock().Format(time.TimeOnly)}}))
		}
		if s := d.view(second.ID).Status; s != scheduler.Scheduled {
			t.Errorf("the other one is %s", s)
		}
		p, err := d.sync.Progress(t.Context())
		if err != nil || !slices.Equal(p.Again, []string{"1"}) || d.clock().Sub(p.Cursor) > 2*time.Minute {
			t.Errorf("progress %+v, %v", p, err)
		}
		d.server.SetFaults(nil)
		d.must(d.sync.Poll(t.Context(), false))
		if s := d.view(first.ID).Status; s != scheduler.Scheduled {
			t.Errorf("repaired it is %s", s)
		}
		if p, err := d.sync.Progress(t.Context()); err != nil || len(p.Again) > 0 || p.Seen == 0 {
			t.Errorf("progress %+v, %v", p, err)
		}
	})
}

// TestAnOutageInTheMiddleOfAPollOverlooksNothing though it struck after the first of several bugs.
func TestAnOutageInTheMiddleOfAPollOverlooksNothing(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		first, second := d.submit("eva", 48), d.submit("eva", 72)
		d.settle()
		d.poll()
		before, err := d.sync.Progress(t.Context())
		d.must(nil, err)
		for bug := range int64(2) {
			d.now.Add(5)
			d.must(nil, d.server.As("monika@bugs.example", bug+1, map[string]any{"status": "IN_PROGRESS"}))
		}
		d.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
			if strings.HasPrefix(r.URL.Path, "/rest/bug/2") {
				return bugzillatest.Maintenance
			}
			return bugzillatest.None
		})
		if _, err := d.sync.Poll(t.Context(), false); err == nil {
			t.Error("nobody hears of the outage")
		}
		if p, err := d.sync.Progress(t.Context()); err != nil || !p.Cursor.Equal(before.Cursor) || p.Remedy == "" {
			t.Errorf("progress %+v, %v", p, err)
		}
		d.server.SetFaults(nil)
		d.must(d.sync.Poll(t.Context(), false))
		for _, r := range []scheduler.Request{first, second} {
			if s := d.view(r.ID).Status; s != scheduler.Scheduled {
				t.Errorf("request #%d is %s", r.Number, s)
			}
		}
	})
}
