package memory

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// ErrBroken is what writing a request fails with whose name is Broken.
var ErrBroken = errors.New("this row cannot be written")

// Store is a scheduler.Store in memory: one writer at a time works on a copy, readers see the last one that was committed. It runs each
// transaction twice and throws the first run away, as a database may.
type Store struct {
	Broken string // requests with this name cannot be written

	writer sync.Mutex
	state  atomic.Pointer[data]
}

// New makes an empty store.
func New() *Store {
	m := &Store{}
	m.state.Store(&data{requests: map[string]scheduler.Request{}, bookings: map[int64]row{},
		people: map[string]scheduler.Person{}, replays: map[[2]string]scheduler.Replay{}})
	return m
}

// Rows are what was committed of some of the tables.
type Rows struct {
	Requests map[string]scheduler.Request
	Events   []scheduler.Event
	Feedback []scheduler.Feedback
	Entries  []scheduler.Entry
}

// Rows are those of this moment; they are never changed afterwards.
func (m *Store) Rows() Rows {
	d := m.state.Load()
	return Rows{Requests: d.requests, Events: d.events, Feedback: d.feedback, Entries: d.entries}
}

// data is a reader of what was committed, and the copy that a transaction writes.
type data struct {
	facility   testbeds.Facility
	catalogue  testbeds.Catalogue
	revision   int64
	number     int64
	lastID     int64
	requests   map[string]scheduler.Request
	bookings   map[int64]row
	events     []scheduler.Event
	feedback   []scheduler.Feedback
	entries    []scheduler.Entry
	people     map[string]scheduler.Person
	replays    map[[2]string]scheduler.Replay
	uncommited []scheduler.Event
	broken     string
}

type row struct {
	request string
	change  scheduler.BookingChange
}

// Booking is a booking, in force or released.
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
	d.commit()
	m.state.Store(d)
	return nil
}

func (d *data) copy(broken string) *data {
	c := *d
	c.requests, c.bookings, c.people, c.replays = maps.Clone(d.requests), maps.Clone(d.bookings), maps.Clone(d.people), maps.Clone(d.replays)
	c.events, c.feedback, c.entries = slices.Clone(d.events), slices.Clone(d.feedback), slices.Clone(d.entries)
	c.broken = broken
	return &c
}

// commit numbers the events, and gives the bookings that changed the last number.
func (d *data) commit() {
	for _, e := range d.uncommited {
		e.Sequence = int64(len(d.events)) + 1
		d.events = append(d.events, e)
	}
	d.uncommited = nil
	for id, b := range d.bookings {
		if b.change.Sequence == 0 {
			b.change.Sequence = int64(len(d.events))
			d.bookings[id] = b
		}
	}
}

func absent(what string) error {
	return scheduler.Errorf(scheduler.CodeNotFound, "there is no %s", what)
}

func (d *data) FacilityRevision(context.Context) (int64, error)           { return d.revision, nil }
func (d *data) Facility(context.Context) (testbeds.Facility, error)       { return deep(d.facility), nil }
func (d *data) Catalogue(context.Context) (testbeds.Catalogue, error)     { return deep(d.catalogue), nil }
func (d *data) Sequence(context.Context) (int64, error)                   { return int64(len(d.events)), nil }
func (d *data) Secret(context.Context) ([]byte, error)                    { return []byte("0123456789abcdef"), nil }
func (d *data) Tokens(context.Context, string) ([]scheduler.Token, error) { return nil, nil }
func (d *data) PutToken(context.Context, scheduler.Token) error           { return nil }
func (d *data) UseToken(context.Context, string, time.Time) error         { return nil }
func (d *data) Forget(context.Context, time.Time) error                   { return nil }
func (d *data) TokenByHash(context.Context, string) (scheduler.Token, error) {
	return scheduler.Token{}, absent("token")
}

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

// Booking is one of those in force.
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

func (d *data) Request(_ context.Context, id string) (scheduler.Request, error) {
	r, ok := d.requests[id]
	if !ok {
		return r, absent("request")
	}
	return deep(r), nil
}

func (d *data) LockRequest(ctx context.Context, id string) (scheduler.Request, error) {
	return d.Request(ctx, id)
}

func (d *data) RequestByNumber(ctx context.Context, number int64) (scheduler.Request, error) {
	list, _ := d.RequestsByNumber(ctx, []int64{number})
	if len(list) == 0 {
		return scheduler.Request{}, absent("request")
	}
	return list[0], nil
}

func (d *data) RequestsByNumber(_ context.Context, numbers []int64) ([]scheduler.Request, error) {
	return d.pick(func(r scheduler.Request) bool { return slices.Contains(numbers, r.Number) }), nil
}

// pick are the requests that the test takes, newest first.
func (d *data) pick(take func(scheduler.Request) bool) []scheduler.Request {
	var list []scheduler.Request
	for _, r := range d.requests {
		if take(r) {
			list = append(list, deep(r))
		}
	}
	slices.SortFunc(list, func(a, b scheduler.Request) int { return cmp.Compare(b.Number, a.Number) })
	return list
}

func (d *data) Requests(_ context.Context, f scheduler.RequestFilter) ([]scheduler.Request, error) {
	touches := func(r scheduler.Request, ids []string) bool {
		return slices.ContainsFunc(r.Demand.Testbeds(), func(id string) bool { return slices.Contains(ids, id) })
	}
	list := d.pick(func(r scheduler.Request) bool {
		v := f.Visible
		return (len(f.Status) == 0 || slices.Contains(f.Status, r.Status)) &&
			(f.Testbed == "" || touches(r, []string{f.Testbed})) && (len(f.Testbeds) == 0 || touches(r, f.Testbeds)) &&
			(f.Mentor == "" || f.Mentor == r.Mentor) && (f.Experimenter == "" || f.Experimenter == r.Experimenter) &&
			(f.From.IsZero() || r.Slot.End.After(f.From)) && (f.To.IsZero() || r.Slot.Start.Before(f.To)) &&
			(f.Text == "" || strings.Contains(strings.ToLower(r.Name+" "+r.NSD), strings.ToLower(f.Text))) &&
			(f.Before == 0 || r.Number < f.Before) && (v == nil || v.Experimenter != "" && v.Experimenter == r.Experimenter ||
			v.Mentor != "" && v.Mentor == r.Mentor || touches(r, v.Testbeds))
	})
	if f.Limit > 0 {
		list = list[:min(f.Limit, len(list))]
	}
	return list, nil
}

func (d *data) DueRequests(_ context.Context, now time.Time, among []string, limit int) ([]string, error) {
	list := d.pick(func(r scheduler.Request) bool {
		return r.Due != nil && !r.Due.After(now) && (len(among) == 0 || d.holds(r.ID, among))
	})
	slices.SortFunc(list, func(a, b scheduler.Request) int {
		return cmp.Or(a.Due.Compare(*b.Due), cmp.Compare(a.Number, b.Number))
	})
	var ids []string
	for _, r := range list[:min(limit, len(list))] {
		ids = append(ids, r.ID)
	}
	return ids, nil
}

func (d *data) holds(request string, among []string) bool {
	for _, b := range d.bookings {
		if b.request == request && !b.change.Released && slices.ContainsFunc(b.change.Booking.Claims,
			func(c testbeds.Claim) bool { return slices.Contains(among, c.Testbed) }) {
			return true
		}
	}
	return false
}

func (d *data) NextDue(context.Context) (*time.Time, error) {
	var next *time.Time
	for _, r := range d.requests {
		if r.Due != nil && (next == nil || r.Due.Before(*next)) {
			next = r.Due
		}
	}
	return deep(next), nil
}

func (d *data) Feedback(_ context.Context, request string, after int64, limit int) ([]scheduler.Feedback, error) {
	return part(d.feedback, limit, func(f scheduler.Feedback) bool { return f.Request == request && f.ID > after }), nil
}

func (d *data) History(_ context.Context, request string, after int64, limit int) ([]scheduler.Entry, error) {
	return part(d.entries, limit, func(e scheduler.Entry) bool { return e.Request == request && e.ID > after }), nil
}

func (d *data) HistoryEnds(_ context.Context, requests []string) (map[string]scheduler.HistoryEnds, error) {
	ends := map[string]scheduler.HistoryEnds{}
	for _, e := range d.entries {
		if x, begun := ends[e.Request]; begun {
			ends[e.Request] = scheduler.HistoryEnds{First: x.First, Last: deep(e)}
		} else if slices.Contains(requests, e.Request) {
			ends[e.Request] = scheduler.HistoryEnds{First: deep(e), Last: deep(e)}
		}
	}
	return ends, nil
}

// Discrepancies are none: there are no columns beside the documents.
func (d *data) Discrepancies(context.Context, func(string) error) error { return nil }

func part[T any](all []T, limit int, take func(T) bool) []T {
	var list []T
	for _, x := range all {
		if take(x) && len(list) < limit {
			list = append(list, deep(x))
		}
	}
	return list
}

func (d *data) Person(_ context.Context, username string) (scheduler.Person, error) {
	p, ok := d.people[username]
	if !ok {
		return p, absent("person")
	}
	return deep(p), nil
}

func (d *data) People(_ context.Context, after string, limit int) ([]scheduler.Person, error) {
	all := slices.SortedFunc(maps.Values(d.people), func(a, b scheduler.Person) int { return cmp.Compare(a.Username, b.Username) })
	return part(all, limit, func(p scheduler.Person) bool { return p.Username > after }), nil
}

func (d *data) Replay(_ context.Context, person, key string) (scheduler.Replay, bool, error) {
	r, ok := d.replays[[2]string{person, key}]
	return r, ok, nil
}

func (d *data) PutReplay(_ context.Context, person, key string, r scheduler.Replay) error {
	d.replays[[2]string{person, key}] = r
	return nil
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

func (d *data) CreateRequest(_ context.Context, r *scheduler.Request) error {
	d.number++
	r.Number = d.number
	d.requests[r.ID] = deep(*r)
	return nil
}

func (d *data) UpdateRequest(_ context.Context, r scheduler.Request) error {
	if r.Name == d.broken && d.broken != "" {
		return ErrBroken
	}
	if r.Revision != d.requests[r.ID].Revision+1 {
		return scheduler.Errorf(scheduler.CodePrecondition, "it was changed in between")
	}
	d.requests[r.ID] = deep(r)
	return nil
}

func (d *data) AddFeedback(_ context.Context, f *scheduler.Feedback) error {
	f.ID = int64(len(d.feedback)) + 1
	d.feedback = append(d.feedback, deep(*f))
	return nil
}

func (d *data) AddEntry(_ context.Context, e *scheduler.Entry) error {
	e.ID = int64(len(d.entries)) + 1
	d.entries = append(d.entries, deep(*e))
	return nil
}

func (d *data) PutPerson(_ context.Context, p scheduler.Person) error {
	if p.Revision != d.people[p.Username].Revision+1 {
		return scheduler.Errorf(scheduler.CodePrecondition, "it was changed in between")
	}
	d.people[p.Username] = deep(p)
	return nil
}

// deep copies a value with everything that it points to, so that nobody shares memory with the store.
func deep[T any](v T) T {
	return deepValue(reflect.ValueOf(&v).Elem()).Interface().(T)
}

var instant = reflect.TypeFor[time.Time]()

func deepValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Struct:
		out.Set(v)
		if v.Type() == instant {
			return out
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(deepValue(v.Field(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(deepValue(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			if kind := v.Type().Elem().Kind(); kind < reflect.Array || kind == reflect.String {
				reflect.Copy(out, v)
				return out
			}
			for i := range v.Len() {
				out.Index(i).Set(deepValue(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for _, k := range v.MapKeys() {
				out.SetMapIndex(k, deepValue(v.MapIndex(k)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}
