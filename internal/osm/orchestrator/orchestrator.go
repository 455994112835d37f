// Package orchestrator makes an OSM the orchestrator that package orchestration asks for: it says what its records and operations mean.
package orchestrator

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"berth/internal/orchestration"
	"berth/internal/osm"
	"berth/scheduler"
	"berth/testbeds"
)

// Via is how histories call what was done in an OSM.
const Via = "osm"

// Orchestrator is an OSM.
type Orchestrator struct{ client *osm.Client }

// New makes an orchestrator of a client.
func New(c *osm.Client) *Orchestrator { return &Orchestrator{c} }

// Services lists the network services of the project.
func (o *Orchestrator) Services(ctx context.Context) ([]orchestration.Service, error) {
	records, err := o.client.Services(ctx, "")
	if err != nil {
		return nil, err
	}
	list := make([]orchestration.Service, len(records))
	for i, r := range records {
		list[i] = judge(r, nil)
	}
	return list, nil
}

// Look reads a network service with its operations. A record that vanishes in between does not exist.
func (o *Orchestrator) Look(ctx context.Context, id string) (x orchestration.Service, there bool, err error) {
	ops, err := o.client.Operations(ctx, id)
	if err != nil {
		return x, false, err
	}
	r, err := o.client.Service(ctx, id)
	if osm.IsNotFound(err) {
		return x, false, nil
	}
	return judge(r, ops), err == nil, err
}

// Create makes the record of a network service.
func (o *Orchestrator) Create(ctx context.Context, n orchestration.NewService) (string, error) {
	return o.client.Create(ctx, wish(n))
}

// Instantiate lets a network service run.
func (o *Orchestrator) Instantiate(ctx context.Context, id string, n orchestration.NewService) error {
	_, err := o.client.Instantiate(ctx, id, wish(n))
	return err
}

func wish(n orchestration.NewService) osm.NewService {
	w := osm.NewService{Name: n.Name, NSD: n.Design, Members: n.Pools}
	if members := slices.Sorted(maps.Keys(n.Pools)); len(members) > 0 {
		w.Account = n.Pools[members[0]]
	}
	return w
}

// Terminate tears a network service down.
func (o *Orchestrator) Terminate(ctx context.Context, id string) error {
	_, err := o.client.Terminate(ctx, id)
	return err
}

// Delete removes the record of a network service.
func (o *Orchestrator) Delete(ctx context.Context, id string) error { return o.client.Delete(ctx, id) }

// Pools lists the VIM accounts.
func (o *Orchestrator) Pools(ctx context.Context) ([]scheduler.Pool, error) {
	accounts, err := o.client.Accounts(ctx)
	list := make([]scheduler.Pool, len(accounts))
	for i, a := range accounts {
		list[i] = scheduler.Pool{ID: a.ID, Name: osm.Clip(a.Name), Type: osm.Clip(a.Type), State: osm.Clip(a.State)}
	}
	return list, err
}

// Designs lists the NSDs.
func (o *Orchestrator) Designs(ctx context.Context) ([]orchestration.Design, error) {
	found, err := o.client.Descriptors(ctx)
	list := make([]orchestration.Design, len(found))
	for i, d := range found {
		list[i] = orchestration.Design{Key: d.UID, ID: d.ID, Name: d.Name}
		for _, m := range d.Members {
			list[i].Members = append(list[i].Members, testbeds.Member{Index: m.Index, VNF: m.Package})
		}
	}
	return list, err
}

// Functions lists the VNF packages.
func (o *Orchestrator) Functions(ctx context.Context) ([]orchestration.Function, error) {
	found, err := o.client.Packages(ctx)
	list := make([]orchestration.Function, len(found))
	for i, p := range found {
		list[i] = orchestration.Function{ID: p.ID, Name: p.Name, Size: testbeds.Quantities{"vcpu": p.VCPU, "memory_mb": p.MemoryMB, "storage_gb": p.StorageGB}}
	}
	return list, err
}

// Seal returns what tells a refused password again.
func (o *Orchestrator) Seal() string { return o.client.Seal() }

// Heed keeps the client from signing in with the password of a seal.
func (o *Orchestrator) Heed(seal string) { o.client.Heed(seal) }

// Fault explains an error of a call; the fault of an error from elsewhere is empty.
func (o *Orchestrator) Fault(err error) orchestration.Fault {
	e, ok := osm.AsError(err)
	if !ok {
		return orchestration.Fault{}
	}
	outage, _ := osm.Outage(err)
	return orchestration.Fault{Text: cmp.Or(e.Said(), e.Error()), Remedy: osm.Remedy(err), Outage: outage, SignIn: osm.IsSignIn(err), Temporary: osm.IsTemporary(err),
		Open: osm.IsOpen(err), Conflict: osm.IsConflict(err), Missing: osm.IsNotFound(err)}
}
