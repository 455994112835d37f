package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler"
)

// errApart says that decisions cannot be made together: each is made in a transaction of its own.
var errApart = errors.New("each by itself")

// runBatch makes decisions in one transaction and answers them. It returns those that others must make: those that it did not get to, and all of
// them, each by itself, where it came to nothing. One decision alone is made again where the database asks for it.
func (s *Store) runBatch(batch []*member) (left []*member) {
	ctx, cancel := together(batch)
	defer cancel()
	var err error
	if len(batch) == 1 {
		err = s.persist(ctx, func() error {
			batch[0].again()
			left, err = s.attempt(ctx, batch)
			return err
		})
	} else if left, err = s.attempt(ctx, batch); err != nil {
		if _, unknown := errors.AsType[inCommit](err); !unknown {
			for _, m := range batch {
				m.again()
				m.alone = true
			}
			return batch
		}
	}
	var rest []*member // in the order of arrival
	for _, m := range batch {
		if slices.Contains(left, m) {
			rest = append(rest, m)
		} else {
			m.answer(outcome(m, err))
		}
	}
	return rest
}

// outcome returns what a decision is answered: its own refusal, which holds if the transaction it was found in was committed, or an error of the
// whole.
func outcome(m *member, whole error) error {
	if whole != nil {
		return whole
	}
	return m.err
}

// together returns a context that ends when none of the callers waits any longer.
func together(batch []*member) (context.Context, context.CancelFunc) {
	if len(batch) == 1 {
		return context.WithCancel(batch[0].ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), longestChange)
	waiting := make(chan struct{}, len(batch))
	var stops []func() bool
	for _, m := range batch {
		stops = append(stops, context.AfterFunc(m.ctx, func() {
			waiting <- struct{}{}
			if len(waiting) == len(batch) {
				cancel()
			}
		}))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// attempt makes the decisions of a batch once. It returns those that another transaction must make.
func (s *Store) attempt(ctx context.Context, batch []*member) (left []*member, err error) {
	w := newWriter(s)
	defer w.close()
	batch, left, err = w.beginFor(ctx, batch)
	if err != nil {
		return nil, fmt.Errorf("beginning to write: %w", err)
	}
	w.shared = len(batch) > 1
	w.guarded = w.shared
	began := time.Now()
	decided := false
	for i, m := range batch {
		if i > 0 && time.Since(began) > s.committer.longest {
			left = append(left, batch[i:]...)
			break
		}
		before := w.mark()
		if !m.start(w) {
			continue // its caller has left
		}
		if m.err == nil {
			decided = true
			if w.shared && w.out.failed {
				return nil, errApart
			}
			continue
		}
		if !w.shared {
			return nil, m.err
		}
		if w.out.failed || s.dialect.own(m.err) || errors.Is(m.err, scheduler.ErrApart) {
			return nil, errApart // who knows what the database has kept
		}
		if err := w.undo(ctx, before); err != nil {
			return nil, errApart
		}
	}
	if !decided {
		return left, nil
	}
	if err := w.finish(ctx); err != nil {
		return nil, err // it may be the fault of one of them
	}
	w.announce()
	return left, nil
}

// beginFor begins the transaction of a batch. One that shares it does not wait for testbeds that another process has locked: decisions about
// these are left.
func (w *writer) beginFor(ctx context.Context, batch []*member) (now, left []*member, err error) {
	var lock []string
	for _, m := range batch {
		lock = append(lock, m.lock...)
	}
	slices.Sort(lock)
	lock = slices.Compact(lock)
	if len(batch) == 1 || w.s.dialect.lock == "" {
		return batch, nil, w.begin(ctx, lock)
	}
	w.got = map[string]bool{}
	if err := w.begin(ctx, lock); err != nil {
		return nil, nil, err
	}
	kept := map[string]bool{} // for those that are left: nobody overtakes them
	for _, m := range batch {
		locked := slices.ContainsFunc(m.lock, func(t string) bool { return !w.got[t] })
		if !locked && !slices.ContainsFunc(m.lock, func(t string) bool { return kept[t] }) {
			now = append(now, m)
			continue
		}
		m.alone, m.waits = m.alone || locked, m.waits || locked
		left = append(left, m)
		for _, t := range m.lock {
			kept[t] = true
		}
	}
	return now, left, nil
}

// mark is what a transaction has collected up to a decision.
type mark struct{ w writer }

// mark begins a decision: it returns what must be restored if the decision fails.
func (w *writer) mark() mark {
	w.saved, w.dirty = false, false
	w.earlier = nil
	if !w.shared {
		return mark{}
	}
	for _, id := range w.bookings.list {
		w.earlier = append(w.earlier, w.booked[id])
	}
	before := *w
	before.off = w.off.clone()
	before.events, before.then = slices.Clip(w.events), slices.Clip(w.then)
	before.bookings, before.requests = w.bookings.clone(), w.requests.clone()
	before.booked, before.latest, before.created = cloned(w.booked), cloned(w.latest), cloned(w.created)
	return mark{w: before}
}

// undo takes back what a decision did in the transaction.
func (w *writer) undo(ctx context.Context, before mark) error {
	if w.saved {
		if err := w.out.send(context.WithoutCancel(ctx), []statement{{what: "transaction", query: `ROLLBACK TO SAVEPOINT decision`}}); err != nil {
			return err
		}
	}
	*w = before.w
	w.out.before = w.flush
	return nil
}

// announce tells the callers' functions what was committed.
func (w *writer) announce() {
	if w.wrote {
		w.s.written.Store(true)
	}
	if w.committed.Last > 0 {
		var changed []scheduler.Request
		for _, id := range w.requests.list {
			changed = append(changed, w.latest[id])
		}
		w.s.counts.committed(w.committed, changed)
		for _, fn := range w.then {
			fn(w.committed)
		}
	}
}
