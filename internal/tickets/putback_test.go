package tickets_test

import (
	"encoding/json"
	"strings"
	"testing"

	"berth/internal/bugzilla/bugzillatest"
	"berth/scheduler"
)

// changes lists the changes of bugs that came to the server, from the nth on.
func (d *bench) changes(from int) (list []bugzillatest.Change) {
	d.t.Helper()
	return d.server.Changes()[from:]
}

// TestNoChangeOfStatusIsUnexplained where every step of the workflow requires a comment: on short ways and long ones, for permitted and for
// refused changes.
func TestNoChangeOfStatusIsUnexplained(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.server.TakeComments("* *")
		r := d.submit("eva", 48)
		d.settle()
		d.poll()
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.settle()
		before := len(d.server.Changes())
		because := map[string]any{"body": "because"}
		d.in("oskar", r.ID, map[string]any{"status": "RESOLVED", "resolution": "WONTFIX", "comment": because}) // he may not, and the way back has two steps
		d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
		steps := d.changes(before)
		if len(steps) != 2 {
			t.Fatalf("put back in %d changes", len(steps))
		}
		if text := said(t, steps[0]); steps[0].Body["status"] != "CONFIRMED" || !strings.Contains(text, "The ticket is put back.") {
			t.Errorf("the first step back is %v", steps[0].Body)
		}
		if text := said(t, steps[1]); steps[1].Body["status"] != "IN_PROGRESS" || !strings.Contains(text, "brought in line") {
			t.Errorf("the second step back is %v", steps[1].Body)
		}
		d.equal(r.ID)
	})
}

// TestAPutBackTravelsWithItsExplanation though something else is told first.
func TestAPutBackTravelsWithItsExplanation(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.settle()
		d.poll()
		d.must(d.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Any news?", scheduler.Creation{}))
		d.now.Add(5)
		d.must(nil, d.server.As("oskar@bugs.example", d.bugOf(r.ID), map[string]any{"status": "IN_PROGRESS"}))
		before := len(d.server.Changes())
		d.settle() // the remark is delivered first, and meets oskar's change
		d.stands(r.ID, scheduler.UnderReview, "CONFIRMED", "")
		steps := d.changes(before)
		if len(steps) != 1 {
			t.Fatalf("%d changes, want one: %+v", len(steps), steps)
		}
		for _, want := range []string{"Any news?", "oskar may not schedule", "The ticket is put back."} {
			if !strings.Contains(said(t, steps[0]), want) {
				t.Errorf("the change lacks %q: %v", want, steps[0].Body)
			}
		}
		d.equal(r.ID)
	})
}

// TestABoxThatIsTickedLaterIsNoticed has an administrator make a step take a comment while Berth is running.
func TestABoxThatIsTickedLaterIsNoticed(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.settle()
		d.poll()
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.settle()
		d.server.TakeComments("* IN_PROGRESS")
		d.in("oskar", r.ID, map[string]any{"status": "RESOLVED", "resolution": "WONTFIX"})
		d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
		d.equal(r.ID)
	})
}

// said returns the comment of a change.
func said(t *testing.T, c bugzillatest.Change) string {
	t.Helper()
	raw, err := json.Marshal(c.Body["comment"])
	if err != nil {
		t.Fatal(err)
	}
	var comment struct {
		Body string `json:"body"`
	}
	if err := json.Unmarshal(raw, &comment); err != nil {
		t.Fatal(err)
	}
	return comment.Body
}
