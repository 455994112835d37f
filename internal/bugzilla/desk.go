package bugzilla

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Requests is where the requests are that tickets follow, and that follow them.
type Requests interface {
	Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.View, error)
	List(ctx context.Context, a scheduler.Actor, f scheduler.RequestFilter, cursor string) (scheduler.Page[scheduler.Request], error)
	Person(ctx context.Context, a scheduler.Actor, username string) (scheduler.Person, error)
	PersonByMail(ctx context.Context, a scheduler.Actor, mail string) (scheduler.Person, bool, error)
	Facility(ctx context.Context, a scheduler.Actor) (testbeds.Facility, int64, error)
	Ways(ctx context.Context, a scheduler.Actor, id string) ([]testbeds.Alternative, error)
	Remark(ctx context.Context, a scheduler.Actor, e scheduler.Event) (string, error)

	SetTicket(ctx context.Context, a scheduler.Actor, id string, t scheduler.Ticket) error
	NoteOnTicket(ctx context.Context, a scheduler.Actor, id, text string, c scheduler.Creation) error
	AddFeedback(ctx context.Context, a scheduler.Actor, id, text string, c scheduler.Creation) (scheduler.Feedback, error)

	Schedule(ctx context.Context, a scheduler.Actor, id string, in scheduler.Schedule) (scheduler.Outcome, error)
	Reject(ctx context.Context, a scheduler.Actor, id string, in scheduler.Reject) (scheduler.Outcome, error)
	Cancel(ctx context.Context, a scheduler.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Start(ctx context.Context, a scheduler.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Complete(ctx context.Context, a scheduler.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Fail(ctx context.Context, a scheduler.Actor, id string, in scheduler.Step) (scheduler.Outcome, error)
	Assign(ctx context.Context, a scheduler.Actor, id string, in scheduler.Assign) (scheduler.Outcome, error)
}

// Channel is where what tickets have to be told waits.
const Channel = "ticket"

// Memory is where what is remembered of tickets is kept, for all processes.
type Memory interface {
	TakeTicket(ctx context.Context, id int64, request string, now, until time.Time) (x scheduler.KeptTicket, mine bool, err error)
	KeepTicket(ctx context.Context, x scheduler.KeptTicket) error
	ReleaseTicket(ctx context.Context, x scheduler.KeptTicket) error
	ForgetTicket(ctx context.Context, id int64) error
	Tickets(ctx context.Context, after int64, limit int) ([]scheduler.KeptTicket, error)
	Pending(ctx context.Context, channel, request string) (bool, error)
	Waiting(ctx context.Context, channel, request string, limit int) ([]scheduler.Message, error)
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, before, value string) (ok bool, err error)
}

// Settings say where tickets are made, and how they stand.
type Settings struct {
	Product, Component, Version, OpSys, Platform string
	Components                                   map[string]string // other than Component, by kind or testbed
	Fields                                       map[string]string // of new tickets, beyond those that Berth gives; several values with a bar between
	Standings                                    Standings
	Login                                        string // of the account that writes the tickets
	Browse                                       string // address of the installation, for people
	Site                                         string // of Berth's pages, without a trailing slash
	Marker                                       string // what a ticket opened by hand says before the number of its request
	OfferLinks                                   bool   // comments have the links with which offers are taken without signing in
}

// Tickets keep a bug for every request. Deliver is called with the events of a request in their order, and may be called again with any;
// Poll brings what people did there.
type Tickets struct {
	client   *Client
	requests Requests
	memory   Memory
	settings Settings
	clock    func() time.Time
	log      *slog.Logger

	mu       sync.Mutex
	workflow Workflow
	quiet    map[int64]quiet
}

// NewTickets makes them.
func NewTickets(c *Client, r Requests, m Memory, s Settings, clock func() time.Time, log *slog.Logger) *Tickets {
	return &Tickets{client: c, requests: r, memory: m, settings: s, clock: clock, log: log, quiet: map[int64]quiet{}}
}

// Lease is how long one may be at work on a ticket: longer than six writes that are each waited for as long as can be. Whoever loses it all the
// same writes nothing more, and whoever has it then waits for what may still come through.
const Lease = 6*usualPatience + 30*time.Second

// errBusy says that somebody else is at work on a ticket; it is tried again.
var errBusy = errors.New("somebody else is at work on this ticket")

// hold is a ticket that is worked on, and what is remembered of it.
type hold struct {
	kept  scheduler.KeptTicket
	m     memory
	first bool // nothing was remembered yet
	t     *Tickets
}

// take takes a ticket for as long as fn runs: writes to one bug are one after the other, whoever makes them.
func (t *Tickets) take(ctx context.Context, id int64, request string, fn func(h *hold) error) error {
	now := t.clock()
	kept, mine, err := t.memory.TakeTicket(ctx, id, request, now, now.Add(Lease))
	if err != nil {
		return err
	}
	if !mine {
		return errBusy
	}
	h := &hold{kept: kept, t: t}
	if h.m, h.first, err = remembered(kept.Memory); err == nil {
		err = fn(h)
	}
	return errors.Join(err, t.memory.ReleaseTicket(context.WithoutCancel(ctx), kept))
}

// keep remembers what is known of the ticket by now.
func (h *hold) keep(ctx context.Context) error {
	h.kept.Memory = h.m.String()
	return h.t.memory.KeepTicket(ctx, h.kept)
}

// steps is the installation's workflow, read once.
func (t *Tickets) steps(ctx context.Context) (Workflow, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.workflow == nil {
		w, err := t.client.Workflow(ctx)
		if err != nil {
			return nil, err
		}
		t.workflow = w
	}
	return t.workflow, nil
}

// relearn reads the workflow anew, and says whether it is another one than was known.
func (t *Tickets) relearn(ctx context.Context, known Workflow) (w Workflow, changed bool, err error) {
	t.mu.Lock()
	t.workflow = nil
	t.mu.Unlock()
	w, err = t.steps(ctx)
	return w, !reflect.DeepEqual(w, known), err
}

// sameName compares logins, of which servers do not tell capital letters from small ones.
func sameName(a string) func(string) bool {
	return func(b string) bool { return strings.EqualFold(a, b) }
}
