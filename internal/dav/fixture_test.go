package dav_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/calendar"
	"berth/internal/auth"
	"berth/internal/dav"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// start is the time of the tests.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const password = "correct horse battery"

// failer is a test, or a property's.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// house is the calendar server over a small facility, with people of each role.
type house struct {
	failer
	ctx   context.Context
	store *store.Store
	svc   testdb.Directory
	auth  *auth.Auth
	h     http.Handler
	now   *atomic.Int64 // seconds after start
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := enter(t, t, testdb.OpenWith(t, testdb.SQLite(t), found), new(atomic.Int64))
	h.furnish()
	return h
}

// found holds the options of a store whose calendars contain Berth's address.
var found = store.Options{Site: calendar.Site{URL: "https://berth.example"}}

// enter builds the parts over a database, like a process of its own.
func enter(t *testing.T, f failer, s *store.Store, now *atomic.Int64) *house {
	clock := func() time.Time { return start.Add(time.Duration(now.Load()) * time.Second) }
	h := &house{failer: f, ctx: context.WithoutCancel(t.Context()), store: s, now: now, auth: auth.New(s, clock),
		svc: testdb.NewDirectory(t, scheduler.New(s, scheduler.Options{Clock: clock, NewID: uuid.NewString}), s, clock)}
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("BERTH_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	h.h = dav.New(h.svc.Service, h.auth, s, dav.Options{Log: log, Clock: clock, URL: "https://berth.example"})
	return h
}

func (h *house) clock() time.Time { return start.Add(time.Duration(h.now.Load()) * time.Second) }

// facility returns a testbed that hides its bookings from everyone and has a weekly closure, and one that shows them to
// all users.
func facility() testbeds.Facility {
	size := testbeds.Quantities{"vcpu": 8, "memory_mb": 16384}
	return testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "north", Name: "Athens, north <hall>", Location: "Athens, Greece", Timezone: "Europe/Athens", Providers: []string{"paddy"}, Approval: testbeds.ApprovalInformed,
			Setup: testbeds.Period{Clock: time.Hour}, Teardown: testbeds.Period{Clock: 30 * time.Minute},
			VIMs: []testbeds.VIM{{ID: "a", Capacity: size}}, Devices: []testbeds.Device{{ID: "radio", Count: 2, Units: []string{"r1", "r2"}}},
			Closures: []testbeds.Closure{{ID: "c1", Summary: "Cleaning", Start: testbeds.LocalTime{Time: time.Date(2026, 11, 28, 6, 0, 0, 0, time.UTC)},
				Duration: testbeds.Period{Clock: 2 * time.Hour}, RRule: "FREQ=WEEKLY;COUNT=3"}}},
		{ID: "south", Name: "South", Location: "London", Timezone: "Europe/London", Visibility: testbeds.VisibilityOpen, VIMs: []testbeds.VIM{{ID: "b", Capacity: size}}},
	}}
}

func (h *house) furnish() {
	h.Helper()
	h.must(h.svc.PutFacility(h.ctx, account.System, facility(), scheduler.ChangeOptions{}))
	hash := testdb.PasswordHash(password)
	for name, role := range map[string]account.Role{"eva": account.RoleExperimenter, "erik": account.RoleExperimenter, "monika": account.RoleMentor,
		"paddy": account.RoleProvider, "oskar": account.RoleOperator, "adele": account.RoleAdministrator} {
		p := account.Person{Username: name, Name: strings.ToUpper(name[:1]) + name[1:], Roles: []account.Role{role}, Password: hash}
		if role == account.RoleProvider {
			p.Testbeds = []string{"north"}
		}
		h.must(h.svc.PutPerson(h.ctx, account.System, p))
	}
	h.must(nil, h.store.RefreshCalendar(h.ctx, h.clock()))
}

func (h *house) must(_ any, err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) as(name string) account.Actor {
	h.Helper()
	p, err := h.svc.Person(h.ctx, account.System, name)
	h.must(nil, err)
	return account.ActorOf(p)
}

// hours returns a slot some hours after start.
func hours(from, length float64) testbeds.Slot {
	at := start.Add(time.Duration(from * float64(time.Hour)))
	return testbeds.Slot{Start: at, End: at.Add(time.Duration(length * float64(time.Hour)))}
}

// submit requests vCPUs on a VIM.
func (h *house) submit(who, where string, vcpu int64, slot testbeds.Slot) scheduler.Request {
	h.Helper()
	out, err := h.svc.Submit(h.ctx, h.as(who), scheduler.Submission{Name: "Experiment & <co>", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": vcpu}, Onboarded: []string{where}}},
		Placement:  testbeds.Placement{"1": where}, Slot: slot}})
	h.must(nil, err)
	return out.Request
}

func (h *house) schedule(r scheduler.Request) scheduler.Request {
	h.Helper()
	out, err := h.svc.Schedule(h.ctx, h.as("monika"), r.ID, scheduler.Schedule{})
	h.must(nil, err)
	return out.Request
}

func (h *house) get(r scheduler.Request) scheduler.Request {
	h.Helper()
	v, err := h.svc.Get(h.ctx, account.System, r.ID)
	h.must(nil, err)
	return v.Request
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a call as a user; headers come in pairs.
func (h *house) send(who, method, path, body string, headers ...string) reply {
	h.Helper()
	r := httptest.NewRequestWithContext(h.ctx, method, path, strings.NewReader(body))
	if who != "" {
		r.SetBasicAuth(who, password)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Authorization" && who != "" {
			h.Fatal("two identities")
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	h.must(nil, err)
	return reply{w.Code, w.Result().Header, string(b)}
}

// want checks a status.
func (r reply) want(f failer, status int) reply {
	f.Helper()
	if r.status != status {
		f.Fatalf("answered %d %s, want %d", r.status, r.body, status)
	}
	return r
}

// multistatus is an answer of many parts.
type multistatus struct {
	Responses []struct {
		Href      string `xml:"href"`
		Status    string `xml:"status"`
		Propstats []struct {
			Status string `xml:"status"`
			Prop   struct {
				ETag string `xml:"getetag"`
				Data string `xml:"urn:ietf:params:xml:ns:caldav calendar-data"`
				Name string `xml:"displayname"`
			} `xml:"prop"`
		} `xml:"propstat"`
	} `xml:"response"`
	Token string `xml:"sync-token"`
}

func (r reply) parts(f failer) multistatus {
	f.Helper()
	r.want(f, http.StatusMultiStatus)
	var m multistatus
	if err := xml.Unmarshal([]byte(r.body), &m); err != nil {
		f.Fatalf("%v: %s", err, r.body)
	}
	return m
}

// found maps the hrefs in an answer to the texts of their objects.
func (m multistatus) found() map[string]string {
	list := map[string]string{}
	for _, r := range m.Responses {
		for _, p := range r.Propstats {
			if strings.Contains(p.Status, "200") && strings.HasSuffix(r.Href, ".ics") {
				list[r.Href] = p.Prop.Data
			}
		}
	}
	return list
}

func home(who, collection string) string { return "/dav/calendars/" + who + "/" + collection + "/" }

// aliases returns the aliases of a shared collection for readers who may not know everything in it; nil for
// other collections.
func (h *house) aliases(who, collection string) *calendar.Aliases {
	h.Helper()
	if scheduler.VisibleTo(h.as(who)) == nil || collection == "mine" {
		return nil
	}
	c, err := h.store.Calendar(h.ctx, 0)
	h.must(nil, err)
	x := calendar.NewIndex()
	x.Apply(c)
	return x.Members(collection).Aliases()
}

// href returns the address at which a user finds the event of a request.
func (h *house) href(who, collection string, r scheduler.Request) string {
	h.Helper()
	return h.hrefOf(who, collection, r.ID)
}

func (h *house) hrefOf(who, collection, name string) string {
	h.Helper()
	if a := h.aliases(who, collection); a != nil {
		name = a.Of(name)
	}
	return home(who, collection) + name + ".ics"
}

const all = `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>` +
	`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`

// shown maps hrefs to the objects of a collection.
func (h *house) shown(who, collection string) map[string]string {
	h.Helper()
	return h.send(who, "REPORT", home(who, collection), all, "Depth", "1").parts(h).found()
}

// event returns a user's view of one object.
func (h *house) event(who, collection string, r scheduler.Request) string {
	h.Helper()
	return h.send(who, http.MethodGet, h.href(who, collection, r), "").want(h, http.StatusOK).body
}

// written formats an event the way a client does.
func written(uid string, slot testbeds.Slot) string {
	const form = "20060102T150405Z"
	return fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:client\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		uid, slot.Start.Format(form), slot.End.Format(form))
}
