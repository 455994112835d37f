package store

import (
	"context"
	"sync"
)

// Numbers of requests and ids of bookings. A transaction of SQLite reads the last ones, and counts on: nobody else writes meanwhile. PostgreSQL gives
// them by sequences, which lock nothing: a transaction that is rolled back leaves a gap. The ids of bookings, which nobody sees, are fetched in
// advance.

// idsAtOnce is the number of ids of bookings that are fetched together.
const idsAtOnce = 32

// ids keeps those that were fetched and not used.
type ids struct {
	mu   sync.Mutex
	list []int64
}

func (x *ids) take() (id int64, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.list) == 0 {
		return 0, false
	}
	id, x.list = x.list[0], x.list[1:]
	return id, true
}

func (x *ids) give(list []int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.list = append(x.list, list...)
}

// nextNumber returns a number for a new request.
func (w *writer) nextNumber(ctx context.Context) (n int64, err error) {
	if !w.s.dialect.batches {
		if err := w.readLast(ctx); err != nil {
			return 0, err
		}
		w.lastNumber++
		return w.lastNumber, nil
	}
	err = w.out.aside(func() error {
		n, err = one(ctx, w.tx, "number", number, `SELECT nextval('request_numbers')`)
		return err
	})
	w.lastNumber = max(w.lastNumber, n)
	return n, err
}

// nextBooking returns an id for a new booking.
func (w *writer) nextBooking(ctx context.Context) (id int64, err error) {
	if !w.s.dialect.batches {
		if err := w.readLast(ctx); err != nil {
			return 0, err
		}
		w.lastBooking++
		return w.lastBooking, nil
	}
	if id, ok := w.s.bookingIDs.take(); ok {
		return id, nil
	}
	err = w.out.aside(func() error {
		list, err := all(ctx, w.tx, number, `SELECT nextval(pg_get_serial_sequence('bookings', 'id')) FROM generate_series(1, $1)`, idsAtOnce)
		if err == nil {
			id = list[0]
			w.s.bookingIDs.give(list[1:])
		}
		return err
	})
	return id, err
}

// readLast reads the last number and id, once.
func (w *writer) readLast(ctx context.Context) error {
	if w.counted {
		return nil
	}
	err := w.out.aside(func() error {
		_, err := one(ctx, w.tx, "number", func(s scan) (x struct{}, err error) { return x, s(&w.lastNumber, &w.lastBooking) },
			`SELECT `+lastColumns)
		return err
	})
	w.counted = err == nil
	return err
}
