package tickets_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// faults lists all the ways in which a call can fail.
var faults = []bugzillatest.Fault{bugzillatest.CutBefore, bugzillatest.CutAfter, bugzillatest.Maintenance, bugzillatest.Empty, bugzillatest.Deadlock}

// TestTheWholeConversation takes a request from submit to COMPLETED, with users acting here and there, and compares both sides after each
// step: on servers of every version, without a fault, and with every fault striking the calls that follow each step.
func TestTheWholeConversation(t *testing.T) {
	t.Parallel()
	for _, v := range []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53} {
		t.Run(string(v)+" in peace", func(t *testing.T) {
			t.Parallel()
			d := newBench(t, testdb.SQLite(t), v)
			d.conversation(func() {})
		})
		offsets := len(faults) // each lets another fault strike each call
		if v != bugzillatest.V52 {
			offsets = 1
		}
		for offset := range offsets {
			t.Run(string(v)+" under fire "+string(rune('a'+offset)), func(t *testing.T) {
				t.Parallel()
				d := newBench(t, testdb.SQLite(t), v)
				var calls atomic.Int64
				d.conversation(func() {
					calls.Store(0)
					d.server.SetFaults(func(*http.Request) bugzillatest.Fault {
						n := int(calls.Add(1)) - 1
						if n >= 40 || n%3 == 2 {
							return bugzillatest.None
						}
						return faults[(n+offset)%len(faults)]
					})
				})
			})
		}
	}
}

// conversation runs the process of the facility. It calls strike before the calls that follow a step.
func (d *bench) conversation(strike func()) {
	d.t.Helper()
	ctx := d.t.Context()
	d.server.AddPerson("marco@bugs.example")
	d.must(d.svc.PutPerson(ctx, account.System, account.Person{Username: "marco", Name: "Marco", Email: "marco@bugs.example", Roles: []account.Role{account.RoleMentor}}))
	var ids []string
	settled := func(what string) {
		d.t.Helper()
		strike()
		d.settleBoth()
		d.server.SetFaults(nil)
		for _, id := range ids {
			d.equal(id)
		}
		if d.t.Failed() {
			d.t.Fatalf("after: %s", what)
		}
	}
	there := func(who, id string, change map[string]any) {
		d.t.Helper()
		d.now.Add(5)
		d.must(nil, d.server.As(who+"@bugs.example", d.bugOf(id), change))
	}
	says := func(text string) map[string]any { return map[string]any{"comment": map[string]any{"body": text}} }

	first := d.submit("eva", 480) // outages let days go by
	ids = append(ids, first.ID)
	settled("submit")
	d.must(d.svc.AddFeedback(ctx, as("eva"), first.ID, "It is for the demonstration in Athens.", scheduler.Creation{}))
	settled("feedback here")
	there("monika", first.ID, says("Which image do you use?"))
	settled("a comment there")
	there("monika", first.ID, map[string]any{"status": "RESOLVED", "resolution": "INVALID", "comment": map[string]any{"body": "Not on that day."}})
	settled("rejected there")
	rejected := d.view(first.ID)
	if rejected.Status != scheduler.Rejected || len(rejected.Offers) == 0 {
		d.t.Fatalf("%s with %d offers", rejected.Status, len(rejected.Offers))
	}
	out, err := d.svc.AcceptOffer(ctx, as("eva"), first.ID, rejected.Offers[0].ID, false)
	d.must(out, err)
	r := *out.Created
	ids = append(ids, r.ID)
	settled("the offer is accepted")
	there("monika", r.ID, map[string]any{"assigned_to": "marco@bugs.example"})
	settled("handed over there")
	if m := d.view(r.ID).Mentor; m != "marco" {
		d.t.Fatalf("the mentor is %s", m)
	}
	there("eva", r.ID, map[string]any{"status": "IN_PROGRESS", "comment": map[string]any{"body": "I would like to begin."}})
	settled("scheduled by somebody without the right")
	there("marco", r.ID, map[string]any{"status": "IN_PROGRESS", "comment": map[string]any{"body": "Granted."}})
	settled("scheduled there")
	if s := d.view(r.ID).Status; s != scheduler.Scheduled {
		d.t.Fatalf("it is %s", s)
	}
	moved, err := d.svc.Move(ctx, as("marco"), r.ID, scheduler.Move{Slot: new(d.view(r.ID).Slot.Shift(25 * time.Hour))})
	d.must(moved, err)
	settled("moved")
	d.now.Store(int64(moved.Request.Slot.Start.Sub(start)/time.Second) + 60)
	d.must(d.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{State: scheduler.Instantiating}))
	settled("orchestrated")
	d.must(d.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{}))
	d.must(d.svc.AddFeedback(ctx, as("oskar"), r.ID, "It runs.", scheduler.Creation{}))
	settled("it runs")
	there("eva", r.ID, says("Thank you!"))
	there("oskar", r.ID, map[string]any{"status": "RESOLVED", "resolution": "FIXED"})
	settled("ended there")
	if s := d.view(r.ID).Status; s != scheduler.Completed {
		d.t.Fatalf("it is %s", s)
	}
	there("oskar", r.ID, map[string]any{"status": "VERIFIED"})
	settled("verified")
	if n := d.server.Count(); n != 2 {
		d.t.Errorf("%d tickets of two requests", n)
	}
}

// TestATicketOpenedByHandIsAdopted where it names a request that its reporter sees and that has none.
func TestATicketOpenedByHandIsAdopted(t *testing.T) {
	t.Parallel()
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	d.server.AddPerson("erik@bugs.example")
	before := d.untold()
	r, other := d.submitTo(before, "eva", 48), d.submitTo(before, "eva", 72)
	open := func(who, summary, whiteboard string) int64 {
		t.Helper()
		d.now.Add(5)
		id, err := d.server.Open(who+"@bugs.example", map[string]any{"summary": summary, "whiteboard": whiteboard, "description": "by hand"})
		d.must(id, err)
		return id
	}
	stranger := open("erik", "Please, berth#1", "")
	unrelated := open("eva", "The portal is slow (notberth#1, berth#12x)", "")
	nowhere := open("eva", "berth#4711", "")
	d.settleBoth()
	if v := d.view(r.ID); v.Ticket != nil {
		t.Fatalf("the ticket of somebody who does not see the request: %+v", v.Ticket)
	}
	for bug, want := range map[int64]bool{stranger: true, nowhere: true, unrelated: false} {
		if said := d.says(bug, "cannot be linked"); said != want {
			t.Errorf("bug %d says that it cannot be linked: %v", bug, said)
		}
	}
	mine := open("eva", "Our request for Athens", "waits; berth#1")
	d.settleBoth()
	if v := d.view(r.ID); v.Ticket == nil || number(v.Ticket.Key) != mine {
		t.Fatalf("%+v, want bug %d", v.Ticket, mine)
	}
	d.in("monika", r.ID, map[string]any{"status": "IN_PROGRESS"})
	d.stands(r.ID, scheduler.Scheduled, "IN_PROGRESS", "")
	second := open("eva", "once more berth#1", "")
	d.settleBoth()
	if v := d.view(r.ID); number(v.Ticket.Key) != mine || !d.says(second, "has its ticket already") {
		t.Errorf("ticket %+v", v.Ticket)
	}
	if v := d.view(other.ID); v.Ticket != nil {
		t.Errorf("nobody named it: %+v", v.Ticket)
	}
}

// TestWhatSomebodyDidAtTheVeryMomentIsNotLost lets a user change a ticket between Berth's read and its write.
func TestWhatSomebodyDidAtTheVeryMomentIsNotLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		who    string
		change map[string]any
		want   scheduler.Status
		says   string
	}{
		{"a mentor schedules", "monika", map[string]any{"status": "IN_PROGRESS"}, scheduler.Scheduled, "By monika here"},
		{"an experimenter cancels", "eva", map[string]any{"status": "RESOLVED", "resolution": "WONTFIX"}, scheduler.Cancelled, "By eva here"},
		{"who may not", "oskar", map[string]any{"status": "IN_PROGRESS"}, scheduler.UnderReview, "oskar may not schedule"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
			r := d.submit("eva", 48)
			d.settleBoth()
			bug := d.bugOf(r.ID)
			d.must(d.svc.AddFeedback(t.Context(), as("eva"), r.ID, "Any news?", scheduler.Creation{}))
			d.now.Add(5)
			var done atomic.Bool
			d.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
				if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/bug/") && done.CompareAndSwap(false, true) {
					if err := d.server.As(c.who+"@bugs.example", bug, c.change); err != nil {
						t.Error(err)
					}
				}
				return bugzillatest.None
			})
			d.settleBoth()
			if !done.Load() {
				t.Fatal("nothing was written")
			}
			if v := d.view(r.ID); v.Status != c.want || !d.says(bug, c.says) {
				t.Errorf("the request is %s, want %s; somebody says %q: %v", v.Status, c.want, c.says, d.says(bug, c.says))
			}
			d.equal(r.ID)
		})
	}
}
