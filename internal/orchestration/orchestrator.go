package orchestration

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Orchestrator runs network services.
type Orchestrator interface {
	// Services lists all network services, as their records show them.
	Services(ctx context.Context) ([]Service, error)
	// Look reads one network service with its operations, which know more than its record; there is false if it does not exist.
	Look(ctx context.Context, id string) (s Service, there bool, err error)
	// Create makes the record of a network service. Nothing runs yet.
	Create(ctx context.Context, n NewService) (id string, err error)
	Instantiate(ctx context.Context, id string, n NewService) error
	Terminate(ctx context.Context, id string) error
	Delete(ctx context.Context, id string) error
	// Pools lists the compute pools that services can be placed on.
	Pools(ctx context.Context) ([]scheduler.Pool, error)
	// Designs lists what can be created, and what it is made of.
	Designs(ctx context.Context) ([]Design, error)
	Functions(ctx context.Context) ([]Function, error)
	// Seal returns what tells a refused password again, in another process as well; Heed keeps the orchestrator from trying it again. An empty seal
	// allows it.
	Seal() string
	Heed(seal string)
	// Fault explains an error of any of these.
	Fault(err error) Fault
}

// Phase is the state of a network service, as far as requests are concerned.
type Phase string

const (
	Created       Phase = "created"       // a record: nothing runs
	Instantiating Phase = "instantiating" // it is being built
	Running       Phase = "running"
	Broken        Phase = "broken" // its instantiation failed; it may hold machines
	Terminating   Phase = "terminating"
	Terminated    Phase = "terminated" // nothing runs any more; the record is left
	Stuck         Phase = "stuck"      // its termination failed; it may hold machines
	Gone          Phase = "gone"       // there is no record
)

// Holds reports whether a service in the phase may hold machines.
func (p Phase) Holds() bool {
	return p == Instantiating || p == Running || p == Broken || p == Terminating || p == Stuck
}

// moves reports whether a service in the phase is on its way to another one.
func (p Phase) moves() bool { return p == Instantiating || p == Terminating }

// Service is a network service.
type Service struct {
	ID      string
	Name    string
	Design  string // of which it is, by the name that people use
	Pool    string // the id of a pool on which it is placed
	Phase   Phase
	Detail  string // why it failed
	Created time.Time
	// What only Look knows.
	Busy  bool       // an operation is under way
	Began *time.Time // when its last instantiation began
	Ended *time.Time // when its last termination ended
}

// NewService describes a service to be created.
type NewService struct {
	Name   string
	Design string            // the Key of the design
	Pools  map[string]string // the id of a pool, by member
}

// Design is a kind of network service that can be created.
type Design struct {
	Key     string // by which it is created
	ID      string // by which people call it
	Name    string
	Members []testbeds.Member
}

// Function is what the members of designs are made of.
type Function struct {
	ID, Name string
	Size     testbeds.Quantities
}

// Fault explains an error.
type Fault struct {
	Text      string // what the orchestrator said, else the error; empty for an error from elsewhere
	Remedy    string
	Outage    string // set if every call meets it, now
	SignIn    bool   // the account or its password was refused
	Temporary bool
	Open      bool // a write may still take effect
	Conflict  bool // the service's state does not allow it
	Missing   bool // there is no such object
}
