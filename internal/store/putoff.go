package store

import (
	"context"
	"slices"
)

// putOff holds rows that a transaction writes at its end, all of a kind together, with the number that the change log gives it then. Whatever reads
// in between what it may contain has it written first (see changing.before), still without that number.
type putOff struct {
	created  map[string][]any   // new requests by id: the arguments of insertRequest without the sequence
	updates  map[string][]any   // other requests by id: those of updateRequest
	indexed  map[string]indexed // what changed requests are found by in the database
	bookings map[int64]putBooking
	history  [][]any
}

// putBooking is a booking to write.
type putBooking struct {
	args  []any // of insertBooking or updateBooking, without the sequence
	fresh bool  // it has no row yet
}

func newPutOff() putOff {
	return putOff{created: map[string][]any{}, updates: map[string][]any{}, indexed: map[string]indexed{}, bookings: map[int64]putBooking{}}
}

func (p putOff) empty() bool {
	return len(p.created)+len(p.updates)+len(p.indexed)+len(p.bookings)+len(p.history) == 0
}

// clone copies what may be added to.
func (p putOff) clone() putOff {
	return putOff{created: cloned(p.created), updates: cloned(p.updates), indexed: cloned(p.indexed),
		bookings: cloned(p.bookings), history: slices.Clip(p.history)}
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// flush writes what was put off, in between; the changed requests and bookings get their number at the end.
func (w *writer) flush(ctx context.Context) error {
	if w.off.empty() {
		return nil
	}
	w.spilled = w.spilled || len(w.off.created)+len(w.off.updates) > 0
	list, err := w.collected(func() error { return w.writePutOff(ctx, 0) })
	if err == nil {
		err = w.sendWriting(ctx, list)
	}
	return err
}

// collected gathers the statements that fn runs, instead of running them.
func (w *writer) collected(fn func() error) ([]statement, error) {
	list := []statement{}
	w.gather = &list
	defer func() { w.gather = nil }()
	err := fn()
	return list, err
}

// writePutOff writes everything that was put off with a number, in the order that references between rows demand.
func (w *writer) writePutOff(ctx context.Context, sequence int64) error {
	p := w.off
	w.off = newPutOff()
	var requests, bookings [][]any
	for _, id := range w.requests.list {
		if args, ok := p.created[id]; ok {
			requests = append(requests, append(slices.Clip(args), sequence))
		}
	}
	if err := w.add(ctx, "request", insertRequest, ``, requests); err != nil {
		return err
	}
	for _, id := range w.requests.list {
		if args, ok := p.updates[id]; ok {
			if err := w.updateRow(ctx, args, sequence); err != nil {
				return err
			}
		}
	}
	if err := w.writeIndexed(ctx, p.indexed); err != nil {
		return err
	}
	for _, id := range w.bookings.list {
		b, ok := p.bookings[id]
		switch {
		case !ok:
			continue
		case b.fresh:
			bookings = append(bookings, append(slices.Clip(b.args), sequence, id))
		default:
			if err := w.updateBookingRow(ctx, id, b, sequence); err != nil {
				return err
			}
		}
	}
	if err := w.add(ctx, "booking", insertBooking, ``, bookings); err != nil {
		return err
	}
	return w.add(ctx, "history", `INSERT INTO history (request, document) VALUES`, ``, p.history)
}

// updateRow writes a changed request. Without a number, it keeps the one that it has until the end.
func (w *writer) updateRow(ctx context.Context, args []any, sequence int64) error {
	if sequence == 0 {
		_, err := w.exec(ctx, "request", updateRequest+` WHERE id = $12`, args...)
		return err
	}
	_, err := w.exec(ctx, "request", updateRequest+`, sequence = $13 WHERE id = $12`, append(slices.Clip(args), sequence)...)
	return err
}

const (
	insertBooking = `INSERT INTO bookings (request, number, strength, starts, ends, until, overbooked, released, claims, sequence, id) VALUES`
	// A booking that does not exist is no reason to insert one: that of no request is refused. Thereby nobody must count the rows that an update has
	// changed, and it is sent together with the commit.
	updateBooking = `INSERT INTO bookings (id, request, number, strength, starts, ends, until, overbooked, released, claims, sequence) VALUES ($10, '', $2, $3, $4, $5, $6, $7, $8, $9, $11)
		ON CONFLICT (id) DO UPDATE SET request = $1, number = $2, strength = $3, starts = $4, ends = $5, until = $6, overbooked = $7, released = $8, claims = $9`
)

// changedBooking is what the statement writes: it is refused if there is no such booking.
const changedBooking = "changed booking"

// updateBookingRow writes a changed booking. Without a number, it keeps the one that it has until the end.
func (w *writer) updateBookingRow(ctx context.Context, id int64, b putBooking, sequence int64) error {
	query := updateBooking
	if sequence > 0 {
		query += `, sequence = $11`
	}
	_, err := w.exec(ctx, changedBooking, query, append(slices.Clip(b.args), id, sequence)...)
	return err
}

// stamped lists the ids of changed rows that are written already, and still lack the number.
func stamped[ID comparable](all []ID, put ...func(ID) bool) (rest []any) {
	for _, id := range all {
		if !slices.ContainsFunc(put, func(is func(ID) bool) bool { return is(id) }) {
			rest = append(rest, id)
		}
	}
	return rest
}

func in[K comparable, V any](m map[K]V) func(K) bool {
	return func(k K) bool { _, ok := m[k]; return ok }
}
