package mail_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/google/uuid"

	"berth/internal/delivery"
	"berth/internal/mail"
	"berth/internal/mail/mailtest"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

const (
	site = "https://berth.example"
	list = "tickets@list.example"
)

// house is a Berth, a mail server, and the courier between them. north needs an approval, south is only
// notified.
type house struct {
	t       testing.TB
	store   *store.Store
	svc     testdb.Directory
	server  *mailtest.Server
	courier *delivery.Courier
	now     atomic.Int64
}

func (h *house) clock() time.Time { return start.Add(time.Duration(h.now.Load()) * time.Second) }

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, server: mailtest.New(t, mailtest.Options{})}
	h.store = testdb.OpenWith(t, testdb.SQLite(t), store.Options{Channels: []scheduler.Channel{{Name: mail.Channel, Takes: mail.Takes}}})
	h.svc = testdb.NewDirectory(t, scheduler.New(h.store, scheduler.Options{Clock: h.clock, NewID: uuid.NewString}), h.store, h.clock)
	smtp, err := mail.NewSMTP(mail.Server{Host: h.server.Host, Port: h.server.Port, Security: mail.Clear})
	h.must(smtp, err)
	post := mail.New(h.svc, smtp, mail.Settings{From: mail.Address{Name: "Berth", Address: "berth@berth.example"}, List: list, Site: site}, h.clock, slog.New(slog.DiscardHandler))
	h.courier = delivery.New(h.store, post.Deliver, delivery.Options{Channel: mail.Channel, Clock: h.clock, Log: slog.New(slog.DiscardHandler)})
	size := testbeds.Quantities{"vcpu": 8}
	h.must(h.svc.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "north", Name: "Athens", Timezone: "Europe/Athens", Providers: []string{"paddy"}, Setup: testbeds.Period{Clock: 30 * time.Minute}, VIMs: []testbeds.VIM{{ID: "a", Capacity: size}}},
		{ID: "south", Name: "Madrid", Timezone: "Europe/Madrid", Approval: testbeds.ApprovalInformed, Providers: []string{"petra"}, VIMs: []testbeds.VIM{{ID: "b", Capacity: size}}}}}, scheduler.ChangeOptions{}))
	for _, p := range people {
		h.must(h.svc.PutPerson(t.Context(), account.System, p))
	}
	return h
}

var people = []account.Person{
	person("eva", nil, account.RoleExperimenter), person("erik", nil, account.RoleExperimenter), person("monika", nil, account.RoleMentor),
	person("marco", nil, account.RoleMentor), person("paddy", []string{"north"}, account.RoleProvider), person("petra", []string{"south"}, account.RoleProvider),
	person("oskar", nil, account.RoleOperator),
	{Username: "nomail", Name: "No Mail", Roles: []account.Role{account.RoleOperator}},
	{Username: "gone", Name: "Gone", Email: "gone@people.example", Roles: []account.Role{account.RoleOperator}, Disabled: true},
}

func person(name string, testbeds []string, role account.Role) account.Person {
	return account.Person{Username: name, Name: strings.ToUpper(name[:1]) + name[1:], Email: name + "@people.example", Roles: []account.Role{role}, Testbeds: testbeds}
}

func as(name string) account.Actor {
	i := slices.IndexFunc(people, func(p account.Person) bool { return p.Username == name })
	return account.ActorOf(people[i])
}

func (h *house) must(_ any, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// wants returns a request for half of north.
func (h *house) wants(hours int) scheduler.Submission {
	return scheduler.Submission{Name: "Trial", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"north/a"}}}, Placement: testbeds.Placement{"1": "north/a"},
		Slot: testbeds.NewSlot(h.clock().Add(time.Duration(hours)*time.Hour), 2*time.Hour)}}
}

func (h *house) submit(hours int) scheduler.Request {
	h.t.Helper()
	out, err := h.svc.Submit(context.Background(), as("eva"), h.wants(hours))
	h.must(nil, err)
	return out.Request
}

func (h *house) approve(r scheduler.Request) {
	h.t.Helper()
	h.must(h.svc.Approve(context.Background(), as("paddy"), r.ID, "north", scheduler.Approve{Decision: scheduler.Approved}))
}

// scheduled returns a request with its slot, after all its mails were delivered.
func (h *house) scheduled(hours int) scheduler.Request {
	h.t.Helper()
	r := h.submit(hours)
	h.approve(r)
	out, err := h.svc.Schedule(context.Background(), as("monika"), r.ID, scheduler.Schedule{})
	h.must(nil, err)
	h.post()
	return out.Request
}

// post delivers until nothing is deliverable, and returns the mails that arrived.
func (h *house) post() []mailtest.Mail {
	h.t.Helper()
	for range 100 {
		n, err := h.courier.Round(context.Background())
		h.must(nil, err)
		if n == 0 {
			return h.server.Mails()
		}
	}
	h.t.Fatal("it never ends")
	return nil
}

// later advances the clock, and does the work that falls due.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.now.Add(int64(d / time.Second))
	_, _, err := h.svc.RunDue(context.Background())
	h.must(nil, err)
}

// readers lists the readers of mails, by the part before the @.
func readers(mails []mailtest.Mail) []string {
	var names []string
	for _, m := range mails {
		name, _, _ := strings.Cut(m.Envelope, "@")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// of returns the only mail to a reader.
func (h *house) of(mails []mailtest.Mail, name string) mailtest.Mail {
	h.t.Helper()
	var found []mailtest.Mail
	for _, m := range mails {
		if strings.HasPrefix(m.Envelope, name+"@") {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		h.t.Fatalf("%d mails to %s among those to %v", len(found), name, readers(mails))
	}
	return found[0]
}

// invitation returns the invitation in a mail; ok is false if it has none.
func (h *house) invitation(m mailtest.Mail) (method string, event ical.Event, ok bool) {
	h.t.Helper()
	part, ok := m.Part("text/calendar")
	if !ok {
		return "", event, false
	}
	cal, err := ical.NewDecoder(strings.NewReader(part.Text)).Decode()
	if err != nil {
		h.t.Fatalf("%v in\n%s", err, part.Text)
	}
	events := cal.Events()
	if len(events) != 1 || part.Params["method"] != cal.Props.Get(ical.PropMethod).Value || !strings.EqualFold(part.Params["charset"], "utf-8") {
		h.t.Fatalf("%v with\n%s", part.Params, part.Text)
	}
	return part.Params["method"], events[0], true
}
