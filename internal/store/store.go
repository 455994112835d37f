package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"berth/calendar"
	"berth/scheduler"
)

// Store is a scheduler.Store on SQLite or PostgreSQL.
type Store struct {
	dialect dialect
	write   *sql.DB
	read    *sql.DB
	closers []func() error

	upgraded Upgrade

	site       calendar.Site
	program    string
	channels   []scheduler.Channel
	closed     closedBeds
	states     states
	charges    charges
	counts     counts
	facility   atomic.Pointer[revised] // the last one that a transaction drew calendars with
	bookingIDs ids
	committer  *committer
	written    atomic.Bool                // set by each commit, cleared by each Ping
	watch      func(statements ...string) // sees what goes to the database in one round trip; set by tests
}

var _ scheduler.Store = (*Store)(nil)

// Open opens a database and brings its schema up to date: "postgres://…" or "postgresql://…", else the path of a SQLite file, which
// is created if it is missing.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	s, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, o.Tell); err != nil {
		return nil, errors.Join(fmt.Errorf("bringing the database up to date: %w", s.explained(ctx, err)), s.Close())
	}
	if err := s.ready(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// Stats sums the figures of all connections, reading and writing.
func (s *Store) Stats() sql.DBStats {
	all, write := s.read.Stats(), s.write.Stats()
	all.MaxOpenConnections += write.MaxOpenConnections
	all.OpenConnections += write.OpenConnections
	all.InUse += write.InUse
	all.WaitCount += write.WaitCount
	all.WaitDuration += write.WaitDuration
	return all
}

// The longest duration of calls without a deadline: a duty's change of everything, the reading of everything to verify it.
const (
	longestChange = time.Minute
	longestView   = 10 * time.Minute
)

// bounded returns a context that ends.
func bounded(ctx context.Context, longest time.Duration) (context.Context, context.CancelFunc) {
	if _, set := ctx.Deadline(); set {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, longest)
}

// View runs fn on one consistent snapshot, which is taken when fn first reads; the state alone may have been read before.
func (s *Store) View(ctx context.Context, fn func(scheduler.Reader) error) error {
	ctx, cancel := bounded(ctx, longestView)
	defer cancel()
	ctx, abandon := context.WithCancelCause(ctx)
	defer abandon(nil)
	t := &session{watch: s.watch, start: func() (*sql.Tx, error) { return s.beginReading(ctx, abandon) }}
	defer t.Rollback() // nothing was written
	return s.explained(ctx, fn(&reader{s: s, tx: t}))
}

// beginReading takes a snapshot, and replaces lost connections. Sending an answer may take long, so the caller's deadline says little about
// it; the wait for the beginning has a bound of its own.
func (s *Store) beginReading(ctx context.Context, abandon context.CancelCauseFunc) (*sql.Tx, error) {
	slow := time.AfterFunc(patience, func() { abandon(context.DeadlineExceeded) })
	defer slow.Stop()
	for try := 1; ; try++ {
		t, err := s.read.BeginTx(ctx, s.dialect.view)
		if err == nil {
			return t, nil
		}
		if try == maxBroken || !s.dialect.broken(err) {
			return nil, fmt.Errorf("beginning to read: %w", cmp.Or(context.Cause(ctx), err))
		}
	}
}

const (
	// maxTries bounds the repetitions of a transaction that the database asks for, patience their duration.
	maxTries = 12
	patience = 8 * time.Second
	// maxBroken bounds the attempts to replace a lost connection: after a fail-over the pool may have several.
	maxBroken = 4
)

// Change runs fn in one transaction, holding the rows of the named testbeds. Decisions about some testbeds may share one.
func (s *Store) Change(ctx context.Context, lock []string, fn func(scheduler.Tx) error) error {
	scheduler.CallOf(ctx).Spend()
	ctx, cancel := bounded(ctx, longestChange)
	defer cancel()
	if len(lock) > 0 && !slices.Equal(lock, scheduler.AllTestbeds) {
		return s.explained(ctx, s.committer.change(ctx, lock, fn))
	}
	return s.explained(ctx, s.persist(ctx, func() error { return s.change(ctx, lock, fn) }))
}

// persist repeats a transaction where the database asks for it.
func (s *Store) persist(ctx context.Context, change func() error) error {
	patient, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for try := 1; ; try++ {
		err := change()
		if err == nil || !s.again(err, try) {
			return err
		}
		if try == maxTries || patient.Err() != nil && ctx.Err() == nil {
			return unavailable{scheduler.Errorf(scheduler.CodeUnavailable, "the database is too busy; try again"), err}
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// again reports whether a failed transaction can be repeated: it left no trace, and may succeed.
func (s *Store) again(err error, try int) bool {
	if s.dialect.retry(err) {
		return true
	}
	_, unknown := errors.AsType[inCommit](err)
	return !unknown && try < maxBroken && s.dialect.broken(err)
}

// pause waits a random time that grows with the tries.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(rand.N(time.Duration(1<<min(try, 8)) * time.Millisecond))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (s *Store) change(ctx context.Context, lock []string, fn func(scheduler.Tx) error) error {
	w := newWriter(s)
	defer w.close()
	if err := w.begin(ctx, lock); err != nil {
		return fmt.Errorf("beginning to write: %w", err)
	}
	if err := fn(w); err != nil {
		return err
	}
	if err := w.finish(ctx); err != nil {
		return err
	}
	w.announce()
	return nil
}

// reader reads in one transaction.
type reader struct {
	s        *Store
	tx       transaction
	revision int64 // of the facility, once State has read it
}

// writer writes in one transaction, and collects the entries of the change log for its end.
type writer struct {
	reader
	out    *changing       // what tx is
	state  scheduler.State // as read when it began
	stated bool            // it was
	dirty  bool            // it may have changed since
	off    putOff

	// What several decisions share: see batch.go.
	shared  bool
	guarded bool                      // a step that fails is undone by itself
	saved   bool                      // it can be: it has written something
	earlier []scheduler.BookingChange // by the steps before this one
	got     map[string]bool           // the testbeds that could be locked at once; nil to wait for them

	events   []scheduler.Event
	bookings touched[int64]
	booked   map[int64]scheduler.BookingChange // the written ones among them, in their present state
	requests touched[string]
	latest   map[string]scheduler.Request // the changed and locked requests, in their present state
	created  map[string]bool              // the requests that the transaction created
	steady   bool                         // a lock keeps others from changing the facility
	refitted bool                         // the facility was changed
	wrote    bool                         // a writing statement was run
	spilled  bool                         // requests were written before the end
	accounts bool                         // people or tokens were changed

	lastNumber, lastBooking int64 // see numbers.go
	counted                 bool

	gather    *[]statement // collects statements; nil while they are run at once
	then      []func(scheduler.Committed)
	committed scheduler.Committed

	// The objects to redraw, beside the changed requests.
	now     time.Time
	redrawn []scheduler.Request
	drawn   []drawing
}

// changed records a written request.
func (w *writer) changed(r scheduler.Request) {
	w.dirty = true
	w.requests.add(r.ID)
	w.latest[r.ID] = r
}

// touched collects the ids of rows that a transaction has changed, each once.
type touched[ID comparable] struct {
	list []ID
	seen map[ID]bool
}

func (t touched[ID]) clone() touched[ID] { return touched[ID]{slices.Clip(t.list), cloned(t.seen)} }

func (t *touched[ID]) add(id ID) {
	if t.seen == nil {
		t.seen = map[ID]bool{}
	}
	if !t.seen[id] {
		t.seen[id] = true
		t.list = append(t.list, id)
	}
}

var _ scheduler.Tx = (*writer)(nil)

func newWriter(s *Store) *writer {
	return &writer{reader: reader{s: s}, off: newPutOff(), latest: map[string]scheduler.Request{}, created: map[string]bool{}}
}

// begin begins the transaction, locks testbeds, and reads the state.
func (w *writer) begin(ctx context.Context, lock []string) (err error) {
	first := w.locking(lock)
	if len(lock) > 0 {
		first = append(first, w.reading())
	}
	if w.out, err = w.s.beginWriting(ctx, first...); err != nil {
		return err
	}
	w.tx, w.out.before = w.out, w.flush
	w.revision, w.stated = w.state.Facility, len(lock) > 0
	return nil
}

// reading reads the state; on SQLite also the last numbers.
func (w *writer) reading() statement {
	if w.s.dialect.batches {
		return statement{what: "state", query: stateQuery, row: func(s scan) (err error) {
			w.state, err = stateRow(s)
			return err
		}}
	}
	w.counted = true
	return statement{what: "state", query: stateAndLast, row: func(s scan) (err error) {
		w.state, err = stateRow(func(columns ...any) error { return s(append(columns, &w.lastNumber, &w.lastBooking)...) })
		return err
	}}
}

func (w *writer) close() {
	if w.out != nil {
		_ = w.out.Rollback() // does nothing after a commit but give the connection back
	}
}

// State returns the state as the transaction found it, as long as it has changed nothing.
func (w *writer) State(ctx context.Context) (scheduler.State, error) {
	if w.stated && !w.dirty {
		return w.state, nil
	}
	return w.reader.State(ctx)
}

// locking locks testbeds in sorted order, the facility before them, and after them, in sorted order too, the subjects of a policy.
func (w *writer) locking(testbeds []string) (list []statement) {
	if w.s.dialect.lock == "" { // the transaction itself keeps all others from writing
		w.steady = true
		return nil
	}
	suffix := w.s.dialect.lock
	if w.got != nil {
		suffix += " SKIP LOCKED"
	}
	rows := func(query string, args ...any) statement {
		return statement{what: "lock", query: query + suffix, args: args, row: func(s scan) error {
			id, err := words(s)
			w.steady = true
			if w.got != nil {
				w.got[id] = true
			}
			return err
		}}
	}
	if slices.Equal(testbeds, scheduler.AllTestbeds) {
		return []statement{rows(`SELECT 'facility' FROM facility WHERE id = 1`), rows(`SELECT id FROM testbeds ORDER BY id`)}
	}
	if slices.Contains(testbeds, scheduler.TheFacility) {
		list = append(list, rows(`SELECT 'facility' FROM facility WHERE id = 1`))
	}
	ids := slices.DeleteFunc(slices.Sorted(slices.Values(testbeds)), func(id string) bool { return !keepable(id) || scheduler.IsSubject(id) }) // nothing has such an id
	for part := range slices.Chunk(slices.Compact(ids), chunk) {
		list = append(list, rows(`SELECT id FROM testbeds WHERE id IN (`+places(1, len(part))+`) ORDER BY id`, anys(part)...))
	}
	return append(list, w.lockingSubjects(testbeds)...)
}
