package store

import (
	"context"
	"time"

	"berth/scheduler"
)

// What is remembered of a ticket is the business of who keeps tickets: here it is a text.

func ticketRow(s scan) (x scheduler.KeptTicket, err error) {
	var busy int64
	err = s(&x.ID, &x.Request, &busy, &x.Memory)
	x.Busy = fromMicros(busy)
	return x, err
}

// TakeTicket takes a ticket for oneself until an instant; mine is false where somebody else is at work on it. One that is not known yet
// becomes known, as that of the request.
func (s *Store) TakeTicket(ctx context.Context, id int64, request string, now, until time.Time) (x scheduler.KeptTicket, mine bool, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		if _, err := w.exec(ctx, "ticket", `INSERT INTO tickets (id, request, busy, document) VALUES ($1, $2, 0, '') ON CONFLICT (id) DO NOTHING`, id, request); err != nil {
			return err
		}
		n, err := w.exec(ctx, "ticket", `UPDATE tickets SET busy = $1 WHERE id = $2 AND busy <= $3`, micros(until), id, micros(now))
		if err != nil {
			return err
		}
		mine = n == 1
		x, err = one(ctx, w.tx, "ticket", ticketRow, `SELECT id, request, busy, document FROM tickets WHERE id = $1`, id)
		x.Busy = until
		return err
	})
	return x, mine, err
}

// KeepTicket remembers something of a ticket that one has taken. Whoever was too slow, so that somebody else has it now, is refused.
func (s *Store) KeepTicket(ctx context.Context, x scheduler.KeptTicket) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		n, err := tx.(*writer).exec(ctx, "ticket", `UPDATE tickets SET document = $1 WHERE id = $2 AND busy = $3`, x.Memory, x.ID, micros(x.Busy))
		if err == nil && n == 0 {
			err = scheduler.Errorf(scheduler.CodeUnavailable, "somebody else is at work on ticket %d", x.ID)
		}
		return err
	})
}

// ReleaseTicket lets others take a ticket.
func (s *Store) ReleaseTicket(ctx context.Context, x scheduler.KeptTicket) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).exec(ctx, "ticket", `UPDATE tickets SET busy = 0 WHERE id = $1 AND busy = $2`, x.ID, micros(x.Busy))
		return err
	})
}

// ForgetTicket forgets a ticket that no request has any more.
func (s *Store) ForgetTicket(ctx context.Context, id int64) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).exec(ctx, "ticket", `DELETE FROM tickets WHERE id = $1`, id)
		return err
	})
}

// Tickets are the known ones after an id.
func (s *Store) Tickets(ctx context.Context, after int64, limit int) (list []scheduler.KeptTicket, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, ticketRow, `SELECT id, request, busy, document FROM tickets WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
		return err
	})
	return list, err
}

// Waiting are the messages about a request that wait in a channel, in their order.
func (s *Store) Waiting(ctx context.Context, channel, request string, limit int) (list []scheduler.Message, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, messageRow, messageColumns+`WHERE o.channel = $1 AND o.request = $2 AND o.state <> 'done' ORDER BY o.id LIMIT $3`, channel, request, limit)
		return err
	})
	return list, err
}

// Mark is how far something has come; empty where it has not begun.
func (s *Store) Mark(ctx context.Context, name string) (value string, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		value, err = one(ctx, tx.(*reader).tx, "mark", words, `SELECT value FROM marks WHERE name = $1`, name)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			err = nil
		}
		return err
	})
	return value, err
}

// SetMark notes how far something has come. It is refused where somebody else has noted something in between.
func (s *Store) SetMark(ctx context.Context, name, before, value string) (ok bool, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) error {
		n, err := tx.(*writer).exec(ctx, "mark", `INSERT INTO marks (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE marks.value = $3`,
			name, value, before)
		ok = n == 1
		return err
	})
	return ok, err
}
