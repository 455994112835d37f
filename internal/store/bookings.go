package store

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// The columns of a booking joined with one of its claims; a booking without claims is one row without them.
const bookingRows = `SELECT b.id, b.number, b.strength, b.starts, b.ends, b.overbooked, b.released, b.sequence,
	COALESCE(c.testbed, ''), COALESCE(c.vim, ''), COALESCE(c.quantity, ''), COALESCE(c.device, ''),
	COALESCE(c.amount, 0), COALESCE(c.starts, 0), COALESCE(c.ends, 0), COALESCE(c.units, '')
	FROM bookings b LEFT JOIN claims c ON c.booking = b.id `

// bookingRow scans one such row.
func bookingRow(s scan) (scheduler.BookingChange, error) {
	var x scheduler.BookingChange
	var c testbeds.Claim
	var starts, ends, overbooked, released, from, to int64
	var units string
	b := &x.Booking
	if err := s(&b.ID, &b.Request, &b.Strength, &starts, &ends, &overbooked, &released, &x.Sequence,
		&c.Testbed, &c.VIM, &c.Quantity, &c.Device, &c.Amount, &from, &to, &units); err != nil {
		return x, err
	}
	b.Slot = testbeds.Slot{Start: fromSeconds(starts), End: fromSeconds(ends)}
	b.Overbooked, x.Released = overbooked == 1, released == 1
	if c.Testbed == "" {
		return x, nil
	}
	c.From, c.To = fromSeconds(from), fromSeconds(to)
	if units != "" {
		var err error
		if c.Units, err = parsed[[]string]("units", units); err != nil {
			return x, err
		}
	}
	b.Claims = []testbeds.Claim{c}
	return x, nil
}

// joined calls yield with each booking of a query ordered by booking, with all its claims.
func (r *reader) joined(ctx context.Context, yield func(scheduler.BookingChange) error, query string, args ...any) error {
	rows, err := r.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var last scheduler.BookingChange
	for rows.Next() {
		x, err := bookingRow(rows.Scan)
		if err != nil {
			return err
		}
		if x.Booking.ID == last.Booking.ID {
			last.Booking.Claims = append(last.Booking.Claims, x.Booking.Claims...)
			continue
		}
		if last.Booking.ID != 0 {
			if err := yield(last); err != nil {
				return err
			}
		}
		last = x
	}
	if err := rows.Err(); err != nil || last.Booking.ID == 0 {
		return err
	}
	return yield(last)
}

// Bookings streams the bookings in force that end after the given instant. Meanwhile the same transaction cannot read anything
// else: a connection of PostgreSQL carries one result at a time. The plus keeps SQLite from an index that it would have to sort by id afterwards, by
// which everything would be read before the first booking came.
func (r *reader) Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error {
	return r.joined(ctx, func(x scheduler.BookingChange) error { return yield(x.Booking) },
		bookingRows+`WHERE +b.released = 0 AND +b.until > $1 ORDER BY b.id, c.ordinal`, seconds(endAfter))
}

// Booking reads a booking in force.
func (r *reader) Booking(ctx context.Context, id int64) (testbeds.Booking, error) {
	var b testbeds.Booking
	err := r.joined(ctx, func(x scheduler.BookingChange) error {
		b = x.Booking
		return nil
	}, bookingRows+`WHERE b.id = $1 AND b.released = 0 ORDER BY c.ordinal`, id)
	if err == nil && b.ID == 0 {
		err = scheduler.Errorf(scheduler.CodeNotFound, "booking %d is not in force", id)
	}
	return b, err
}

// BookingsSince lists the bookings changed after the sequence, released ones included.
func (r *reader) BookingsSince(ctx context.Context, sequence int64) ([]scheduler.BookingChange, error) {
	var list []scheduler.BookingChange
	err := r.joined(ctx, func(x scheduler.BookingChange) error {
		list = append(list, x)
		return nil
	}, bookingRows+`WHERE b.sequence > $1 ORDER BY b.id, c.ordinal`, sequence)
	return list, err
}

// PutBooking creates (ID 0: it is filled in) or replaces the booking of a request.
func (w *writer) PutBooking(ctx context.Context, request string, b *testbeds.Booking) error {
	until := b.Slot.End
	for _, c := range b.Claims {
		if c.To.After(until) {
			until = c.To
		}
	}
	args := []any{request, b.Request, string(b.Strength), seconds(b.Slot.Start), seconds(b.Slot.End), seconds(until), bit(b.Overbooked), 0}
	if err := storable("booking", args); err != nil {
		return err
	}
	put := putBooking{args: args}
	if b.ID == 0 {
		id, err := w.nextBooking(ctx)
		if err != nil {
			return err
		}
		b.ID, put.fresh = id, true
	} else {
		put.fresh = w.off.bookings[b.ID].fresh
	}
	var err error
	if put.claims, err = claimRows(*b); err != nil {
		return err
	}
	w.off.bookings[b.ID] = put
	w.booking(scheduler.BookingChange{Booking: readBack(*b)})
	return nil
}

// booking records a written booking.
func (w *writer) booking(c scheduler.BookingChange) {
	w.bookings.add(c.Booking.ID)
	if w.booked == nil {
		w.booked = map[int64]scheduler.BookingChange{}
	}
	w.booked[c.Booking.ID] = c
}

// readBack returns a written booking as it will be read. It shares no memory with the given one.
func readBack(b testbeds.Booking) testbeds.Booking {
	second := func(t time.Time) time.Time { return fromSeconds(seconds(t)) }
	b.Slot = testbeds.Slot{Start: second(b.Slot.Start), End: second(b.Slot.End)}
	var claims []testbeds.Claim
	for _, c := range b.Claims {
		c.From, c.To = second(c.From), second(c.To)
		c.Units = append([]string(nil), c.Units...)
		claims = append(claims, c)
	}
	b.Claims = claims
	return b
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// claimRows lists the rows of a booking's claims.
func claimRows(b testbeds.Booking) (rows [][]any, err error) {
	for i, c := range b.Claims {
		units := ""
		if len(c.Units) > 0 {
			if units, err = document("units", c.Units); err != nil {
				return nil, err
			}
		}
		row := []any{b.ID, i, c.Testbed, c.VIM, c.Quantity, c.Device, c.Amount, seconds(c.From), seconds(c.To), units}
		if err := storable("claim", row); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// ReleaseBooking frees a booking's capacity; the row stays, so that others learn of it.
func (w *writer) ReleaseBooking(ctx context.Context, id int64) error {
	n, err := w.exec(ctx, "booking", `UPDATE bookings SET released = 1 WHERE id = $1 AND released = 0`, id)
	if err == nil && n > 0 {
		w.booking(scheduler.BookingChange{Booking: testbeds.Booking{ID: id}, Released: true})
	}
	return err
}
