package tickets_test

import (
	"slices"
	"testing"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/scheduler"
)

// TestAStepIsOneMailAtTheMost to each person: from a new ticket to its end, put-backs and steps that make several events among them.
func TestAStepIsOneMailAtTheMost(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		ctx := t.Context()
		before := 0
		step := func(name string, others ...string) {
			t.Helper()
			d.settle()
			mails := d.server.Mails()
			count := map[bugzillatest.Mail]int{}
			for _, m := range mails[before:] {
				if count[m]++; count[m] > 1 {
					t.Errorf("%s: %s is mailed %d times", name, m.To, count[m])
				}
				if m.To == bugzillatest.Assignee && !slices.Contains(others, m.To) {
					t.Errorf("%s: %s is mailed, whom it does not concern", name, m.To)
				}
			}
			before = len(mails)
		}
		r := d.submit("eva", 48)
		step("a new ticket")
		d.poll()
		step("a poll")
		// The user's change makes one mail; its result makes another one.
		d.now.Add(5)
		d.must(nil, d.server.As("oskar@bugs.example", d.bugOf(r.ID), map[string]any{"status": "IN_PROGRESS"}))
		before = len(d.server.Mails())
		d.poll()
		step("a put-back")
		d.must(nil, d.server.As("oskar@bugs.example", d.bugOf(r.ID), map[string]any{"status": "IN_PROGRESS"}))
		d.must(d.svc.AddFeedback(ctx, as("eva"), r.ID, "Any news?", scheduler.Creation{}))
		before = len(d.server.Mails())
		step("a put-back beside a remark")
		out, err := d.svc.Schedule(ctx, as("monika"), r.ID, scheduler.Schedule{})
		d.must(out, err)
		step("scheduled")
		d.must(d.svc.Move(ctx, as("monika"), r.ID, scheduler.Move{Slot: new(r.Slot.Shift(24 * time.Hour))}))
		d.must(d.svc.AddFeedback(ctx, as("monika"), r.ID, "A day later.", scheduler.Creation{}))
		step("moved, with a remark")
		d.now.Store(int64(d.view(r.ID).Slot.Start.Sub(start)/time.Second) + 60)
		d.must(d.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{State: scheduler.Instantiating}))
		d.must(d.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{}))
		step("orchestrated and started")
		d.must(d.svc.Complete(ctx, as("oskar"), r.ID, scheduler.Step{}))
		step("ended")
		d.equal(r.ID)
	})
}

// TestWithoutAMentorTheComponentsAssigneeIsMailedOnce for a new ticket.
func TestWithoutAMentorTheComponentsAssigneeIsMailedOnce(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.mentor = ""
		d.submit("eva", 48)
		d.settle()
		n := 0
		for _, m := range d.server.Mails() {
			if m.To == bugzillatest.Assignee {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is mailed %d times", bugzillatest.Assignee, n)
		}
	})
}

// TestAMentorWithoutAnAccountKeepsNoTicketFromBeingMade nor one whose account goes at the last moment.
func TestAMentorWithoutAnAccountKeepsNoTicketFromBeingMade(t *testing.T) {
	for name, at := range map[string]string{"before": "GET", "at the last moment": "POST"} {
		t.Run(name, func(t *testing.T) {
			eachVersion(t, func(t *testing.T, d *bench) {
				d.before(at, func() { d.server.RemovePerson("monika@bugs.example") })
				r := d.submit("eva", 48)
				d.settle()
				if b := d.bug(r.ID); b.Assignee != bugzillatest.Assignee || !slices.Contains(b.CC, "eva@bugs.example") {
					t.Errorf("assigned to %s, CC %v", b.Assignee, b.CC)
				}
			})
		})
	}
}
