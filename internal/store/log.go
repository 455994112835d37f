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
		e, err := parsed[scheduler.Event]("event", text)
		e.Sequence = sequence
		return e, err
	}, `SELECT sequence, document FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2`, after, limit)
}

// AddEvent appends to the change log at commit.
func (w *writer) AddEvent(_ context.Context, e scheduler.Event) error {
	w.events = append(w.events, e)
	return nil
}

// OnCommit calls fn after the commit, if the change log numbers anything of the transaction.
func (w *writer) OnCommit(fn func(scheduler.Committed)) { w.then = append(w.then, fn) }

// log numbers the changes of the transaction. It comes last: the counter's row stays locked until the commit, so numbers follow
// the order of commits, without gaps.
func (w *writer) log(ctx context.Context) error {
	w.tx.before = nil // nothing below asks for requests: they are written with their sequence
	if w.accounts {
		if _, err := w.count(ctx, "accounts", 1); err != nil {
			return err
		}
	}
	drawings, err := w.drawings(ctx)
	if err != nil {
		return err
	}
	if len(w.events) == 0 && len(w.bookings.list) == 0 && len(w.requests.list) == 0 && len(drawings) == 0 {
		return nil
	}
	n := int64(max(1, len(w.events)))
	last, err := w.count(ctx, "sequence", n)
	if err != nil {
		return err
	}
	w.committed = scheduler.Committed{After: last - n, Last: last}
	for _, id := range w.bookings.list {
		x := w.booked[id]
		x.Sequence = last
		w.committed.Bookings = append(w.committed.Bookings, x)
	}
	return w.together(ctx, func() error { return w.logAs(ctx, last, drawings) })
}

// logAs writes all that has the last number of the transaction.
func (w *writer) logAs(ctx context.Context, last int64, drawings []drawing) error {
	if err := w.addEvents(ctx, last); err != nil {
		return err
	}
	for _, d := range drawings {
		if err := w.keep(ctx, d, last); err != nil {
			return err
		}
	}
	if err := w.stamp(ctx, "bookings", last, anys(w.bookings.list)); err != nil {
		return err
	}
	rest, err := w.updateAs(ctx, last)
	if err != nil {
		return err
	}
	return w.stamp(ctx, "requests", last, rest)
}

// addEvents writes the events, the last one with this number, and their deliveries.
func (w *writer) addEvents(ctx context.Context, last int64) error {
	var events, deliveries [][]any
	for i, e := range w.events {
		e.Sequence = last - int64(len(w.events)) + int64(i) + 1
		text, err := document("event", e)
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

// count advances a counter by n and returns the new value.
func (w *writer) count(ctx context.Context, name string, n int64) (int64, error) {
	return one(ctx, w.tx, name, number, `UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value`, n, name)
}
