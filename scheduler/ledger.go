package scheduler

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// snapshot is the state that a decision is made on: the federation with its bookings, and the catalogue. Nothing in it ever changes, so it stays
// good for as long as somebody reads it.
type snapshot struct {
	fed       *capacity.Federation
	catalogue testbeds.Catalogue
}

// world is a snapshot, with how far in the store's history it has come.
type world struct {
	snapshot
	facility int64     // revision
	sequence int64     // of the last change applied
	day      time.Time // that the horizon belongs to
}

// ledger keeps a federation in step with the store. Only committed changes enter it: those of a transaction under way are laid over a fork (see
// decision.snapshot), and come in through the change log after the commit.
//
// The change log has no gaps and follows the order of commits, so that "everything up to this number" is a state of the database. A decision catches
// up after its testbeds are locked: nobody else can change their bookings any more.
//
// Readers take the present world and hold no lock. Bookings make the next world, under a lock that is never held over SQL. What takes longer, a changed
// facility or testbeds to lay out further ahead, is built beside the present world, and then gets what came in meanwhile.
type ledger struct {
	horizon time.Duration
	tell    func(Progress)        // of reading all bookings; nil: nobody waits
	now     atomic.Pointer[world] // nil before the first

	turn sync.Mutex // to build; taken before mu

	mu       sync.Mutex // to replace the world
	building bool
	missed   []BookingChange // that came in since the build began
}

const (
	// past is how far back the horizon begins: running experiments started there, and people look at the past.
	past = 90 * day
	// slack is how much further than the horizon testbeds are laid out, so that a new day finds them ready.
	slack = 14 * day
)

// ahead returns the time that can be booked on a day, and that much more.
func (l *ledger) ahead(today time.Time, more time.Duration) testbeds.Slot {
	return testbeds.Slot{Start: today.Add(-past), End: today.Add(l.horizon + day + more)}
}

// read runs fn on the present snapshot.
func (l *ledger) read(fn func(w snapshot) error) error {
	if w := l.now.Load(); w != nil {
		return fn(w.snapshot)
	}
	return fn(snapshot{})
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
	today := now.Truncate(day)
	if w := l.now.Load(); w == nil || w.facility < at.Facility || w.sequence < at.Sequence {
		if t, writes := tx.(Tx); writes && len(t.Earlier()) > 0 {
			return ErrApart // it would take over bookings that are not committed
		}
	}
	if w := l.now.Load(); w == nil || w.facility < at.Facility {
		if err := l.refit(ctx, tx, at, today); err != nil {
			return err
		}
	}
	if w := l.now.Load(); w.sequence < at.Sequence {
		if err := l.follow(ctx, tx, w.sequence, at.Sequence); err != nil {
			return err
		}
	}
	if l.now.Load().day.Before(today) {
		return l.dawn(today)
	}
	return nil
}

// refit takes over another facility or catalogue, or reads everything if nothing is known yet.
func (l *ledger) refit(ctx context.Context, tx Reader, at State, today time.Time) error {
	return l.build(func(was *world) (*world, error) {
		if was != nil && was.facility >= at.Facility {
			return nil, nil
		}
		f, err := tx.Facility(ctx)
		if err != nil {
			return nil, err
		}
		c, err := tx.Catalogue(ctx)
		if err != nil {
			return nil, err
		}
		if was == nil {
			fed, err := l.load(ctx, tx, f, today)
			return &world{snapshot: snapshot{fed, c}, facility: at.Facility, sequence: at.Sequence, day: today}, err
		}
		next := *was
		next.catalogue, next.facility = c, at.Facility
		next.fed, err = was.fed.Refit(f, l.ahead(today, slack))
		return &next, err
	})
}

// load builds a federation from the store.
func (l *ledger) load(ctx context.Context, tx Reader, f testbeds.Facility, today time.Time) (*capacity.Federation, error) {
	fed, err := capacity.NewFederation(f, l.ahead(today, slack))
	if err != nil {
		return nil, err
	}
	fed = fed.Within(l.ahead(today, 0))
	told, err := l.telling(ctx, tx, fed.Horizon().Start)
	if err != nil {
		return nil, err
	}
	fed.LoadFrom(func(yield func(testbeds.Booking) bool) {
		err = tx.Bookings(ctx, fed.Horizon().Start, func(b testbeds.Booking) error {
			yield(b) // it takes all
			told()
			return nil
		})
	})
	return fed, err
}

// telling returns what is called with every booking that is read, for those who wait.
func (l *ledger) telling(ctx context.Context, tx Reader, endAfter time.Time) (read func(), err error) {
	if l.tell == nil {
		return func() {}, nil
	}
	of, _, err := tx.Audit().Size(ctx, endAfter)
	done := 0
	return func() {
		if done++; done%1000 == 0 || done == of {
			l.tell(Progress{Doing: "reading bookings", Done: int64(done), Of: int64(of)})
		}
	}, err
}

// build replaces the world by what fn makes of it, with the bookings that changed meanwhile; nil for no change. One build runs at a time.
func (l *ledger) build(fn func(was *world) (*world, error)) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	l.mu.Lock()
	l.building, l.missed = true, nil
	was := l.now.Load()
	l.mu.Unlock()
	next, err := fn(was)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.building = false
	if err != nil || next == nil {
		return err
	}
	if now := l.now.Load(); now != nil {
		apply(next.fed, l.missed)
		next.sequence, next.day = now.sequence, now.day
		if !next.fed.Horizon().Equal(now.fed.Horizon()) {
			next.fed = next.fed.Within(now.fed.Horizon())
		}
	}
	l.missed = nil
	l.now.Store(next)
	return nil
}

// take applies the bookings of a committed transaction, unless something that came before it is missing: then the next catchUp reads both.
func (l *ledger) take(c Committed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.now.Load(); w != nil && w.sequence == c.After {
		l.advance(c.Bookings, c.Last)
	}
}

// follow applies the changes after those up to since. The database may return more than up to sequence: those are applied again next time, which
// changes nothing.
func (l *ledger) follow(ctx context.Context, tx Reader, since, sequence int64) error {
	changes, err := tx.BookingsSince(ctx, since)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now.Load().sequence < sequence { // nobody else was faster
		l.advance(changes, sequence)
	}
	return nil
}

// advance makes the next world.
func (l *ledger) advance(changes []BookingChange, sequence int64) {
	next := *l.now.Load()
	next.sequence = sequence
	if len(changes) > 0 {
		next.fed = next.fed.Next()
		apply(next.fed, changes)
	}
	if l.building {
		l.missed = append(l.missed, changes...)
	}
	l.now.Store(&next)
}

func apply(fed *capacity.Federation, changes []BookingChange) {
	for _, c := range changes {
		if c.Released {
			fed.Remove(c.Booking.ID)
		} else {
			fed.Put(c.Booking)
		}
	}
}
