package store

import (
	"context"
	"time"

	"berth/scheduler"
)

// The deliveries to other systems. Their rows are written with their events, in the same transactions, and stay until they
// are delivered: nothing is lost, and nothing is delivered that was not committed.

// delivery returns a new row.
func delivery(channel, target, request string, sequence int64) []any {
	return []any{channel, target, request, sequence, "waiting", 0, 0, 0, "", ""}
}

func (w *writer) addDeliveries(ctx context.Context, rows [][]any) error {
	return w.add(ctx, "message", `INSERT INTO deliveries (channel, target, request, sequence, state, attempts, due, settled, failure, remedy) VALUES`,
		` ON CONFLICT (channel, target, sequence) DO NOTHING`, rows)
}

const deliveryColumns = `SELECT o.id, o.channel, o.target, o.attempts, o.state, o.due, o.settled, o.failure, o.remedy, e.sequence, e.document
	FROM deliveries o JOIN events e ON e.sequence = o.sequence `

func deliveryRow(s scan) (m scheduler.Delivery, err error) {
	var text string
	var sequence, due, settled int64
	if err := s(&m.ID, &m.Channel, &m.Target, &m.Attempts, &m.State, &due, &settled, &m.Failure, &m.Remedy, &sequence, &text); err != nil {
		return m, err
	}
	m.Due = fromSeconds(due)
	if settled > 0 {
		m.Settled = new(fromSeconds(settled))
	}
	m.Event, err = eventOf(sequence, text)
	return m, err
}

// keptEvent is an event as it is stored: with its cause, which nobody else is told.
type keptEvent struct {
	scheduler.Event
	Cause string `json:"cause,omitempty"`
}

// eventOf reads an event as it is stored.
func eventOf(sequence int64, text string) (scheduler.Event, error) {
	e, err := parsed[keptEvent]("event", text)
	e.Event.Sequence, e.Event.Cause = sequence, e.Cause
	return e.Event, err
}

// DueDeliveries lists the messages of a channel that can be delivered now, oldest first: for each request and target the first undelivered
// one, if it is due. A stuck message holds up its request to its target, and no other. With a request given, only its messages.
func (s *Store) DueDeliveries(ctx context.Context, channel, request string, now time.Time, limit int) (list []scheduler.Delivery, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, deliveryRow, deliveryColumns+`WHERE o.channel = $1 AND o.state <> 'done' AND o.due <= $2 AND ($3 = '' OR o.request = $3)
			AND NOT EXISTS (SELECT 1 FROM deliveries p WHERE p.channel = o.channel AND p.target = o.target AND p.request = o.request AND p.state <> 'done' AND p.id < o.id)
			ORDER BY o.id LIMIT $4`, channel, seconds(now), request, limit)
		return err
	})
	return list, err
}

// Claim reserves a message until an instant; it is false if another process has claimed it since it was read. A caller that does not record
// the outcome by then loses it to others.
func (s *Store) Claim(ctx context.Context, m scheduler.Delivery, until time.Time) (mine bool, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) error {
		n, err := tx.(*writer).exec(ctx, "message", `UPDATE deliveries SET due = $1, leased = $1, attempts = attempts + 1 WHERE id = $2 AND state <> 'done' AND due = $3 AND attempts = $4`,
			seconds(until), m.ID, seconds(m.Due), m.Attempts)
		mine = n == 1
		return err
	})
	return mine, err
}

// The outcome of a message is recorded only by its last claimant, recognised by the number of attempts. If another process has claimed the
// message since, the outcome is ignored.

// Delivered records the arrival of a message; targets, if any, are told of its event in its place, each by a message of its own: then
// nothing has arrived anywhere yet, and this message is soon forgotten.
func (s *Store) Delivered(ctx context.Context, m scheduler.Delivery, now time.Time, targets ...string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		if len(targets) > 0 {
			now = time.Unix(0, 0)
		}
		mine, err := w.settle(ctx, m, scheduler.DeliveryDone, time.Unix(0, 0), now, "", "")
		if err != nil || !mine {
			return err
		}
		var rows [][]any
		for _, t := range targets {
			rows = append(rows, delivery(m.Channel, t, m.Event.Request, m.Event.Sequence))
		}
		return w.addDeliveries(ctx, rows)
	})
}

// Postponed records that a message did not arrive, and the time of its next attempt.
func (s *Store) Postponed(ctx context.Context, m scheduler.Delivery, until time.Time, failure string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).settle(ctx, m, scheduler.DeliveryWaiting, until, time.Unix(0, 0), failure, "")
		return err
	})
}

// Stuck records that a message cannot arrive until a person acts, and the time of the next check.
func (s *Store) Stuck(ctx context.Context, m scheduler.Delivery, until time.Time, failure, remedy string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).settle(ctx, m, scheduler.DeliveryStuck, until, time.Unix(0, 0), failure, remedy)
		return err
	})
}

func (w *writer) settle(ctx context.Context, m scheduler.Delivery, state scheduler.DeliveryState, due, settled time.Time, failure, remedy string) (mine bool, err error) {
	n, err := w.exec(ctx, "message", `UPDATE deliveries SET state = $1, due = $2, settled = $3, failure = $4, remedy = $5, leased = 0
		WHERE id = $6 AND state <> 'done' AND attempts = $7`, state, seconds(due), seconds(settled), failure, remedy, m.ID, m.Attempts)
	return n == 1, err
}

// underWay selects messages that are claimed and have no outcome yet. If the claimant died, the message is tried when it falls due
// again.
const underWay = `(leased > 0 AND leased = due)`

// Retry makes waiting messages due at once: all of a channel, or of one request. Claimed ones stay with their claimants.
func (s *Store) Retry(ctx context.Context, channel, request string) (n int64, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) (err error) {
		n, err = tx.(*writer).exec(ctx, "message", `UPDATE deliveries SET state = 'waiting', due = 0 WHERE channel = $1 AND ($2 = '' OR request = $2)
			AND (state = 'stuck' OR state = 'waiting' AND due > 0 AND failure <> '') AND NOT `+underWay, channel, request)
		return err
	})
	return n, err
}

// Again repeats a delivery, after success or failure. A message in delivery is a conflict.
func (s *Store) Again(ctx context.Context, channel, target string, id int64) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		n, err := w.exec(ctx, "message", `UPDATE deliveries SET state = 'waiting', due = 0, failure = '' WHERE channel = $1 AND target = $2 AND id = $3
			AND (state = 'done' OR NOT `+underWay+`)`, channel, target, id)
		if err != nil || n == 1 {
			return err
		}
		if _, err := one(ctx, w.tx, "such delivery", number, `SELECT id FROM deliveries WHERE channel = $1 AND target = $2 AND id = $3`, channel, target, id); err != nil {
			return err
		}
		return scheduler.Errorf(scheduler.CodeConflict, "this message is being delivered at present")
	})
}

// Deliveries lists the messages of a channel, newest first, below an id: to one target or to any, all of them or only those that did not
// arrive.
func (s *Store) Deliveries(ctx context.Context, channel, target string, undone bool, below int64, limit int) (list []scheduler.Delivery, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		only := int64(0)
		if undone {
			only = 1
		}
		list, err = all(ctx, tx.(*reader).tx, deliveryRow, deliveryColumns+`WHERE ($1 = '' OR o.channel = $1) AND ($2 = '' OR o.target = $2) AND ($3 = 0 OR o.state <> 'done')
			AND ($4 = 0 OR o.id < $4) ORDER BY o.id DESC LIMIT $5`, channel, target, only, below, limit)
		return err
	})
	return list, err
}

// Pending reports whether a channel has undelivered messages about a request.
func (s *Store) Pending(ctx context.Context, channel, request string) (waits bool, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		n, err := one(ctx, tx.(*reader).tx, "message", number, `SELECT COUNT(*) FROM deliveries WHERE channel = $1 AND request = $2 AND state <> 'done'`, channel, request)
		waits = n > 0
		return err
	})
	return waits, err
}

// ForgetDeliveries deletes the messages that arrived before an instant.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).exec(ctx, "message", `DELETE FROM deliveries WHERE state = 'done' AND settled < $1`, seconds(before))
		return err
	})
}

// Backlog counts the undelivered messages of a channel.
func (s *Store) Backlog(ctx context.Context, channel string) (b scheduler.Backlog, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		r := tx.(*reader)
		count := func(query string, args ...any) (n int64, err error) {
			return one(ctx, r.tx, "message", number, query, append([]any{channel}, args...)...)
		}
		if b.Waiting, err = count(`SELECT COUNT(*) FROM deliveries WHERE channel = $1 AND state = $2`, scheduler.DeliveryWaiting); err != nil {
			return err
		}
		if b.Stuck, err = count(`SELECT COUNT(*) FROM deliveries WHERE channel = $1 AND state = $2`, scheduler.DeliveryStuck); err != nil {
			return err
		}
		last, err := count(`SELECT COALESCE(MAX(settled), 0) FROM deliveries WHERE channel = $1 AND state = 'done'`)
		if err != nil {
			return err
		}
		if last > 0 {
			b.LastSuccess = new(fromSeconds(last))
		}
		if b.Waiting+b.Stuck == 0 {
			return nil
		}
		text, err := one(ctx, r.tx, "message", words, `SELECT e.document FROM events e WHERE e.sequence = (SELECT MIN(sequence) FROM deliveries WHERE channel = $1 AND state <> 'done')`, channel)
		if err != nil {
			return err
		}
		e, err := parsed[scheduler.Event]("event", text)
		b.Oldest = &e.At
		return err
	})
	return b, err
}
