package orchestration

import (
	"context"
	"log/slog"
	"time"

	"berth/internal/retry"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Requests decides about the requests that services run for.
type Requests interface {
	Get(ctx context.Context, a account.Actor, id string) (scheduler.View, error)
	List(ctx context.Context, a account.Actor, f scheduler.RequestFilter, cursor string) (scheduler.Page[scheduler.Request], error)
	Start(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Complete(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Fail(ctx context.Context, a account.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	FlagDeployment(ctx context.Context, a account.Actor, id, text, reason string) error
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
	Catalogue(ctx context.Context, a account.Actor) (testbeds.Catalogue, int64, error)
	PutCatalogue(ctx context.Context, a account.Actor, c testbeds.Catalogue, o scheduler.ChangeOptions) (scheduler.FacilityChange, error)
}

// Store keeps ties and progress, for all processes.
type Store interface {
	Deployment(ctx context.Context, request string) (scheduler.DeploymentTie, error)
	Deployments(ctx context.Context, system string, after int64, limit int) ([]scheduler.DeploymentTie, error)
	PutDeployment(ctx context.Context, t scheduler.DeploymentTie) (scheduler.DeploymentTie, error)
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, before, value string) (ok bool, err error)
}

// Settings describe one orchestrator.
type Settings struct {
	Name   string            // as the settings call it
	Via    string            // as histories call its kind, such as "osm"
	Site   string            // its address, for people
	Prefix string            // of the names of services, before the number of a request
	VIMs   map[string]string // "testbed/vim" by the id or the name of a pool, beside those that the facility knows
	Drive  []string          // testbeds whose requests Berth deploys here
	Poll   time.Duration
	Keep   time.Duration // between the end of a service that Berth made and the deletion of its record
}

// Sync keeps requests and the services of one orchestrator alike. Any number of processes may run one each: one of them polls at a time.
type Sync struct {
	o        Settings
	system   Orchestrator
	requests Requests
	store    Store
	clock    func() time.Time
	log      *slog.Logger
	actor    account.Actor
	said     string // the failure that was logged last
}

// New makes a sync.
func New(o Settings, system Orchestrator, r Requests, store Store, clock func() time.Time, log *slog.Logger) *Sync {
	return &Sync{o: o, system: system, requests: r, store: store, clock: clock, log: log.With(o.Via, o.Name),
		actor: account.Actor{Username: account.System.Username, Name: account.System.Name, Roles: []account.Role{account.RoleOperator},
			Scopes: []account.Scope{account.ScopeRead, account.ScopeWrite}, Via: o.Via}}
}

// Name returns the name of the orchestrator in the settings.
func (s *Sync) Name() string { return s.o.Name }

const (
	// lease bounds a round; a process that was frozen for longer has lost it, and its next write of a tie is refused.
	lease = 3 * time.Minute
	// patience is how long a call whose fate is unknown may still take effect.
	patience = 90 * time.Second
	// poolsFor is how long the list of pools is good.
	poolsFor = 10 * time.Minute
	// atOnce bounds how many ties, and how many requests, are read at once.
	atOnce = 200
)

// again says when a termination that failed is tried again.
var again = retry.BackOff{First: 5 * time.Minute, Longest: 2 * time.Hour}

// now returns the present second.
func (s *Sync) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// begins returns when the setup of a request begins.
func begins(r scheduler.Request) time.Time {
	if r.Occupied != nil {
		return r.Occupied.Start
	}
	return r.Slot.Start
}

// ends returns when the granted slot of a request ends. An overrun prolongs what it occupies, not what it was granted.
func ends(r scheduler.Request) time.Time {
	if r.Overrun && r.Scheduled != nil {
		return r.Scheduled.End
	}
	return r.Slot.End
}
