package tickets_test

import (
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla/tracker"
	"berth/scheduler"
)

func TestWithoutTimeTrackingTicketsHaveNoDeadlineAndAreNeverStuck(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.server.Untime()
		r := d.submit("eva", 48)
		d.settle()
		out, err := d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{})
		d.must(out, err)
		d.must(d.svc.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(r.Slot.Shift(48 * time.Hour))}))
		d.settle()
		d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
		if line, ok := finding(t, d, "deadline"); !ok || !line.OK || !strings.Contains(line.Remedy, "timetrackinggroup") {
			t.Errorf("the check says %+v", line)
		}
		d.poll()
		if bug := d.bugOf(r.ID); d.says(bug, "deadline") {
			t.Error("somebody is told of a deadline that nobody set")
		}
		d.server.Time()
		d.must(d.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Thanks.", scheduler.Creation{}))
		d.settle()
		if b, err := d.client.Bug(t.Context(), d.bugOf(r.ID)); err != nil || b.Deadline != d.view(r.ID).Slot.End.Format(time.DateOnly) {
			t.Errorf("allowed again, the deadline is %q, %v", b.Deadline, err)
		}
	})
}

// TestADeadlineRefusedAtTheLastMomentIsLeftOut takes time tracking away between the look and the write.
func TestADeadlineRefusedAtTheLastMomentIsLeftOut(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.settle()
		bug := d.bugOf(r.ID)
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.must(d.svc.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(r.Slot.Shift(48 * time.Hour))}))
		d.before("PUT", d.server.Untime)
		d.settle()
		d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
		d.poll()
		if d.says(bug, "changed the deadline") {
			t.Error("a deadline that could not be set was taken for somebody's doing")
		}
	})
}

// finding returns the check's finding about one thing; the last of several.
func finding(t *testing.T, d *bench, what string) (found tracker.Finding, ok bool) {
	t.Helper()
	for _, f := range d.check() {
		if f.What == what {
			found, ok = f, true
		}
	}
	return found, ok
}
