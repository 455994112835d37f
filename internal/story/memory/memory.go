package memory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// ErrBroken is the error of writing a request whose name is Broken.
var ErrBroken = errors.New("this row cannot be written")

// Store is a scheduler.Store in memory: one writer at a time works on a copy, readers see the last committed one. It runs each
// transaction twice and discards the first run, as a database may.
type Store struct {
	Broken string // requests with this name cannot be written

	writer sync.Mutex
	state  atomic.Pointer[data]
}

// New makes an empty store.
func New() *Store {
	m := &Store{}
	m.state.Store(&data{requests: map[string]scheduler.Request{}, bookings: map[int64]row{},
		freed: map[string]scheduler.Freed{}, people: map[string]account.Person{}, replays: map[[2]string]scheduler.Replay{}, webhooks: map[string]scheduler.Webhook{}, series: map[string]scheduler.Series{}, seen: map[string]int64{}})
	return m
}

// Rows holds the committed rows of some of the tables.
type Rows struct {
	Requests map[string]scheduler.Request
	Events   []scheduler.Event
	Feedback []scheduler.Feedback
	Entries  []scheduler.Entry
}

// Rows returns the present rows, which never change afterwards.
func (m *Store) Rows() Rows {
	d := m.state.Load()
	return Rows{Requests: d.requests, Events: d.events, Feedback: d.feedback, Entries: d.entries}
}

// data reads the committed rows, or the copy that a transaction writes.
type data struct {
	facility   testbeds.Facility
	catalogue  testbeds.Catalogue
	revision   int64
	number     int64
	lastID     int64
	requests   map[string]scheduler.Request
	bookings   map[int64]row
	freed      map[string]scheduler.Freed
	events     []scheduler.Event
	feedback   []scheduler.Feedback
	entries    []scheduler.Entry
	people     map[string]account.Person
	replays    map[[2]string]scheduler.Replay
	webhooks   map[string]scheduler.Webhook
	series     map[string]scheduler.Series
	seen       map[string]int64
	policies   []scheduler.StoredPolicy
	uncommited []scheduler.Event
	then       []func(scheduler.Committed)
	broken     string
}

type row struct {
	request string
	change  scheduler.BookingChange
}

// Booking returns a booking, in force or released.
func (m *Store) Booking(id int64) scheduler.BookingChange { return m.state.Load().bookings[id].change }

func (m *Store) View(_ context.Context, fn func(scheduler.Reader) error) error {
	return fn(m.state.Load())
}

func (m *Store) Change(_ context.Context, _ []string, fn func(scheduler.Tx) error) error {
	m.writer.Lock()
	defer m.writer.Unlock()
	if err := fn(m.state.Load().copy(m.Broken)); err != nil {
		return err
	}
	d := m.state.Load().copy(m.Broken)
	if err := fn(d); err != nil {
		return err
	}
	done, then := d.commit(), d.then
	d.then = nil
	m.state.Store(d)
	for _, fn := range then {
		fn(done)
	}
	return nil
}

func (d *data) copy(broken string) *data {
	c := *d
	c.requests, c.bookings, c.people, c.replays = maps.Clone(d.requests), maps.Clone(d.bookings), maps.Clone(d.people), maps.Clone(d.replays)
	c.webhooks, c.seen, c.freed, c.series = maps.Clone(d.webhooks), maps.Clone(d.seen), maps.Clone(d.freed), maps.Clone(d.series)
	c.events, c.feedback, c.entries = slices.Clone(d.events), slices.Clone(d.feedback), slices.Clone(d.entries)
	c.broken = broken
	return &c
}

// OnCommit calls fn after the commit.
// Earlier returns nothing: each transaction is one step.
func (d *data) Earlier() []scheduler.BookingChange { return nil }

func (d *data) OnCommit(fn func(scheduler.Committed)) { d.then = append(d.then, fn) }

// commit numbers the events, and gives the changed bookings the last number.
func (d *data) commit() scheduler.Committed {
	c := scheduler.Committed{After: int64(len(d.events))}
	for _, e := range d.uncommited {
		e.Sequence = int64(len(d.events)) + 1
		d.events = append(d.events, e)
	}
	d.uncommited = nil
	for id, b := range d.bookings {
		if b.change.Sequence == 0 {
			b.change.Sequence = int64(len(d.events))
			d.bookings[id] = b
			c.Bookings = append(c.Bookings, deep(b.change))
		}
	}
	c.Last = int64(len(d.events))
	return c
}

func absent(what string) error {
	return scheduler.Errorf(scheduler.CodeNotFound, "there is no %s", what)
}

func (d *data) FacilityRevision(context.Context) (int64, error) { return d.revision, nil }

func (d *data) State(ctx context.Context) (at scheduler.State, err error) {
	at = scheduler.State{Facility: d.revision, Sequence: int64(len(d.events)), Policy: int64(len(d.policies))}
	at.Due, err = d.NextDue(ctx)
	return at, err
}

func (d *data) Facility(context.Context) (testbeds.Facility, error) { return deep(d.facility), nil }

func (d *data) Testbed(_ context.Context, id string) (testbeds.Testbed, error) {
	t, ok := d.facility.Testbed(id)
	if !ok {
		return t, absent(fmt.Sprintf("testbed %q", id))
	}
	return deep(t), nil
}

func (d *data) Catalogue(context.Context) (testbeds.Catalogue, error) { return deep(d.catalogue), nil }

func (d *data) Sequence(context.Context) (int64, error) { return int64(len(d.events)), nil }

func (d *data) Secret(context.Context) ([]byte, error) { return []byte("0123456789abcdef"), nil }

func (d *data) Bookings(_ context.Context, after time.Time, yield func(testbeds.Booking) error) error {
	for _, id := range slices.Sorted(maps.Keys(d.bookings)) {
		b := d.bookings[id].change
		if b.Released || !end(b.Booking).After(after) {
			continue
		}
		if err := yield(deep(b.Booking)); err != nil {
			return err
		}
	}
	return nil
}

func end(b testbeds.Booking) time.Time {
	last := b.Slot.End
	for i, c := range b.Claims {
		if i == 0 || c.To.After(last) {
			last = c.To
		}
	}
	return last
}

// Booking reads a booking in force.
func (d *data) Booking(_ context.Context, id int64) (testbeds.Booking, error) {
	b, ok := d.bookings[id]
	if !ok || b.change.Released {
		return testbeds.Booking{}, absent("booking")
	}
	return deep(b.change.Booking), nil
}

func (d *data) BookingsSince(_ context.Context, sequence int64) ([]scheduler.BookingChange, error) {
	var list []scheduler.BookingChange
	for _, id := range slices.Sorted(maps.Keys(d.bookings)) {
		if b := d.bookings[id]; b.change.Sequence > sequence {
			list = append(list, deep(b.change))
		}
	}
	return list, nil
}

func (d *data) Events(_ context.Context, after int64, limit int) ([]scheduler.Event, error) {
	list := d.events[min(after, int64(len(d.events))):]
	return slices.Clone(list[:min(limit, len(list))]), nil
}

func part[T any](all []T, limit int, take func(T) bool) []T {
	var list []T
	for _, x := range all {
		if take(x) && len(list) < limit {
			list = append(list, deep(x))
		}
	}
	return list
}

func (d *data) PutFacility(_ context.Context, f testbeds.Facility) error {
	d.facility, d.revision = deep(f), d.revision+1
	return nil
}

func (d *data) PutCatalogue(_ context.Context, c testbeds.Catalogue) error {
	d.catalogue, d.revision = deep(c), d.revision+1
	return nil
}

func (d *data) PutBooking(_ context.Context, request string, b *testbeds.Booking) error {
	if b.ID == 0 {
		d.lastID++
		b.ID = d.lastID
	}
	d.bookings[b.ID] = row{request, scheduler.BookingChange{Booking: deep(*b)}}
	return nil
}

func (d *data) ReleaseBooking(_ context.Context, id int64) error {
	if b, ok := d.bookings[id]; ok {
		b.change.Released, b.change.Sequence = true, 0
		d.bookings[id] = b
	}
	return nil
}

func (d *data) AddEvent(_ context.Context, e scheduler.Event) error {
	d.uncommited = append(d.uncommited, deep(e))
	return nil
}
