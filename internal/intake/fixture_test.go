package intake_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/intake"
	"berth/internal/portal"
	"berth/internal/portal/orders"
	"berth/internal/portal/portaltest"
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

// bench is a Berth and a portal, with their clock.
type bench struct {
	t      tester
	svc    *scheduler.Service
	people *auth.Auth
	kept   *kept
	server *portaltest.Server
	desk   intake.Desk
	follow intake.Follow
	now    *atomic.Int64
	alice  string // her key in the portal
}

func (d *bench) clock() time.Time     { return start.Add(time.Duration(d.now.Load()) * time.Second) }
func (d *bench) pass(x time.Duration) { d.now.Add(int64(x / time.Second)) }
func (d *bench) until(at time.Time)   { d.now.Store(int64(at.Sub(start) / time.Second)) }
func (d *bench) must(_ any, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("%v", err)
	}
}

// kept keeps ties and marks in memory.
type kept struct {
	mu    sync.Mutex
	ties  map[string]scheduler.OrderTie
	marks map[string]string
	fails func() bool // each write; nil: never
}

func newKept() *kept {
	return &kept{ties: map[string]scheduler.OrderTie{}, marks: map[string]string{}}
}

func (k *kept) Order(_ context.Context, portal, key string) (scheduler.OrderTie, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ties[portal+"/"+key], nil
}

func (k *kept) OrderOf(_ context.Context, request string) (scheduler.OrderTie, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, x := range k.ties {
		if x.Request == request && request != "" {
			return x, nil
		}
	}
	return scheduler.OrderTie{}, nil
}

func (k *kept) Orders(_ context.Context, portal, after string, limit int) (list []scheduler.OrderTie, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, x := range k.ties {
		if x.Portal == portal && !x.Over && x.Key > after {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b scheduler.OrderTie) int { return cmp.Compare(a.Key, b.Key) })
	return list[:min(limit, len(list))], nil
}

var errDown = scheduler.Errorf(scheduler.CodeUnavailable, "the database is down")

func (k *kept) PutOrder(_ context.Context, x scheduler.OrderTie) (scheduler.OrderTie, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil && k.fails() {
		return x, errDown
	}
	id := x.Portal + "/" + x.Key
	if k.ties[id].Revision != x.Revision {
		return x, scheduler.Errorf(scheduler.CodePrecondition, "changed")
	}
	for other, y := range k.ties {
		if y.Request == x.Request && x.Request != "" && other != id {
			return x, errors.New("a request has two orders")
		}
	}
	x.Revision++
	k.ties[id] = x
	return x, nil
}

func (k *kept) Mark(_ context.Context, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.marks[name], nil
}

func (k *kept) SetMark(_ context.Context, name, before, value string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil && k.fails() {
		return false, errDown
	}
	if k.marks[name] != before {
		return false, nil
	}
	k.marks[name] = value
	return true, nil
}

const design = "cirros_2vnf_nsd"

// newBench makes a facility of two testbeds, a portal that knows their VIMs, and people.
func newBench(t tester, owner portaltest.Owner, g portaltest.Generation, follow intake.Follow) *bench {
	d := &bench{t: t, now: new(atomic.Int64), kept: newKept(), follow: follow}
	d.server = portaltest.New(owner, g, d.clock)
	d.populate()
	d.desk = intake.Desk{d.process("5ginfire", d.server)}
	return d
}

// populate makes both sides as they are before anybody asks for anything.
func (d *bench) populate() {
	people := memory.New()
	d.svc = scheduler.New(people, scheduler.Options{Clock: d.clock, NewID: uuid.NewString})
	d.people = auth.New(people, d.clock)
	d.server.AddInfrastructure("Cloudville", "Cloudville", "691c8956-vim")
	d.server.AddInfrastructure("Volos", "Nowhere", "")
	d.server.AddExperiment(design, "cirros_vnfd", "cirros_vnfd")
	d.server.AddExperiment("unknown_nsd", "other_vnfd")
	d.alice = d.server.AddUser("alice", "Alice Example", "alice@example.org")
	size := testbeds.Quantities{"vcpu": 16, "memory_mb": 65536, "storage_gb": 500}
	ctx := context.Background()
	d.must(d.svc.PutFacility(ctx, account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "patras", Name: "Patras", Timezone: "Europe/Athens", VIMs: []testbeds.VIM{{ID: "a", Capacity: size, Datacenter: "Cloudville", Account: "691c8956-vim"}}},
		{ID: "volos", Name: "Volos", Timezone: "Europe/Athens", VIMs: []testbeds.VIM{{ID: "b", Capacity: size}}}}}, scheduler.ChangeOptions{}))
	onboarded := []string{"patras/a", "volos/b"}
	d.must(d.svc.PutCatalogue(ctx, account.System, testbeds.Catalogue{
		VNFs: []testbeds.VNF{{ID: "cirros_vnfd", Size: testbeds.Quantities{"vcpu": 1, "memory_mb": 512, "storage_gb": 2}, Onboarded: onboarded}},
		NSDs: []testbeds.NSD{{ID: design, Members: []testbeds.Member{{Index: "1", VNF: "cirros_vnfd"}, {Index: "2", VNF: "cirros_vnfd"}}}}}, scheduler.ChangeOptions{}))
	for name, role := range map[string]account.Role{"monika": account.RoleMentor, "oskar": account.RoleOperator} {
		d.must(nil, people.Change(ctx, nil, func(tx scheduler.Tx) error {
			return tx.PutPerson(ctx, account.Person{Username: name, Name: name, Email: name + "@example.org", Roles: []account.Role{role}, Revision: 1})
		}))
	}
}

// process makes the sync of another process.
func (d *bench) process(name string, server *portaltest.Server) *intake.Sync {
	client, err := portal.New(portal.Options{URL: server.API(), Key: portaltest.Key, Timeout: 10 * time.Second})
	d.must(nil, err)
	return intake.New(intake.Settings{Name: name, Kind: "5ginfire", Via: orders.Via + " " + name, Site: server.URL, Pages: "https://berth.example.org", VIMs: map[string]string{"Volos": "volos/b"},
		Follow: d.follow, Poll: time.Minute}, orders.New(client), d.svc, d.people, d.kept, d.clock, slog.New(slog.DiscardHandler))
}

func as(name string) account.Actor {
	role := map[string]account.Role{"alice": account.RoleExperimenter, "monika": account.RoleMentor, "oskar": account.RoleOperator}[name]
	return account.ActorOf(account.Person{Username: name, Name: name, Roles: []account.Role{role}})
}

// asks posts a deployment in the portal: two hours, so many hours ahead.
func (d *bench) asks(hours int) int64 {
	at := d.clock().Truncate(time.Hour).Add(time.Duration(hours) * time.Hour)
	return d.server.Ask(portaltest.Ask{Key: d.alice, Name: "Trial", Experiment: design, Places: map[int]string{0: "Cloudville", 1: "Cloudville", 2: "Volos"}, Mentor: "monika@example.org",
		Start: at, End: at.Add(2 * time.Hour), ISO: true})
}

// round lets a poll's time pass with what it brings, and polls.
func (d *bench) round() {
	d.t.Helper()
	d.pass(time.Minute)
	_, _, err := d.svc.RunDue(context.Background())
	d.must(nil, err)
	for _, s := range d.desk {
		_, _, err := s.Round(context.Background())
		d.must(nil, err)
	}
}

// sweep polls with a look at every order.
func (d *bench) sweep() {
	d.t.Helper()
	d.pass(20 * time.Minute)
	d.round()
}

// tell delivers what the courier would after a change of the request.
func (d *bench) tell(id string) error {
	m := scheduler.Delivery{Event: scheduler.Event{Request: id, Action: scheduler.ActionFeedback, Kind: scheduler.EventRequest}}
	targets, err := d.desk.Deliver(context.Background(), m)
	for _, m.Target = range targets {
		if _, each := d.desk.Deliver(context.Background(), m); each != nil {
			err = errors.Join(err, each)
		}
	}
	return err
}

// order returns what Berth shows of an order.
func (d *bench) order(id int64) scheduler.Order {
	d.t.Helper()
	list, err := d.desk.List(context.Background(), as("oskar"))
	d.must(nil, err)
	for _, x := range list[0].Orders {
		if x.Key == strconv.FormatInt(id, 10) {
			return x
		}
	}
	return scheduler.Order{}
}

// taken returns the request that an order became.
func (d *bench) taken(id int64) scheduler.View {
	d.t.Helper()
	saved, err := d.kept.Order(context.Background(), "5ginfire", strconv.FormatInt(id, 10))
	d.must(nil, err)
	if saved.Request == "" {
		d.t.Fatalf("order %d became no request: %+v", id, d.order(id))
	}
	return d.view(saved.Request)
}

func (d *bench) view(id string) scheduler.View {
	d.t.Helper()
	v, err := d.svc.Get(context.Background(), account.System, id)
	d.must(nil, err)
	return v
}

// requests lists all requests.
func (d *bench) requests() []scheduler.Request {
	page, err := d.svc.List(context.Background(), account.System, scheduler.RequestFilter{Limit: 100}, "")
	d.must(nil, err)
	return page.Items
}

// says checks that a deployment has a status, and a feedback with some texts.
func (d *bench) says(id int64, status string, texts ...string) {
	d.t.Helper()
	x := d.server.Look(id)
	if x == nil || x["status"] != status {
		d.t.Fatalf("deployment %d is %v, want %s; %+v", id, x["status"], status, d.order(id))
	}
	for _, text := range texts {
		if said, _ := x["feedback"].(string); !strings.Contains(said, text) {
			d.t.Fatalf("deployment %d says %q, want %q", id, said, text)
		}
	}
}

// remarks returns all feedback of a request.
func (d *bench) remarks(id string) (all []string) {
	page, err := d.svc.Feedback(context.Background(), account.System, id, "", 500)
	d.must(nil, err)
	for _, f := range page.Items {
		all = append(all, f.Author+": "+f.Text)
	}
	return all
}

func shown(d *bench, id int64) string {
	x := d.server.Look(id)
	if x == nil {
		return "deleted"
	}
	return fmt.Sprintf("%v %v–%v %q", x["status"], x["startDate"], x["endDate"], x["feedback"])
}

// account0 is Berth itself.
var account0 = account.System
