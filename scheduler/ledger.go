package scheduler

import (
	"context"
	"sync"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// snapshot is the state that a decision is made on: the federation with its bookings, and the catalogue.
type snapshot struct {
	fed       *capacity.Federation
	catalogue testbeds.Catalogue
}

// ledger keeps a federation in step with the store. Only committed changes enter it: those of a transaction under way are laid over a fork (see
// decision.snapshot), and come in through the change log after the commit.
//
// The change log has no gaps and follows the order of commits, so that "everything up to this number" is a state of the database. A decision catches
// up after its testbeds are locked: nobody else can change their bookings any more.
type ledger struct {
	horizon time.Duration

	mu       sync.RWMutex
	world    snapshot
	facility int64     // revision
	sequence int64     // of the last change applied
	day      time.Time // that the horizon was laid out for
}

// past is how far back the horizon begins: running experiments started there, and people look at the past.
const past = 90 * day

// read runs fn on the federation, which nobody changes meanwhile.
func (l *ledger) read(fn func(w snapshot) error) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return fn(l.world)
}

// catchUp brings the ledger to the snapshot of tx, or leaves it where it is further already. It returns the state of tx.
func (l *ledger) catchUp(ctx context.Context, tx Reader, now time.Time) (State, error) {
	at, err := tx.State(ctx)
	if err != nil {
		return at, err
	}
	return at, l.reach(ctx, tx, at, now)
}

// reach brings the ledger to a state of tx.
func (l *ledger) reach(ctx context.Context, tx Reader, at State, now time.Time) error {
	facility, sequence, today := at.Facility, at.Sequence, now.Truncate(day)
	l.mu.RLock()
	current := l.current(facility, sequence, today)
	l.mu.RUnlock()
	if current {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.current(facility, sequence, today):
		return nil
	case sequence < l.sequence && facility <= l.facility:
		return nil // a new day in an old snapshot: rebuilding from it would lose changes that were already applied
	case l.world.fed == nil || facility > l.facility || l.day.Before(today):
		return l.rebuild(ctx, tx, facility, sequence, today)
	default:
		return l.follow(ctx, tx, sequence)
	}
}

func (l *ledger) current(facility, sequence int64, today time.Time) bool {
	return l.world.fed != nil && facility <= l.facility && sequence <= l.sequence && !l.day.Before(today)
}

// rebuild reads everything anew.
func (l *ledger) rebuild(ctx context.Context, tx Reader, facility, sequence int64, today time.Time) error {
	w, err := load(ctx, tx, testbeds.Slot{Start: today.Add(-past), End: today.Add(l.horizon + day)})
	if err != nil {
		return err
	}
	l.world, l.facility, l.sequence, l.day = w, facility, sequence, today
	return nil
}

// load builds a federation from the store.
func load(ctx context.Context, tx Reader, horizon testbeds.Slot) (snapshot, error) {
	f, err := tx.Facility(ctx)
	if err != nil {
		return snapshot{}, err
	}
	c, err := tx.Catalogue(ctx)
	if err != nil {
		return snapshot{}, err
	}
	fed, err := capacity.NewFederation(f, horizon)
	if err != nil {
		return snapshot{}, err
	}
	var bookings []testbeds.Booking
	err = tx.Bookings(ctx, horizon.Start, func(b testbeds.Booking) error {
		bookings = append(bookings, b)
		return nil
	})
	if err != nil {
		return snapshot{}, err
	}
	fed.Load(bookings)
	return snapshot{fed: fed, catalogue: c}, nil
}

// take applies the bookings of a committed transaction, unless something that came before it is missing: then the next catchUp reads both.
func (l *ledger) take(c Committed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.world.fed == nil || l.sequence != c.After {
		return
	}
	l.apply(c.Bookings)
	l.sequence = c.Last
}

// follow applies the changes since the last ones. The database may return more than up to sequence: those are applied again next time, which changes
// nothing.
func (l *ledger) follow(ctx context.Context, tx Reader, sequence int64) error {
	changes, err := tx.BookingsSince(ctx, l.sequence)
	if err != nil {
		return err
	}
	l.apply(changes)
	l.sequence = sequence
	return nil
}

func (l *ledger) apply(changes []BookingChange) {
	for _, c := range changes {
		if c.Released {
			l.world.fed.Remove(c.Booking.ID)
		} else {
			l.world.fed.Put(c.Booking)
		}
	}
}
