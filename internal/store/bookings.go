package store

import (
	"context"
	"fmt"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// bookingRows reads bookings. Each column costs a fifth of a row, and bookings are what a start reads: all claims of a booking are one text.
const bookingRows = `SELECT id, number, strength, starts, ends, overbooked, released, sequence, claims FROM bookings `

// bookingRow returns a function that scans one such row.
func bookingRow() func(scan) (scheduler.BookingChange, error) {
	read := newClaimReader()
	return func(s scan) (x scheduler.BookingChange, err error) {
		var starts, ends, overbooked, released int64
		var claims string
		b := &x.Booking
		if err := s(&b.ID, &b.Request, &b.Strength, &starts, &ends, &overbooked, &released, &x.Sequence, &claims); err != nil {
			return x, err
		}
		b.Slot = testbeds.Slot{Start: fromSeconds(starts), End: fromSeconds(ends)}
		b.Overbooked, x.Released = overbooked == 1, released == 1
		if b.Claims, err = read.claims(claims); err != nil {
			return x, fmt.Errorf("reading the claims of booking %d: %w", b.ID, err)
		}
		return x, nil
	}
}

// Bookings streams the bookings in force that end after the given instant. Meanwhile the same transaction cannot read anything
// else: a connection of PostgreSQL carries one result at a time. The plus keeps SQLite from an index that it would have to sort by id afterwards, by
// which everything would be read before the first booking came.
func (r *reader) Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error {
	row := bookingRow()
	return r.each(ctx, func(s scan) error {
		x, err := row(s)
		if err != nil {
			return err
		}
		return yield(x.Booking)
	}, bookingRows+`WHERE +released = 0 AND +until > $1 ORDER BY id`, seconds(endAfter))
}

// Booking reads a booking in force.
func (r *reader) Booking(ctx context.Context, id int64) (testbeds.Booking, error) {
	x, err := one(ctx, r.tx, fmt.Sprintf("booking %d in force", id), bookingRow(), bookingRows+`WHERE id = $1 AND released = 0`, id)
	return x.Booking, err
}

// BookingsSince lists the bookings changed after the sequence, released ones included.
func (r *reader) BookingsSince(ctx context.Context, sequence int64) ([]scheduler.BookingChange, error) {
	return all(ctx, r.tx, bookingRow(), bookingRows+`WHERE sequence > $1 ORDER BY id`, sequence)
}

// PutBooking creates (ID 0: it is filled in) or replaces the booking of a request.
func (w *writer) PutBooking(ctx context.Context, request string, b *testbeds.Booking) error {
	until := b.Slot.End
	for _, c := range b.Claims {
		if c.To.After(until) {
			until = c.To
		}
	}
	claims, err := claimsText(b.Claims)
	if err != nil {
		return err
	}
	args := []any{request, b.Request, string(b.Strength), seconds(b.Slot.Start), seconds(b.Slot.End), seconds(until), bit(b.Overbooked), 0, claims}
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

// ReleaseBooking frees a booking's capacity; the row stays, so that others learn of it.
func (w *writer) ReleaseBooking(ctx context.Context, id int64) error {
	n, err := w.exec(ctx, "booking", `UPDATE bookings SET released = 1 WHERE id = $1 AND released = 0`, id)
	if err == nil && n > 0 {
		w.booking(scheduler.BookingChange{Booking: testbeds.Booking{ID: id}, Released: true})
	}
	return err
}
