package app

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/config"
	"berth/internal/testdb"
	"berth/internal/tickets"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// office is the job of tickets, with a clock of its own and a Bugzilla.
type office struct {
	t      *testing.T
	parts  *Parts
	server *bugzillatest.Server
	duty   *ticketJob
	log    bytes.Buffer
	key    string // file
	now    atomic.Int64
}

var begun = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func (o *office) clock() time.Time { return begun.Add(time.Duration(o.now.Load()) * time.Second) }

func newOffice(t *testing.T, v bugzillatest.Version) *office {
	t.Helper()
	o := &office{t: t, key: filepath.Join(t.TempDir(), "key")}
	o.server = bugzillatest.New(t, v, o.clock)
	o.write(bugzillatest.Key)
	empty := filepath.Join(t.TempDir(), "berth.toml")
	o.must(os.WriteFile(empty, nil, 0o600))
	settings, err := config.Load(config.Sources{File: empty, Environ: []string{"BERTH_DATABASE=" + testdb.SQLite(t), "BERTH_BUGZILLA_URL=" + o.server.URL,
		"BERTH_BUGZILLA_KEY_FILE=" + o.key, "BERTH_BUGZILLA_LOGIN=" + bugzillatest.Login}})
	o.must(err)
	log := slog.New(slog.NewTextHandler(&o.log, nil))
	o.parts, err = Open(t.Context(), settings, Options{Log: log, Version: "test"})
	o.must(err)
	t.Cleanup(func() { o.must(o.parts.Close()) })
	o.parts.Clock = o.clock
	service, err := o.parts.Tickets(settings, "https://berth.example", log)
	o.must(err)
	o.duty = o.parts.ticketJob(service, settings.Bugzilla.Poll, log)
	_, err = o.parts.Service.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "north", Name: "North", Timezone: "UTC",
		VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 100}}}}}}, scheduler.ChangeOptions{})
	o.must(err)
	_, err = o.parts.Auth.PutPerson(t.Context(), account.System, account.Person{Username: "eva", Name: "Eva", Roles: []account.Role{account.RoleExperimenter}})
	o.must(err)
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) write(key string) { o.must(os.WriteFile(o.key, []byte(key+"\n"), 0o600)) }

// submit makes some requests that want tickets.
func (o *office) submit(n int) {
	o.t.Helper()
	eva := account.ActorOf(account.Person{Username: "eva", Roles: []account.Role{account.RoleExperimenter}})
	for range n {
		_, err := o.parts.Service.Submit(o.t.Context(), eva, scheduler.Submission{Name: "Trial", Ask: scheduler.Ask{
			Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{"north/a"}}},
			Placement:  testbeds.Placement{"1": "north/a"}, Slot: testbeds.NewSlot(time.Now().Add(48*time.Hour).Truncate(time.Hour), time.Hour)}})
		o.must(err)
	}
}

// pass lets a minute go by, with some of the job's calls in it.
func (o *office) pass() {
	o.t.Helper()
	for range 6 {
		o.now.Add(10)
		_, _, err := o.duty.run(o.t.Context())
		o.must(err)
	}
}

func (o *office) backlog() scheduler.Backlog {
	o.t.Helper()
	b, err := o.parts.Store.Backlog(o.t.Context(), tickets.Channel)
	o.must(err)
	return b
}

// TestOneFaultOfAllIsOneMessage and waiting deliveries go on as soon as a poll succeeds, whether the key, the server or its database
// failed.
func TestOneFaultOfAllIsOneMessage(t *testing.T) {
	t.Parallel()
	for _, v := range []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53} {
		for name, c := range map[string]struct{ breaks, repairs func(o *office) }{
			"the key":      {func(o *office) { o.server.SetKey("another") }, func(o *office) { o.write("another") }},
			"maintenance":  {func(o *office) { o.server.SetFaults(bugzillatest.Always(bugzillatest.Maintenance)) }, func(o *office) { o.server.SetFaults(nil) }},
			"the database": {func(o *office) { o.server.SetFaults(bugzillatest.Always(bugzillatest.Empty)) }, func(o *office) { o.server.SetFaults(nil) }},
		} {
			t.Run(string(v)+" "+name, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, v)
				o.submit(1)
				o.pass()
				c.breaks(o)
				o.submit(5)
				for range 5 {
					o.pass()
				}
				if b := o.backlog(); b.Waiting != 5 || b.Stuck != 0 {
					t.Errorf("in the outage %d wait, %d are stuck", b.Waiting, b.Stuck)
				}
				if n := strings.Count(o.log.String(), "level=WARN") + strings.Count(o.log.String(), "level=ERROR"); n != 1 || !strings.Contains(o.log.String(), "remedy=") {
					t.Errorf("it was said %d times:\n%s", n, o.log.String())
				}
				c.repairs(o)
				o.pass()
				if b := o.backlog(); b.Waiting+b.Stuck != 0 || o.server.Count() != 6 {
					t.Errorf("repaired, %d wait, %d are stuck, %d tickets:\n%s", b.Waiting, b.Stuck, o.server.Count(), o.log.String())
				}
			})
		}
	}
}

// TestWhatIsStuckGoesOnAsSoonAsAPollSucceeds also where the fault came between a poll and a delivery.
func TestWhatIsStuckGoesOnAsSoonAsAPollSucceeds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, bugzillatest.V52)
	o.pass()
	o.submit(3)
	o.server.SetKey("another")
	if _, err := o.duty.courier.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b := o.backlog(); b.Stuck != 1 || b.Waiting != 2 {
		t.Fatalf("%d stuck, %d waiting", b.Stuck, b.Waiting)
	}
	o.pass()
	o.write("another")
	o.pass()
	if b := o.backlog(); b.Waiting+b.Stuck != 0 || o.server.Count() != 3 {
		t.Errorf("%d wait, %d are stuck, %d tickets:\n%s", b.Waiting, b.Stuck, o.server.Count(), o.log.String())
	}
}

// TestThePollsHaveFigures before the first, after a success, and in an outage.
func TestThePollsHaveFigures(t *testing.T) {
	t.Parallel()
	o := newOffice(t, bugzillatest.V53)
	figures := func(want ...string) {
		t.Helper()
		r := prometheus.NewRegistry()
		r.MustRegister(polls{o.parts.Store, o.clock})
		rec := httptest.NewRecorder()
		promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
		for _, line := range want {
			if absent := strings.HasPrefix(line, "no "); strings.Contains(rec.Body.String(), "\n"+strings.TrimPrefix(line, "no ")) == absent {
				t.Errorf("want %s in\n%s", line, rec.Body.String())
			}
		}
	}
	figures("no berth_bugzilla_poll_age_seconds", "berth_bugzilla_poll_seen_total 0", "berth_bugzilla_poll_failing 0")
	o.submit(2)
	o.pass()
	o.pass()
	o.now.Add(7)
	figures("berth_bugzilla_poll_age_seconds 27", "berth_bugzilla_poll_last_success_timestamp_seconds 1.7", "no berth_bugzilla_poll_seen_total 0", "berth_bugzilla_poll_failing 0")
	o.server.SetFaults(bugzillatest.Always(bugzillatest.Maintenance))
	o.pass()
	figures("berth_bugzilla_poll_failing 1", "berth_bugzilla_poll_unsettled 0", "berth_bugzilla_tickets_lost 0")
}
