package tickets_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/google/uuid"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/bugzilla/tracker"
	"berth/internal/delivery"
	"berth/internal/retry"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/tickets"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// bench is a Berth and a Bugzilla, and the courier between them.
type bench struct {
	t         testing.TB
	store     *store.Store
	svc       testdb.Directory
	server    *bugzillatest.Server
	courier   *delivery.Courier
	sync      *tickets.Service
	now       *atomic.Int64
	tracker   *tracker.Tracker
	client    *bugzilla.Client
	mentor    string // of submitted requests
	perSeries bool   // a series gets one ticket
	dsn       string
}

func (d *bench) clock() time.Time { return start.Add(time.Duration(d.now.Load()) * time.Second) }

func newBench(t *testing.T, dsn string, v bugzillatest.Version) *bench {
	t.Helper()
	d := &bench{t: t, mentor: "monika", dsn: dsn, now: new(atomic.Int64)}
	d.store = testdb.OpenWith(t, dsn, store.Options{Channels: []scheduler.Channel{{Name: tickets.Channel, Takes: tickets.Takes}}})
	d.svc = testdb.NewDirectory(t, scheduler.New(d.store, scheduler.Options{Clock: d.clock, NewID: uuid.NewString}), d.store, d.clock)
	d.server = bugzillatest.New(t, v, d.clock, "eva@bugs.example", "monika@bugs.example", "oskar@bugs.example")
	client, err := bugzilla.New(bugzilla.Options{URL: d.server.URL, Login: bugzillatest.Login, Key: bugzillatest.Key, Timeout: 5 * time.Second,
		HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}) // each cut connection is the server's doing: none is used twice
	d.must(client, err)
	d.client = client
	d.courier = d.hire()
	size := testbeds.Quantities{"vcpu": 8}
	d.must(d.svc.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "north", Name: "Athens", Timezone: "Europe/Athens", VIMs: []testbeds.VIM{{ID: "a", Capacity: size}}}}}, scheduler.ChangeOptions{}))
	for name, role := range map[string]account.Role{"eva": account.RoleExperimenter, "erik": account.RoleExperimenter, "monika": account.RoleMentor, "oskar": account.RoleOperator} {
		d.must(d.svc.PutPerson(t.Context(), account.System, account.Person{Username: name, Name: name, Email: name + "@bugs.example", Roles: []account.Role{role}}))
	}
	return d
}

// untold makes the service from before tickets, without deliveries.
func (d *bench) untold() *scheduler.Service {
	return scheduler.New(testdb.Open(d.t, d.dsn), scheduler.Options{Clock: d.clock, NewID: uuid.NewString})
}

// hire makes a courier, as another process would.
func (d *bench) hire(with ...func(*tracker.Settings)) *delivery.Courier {
	settings := tracker.Settings{Product: bugzillatest.Product, Component: bugzillatest.Component, Version: "unspecified", OpSys: "All",
		Platform: "All", Login: bugzillatest.Login, Browse: d.server.URL}
	for _, change := range with {
		change(&settings)
	}
	d.tracker = tracker.New(d.client, settings)
	d.sync = tickets.New(d.tracker, d.svc, d.store, tickets.Settings{Statuses: tracker.Stock(), Site: "https://berth.example", Marker: "berth#", PerSeries: d.perSeries}, d.clock, slog.New(slog.DiscardHandler))
	service := d.sync
	return delivery.New(d.store, func(ctx context.Context, m scheduler.Delivery) ([]string, error) {
		err := service.Deliver(ctx, m.Event)
		if err != nil && !bugzilla.IsTemporary(err) {
			return nil, retry.Permanent{Err: err}
		}
		return nil, err
	}, delivery.Options{Channel: tickets.Channel, Clock: d.clock, Log: slog.New(slog.DiscardHandler)})
}

// check runs the check of everything that tickets depend on.
func (d *bench) check() []tracker.Finding {
	return d.tracker.Check(d.t.Context(), tracker.Stock(), d.clock)
}

func (d *bench) must(_ any, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func as(name string) account.Actor {
	role := map[string]account.Role{"eva": account.RoleExperimenter, "erik": account.RoleExperimenter, "monika": account.RoleMentor, "marco": account.RoleMentor, "oskar": account.RoleOperator}[name]
	return account.ActorOf(account.Person{Username: name, Name: name, Roles: []account.Role{role}})
}

func (d *bench) submit(who string, hours int) scheduler.Request {
	d.t.Helper()
	return d.submitTo(d.svc.Service, who, hours)
}

func (d *bench) submitTo(svc *scheduler.Service, who string, hours int) scheduler.Request {
	d.t.Helper()
	at := d.clock().Add(time.Duration(hours) * time.Hour)
	out, err := svc.Submit(context.Background(), as(who), scheduler.Submission{Name: "Trial", Mentor: d.mentor, Anyway: true, Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", VNF: "", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"north/a"}}}, Placement: testbeds.Placement{"1": "north/a"},
		Slot: testbeds.NewSlot(at, 2*time.Hour)}})
	d.must(nil, err)
	return out.Request
}

// settle delivers until nothing waits, and lets time pass for failed deliveries.
func (d *bench) settle() {
	d.t.Helper()
	for range 2000 {
		n, err := d.courier.Round(context.Background())
		d.must(nil, err)
		b, err := d.store.Backlog(context.Background(), "ticket")
		d.must(nil, err)
		if b.Stuck > 0 {
			d.t.Fatalf("%d messages are stuck", b.Stuck)
		}
		if b.Waiting == 0 {
			return
		}
		if n == 0 {
			d.now.Add(900)
		}
	}
	d.t.Fatal("something is never delivered")
}

// agree compares a request with its ticket: the status, and one comment for each event.
func (d *bench) agree(id string) bugzilla.Bug {
	d.t.Helper()
	v, err := d.svc.Get(context.Background(), account.System, id)
	d.must(nil, err)
	if v.Ticket == nil {
		d.t.Fatal("the request has no ticket")
	}
	b, err := d.client.Bug(context.Background(), number(v.Ticket.Key))
	d.must(nil, err)
	want := tracker.Stock()[v.Status]
	if b.Status != want.Status || b.Resolution != want.Resolution || b.Deadline != v.Slot.End.Format(time.DateOnly) || !b.Alias.Has(id) {
		d.t.Errorf("a request that is %s has a ticket that is %s %s, due %s, called %v", v.Status, b.Status, b.Resolution, b.Deadline, b.Alias)
	}
	comments, err := d.client.Comments(context.Background(), b.ID, time.Time{})
	d.must(nil, err)
	said := map[string]int{}
	for _, c := range comments {
		for _, found := range tokens.FindAllStringSubmatch(c.Text, -1) {
			said[found[1]]++
		}
	}
	events, _, err := d.svc.Events(context.Background(), account.System, 0, 10_000)
	d.must(nil, err)
	for _, e := range events {
		if e.Request != id || e.Kind == "reminder" || e.Action == scheduler.ActionTicket {
			continue
		}
		if times := said[fmt.Sprint(e.Sequence)]; times != 1 {
			d.t.Errorf("of %s (%d) there are %d comments", e.Action, e.Sequence, times)
		}
	}
	return b
}

// life takes a request from submit to its end, and calls after with it after each step.
func (d *bench) life(after func(step string, r scheduler.Request)) scheduler.Request {
	d.t.Helper()
	ctx := context.Background()
	r := d.submit("eva", 48)
	step := func(name string, out scheduler.Outcome, err error) {
		d.t.Helper()
		d.must(nil, err)
		r = out.Request
		after(name, r)
	}
	after("submit", r)
	out, err := d.svc.Schedule(ctx, as("monika"), r.ID, scheduler.Schedule{Reason: "fine"})
	step("schedule", out, err)
	d.must(d.svc.AddFeedback(ctx, as("eva"), r.ID, "Thanks! "+strings.Repeat("Very much. ", 60)+"The end.", scheduler.Creation{}))
	after("feedback", r)
	later := r.Slot.Shift(24 * time.Hour)
	out, err = d.svc.Move(ctx, as("monika"), r.ID, scheduler.Move{Slot: &later})
	step("move", out, err)
	d.now.Store(int64(r.Slot.Start.Sub(start)/time.Second) + 60)
	out, err = d.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{})
	step("start", out, err)
	out, err = d.svc.Complete(ctx, as("oskar"), r.ID, scheduler.Step{})
	step("complete", out, err)
	return r
}

// scheduledComment says first what happened, then what follows, then the details; times are the testbed's and UTC.
const scheduledComment = `Scheduled: Thu 26 Nov, 11:00–13:00 Athens time
By monika: fine

Operators orchestrate it before the slot begins.
https://berth.example/requests/1

Slot: Thu 26 Nov, 11:00–13:00 Athens time
  Thu 26 Nov, 09:00–11:00 UTC`

func TestTheTicketFollowsTheRequest(t *testing.T) {
	t.Parallel()
	for _, v := range []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53} {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			d := newBench(t, testdb.SQLite(t), v)
			r := d.life(func(_ string, r scheduler.Request) {
				d.settle()
				d.agree(r.ID)
			})
			b := d.agree(r.ID)
			if b.Assignee != "monika@bugs.example" || len(b.CC) != 1 || b.CC[0] != "eva@bugs.example" || !strings.HasPrefix(b.Summary, "[PORTAL] Deployment Request of NSD:") {
				t.Errorf("ticket %+v", b)
			}
			comments, err := d.client.Comments(t.Context(), b.ID, time.Time{})
			d.must(nil, err)
			for i, want := range []string{"Deployment request: #1 Trial", "Scheduled: ", "Very much. The end.", "Moved: now Fri 27 Nov, 11:00–13:00 Athens time\nBy monika", "Running: until Fri 27 Nov, 13:00 Athens time\nBy oskar", "Completed: "} {
				if i >= len(comments) || !strings.Contains(comments[i].Text, want) {
					t.Fatalf("comment %d of %d lacks %q: %+v", i, len(comments), want, comments)
				}
			}
			decision, _, _ := strings.Cut(comments[1].Text, "\n\n[berth:")
			if diff := cmp.Diff(scheduledComment, decision); diff != "" {
				t.Errorf("the comment on the decision (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryFaultIsOvercome takes a request through its life while each kind of fault strikes requests of each kind.
func TestEveryFaultIsOvercome(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]bugzillatest.Fault{"cut before": bugzillatest.CutBefore, "cut after": bugzillatest.CutAfter, "maintenance": bugzillatest.Maintenance,
		"nothing": bugzillatest.Empty, "deadlock": bugzillatest.Deadlock} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
			var n atomic.Int64
			d.server.SetFaults(func(*http.Request) bugzillatest.Fault {
				if n.Add(1)%3 == 0 {
					return bugzillatest.None
				}
				return fault
			})
			at := 0
			r := d.life(func(string, scheduler.Request) {
				if at++; at%2 == 0 { // some steps meet an outage of the whole time until the next
					_, _ = d.courier.Round(t.Context())
				}
			})
			n.Store(0)
			d.server.SetFaults(func(r *http.Request) bugzillatest.Fault {
				if n.Add(1)%2 == 0 && n.Load() < 200 && r.Method != http.MethodGet {
					return fault
				}
				return bugzillatest.None
			})
			d.settle()
			d.server.SetFaults(nil)
			d.agree(r.ID)
			if d.server.Count() != 1 {
				t.Errorf("%d tickets", d.server.Count())
			}
		})
	}
}

func TestWhoHasNoAccountIsNotInCC(t *testing.T) {
	t.Parallel()
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	r := d.submit("erik", 48)
	d.settle()
	b := d.agree(r.ID)
	comments, err := d.client.Comments(t.Context(), b.ID, time.Time{})
	d.must(nil, err)
	if len(b.CC) != 0 || !strings.Contains(comments[0].Text, "erik has no account in Bugzilla (erik@bugs.example)") {
		t.Errorf("CC %v, described as\n%s", b.CC, comments[0].Text)
	}
}

func TestAPermanentRefusalHoldsUpOneRequestUntilItIsRepaired(t *testing.T) {
	t.Parallel()
	d := newBench(t, testdb.SQLite(t), bugzillatest.V52)
	stuck, other := d.submit("eva", 48), scheduler.Request{}
	d.settle()
	v, err := d.svc.Get(t.Context(), account.System, stuck.ID)
	d.must(nil, err)
	d.server.Hide(number(v.Ticket.Key))
	d.must(d.svc.AddFeedback(t.Context(), as("eva"), stuck.ID, "hello?", scheduler.Creation{}))
	other = d.submit("eva", 60)
	for range 3 {
		_, err := d.courier.Round(t.Context())
		d.must(nil, err)
		d.now.Add(900)
	}
	d.agree(other.ID)
	b, err := d.store.Backlog(t.Context(), "ticket")
	if err != nil || b.Stuck != 1 || b.Waiting != 0 {
		t.Fatalf("backlog %+v, %v", b, err)
	}
	d.server.Show(number(v.Ticket.Key))
	d.must(d.store.Retry(t.Context(), "ticket", ""))
	d.settle()
	d.agree(stuck.ID)
}
