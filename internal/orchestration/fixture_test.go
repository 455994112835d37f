package orchestration_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"berth/internal/orchestration"
	"berth/internal/osm"
	"berth/internal/osm/orchestrator"
	"berth/internal/osm/osmtest"
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

// bench is a Berth and an OSM, with their clock.
type bench struct {
	t      tester
	svc    *scheduler.Service
	kept   *kept
	server *osmtest.Server
	sync   *orchestration.Sync
	vims   map[string]string // the ids of accounts, by VIM
	now    *atomic.Int64
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

// kept keeps deployments and marks in memory.
type kept struct {
	mu    sync.Mutex
	ties  map[string]scheduler.DeploymentTie
	marks map[string]string
	fails func() bool // each write; nil: never
}

func (k *kept) Deployment(_ context.Context, request string) (scheduler.DeploymentTie, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ties[request], nil
}

func (k *kept) Deployments(_ context.Context, system string, after int64, limit int) (list []scheduler.DeploymentTie, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, x := range k.ties {
		if (system == "" || x.System == system) && !x.Over && x.Number > after {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b scheduler.DeploymentTie) int { return int(a.Number - b.Number) })
	return list[:min(limit, len(list))], nil
}

var errDown = scheduler.Errorf(scheduler.CodeUnavailable, "the database is down")

func (k *kept) PutDeployment(_ context.Context, x scheduler.DeploymentTie) (scheduler.DeploymentTie, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil && k.fails() {
		return x, errDown
	}
	if k.ties[x.Request].Revision != x.Revision {
		return x, scheduler.Errorf(scheduler.CodePrecondition, "changed")
	}
	x.Revision++
	k.ties[x.Request] = x
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

const design = "hydra_baseline_nsd"

// newBench makes a facility of two testbeds, an OSM that knows their VIMs, and people.
func newBench(t tester, server *osmtest.Server, now *atomic.Int64, drive ...string) *bench {
	d := &bench{t: t, server: server, now: now, vims: map[string]string{}, kept: &kept{ties: map[string]scheduler.DeploymentTie{}, marks: map[string]string{}}}
	people := memory.New()
	d.svc = scheduler.New(people, scheduler.Options{Clock: d.clock, NewID: uuid.NewString})
	for _, vim := range []string{"north/a", "south/b"} {
		d.vims[vim] = server.AddAccount(strings.ReplaceAll(vim, "/", "-"))
	}
	server.AddPackage("usrp_vnfd", 2, 4096, 20)
	server.AddDescriptor(design, "usrp_vnfd", "usrp_vnfd")
	size := testbeds.Quantities{"vcpu": 16, "memory_mb": 65536, "storage_gb": 500}
	setup := testbeds.Period{Clock: 10 * time.Minute}
	ctx := context.Background()
	d.must(d.svc.PutFacility(ctx, account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "north", Name: "Athens", Timezone: "Europe/Athens", Setup: setup, VIMs: []testbeds.VIM{{ID: "a", Capacity: size, Account: d.vims["north/a"]}}},
		{ID: "south", Name: "Patras", Timezone: "Europe/Athens", Setup: setup, VIMs: []testbeds.VIM{{ID: "b", Capacity: size}}}}}, scheduler.ChangeOptions{}))
	onboarded := []string{"north/a", "south/b"}
	d.must(d.svc.PutCatalogue(ctx, account.System, testbeds.Catalogue{
		VNFs: []testbeds.VNF{{ID: "usrp_vnfd", Size: testbeds.Quantities{"vcpu": 2, "memory_mb": 4096, "storage_gb": 20}, Onboarded: onboarded}},
		NSDs: []testbeds.NSD{{ID: design, Members: []testbeds.Member{{Index: "1", VNF: "usrp_vnfd"}, {Index: "2", VNF: "usrp_vnfd"}}}}}, scheduler.ChangeOptions{}))
	for name, role := range map[string]account.Role{"eva": account.RoleExperimenter, "monika": account.RoleMentor, "oskar": account.RoleOperator} {
		d.must(nil, people.Change(ctx, nil, func(tx scheduler.Tx) error {
			return tx.PutPerson(ctx, account.Person{Username: name, Name: name, Roles: []account.Role{role}, Revision: 1})
		}))
	}
	d.sync = d.process(drive...)
	return d
}

// process makes the sync of another process.
func (d *bench) process(drive ...string) *orchestration.Sync {
	client, err := osm.New(osm.Options{URL: d.server.URL, User: osmtest.User, Password: osmtest.Password, Clock: d.clock, Timeout: 10 * time.Second})
	d.must(nil, err)
	return orchestration.New(orchestration.Settings{Name: "iris", Via: orchestrator.Via, Site: d.server.URL, Prefix: "berth-", VIMs: map[string]string{"south-b": "south/b"},
		Drive: drive, Poll: time.Minute, Keep: time.Hour}, orchestrator.New(client), d.svc, d.kept, d.clock, slog.New(slog.DiscardHandler))
}

func as(name string) account.Actor {
	role := map[string]account.Role{"eva": account.RoleExperimenter, "monika": account.RoleMentor, "oskar": account.RoleOperator}[name]
	return account.ActorOf(account.Person{Username: name, Name: name, Roles: []account.Role{role}})
}

// granted makes a request that is granted a slot of two hours, so many minutes ahead.
func (d *bench) granted(minutes int) scheduler.Request {
	d.t.Helper()
	ctx := context.Background()
	at := d.clock().Truncate(time.Minute).Add(time.Duration(minutes) * time.Minute)
	out, err := d.svc.Submit(ctx, as("eva"), scheduler.Submission{Name: "Trial", Mentor: "monika", Ask: scheduler.Ask{NSD: design,
		Placement: testbeds.Placement{"1": "north/a", "2": "south/b"}, Slot: testbeds.NewSlot(at, 2*time.Hour)}})
	d.must(nil, err)
	out, err = d.svc.Schedule(ctx, as("monika"), out.Request.ID, scheduler.Schedule{})
	d.must(nil, err)
	return out.Request
}

// round lets a poll's time pass with what it brings, and polls.
func (d *bench) round() {
	d.t.Helper()
	d.pass(time.Minute)
	_, _, err := d.svc.RunDue(context.Background())
	d.must(nil, err)
	d.must(d.poll(d.sync))
}

func (d *bench) poll(s *orchestration.Sync) (int, error) {
	n, _, err := s.Round(context.Background())
	return n, err
}

func (d *bench) view(id string) scheduler.View {
	d.t.Helper()
	v, err := d.svc.Get(context.Background(), account.System, id)
	d.must(nil, err)
	return v
}

// deployment returns the tie of a request, if it has one that is not over.
func (d *bench) deployment(id string) (x scheduler.DeployedService, there bool) {
	d.t.Helper()
	o, err := d.sync.State(context.Background(), as("oskar"))
	d.must(nil, err)
	for _, x := range o.Tied {
		if x.Request == id {
			return x, true
		}
	}
	return x, false
}

// is checks the status of a request.
func (d *bench) is(id string, want scheduler.Status) {
	d.t.Helper()
	if v := d.view(id); v.Status != want {
		x, _ := d.deployment(id)
		d.t.Fatalf("request #%d is %s, want %s; %+v", v.Number, v.Status, want, x)
	}
}

func name(r scheduler.Request) string { return fmt.Sprintf("berth-%d", r.Number) }

// flagged returns the text of the flag for the deployment.
func (d *bench) flagged(id string) string {
	for _, f := range d.view(id).Flags {
		if f.Kind == scheduler.FlagDeployment {
			return f.Text
		}
	}
	return ""
}

// as0 is Berth itself.
var as0 = account.System

func (d *bench) ctx() context.Context { return context.Background() }
