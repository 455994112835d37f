package tickets_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/scheduler"
)

// lets makes the next write wait for a lock, its client having given up; every other goes through.
func (d *bench) waits() (happened func() bool) {
	var done atomic.Bool
	d.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
		if r.Method != http.MethodGet && done.CompareAndSwap(false, true) {
			return bugzillatest.Waits
		}
		return bugzillatest.None
	})
	return done.Load
}

// writes counts the writes that came to the server.
func (d *bench) writes() int {
	return len(slices.DeleteFunc(d.server.Requests(), func(line string) bool { return strings.HasPrefix(line, "GET") }))
}

// lockWait is how long the write that waits in these tests may come through after its beginning: the time that it was waited for (75 s), and
// the longest that MariaDB lets it wait for a lock (50 s).
const lockWait = 125

func TestAWriteOfWhichNothingWasHeardIsNotRepeatedWhileItMayComeThrough(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.settle()
		happened := d.waits()
		d.must(d.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Is anybody there?", scheduler.Creation{}))
		d.must(d.courier.Round(t.Context()))
		if !happened() {
			t.Fatal("nothing was written")
		}
		before, began := d.writes(), d.now.Load()
		for ; d.now.Load()-began < lockWait; d.now.Add(5) {
			d.must(d.store.Retry(t.Context(), "ticket", ""))
			d.must(d.courier.Round(t.Context()))
		}
		if n := d.writes(); n != before {
			t.Fatalf("%d more writes within %d seconds", n-before, lockWait)
		}
		d.server.Commit()
		d.settle()
		d.agree(r.ID)
		if n := d.writes(); n != before {
			t.Errorf("what came through was written again, %d times", n-before)
		}
	})
}

func TestAWriteThatNeverCameThroughIsRepeated(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.settle()
		d.waits()
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.settle()
		d.agree(r.ID)
	})
}

// TestOldValuesOfALateWriteAreMended lets a write come through after all, when the ticket has long gone on.
func TestOldValuesOfALateWriteAreMended(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.settle()
		d.poll()
		d.waits()
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.settle()
		d.in("eva", r.ID, map[string]any{"status": "RESOLVED", "resolution": "WONTFIX"})
		d.must(d.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Another time.", scheduler.Creation{}))
		d.settle()
		d.stands(r.ID, scheduler.Cancelled, "RESOLVED", "WONTFIX")
		events := len(d.events())
		d.server.Commit()
		d.poll()
		d.stands(r.ID, scheduler.Cancelled, "RESOLVED", "WONTFIX")
		if now := len(d.events()); now != events {
			t.Errorf("what Berth itself had written was taken for somebody's doing: %+v", d.events()[events:])
		}
	})
}

// TestARemarkOnABugOfSomebodyElseIsMadeOnce where the first attempt comes through late.
func TestARemarkOnABugOfSomebodyElseIsMadeOnce(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.server.AddPerson("erik@bugs.example")
		d.submit("eva", 48)
		d.settle()
		id, err := d.server.Open("erik@bugs.example", map[string]any{"summary": "Please, berth#1", "description": "by hand"})
		d.must(id, err)
		happened := d.waits()
		for range lockWait / 5 {
			d.now.Add(5)
			_, _ = d.sync.Poll(t.Context(), false)
		}
		if !happened() {
			t.Fatal("nothing was written")
		}
		d.server.Commit()
		d.now.Add(lockWait)
		d.poll()
		comments, err := d.client.Comments(t.Context(), id, time.Time{})
		if err != nil || len(comments) != 2 {
			t.Errorf("%d comments, want the description and one remark: %v", len(comments), err)
		}
	})
}

// before lets something happen just before the first call of a method is dealt with.
func (d *bench) before(method string, something func()) {
	var done atomic.Bool
	d.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
		if r.Method == method && done.CompareAndSwap(false, true) {
			something()
		}
		return bugzillatest.None
	})
}

// onceThereIs lets something happen to the first bug that there is, before the first read of it.
func (d *bench) onceThereIs(something func(id int64)) func(*http.Request) bugzillatest.Fault {
	var done atomic.Bool
	return func(r *http.Request) bugzillatest.Fault {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/bug/1") && done.CompareAndSwap(false, true) {
			something(1)
		}
		return bugzillatest.None
	}
}
