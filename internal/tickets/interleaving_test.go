package tickets_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestAnyInterleavingEndsWithBothSidesEqual lets requests change here and tickets there at random, with and without the right to it, while
// faults strike, changes appear late, and processes die.
func TestAnyInterleavingEndsWithBothSidesEqual(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("random stories with a real connection take long")
	}
	const stories = 10 // each waits for real transactions and a real connection
	n, words := 0, 0
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	d.server.AddPerson("marco@bugs.example")
	d.server.AddPerson(stranger)
	d.must(d.svc.PutPerson(t.Context(), account.System, account.Person{Username: "marco", Name: "Marco", Email: "marco@bugs.example", Roles: []account.Role{account.RoleMentor}}))
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > stories {
			return
		}
		requests := []scheduler.Request{d.submit("eva", 48), d.submit("eva", 48)} // with tickets, mostly
		if rapid.IntRange(0, 3).Draw(rt, "tickets") > 0 {
			d.settleBoth()
		}
		one := func() scheduler.Request {
			return requests[rapid.IntRange(0, len(requests)-1).Draw(rt, "request")]
		}
		text := func() string { words++; return fmt.Sprintf("remark %06d", words) }
		// there lets a user change the ticket of a request, if it has one; a change that the pages refuse is no loss.
		there := func(change map[string]any) {
			v, err := d.svc.Get(context.Background(), account.System, one().ID)
			if err != nil || v.Ticket == nil {
				rt.Skip("no ticket yet")
			}
			d.now.Add(2) // within one second authors cannot be told apart
			who := rapid.SampledFrom([]string{"eva@bugs.example", "monika@bugs.example", "marco@bugs.example", "oskar@bugs.example", stranger}).Draw(rt, "who")
			_ = d.server.As(who, number(v.Ticket.Key), change)
			d.now.Add(2)
		}
		ctx := context.Background()
		d.interleaved(rt, map[string]func(*rapid.T){
			"submit": func(*rapid.T) {
				requests = append(requests, d.submit("eva", rapid.IntRange(24, 900).Draw(rt, "hours")))
			},
			"schedule": func(*rapid.T) { d.svc.Schedule(ctx, as("monika"), one().ID, scheduler.Schedule{}) },
			"reject": func(*rapid.T) {
				d.svc.Reject(ctx, as("monika"), one().ID, scheduler.Reject{Reason: "no", Count: rapid.IntRange(0, 2).Draw(rt, "offers")})
			},
			"move": func(*rapid.T) {
				r := one()
				d.svc.Move(ctx, as("monika"), r.ID, scheduler.Move{Slot: new(r.Slot.Shift(time.Duration(rapid.IntRange(1, 50).Draw(rt, "later")) * time.Hour))})
			},
			"assign":   func(*rapid.T) { d.svc.Assign(ctx, as("marco"), one().ID, scheduler.Assign{Mentor: "marco"}) },
			"cancel":   func(*rapid.T) { d.svc.Cancel(ctx, as("eva"), one().ID, scheduler.Step{}) },
			"feedback": func(*rapid.T) { d.svc.AddFeedback(ctx, as("eva"), one().ID, text(), scheduler.Creation{}) },
			"a comment there": func(*rapid.T) {
				there(map[string]any{"comment": map[string]any{"body": text()}})
			},
			"a step there": func(*rapid.T) {
				change := rapid.SampledFrom([]map[string]any{{"status": "IN_PROGRESS"}, {"status": "CONFIRMED"}, {"status": "RESOLVED", "resolution": "INVALID"},
					{"status": "RESOLVED", "resolution": "WONTFIX"}, {"status": "RESOLVED", "resolution": "FIXED"}, {"status": "RESOLVED", "resolution": "WORKSFORME"},
					{"status": "VERIFIED"}}).Draw(rt, "change")
				in := map[string]any{}
				for k, v := range change {
					in[k] = v
				}
				if rapid.Bool().Draw(rt, "with a word") {
					in["comment"] = map[string]any{"body": text()}
				}
				there(in)
			},
			"an assignee there": func(*rapid.T) {
				there(map[string]any{"assigned_to": rapid.SampledFrom([]string{"marco@bugs.example", "monika@bugs.example", "oskar@bugs.example", stranger}).Draw(rt, "assignee")})
			},
			"a deadline there": func(*rapid.T) { there(map[string]any{"deadline": "2031-01-01"}) },
		})
		for _, r := range requests {
			d.equal(r.ID)
		}
		if t.Failed() {
			rt.FailNow()
		}
	})
}
