package store

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler"
)

// Sequence returns the last number of the change log.
func (r *reader) Sequence(ctx context.Context) (int64, error) {
	return one(ctx, r.tx, "sequence", number, `SELECT value FROM counters WHERE name = 'sequence'`)
}

// Events reads the change log after a sequence.
func (r *reader) Events(ctx context.Context, after int64, limit int) ([]scheduler.Event, error) {
	return all(ctx, r.tx, func(s scan) (scheduler.Event, error) {
		var sequence int64
		var text string
		if err := s(&sequence, &text); err != nil {
			return scheduler.Event{}, err
		}
		return eventOf(sequence, text)
	}, `SELECT sequence, document FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2`, after, limit)
}

// AddEvent appends to the change log at commit.
func (w *writer) AddEvent(_ context.Context, e scheduler.Event) error {
	w.events = append(w.events, e)
	return nil
}

// Earlier returns the bookings that steps before this one changed in the same transaction.
func (w *writer) Earlier() []scheduler.BookingChange { return w.earlier }

// OnCommit calls fn after the commit, if the change log numbers anything of the transaction.
func (w *writer) OnCommit(fn func(scheduler.Committed)) { w.then = append(w.then, fn) }

// finish writes what was put off, numbers the changes of the transaction, and commits. The counter's row stays locked from its change to the commit,
// so numbers follow the order of commits, without gaps.
func (w *writer) finish(ctx context.Context) error {
	w.guarded = false
	w.out.before = nil // nothing below asks for what was put off
	f, err := w.drawingFacility(ctx)
	if err != nil {
		return err
	}
	drawn, read := w.drawnBefore()
	if w.accounts {
		read = append(read, statement{what: "accounts", query: `UPDATE counters SET value = value + 1 WHERE name = 'accounts'`})
	}
	n, last := w.numbers(), int64(0)
	if n > 0 {
		read = append(read, w.counting(n, &last))
	}
	send := w.out.send
	if n > 0 || w.accounts {
		send = w.sendWriting
	}
	if err := send(ctx, read); err != nil {
		return err
	}
	drawings := w.drawings(f, drawn)
	if n == 0 && len(drawings) > 0 {
		n = 1
		if err := w.sendWriting(ctx, []statement{w.counting(n, &last)}); err != nil {
			return err
		}
	}
	if n == 0 {
		list, err := w.collected(func() error { return w.writePutOff(ctx, 0) })
		if err != nil {
			return err
		}
		w.wrote = w.wrote || len(list) > 0
		return w.out.commit(ctx, list)
	}
	w.committed = scheduler.Committed{After: last - n, Last: last}
	for _, id := range w.bookings.list {
		x := w.booked[id]
		x.Sequence = last
		w.committed.Bookings = append(w.committed.Bookings, x)
	}
	list, err := w.collected(func() error { return w.logAs(ctx, last, drawings) })
	if err != nil {
		return err
	}
	return w.out.commit(ctx, list)
}

// numbers returns how many numbers of the change log the transaction takes for certain: one for each event, and one at least for changes without
// any. Drawings alone take one too, where they differ from what is there.
func (w *writer) numbers() int64 {
	if len(w.events) == 0 && len(w.bookings.list)+len(w.requests.list) > 0 {
		return 1
	}
	return int64(len(w.events))
}

// logAs writes all that has the last number of the transaction.
func (w *writer) logAs(ctx context.Context, last int64, drawings []drawing) error {
	requests := stamped(w.requests.list, in(w.off.created), in(w.off.updates))
	bookings := stamped(w.bookings.list, in(w.off.bookings))
	if err := w.writePutOff(ctx, last); err != nil {
		return err
	}
	if err := w.addEvents(ctx, last); err != nil {
		return err
	}
	for _, d := range drawings {
		if err := w.keep(ctx, d, last); err != nil {
			return err
		}
	}
	if err := w.stamp(ctx, "bookings", last, bookings); err != nil {
		return err
	}
	return w.stamp(ctx, "requests", last, requests)
}

// addEvents writes the events, the last one with this number, and their deliveries.
func (w *writer) addEvents(ctx context.Context, last int64) error {
	var events, deliveries [][]any
	for i, e := range w.events {
		e.Sequence = last - int64(len(w.events)) + int64(i) + 1
		text, err := document("event", keptEvent{e, e.Cause})
		if err != nil {
			return err
		}
		events = append(events, []any{e.Sequence, text})
		for _, c := range w.s.channels {
			if c.Takes(e) {
				deliveries = append(deliveries, delivery(c.Name, "", e.Request, e.Sequence))
			}
		}
	}
	if err := w.add(ctx, "event", `INSERT INTO events (sequence, document) VALUES`, ``, events); err != nil {
		return err
	}
	return w.addDeliveries(ctx, deliveries)
}

// stamp writes the sequence into the changed rows.
func (w *writer) stamp(ctx context.Context, table string, sequence int64, ids []any) error {
	for part := range slices.Chunk(ids, chunk) {
		_, err := w.exec(ctx, table, fmt.Sprintf(`UPDATE %s SET sequence = $1 WHERE id IN (%s)`, table, places(2, len(part))), append([]any{sequence}, part...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// counting advances the counter of the change log, and brings that of the requests' numbers to the last one given.
func (w *writer) counting(n int64, last *int64) statement {
	return statement{what: "sequence", query: `UPDATE counters SET value = CASE WHEN name = 'sequence' THEN value + $1 ELSE $2 END
		WHERE name = 'sequence' OR name = 'number' AND value < $2 RETURNING name, value`, args: []any{n, w.lastNumber},
		row: func(s scan) error {
			var name string
			var value int64
			if err := s(&name, &value); err != nil {
				return err
			}
			if name == "sequence" {
				*last = value
			}
			return nil
		}}
}
