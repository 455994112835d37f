package tickets_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/tickets"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// board is another tracker than Bugzilla: its tickets have names, and any status may follow any other.
type board struct {
	clock    func() time.Time
	tickets  map[string]tickets.Ticket
	comments map[string][]tickets.Comment
	edits    map[string][]tickets.Edit
}

var errGone = errors.New("there is no such card")

func (*board) About() tickets.About {
	return tickets.About{Name: "the board", Via: "board", Ticket: "card", Where: "LAB", Login: "berth@board.example", Patience: time.Minute, Open: 2 * time.Minute}
}
func (*board) Fault(err error) tickets.Fault { return tickets.Fault{Unseen: errors.Is(err, errGone)} }
func (b *board) Now(context.Context) (time.Time, error) {
	return b.clock(), nil
}
func (*board) HasAccount(context.Context, string) (bool, error)   { return true, nil }
func (*board) Workflow(context.Context) (tickets.Workflow, error) { return freely{}, nil }
func (*board) URL(key string) string                              { return "https://board.example/" + key }
func (*board) Place(scheduler.Request) string                     { return "LAB" }
func (b *board) Tickets(_ context.Context, keys []string) (list []tickets.Ticket, err error) {
	for _, key := range keys {
		if x, there := b.tickets[key]; there {
			list = append(list, x)
		}
	}
	return list, nil
}

func (*board) Relearn(_ context.Context, known tickets.Workflow) (tickets.Workflow, bool, error) {
	return known, false, nil
}

func (b *board) Ticket(_ context.Context, key string) (tickets.Ticket, error) {
	x, there := b.tickets[key]
	if !there {
		return x, errGone
	}
	return x, nil
}

func (b *board) ChangedSince(_ context.Context, since time.Time) (list []tickets.Ticket, err error) {
	for _, x := range b.tickets {
		if !x.Changed.Before(since) {
			list = append(list, x)
		}
	}
	return list, nil
}

func (b *board) Comments(_ context.Context, key string, since time.Time) ([]tickets.Comment, error) {
	return slices.DeleteFunc(slices.Clone(b.comments[key]), func(c tickets.Comment) bool { return !c.Time.After(since) }), nil
}

func (b *board) Edits(_ context.Context, key string, since time.Time) ([]tickets.Edit, error) {
	return slices.DeleteFunc(slices.Clone(b.edits[key]), func(e tickets.Edit) bool { return !e.At.After(since) }), nil
}

func (b *board) Create(ctx context.Context, n tickets.NewTicket) (string, error) {
	const key = "LAB-1"
	b.tickets[key] = tickets.Ticket{Key: key, Aliases: []string{n.Request}, Status: tickets.TrackerStatus{Status: "Asked"}, Open: true, Summary: n.Summary, URL: n.URL, Deadline: n.Deadline,
		Creator: "berth@board.example", Assignee: n.Assignee, CC: n.CC, Place: n.Place, Timed: true, Owned: true, Polled: true, Changed: b.clock()}
	return key, b.AddComment(ctx, key, n.Description)
}

func (b *board) AddComment(_ context.Context, key, text string) error {
	b.say(key, "berth@board.example", text)
	return nil
}

func (b *board) Update(ctx context.Context, key string, c tickets.Change) (replaced *tickets.TrackerStatus, err error) {
	if c.Comment != "" {
		b.say(key, "berth@board.example", c.Comment)
	}
	if x := b.tickets[key]; c.Status.Status != "" && c.Status != x.Status {
		replaced = &x.Status
		b.set(key, "berth@board.example", c.Status.Status)
	}
	return replaced, nil
}

// set gives a card another status, and say comments on it, as a user.
func (b *board) set(key, who, status string) {
	x := b.tickets[key]
	x.Status, x.Changed = tickets.TrackerStatus{Status: status}, b.clock()
	b.tickets[key] = x
	b.edits[key] = append(b.edits[key], tickets.Edit{At: b.clock(), By: who, Fields: []tickets.Field{tickets.FieldStatus}})
}

func (b *board) say(key, who, text string) {
	b.comments[key] = append(b.comments[key], tickets.Comment{ID: uuid.NewString(), Creator: who, Time: b.clock(), Text: text})
}

// freely is a workflow in which each status leads to each.
type freely struct{}

func (freely) Same(a, b tickets.TrackerStatus) bool { return a == b }

func (freely) Steps(_ tickets.Ticket, want tickets.Change, _ string) ([]tickets.Change, error) {
	return []tickets.Change{want}, nil
}

// TestAnotherTrackerStandsInForBugzilla takes a request to its end with a tracker whose tickets have names instead of numbers.
func TestAnotherTrackerStandsInForBugzilla(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		ctx := t.Context()
		var now atomic.Int64
		clock := func() time.Time { return start.Add(time.Duration(now.Load()) * time.Second) }
		db := testdb.Open(t, dsn)
		svc := testdb.NewDirectory(t, scheduler.New(db, scheduler.Options{Clock: clock, NewID: uuid.NewString}), db, clock)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err := svc.PutFacility(ctx, account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "north", Name: "Athens", Timezone: "UTC",
			VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}, scheduler.ChangeOptions{})
		must(err)
		for name, role := range map[string]account.Role{"eva": account.RoleExperimenter, "monika": account.RoleMentor} {
			_, err := svc.PutPerson(ctx, account.System, account.Person{Username: name, Name: name, Email: name + "@board.example", Roles: []account.Role{role}})
			must(err)
		}
		cards := &board{clock: clock, tickets: map[string]tickets.Ticket{}, comments: map[string][]tickets.Comment{}, edits: map[string][]tickets.Edit{}}
		service := tickets.New(cards, svc, db, tickets.Settings{Site: "https://berth.example", Statuses: tickets.StatusMap{
			scheduler.UnderReview: {Status: "Asked"}, scheduler.Scheduled: {Status: "Granted"}, scheduler.Cancelled: {Status: "Dropped"}}},
			clock, slog.New(slog.DiscardHandler))
		at := clock().Add(48 * time.Hour)
		out, err := svc.Submit(ctx, as("eva"), scheduler.Submission{Name: "Trial", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
			Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"north/a"}}}, Placement: testbeds.Placement{"1": "north/a"},
			Slot: testbeds.NewSlot(at, 2*time.Hour)}})
		must(err)
		id, told := out.Request.ID, int64(0)
		tell := func() {
			t.Helper()
			events, _, err := svc.Events(ctx, account.System, told, 100)
			must(err)
			for _, e := range events {
				must(service.Deliver(ctx, e))
				told = e.Sequence
			}
		}
		view := func() scheduler.View {
			t.Helper()
			v, err := svc.Get(ctx, account.System, id)
			must(err)
			return v
		}
		tell()
		if v := view(); v.Ticket == nil || *v.Ticket != (scheduler.Ticket{Key: "LAB-1", URL: "https://board.example/LAB-1"}) {
			t.Fatalf("the ticket is %+v", v.Ticket)
		}
		now.Add(5)
		cards.say("LAB-1", "monika@board.example", "Have fun.")
		cards.set("LAB-1", "monika@board.example", "Granted")
		_, err = service.Poll(ctx, true)
		must(err)
		if v := view(); v.Status != scheduler.Scheduled {
			t.Errorf("granted on the board it is %s", v.Status)
		}
		tell()
		_, err = svc.Cancel(ctx, as("eva"), id, scheduler.Step{Reason: "another time"})
		must(err)
		tell()
		if got := cards.tickets["LAB-1"].Status.Status; got != "Dropped" {
			t.Errorf("cancelled here it is %s on the board", got)
		}
		if via := lastVia(t, svc, id); via != "board" {
			t.Errorf("the history says that monika granted it by way of %q", via)
		}
		for _, want := range []string{"Deployment request: #1 Trial", "By monika here", "Cancelled: "} {
			if !slices.ContainsFunc(cards.comments["LAB-1"], func(c tickets.Comment) bool { return strings.Contains(c.Text, want) }) {
				t.Errorf("the card does not say %q: %+v", want, cards.comments["LAB-1"])
			}
		}
		delete(cards.tickets, "LAB-1")
		_, err = service.Poll(ctx, true)
		must(err)
		if p, err := service.Progress(ctx); err != nil || !slices.Equal(p.Lost, []string{"LAB-1"}) {
			t.Errorf("progress %+v, %v", p, err)
		}
	})
}

// lastVia returns the system through which a request was scheduled.
func lastVia(t *testing.T, svc testdb.Directory, id string) (via string) {
	t.Helper()
	events, _, err := svc.Events(t.Context(), account.System, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Request == id && e.Action == scheduler.ActionSchedule {
			via = e.Via
		}
	}
	return via
}

var _ tickets.Store = (*store.Store)(nil)
