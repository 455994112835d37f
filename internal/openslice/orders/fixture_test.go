package orders_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/intake"
	"berth/internal/openslice"
	"berth/internal/openslice/openslicetest"
	"berth/internal/openslice/orders"
	"berth/internal/testdb"
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

// berth is a Berth with its database and clock. Several Opensslices may stand beside it, one after the other.
type berth struct {
	svc    *scheduler.Service
	people *auth.Auth
	kept   intake.Store
	now    *atomic.Int64
	serial int
}

func (b *berth) clock() time.Time     { return start.Add(time.Duration(b.now.Load()) * time.Second) }
func (b *berth) pass(x time.Duration) { b.now.Add(int64(x / time.Second)) }
func (b *berth) until(at time.Time)   { b.now.Store(int64(at.Sub(start) / time.Second)) }

const design = "hello_world_nsd"

// stored is a database of its own.
func stored(t *testing.T) *berth {
	t.Helper()
	db := testdb.Open(t, testdb.SQLite(t))
	return newBerth(t, db, db)
}

// newBerth makes a facility of one testbed with one VIM and radios, a catalogue, and people.
func newBerth(t *testing.T, db scheduler.Store, ties intake.Store) *berth {
	t.Helper()
	b := &berth{now: new(atomic.Int64), kept: ties}
	b.svc = scheduler.New(db, scheduler.Options{Clock: b.clock, NewID: uuid.NewString})
	b.people = auth.New(db, b.clock)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "wins-5g", Name: "Iris", Timezone: "Europe/Dublin", Approval: testbeds.ApprovalInformed,
		VIMs:    []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 8, "memory_mb": 16384, "storage_gb": 200}, Datacenter: "Iris DC"}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 2, Units: []string{"u1", "u2"}}}}}}
	c := testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "hello", Size: testbeds.Quantities{"vcpu": 2, "memory_mb": 512}, Onboarded: []string{"wins-5g/iris"}}},
		NSDs: []testbeds.NSD{{ID: design, Members: []testbeds.Member{{Index: "1", VNF: "hello"}, {Index: "2", VNF: "hello"}}, Placement: testbeds.Placement{"all": "wins-5g/iris"}}}}
	must(b.svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}))
	must(b.svc.PutCatalogue(t.Context(), account.System, c, scheduler.ChangeOptions{}))
	for name, role := range map[string]account.Role{"monika": account.RoleMentor, "oskar": account.RoleOperator} {
		must(b.people.PutPerson(t.Context(), account.System, account.Person{Username: name, Name: name, Email: name + "@example.org", Roles: []account.Role{role}}))
	}
	return b
}

// bench is a Berth and one Openslice, with two processes of Berth.
type bench struct {
	*berth
	t      tester
	server *openslicetest.Server
	name   string
	desk   []intake.Desk // one for each process
}

func (b *berth) beside(t tester, owner openslicetest.Owner, follow intake.Follow) *bench {
	b.serial++
	d := &bench{berth: b, t: t, server: openslicetest.New(owner, b.clock), name: fmt.Sprintf("openslice-%d", b.serial)}
	for range 2 {
		d.desk = append(d.desk, intake.Desk{d.process(follow)})
	}
	return d
}

// process makes the sync of another process.
func (d *bench) process(follow intake.Follow) *intake.Sync {
	c, err := openslice.New(openslice.Options{URL: d.server.URL + openslicetest.APIPath, TokenURL: d.server.URL + openslicetest.TokenPath, Client: openslicetest.Client, Secret: openslicetest.Secret, Clock: d.clock, Timeout: 10 * time.Second})
	d.must(nil, err)
	return intake.New(intake.Settings{Name: d.name, Kind: "openslice", Via: orders.Via + " " + d.name, Site: d.server.URL, Pages: "https://berth.example.org", Follow: follow, Poll: time.Minute},
		orders.New(c, d.server.URL, d.clock), d.svc, d.people, d.kept, d.clock, slog.New(slog.DiscardHandler))
}

func (d *bench) must(_ any, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("%v", err)
	}
}

func as(name string, role account.Role) account.Actor {
	return account.ActorOf(account.Person{Username: name, Name: name, Roles: []account.Role{role}})
}

var (
	monika = as("monika", account.RoleMentor)
	oskar  = as("oskar", account.RoleOperator)
)

// kept keeps ties and marks in memory.
type kept struct {
	mu    sync.Mutex
	ties  map[string]scheduler.OrderTie
	marks map[string]string
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

func (k *kept) PutOrder(ctx context.Context, x scheduler.OrderTie) (scheduler.OrderTie, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := x.Portal + "/" + x.Key
	if ctx.Err() != nil {
		return x, ctx.Err() // a process that ends writes nothing any more
	}
	if k.ties[id].Revision != x.Revision {
		return x, scheduler.Errorf(scheduler.CodePrecondition, "changed")
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

func (k *kept) SetMark(ctx context.Context, name, before, value string) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if ctx.Err() != nil || k.marks[name] != before {
		return false, ctx.Err()
	}
	k.marks[name] = value
	return true, nil
}

// orders makes an order in Openslice: two hours, so many hours ahead.
func (d *bench) orders(hours int, is ...string) string {
	at := d.clock().Truncate(time.Hour).Add(time.Duration(hours) * time.Hour)
	w := openslicetest.Wish{Requester: "maeve", Email: "maeve@tcd.example", Organisation: "TCD", Service: design, Start: at, End: at.Add(2 * time.Hour), Is: map[string]string{}}
	for i := 0; i+1 < len(is); i += 2 {
		w.Is[is[i]] = is[i+1]
	}
	return d.server.Order(w)
}

// round lets a poll's time pass with what it brings, and polls in one process.
func (d *bench) round() {
	d.t.Helper()
	d.pass(time.Minute)
	_, _, err := d.svc.RunDue(context.Background())
	d.must(nil, err)
	for _, s := range d.desk[0] {
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
func (d *bench) tell(id string) error { return d.tellBy(0, id) }

func (d *bench) tellBy(process int, id string) error {
	m := scheduler.Delivery{Event: scheduler.Event{Request: id, Action: scheduler.ActionFeedback, Kind: scheduler.EventRequest}}
	targets, err := d.desk[process].Deliver(context.Background(), m)
	for _, m.Target = range targets {
		if _, each := d.desk[process].Deliver(context.Background(), m); each != nil {
			err = errors.Join(err, each)
		}
	}
	return err
}

// taken returns the request that an order became.
func (d *bench) taken(order string) scheduler.View {
	d.t.Helper()
	v, ok := d.request(order)
	if !ok {
		list, _ := d.desk[0].List(context.Background(), oskar)
		d.t.Fatalf("order %s became no request: %+v", order, list)
	}
	return v
}

func (d *bench) request(order string) (v scheduler.View, ok bool) {
	d.t.Helper()
	saved, err := d.kept.Order(context.Background(), d.name, order)
	d.must(nil, err)
	if saved.Request == "" {
		return v, false
	}
	return d.view(saved.Request), true
}

func (d *bench) view(id string) scheduler.View {
	d.t.Helper()
	v, err := d.svc.Get(context.Background(), account.System, id)
	d.must(nil, err)
	return v
}

// says checks that an order has a state, and notes with some texts.
func (d *bench) says(id, state string, texts ...string) openslicetest.Seen {
	d.t.Helper()
	x, ok := d.server.Look(id)
	if !ok || x.State != state {
		list, _ := d.desk[0].List(context.Background(), oskar)
		d.t.Fatalf("order %s is %s, want %s; %+v", id, x.State, state, list)
	}
	for _, text := range texts {
		if !slices.ContainsFunc(x.Note, func(n struct{ Author, System, Text string }) bool {
			return strings.HasPrefix(n.System, "berth ") && strings.Contains(n.Text, text)
		}) {
			d.t.Fatalf("order %s has no note of Berth with %q: %+v", id, text, x.Note)
		}
	}
	return x
}

// remarks returns all feedback of a request.
func (d *bench) remarks(id string) (all []string) {
	d.t.Helper()
	page, err := d.svc.Feedback(context.Background(), account.System, id, "", 500)
	d.must(nil, err)
	for _, f := range page.Items {
		all = append(all, f.Author+": "+f.Text)
	}
	return all
}

// via lists by which systems the steps of a request were taken.
func (d *bench) via(id string) (list []string) {
	d.t.Helper()
	page, err := d.svc.History(context.Background(), account.System, id, "", 500)
	d.must(nil, err)
	for _, e := range page.Items {
		list = append(list, string(e.Action)+" via "+e.Via)
	}
	return list
}
