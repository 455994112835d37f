package store

import (
	"context"
	"time"

	"berth/scheduler"
)

// The store keeps the state of a ticket as a text; its meaning is known to the sync of tickets alone.

const ticketColumns = `SELECT key, request, busy, document FROM tickets `

func ticketRow(s scan) (x scheduler.TicketState, err error) {
	var locked int64
	err = s(&x.Key, &x.Request, &locked, &x.State)
	x.Locked = fromMicros(locked)
	return x, err
}

// LockTicket locks a ticket until an instant; mine is false if another process holds the lock. An unknown ticket becomes known as that
// of the request.
func (s *Store) LockTicket(ctx context.Context, key, request string, now, until time.Time) (x scheduler.TicketState, mine bool, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		if _, err := w.exec(ctx, "ticket", `INSERT INTO tickets (key, request, busy, document) VALUES ($1, $2, 0, '') ON CONFLICT (key) DO NOTHING`, key, request); err != nil {
			return err
		}
		n, err := w.exec(ctx, "ticket", `UPDATE tickets SET busy = $1 WHERE key = $2 AND busy <= $3`, micros(until), key, micros(now))
		if err != nil {
			return err
		}
		mine = n == 1
		x, err = one(ctx, w.tx, "ticket", ticketRow, ticketColumns+`WHERE key = $1`, key)
		x.Locked = until
		return err
	})
	return x, mine, err
}

// SaveTicket stores the state of a locked ticket. It refuses a caller that has lost the lock to another one.
func (s *Store) SaveTicket(ctx context.Context, x scheduler.TicketState) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		n, err := tx.(*writer).exec(ctx, "ticket", `UPDATE tickets SET document = $1 WHERE key = $2 AND busy = $3`, x.State, x.Key, micros(x.Locked))
		if err == nil && n == 0 {
			err = scheduler.Errorf(scheduler.CodeUnavailable, "another process has locked ticket %s", x.Key)
		}
		return err
	})
}

// UnlockTicket releases the lock.
func (s *Store) UnlockTicket(ctx context.Context, x scheduler.TicketState) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).exec(ctx, "ticket", `UPDATE tickets SET busy = 0 WHERE key = $1 AND busy = $2`, x.Key, micros(x.Locked))
		return err
	})
}

// ForgetTicket deletes a ticket that no request has any more.
func (s *Store) ForgetTicket(ctx context.Context, key string) error {
	return s.Change(ctx, nil, func(tx scheduler.Tx) error {
		_, err := tx.(*writer).exec(ctx, "ticket", `DELETE FROM tickets WHERE key = $1`, key)
		return err
	})
}

// TicketRequest returns the request of a ticket; empty for an unknown one.
func (s *Store) TicketRequest(ctx context.Context, key string) (request string, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		request, err = one(ctx, tx.(*reader).tx, "ticket", words, `SELECT request FROM tickets WHERE key = $1`, key)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			err = nil
		}
		return err
	})
	return request, err
}

// Tickets lists the known tickets after a key, in the order of their keys' bytes.
func (s *Store) Tickets(ctx context.Context, after string, limit int) (list []scheduler.TicketState, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, ticketRow, ticketColumns+`WHERE key > $1 ORDER BY key LIMIT $2`, after, limit)
		return err
	})
	return list, err
}

// Waiting lists the undelivered messages about a request in a channel, in their order.
func (s *Store) Waiting(ctx context.Context, channel, request string, limit int) (list []scheduler.Delivery, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, deliveryRow, deliveryColumns+`WHERE o.channel = $1 AND o.request = $2 AND o.state <> 'done' ORDER BY o.id LIMIT $3`, channel, request, limit)
		return err
	})
	return list, err
}

// Mark returns the progress of a process by name; empty before its beginning.
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

// SetMark records progress. It refuses if another caller has recorded some in between.
func (s *Store) SetMark(ctx context.Context, name, before, value string) (ok bool, err error) {
	err = s.Change(ctx, nil, func(tx scheduler.Tx) error {
		n, err := tx.(*writer).exec(ctx, "mark", `INSERT INTO marks (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE marks.value = $3`,
			name, value, before)
		ok = n == 1
		return err
	})
	return ok, err
}
