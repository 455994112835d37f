package tickets_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// poll fetches users' changes, and delivers the results.
func (d *bench) poll() {
	d.t.Helper()
	d.now.Add(5)
	d.must(d.sync.Poll(d.t.Context(), true))
	d.settle()
}

// says reports whether a comment of a ticket has a text.
func (d *bench) says(bug int64, text string) bool {
	d.t.Helper()
	list, err := d.client.Comments(d.t.Context(), bug, time.Time{})
	d.must(nil, err)
	for _, c := range list {
		if strings.Contains(c.Text, text) {
			return true
		}
	}
	return false
}

func (d *bench) view(id string) scheduler.View {
	d.t.Helper()
	v, err := d.svc.Get(d.t.Context(), account.System, id)
	d.must(nil, err)
	return v
}

// bugOf returns the bug that is a request's ticket.
func (d *bench) bugOf(id string) int64 {
	d.t.Helper()
	return number(d.view(id).Ticket.Key)
}

// number returns the number of a bug by the key of a ticket; 0 for other keys.
func number(key string) int64 {
	n, _ := strconv.ParseInt(key, 10, 64)
	return n
}

// stands checks that a request and its ticket have the given statuses.
func (d *bench) stands(id string, status scheduler.Status, bugStatus, resolution string) {
	d.t.Helper()
	v := d.view(id)
	b, err := d.client.Bug(d.t.Context(), number(v.Ticket.Key))
	d.must(nil, err)
	if v.Status != status || b.Status != bugStatus || b.Resolution != resolution {
		d.t.Errorf("the request is %s, its ticket %s %s; want %s, %s %s", v.Status, b.Status, b.Resolution, status, bugStatus, resolution)
	}
}

func (d *bench) in(who string, id string, change map[string]any) {
	d.t.Helper()
	d.now.Add(5)
	d.must(nil, d.server.As(who+"@bugs.example", d.bugOf(id), change))
	d.poll()
}

// TestWhatPeopleDoInBugzillaIsDoneHere goes through the table of the design, on every version.
func TestWhatPeopleDoInBugzillaIsDoneHere(t *testing.T) {
	t.Parallel()
	for _, v := range []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53} {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			d := newBench(t, testdb.SQLite(t), v)
			r := d.submit("eva", 48)
			other := d.submit("eva", 48)
			third := d.submit("eva", 48)
			d.settle()
			d.poll()

			d.in("eva", r.ID, map[string]any{"comment": map[string]any{"body": "Is it granted?"}})
			page, err := d.svc.Feedback(t.Context(), account.System, r.ID, "", 0)
			d.must(nil, err)
			if len(page.Items) != 1 || page.Items[0].Author != "eva" || page.Items[0].Text != "Is it granted?" {
				t.Fatalf("feedback %+v", page.Items)
			}
			if d.says(d.bugOf(r.ID), "eva wrote") {
				t.Error("what eva wrote there came back as an echo")
			}

			d.in("eva", r.ID, map[string]any{"status": "IN_PROGRESS"}) // an experimenter may not schedule
			d.stands(r.ID, scheduler.UnderReview, "CONFIRMED", "")
			if !d.says(d.bugOf(r.ID), "eva may not schedule request #1") {
				t.Error("nobody says why it was put back")
			}

			d.in("monika", r.ID, map[string]any{"status": "IN_PROGRESS", "comment": map[string]any{"body": "Have fun."}})
			d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
			if !d.says(d.bugOf(r.ID), "By monika here") {
				t.Error("nobody says what happened")
			}
			d.in("monika", other.ID, map[string]any{"status": "IN_PROGRESS"})
			d.stands(other.ID, scheduler.Scheduled, "IN_PROGRESS", "")

			d.in("monika", third.ID, map[string]any{"status": "IN_PROGRESS"}) // 8 vcpu are there, and 4 + 4 taken
			d.stands(third.ID, scheduler.UnderReview, "CONFIRMED", "")
			for _, text := range []string{"monika@bugs.example set this ticket to IN_PROGRESS. Request #3 stays under review", "short by 4", "What would work instead:", "The ticket is put back."} {
				if !d.says(d.bugOf(third.ID), text) {
					t.Errorf("the ticket does not say %q", text)
				}
			}
			d.in("monika", third.ID, map[string]any{"status": "RESOLVED", "resolution": "INVALID", "comment": map[string]any{"body": "Too late."}})
			d.stands(third.ID, scheduler.Rejected, "RESOLVED", "INVALID")
			if n := len(d.view(third.ID).Offers); n != 3 {
				t.Errorf("%d offers", n)
			}
			d.in("eva", other.ID, map[string]any{"status": "RESOLVED", "resolution": "WONTFIX"})
			d.stands(other.ID, scheduler.Cancelled, "RESOLVED", "WONTFIX")

			d.in("monika", r.ID, map[string]any{"assigned_to": "oskar@bugs.example", "deadline": "2031-01-01"})
			b, err := d.client.Bug(t.Context(), d.bugOf(r.ID))
			d.must(nil, err)
			if b.Assignee != "monika@bugs.example" || b.Deadline != d.view(r.ID).Slot.End.Format(time.DateOnly) {
				t.Errorf("assigned to %s, due %s", b.Assignee, b.Deadline)
			}
			d.now.Store(int64(d.view(r.ID).Slot.Start.Sub(start)/time.Second) + 60)
			out, err := d.svc.Start(t.Context(), as("oskar"), r.ID, scheduler.Step{})
			d.must(out, err)
			d.settle()
			d.in("oskar", r.ID, map[string]any{"status": "RESOLVED", "resolution": "FIXED"})
			d.stands(r.ID, scheduler.Completed, "RESOLVED", "FIXED")
			d.in("oskar", r.ID, map[string]any{"status": "VERIFIED"})
			d.stands(r.ID, scheduler.Completed, "VERIFIED", "FIXED")
			before := d.server.Requests()
			d.now.Add(600)
			d.poll()
			d.now.Add(600)
			d.poll()
			for _, line := range d.server.Requests()[len(before):] {
				if strings.HasPrefix(line, "PUT") || strings.HasPrefix(line, "POST") {
					t.Errorf("nothing happened, and yet: %s", line)
				}
			}
		})
	}
}

func TestATicketIsFollowedWhereverItGoes(t *testing.T) {
	t.Parallel()
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	r := d.submit("eva", 48)
	d.settle()
	d.poll()
	bug := d.bugOf(r.ID)
	d.server.Move(bug, "Elsewhere")
	d.in("monika", r.ID, map[string]any{"status": "IN_PROGRESS"})
	d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
	d.server.Hide(bug)
	d.poll()
	if p, err := d.sync.Progress(t.Context()); err != nil || len(p.Lost) != 1 || number(p.Lost[0]) != bug {
		t.Errorf("progress %+v, %v", p, err)
	}
	d.server.Show(bug)
	d.poll()
	if p, err := d.sync.Progress(t.Context()); err != nil || len(p.Lost) != 0 {
		t.Errorf("progress %+v, %v", p, err)
	}
}

// TestADuplicateIsFollowedForWhoSeesTheRequest has a stranger, and then its mentor, mark a ticket as the duplicate of one opened by hand.
func TestADuplicateIsFollowedForWhoSeesTheRequest(t *testing.T) {
	t.Parallel()
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	d.server.AddPerson("erik@bugs.example")
	r := d.submit("eva", 48)
	d.settle()
	d.poll()
	first := d.bugOf(r.ID)
	other, err := d.client.Create(t.Context(), bugzilla.NewBug{Product: bugzillatest.Product, Component: bugzillatest.Component, Version: "unspecified", OpSys: "All", Platform: "All",
		Summary: "by hand", Alias: "by-hand"}, func(bugzilla.Bug) bool { return false })
	d.must(nil, err)
	d.in("erik", r.ID, map[string]any{"dupe_of": int(other)})
	if id := d.bugOf(r.ID); id != first {
		t.Fatalf("somebody who does not see the request gave it ticket %d", id)
	}
	d.stands(r.ID, scheduler.UnderReview, "CONFIRMED", "")
	d.in("monika", r.ID, map[string]any{"dupe_of": int(other)})
	if id := d.bugOf(r.ID); id != other {
		t.Fatalf("the ticket is %d, want %d", id, other)
	}
	d.in("monika", r.ID, map[string]any{"status": "IN_PROGRESS"})
	d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
}

// TestWhatIsWrittenBeforeTheFirstLookCounts on a ticket that Berth has opened, and had no chance to look at since.
func TestWhatIsWrittenBeforeTheFirstLookCounts(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("eva", 48)
		d.server.SetFaults(d.onceThereIs(func(id int64) {
			d.must(nil, d.server.As("monika@bugs.example", id, map[string]any{"comment": map[string]any{"body": "I was quicker."}}))
		}))
		d.settle()
		d.server.SetFaults(nil)
		d.poll()
		if list := d.feedback(r.ID); len(list) != 1 || list[0].Text != "I was quicker." || list[0].Author != "monika" {
			t.Errorf("feedback %+v", list)
		}
	})
}
