package store

import (
	"context"

	"berth/scheduler"
)

// The store keeps the state of an order as a text; its meaning is known to the intake alone.

const orderColumns = `SELECT portal, remote, request, number, over, revision, document FROM orders `

func orderRow(s scan) (t scheduler.OrderTie, err error) {
	var over int64
	err = s(&t.Portal, &t.Key, &t.Request, &t.Number, &over, &t.Revision, &t.State)
	t.Over = over == 1
	return t, err
}

// Order returns what is known of an order; with Revision 0 if nothing is.
func (s *Store) Order(ctx context.Context, portal, key string) (scheduler.OrderTie, error) {
	return s.order(ctx, `WHERE portal = $1 AND remote = $2`, portal, key)
}

// OrderOf returns the order that a request was made of; one with Revision 0 if there is none.
func (s *Store) OrderOf(ctx context.Context, request string) (scheduler.OrderTie, error) {
	if request == "" {
		return scheduler.OrderTie{}, nil
	}
	return s.order(ctx, `WHERE request = $1 AND request <> ''`, request)
}

func (s *Store) order(ctx context.Context, where string, args ...any) (t scheduler.OrderTie, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		t, err = one(ctx, tx.(*reader).tx, "order", orderRow, orderColumns+where, args...)
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			t, err = scheduler.OrderTie{}, nil
		}
		return err
	})
	return t, err
}

// Orders lists the orders of a portal that are not over, by key, after one of them.
func (s *Store) Orders(ctx context.Context, portal, after string, limit int) (list []scheduler.OrderTie, err error) {
	err = s.View(ctx, func(tx scheduler.Reader) error {
		list, err = all(ctx, tx.(*reader).tx, orderRow, orderColumns+`WHERE portal = $1 AND over = 0 AND remote > $2 ORDER BY remote LIMIT $3`, portal, after, limit)
		return err
	})
	return list, err
}

// PutOrder stores what is known of an order, and returns it with its next revision. It refuses a caller that has not seen the stored one.
func (s *Store) PutOrder(ctx context.Context, t scheduler.OrderTie) (scheduler.OrderTie, error) {
	next := t
	next.Revision++
	over := int64(0)
	if t.Over {
		over = 1
	}
	err := s.Change(ctx, nil, func(tx scheduler.Tx) error {
		w := tx.(*writer)
		query, args := `UPDATE orders SET request = $3, number = $4, over = $5, revision = $6, document = $7 WHERE portal = $1 AND remote = $2 AND revision = $8`,
			[]any{t.Portal, t.Key, t.Request, t.Number, over, next.Revision, t.State, t.Revision}
		if t.Revision == 0 {
			query, args = `INSERT INTO orders (portal, remote, request, number, over, revision, document) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (portal, remote) DO NOTHING`, args[:7]
		}
		n, err := w.exec(ctx, "order", query, args...)
		if err == nil && n == 0 {
			err = scheduler.Errorf(scheduler.CodePrecondition, "order %s of %s was changed in between", t.Key, t.Portal)
		}
		return err
	})
	return next, err
}
