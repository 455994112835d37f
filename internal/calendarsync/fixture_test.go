package calendarsync

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"berth/internal/caldavclient"
	"berth/internal/caldavclient/caldavtest"
	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// tester is a test, or one run of a property.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// bench is a Berth and a calendar server, with their clock.
type bench struct {
	tester
	svc    *scheduler.Service
	marks  *marks
	server *caldavtest.Server
	url    string
	now    time.Time
	sync   *Sync
	stop   func()
}

// marks are kept in memory.
type marks struct {
	mu   sync.Mutex
	kept map[string]string
}

func (m *marks) Mark(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[name], nil
}

func (m *marks) SetMark(_ context.Context, name, before, value string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept[name] != before {
		return false, nil
	}
	m.kept[name] = value
	return true, nil
}

func facility() testbeds.Facility {
	size := testbeds.Quantities{"vcpu": 16, "memory_mb": 65536, "storage_gb": 500}
	return testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "radio", Name: "Radio Hall", Timezone: "Europe/Dublin", Providers: nil, VIMs: []testbeds.VIM{{ID: "iris", Capacity: size}, {ID: "edge-1", Capacity: size}},
			Devices: []testbeds.Device{{ID: "usrp-n210", Name: "USRP", Count: 4, Units: []string{"u1", "u2", "u3", "u4"}}, {ID: "usrp-x310", Count: 2}, {ID: "bts", Count: 1}}},
		{ID: "cloud", Name: "Cloud", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "a", Capacity: size}}}}}
}

// newBench makes a facility, people, and a server with the collections "upkeep" and "bookings".
func newBench(t tester) *bench {
	b := &bench{tester: t, server: caldavtest.New("upkeep", "bookings"), now: start, marks: &marks{kept: map[string]string{}}}
	people := memory.New()
	b.svc = scheduler.New(people, scheduler.Options{Clock: b.clock, NewID: uuid.NewString})
	ctx := context.Background()
	b.must(b.svc.PutFacility(ctx, account.System, facility(), scheduler.ChangeOptions{}))
	b.must(b.svc.PutCatalogue(ctx, account.System, testbeds.Catalogue{
		VNFs: []testbeds.VNF{{ID: "vnf", Size: testbeds.Quantities{"vcpu": 2, "memory_mb": 4096, "storage_gb": 20}, Onboarded: []string{"radio/iris"}}},
		NSDs: []testbeds.NSD{{ID: "nsd", Members: []testbeds.Member{{Index: "1", VNF: "vnf"}}}}}, scheduler.ChangeOptions{}))
	for _, name := range []string{"eva", "monika", "paddy", "adele"} {
		p := personOf(name)
		p.Revision = 1
		b.must(nil, people.Change(ctx, nil, func(tx scheduler.Tx) error { return tx.PutPerson(ctx, p) }))
	}
	s := httptest.NewServer(b.server)
	b.url, b.stop = s.URL, s.Close
	b.sync = b.process(Settings{})
	return b
}

func personOf(name string) account.Person {
	role := map[string]account.Role{"eva": account.RoleExperimenter, "monika": account.RoleMentor, "paddy": account.RoleProvider, "adele": account.RoleAdministrator}[name]
	p := account.Person{Username: name, Name: name, Roles: []account.Role{role}}
	if name == "paddy" {
		p.Testbeds = []string{"radio"}
	}
	return p
}

func as(name string) account.Actor { return account.ActorOf(personOf(name)) }

func (b *bench) clock() time.Time { return b.now }

func (b *bench) must(_ any, err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%v", err)
	}
}

// process makes the sync of another process.
func (b *bench) process(o Settings) *Sync {
	if o.Name == "" {
		o.Name = "lab"
	}
	if o.Testbed == "" {
		o.Testbed = "radio"
	}
	o.Site, o.Poll, o.Horizon, o.Pages, o.Instance = "calendar.example.org", time.Minute, 400*24*time.Hour, "https://berth.example.org", "this-one"
	collection := "upkeep"
	if o.Write {
		collection = "bookings"
	}
	client, err := caldavclient.New(caldavclient.Options{URL: b.url + caldavtest.Path(collection), User: caldavtest.User, Password: caldavtest.Password, Clock: b.clock, Timeout: 5 * time.Second, Ahead: o.Horizon})
	b.must(nil, err)
	return New(o, client, b.svc, b.marks, b.clock, slog.New(slog.DiscardHandler))
}

// round lets a poll's time pass, and reads or writes.
func (b *bench) round(s *Sync) {
	b.Helper()
	b.now = b.now.Add(time.Minute)
	_, _, err := s.Round(context.Background())
	b.must(nil, err)
}

// event writes an event of an hour, so many hours ahead of the start of the test.
func event(uid string, hours int, more ...string) string {
	at := start.Add(time.Duration(hours) * time.Hour)
	lines := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:" + uid, "DTSTAMP:20260101T000000Z", "DTSTART:" + at.Format("20060102T150405Z"), "DURATION:PT1H"}, more...)
	return strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR"), "\r\n") + "\r\n"
}

// closed lists what is closed: hours after the start, what, and the summary.
func (b *bench) closed(testbed string) (list []string) {
	b.Helper()
	t, _, err := b.svc.Testbed(context.Background(), account.System, testbed)
	b.must(nil, err)
	zone, err := time.LoadLocation(t.Timezone)
	b.must(nil, err)
	for _, c := range t.AllClosures() {
		slots, err := c.Occurrences(zone, testbeds.Slot{Start: start.AddDate(0, -2, 0), End: start.AddDate(1, 0, 0)})
		b.must(nil, err)
		for _, s := range slots {
			list = append(list, strings.Join(strings.Fields(fmt.Sprintf("%g %s %s", s.Start.Sub(start).Hours(), c.Part, c.Summary)), " "))
		}
	}
	slices.Sort(list)
	return list
}

func (b *bench) state(s *Sync, name string) scheduler.TestbedCalendar {
	b.Helper()
	f, _, err := b.svc.Facility(context.Background(), as(name))
	b.must(nil, err)
	c, err := s.State(context.Background(), as(name), f)
	b.must(nil, err)
	return c
}

// granted makes a request with a slot of two hours, so many hours ahead.
func (b *bench) granted(hours int) scheduler.Request {
	b.Helper()
	ctx := context.Background()
	out, err := b.svc.Submit(ctx, as("eva"), scheduler.Submission{Name: "Trial", Mentor: "monika", Ask: scheduler.Ask{NSD: "nsd", Placement: testbeds.Placement{"1": "radio/iris"},
		Slot: testbeds.NewSlot(start.Add(time.Duration(hours)*time.Hour), 2*time.Hour)}})
	b.must(nil, err)
	out, err = b.svc.Schedule(ctx, as("monika"), out.Request.ID, scheduler.Schedule{})
	b.must(nil, err)
	return out.Request
}
