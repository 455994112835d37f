package store

import (
	"context"
	"time"

	"berth/scheduler"
)

// The outbox has what has to be told to other systems. Its rows are written with the events that they are about, in the transactions that
// make these, and stay until they were delivered: nothing is lost, and nothing is told that was not committed.

// SetChannels says to which systems events about requests are told from then on. Events of before are not told.
func (s *Store) SetChannels(channels ...string) { s.channels.Store(&channels) }

// post writes the rows of an event for every channel.
func (w *writer) post(ctx context.Context, e scheduler.Event) error {
	channels := w.s.channels.Load()
	if channels == nil || e.Request == "" {
		return nil
	}
	for _, c := range *channels {
		if _, err := w.exec(ctx, "message", `INSERT INTO outbox (channel, request, sequence, state, attempts, due, failure) VALUES ($1, $2, $3, 'waiting', 0, 0, '')`,
			c, e.Request, e.Sequence); err != nil {
			return err
		}
	}
	return nil
}

// Messages are those of a channel that can be delivered now, oldest first: of each request the first that was not delivered, where its time
// has come. One that is stuck holds up its request, and no other.
func (s *Store) Messages(ctx context.Context, channel string, now time.Time, limit int) (list []scheduler.Message, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, func(s scan) (m scheduler.Message, err error) {
			var text string
			var sequence, due int64
			if err := s(&m.ID, &m.Channel, &m.Attempts, &due, &sequence, &text); err != nil {
				return m, err
			}
			m.Due = fromSeconds(due)
			m.Event, err = parsed[scheduler.Event]("event", text)
			m.Event.Sequence = sequence
			return m, err
		}, `SELECT o.id, o.channel, o.attempts, o.due, e.sequence, e.document FROM outbox o JOIN events e ON e.sequence = o.sequence
			WHERE o.channel = $1 AND o.state = 'waiting' AND o.due <= $2
			AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.channel = o.channel AND p.request = o.request AND p.state <> 'done' AND p.id < o.id)
			ORDER BY o.id LIMIT $3`, channel, seconds(now), limit)
		return err
	})
	return list, err
}

// Claim takes a message for oneself until an instant; it is false where somebody else has taken it since it was read. Who does not say what
// came of it by then loses it to others.
func (s *Store) Claim(ctx context.Context, m scheduler.Message, until time.Time) (mine bool, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) error {
		n, err := tx.(*writer).exec(ctx, "message", `UPDATE outbox SET due = $1, attempts = attempts + 1 WHERE id = $2 AND state = 'waiting' AND due = $3 AND attempts = $4`,
			seconds(until), m.ID, seconds(m.Due), m.Attempts)
		mine = n == 1
		return err
	})
	return mine, err
}

// Delivered notes that a message has arrived.
func (s *Store) Delivered(ctx context.Context, m scheduler.Message) error {
	return s.settle(ctx, m, "done", 0, "")
}

// Postponed notes that a message did not arrive, and when it is tried again.
func (s *Store) Postponed(ctx context.Context, m scheduler.Message, until time.Time, failure string) error {
	return s.settle(ctx, m, "waiting", seconds(until), failure)
}

// Stuck notes that a message cannot arrive before somebody has done something about it.
func (s *Store) Stuck(ctx context.Context, m scheduler.Message, failure string) error {
	return s.settle(ctx, m, "stuck", 0, failure)
}

func (s *Store) settle(ctx context.Context, m scheduler.Message, state string, due int64, failure string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).exec(ctx, "message", `UPDATE outbox SET state = $1, due = $2, failure = $3 WHERE id = $4 AND state <> 'done'`, state, due, failure, m.ID)
		return err
	})
}

// Retry lets what is stuck be tried again at once: all of a channel, or of one request.
func (s *Store) Retry(ctx context.Context, channel, request string) (n int64, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) (err error) {
		n, err = tx.(*writer).exec(ctx, "message", `UPDATE outbox SET state = 'waiting', due = 0 WHERE channel = $1 AND state = 'stuck' AND ($2 = '' OR request = $2)`, channel, request)
		return err
	})
	return n, err
}

// Backlog counts what waits in a channel.
func (s *Store) Backlog(ctx context.Context, channel string) (b scheduler.Backlog, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		r := tx.(*reader)
		count := func(state string) (n int64, err error) {
			return one(ctx, r.tx, "message", number, `SELECT COUNT(*) FROM outbox WHERE channel = $1 AND state = $2`, channel, state)
		}
		if b.Waiting, err = count("waiting"); err != nil {
			return err
		}
		if b.Stuck, err = count("stuck"); err != nil || b.Waiting+b.Stuck == 0 {
			return err
		}
		text, err := one(ctx, r.tx, "message", words, `SELECT e.document FROM events e WHERE e.sequence = (SELECT MIN(sequence) FROM outbox WHERE channel = $1 AND state <> 'done')`, channel)
		if err != nil {
			return err
		}
		e, err := parsed[scheduler.Event]("event", text)
		b.Oldest = &e.At
		return err
	})
	return b, err
}
