package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"berth/scheduler"
)

// scan fills in the columns of a row.
type scan func(...any) error

// all reads every row of a query.
func all[T any](ctx context.Context, tx querier, row func(scan) (T, error), query string, args ...any) ([]T, error) {
	if !findable(args) {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		x, err := row(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, rows.Err()
}

// each calls yield with every row of a query.
func (r *reader) each(ctx context.Context, yield func(scan) error, query string, args ...any) error {
	rows, err := r.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := yield(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one reads the only row of a query; no row is CodeNotFound.
func one[T any](ctx context.Context, tx querier, what string, row func(scan) (T, error), query string, args ...any) (x T, err error) {
	if !findable(args) {
		return x, scheduler.Errorf(scheduler.CodeNotFound, "there is no %s", what)
	}
	if t, ok := tx.(transaction); ok {
		if err := t.ready(ctx); err != nil {
			return x, err
		}
	}
	x, err = row(tx.QueryRowContext(ctx, query, args...).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return x, scheduler.Errorf(scheduler.CodeNotFound, "there is no %s", what)
	case err != nil:
		return x, fmt.Errorf("reading %s: %w", what, err)
	}
	return x, nil
}

// exec runs a statement and returns the number of affected rows.
func (w *writer) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	return w.execute(ctx, statement{what: what, query: query, args: args})
}

func (w *writer) execute(ctx context.Context, s statement) (n int64, err error) {
	if err := storable(s.what, s.args); err != nil {
		return 0, err
	}
	if w.gather != nil {
		*w.gather = append(*w.gather, s)
		return 0, nil
	}
	if err := w.out.ready(ctx); err != nil {
		return 0, err
	}
	s.affected = &n
	err = w.sendWriting(ctx, []statement{s})
	return n, err
}

// sendWriting runs statements that write.
func (w *writer) sendWriting(ctx context.Context, list []statement) error {
	if len(list) == 0 {
		return nil
	}
	w.wrote, w.dirty = true, true
	if w.guarded && !w.saved {
		w.saved = true
		list = append([]statement{{what: "transaction", query: `SAVEPOINT decision`}}, list...)
	}
	return w.out.send(ctx, list)
}

// rowsAtOnce is the greatest number of rows in one INSERT; up to fewRows it may be any.
const rowsAtOnce, fewRows = 32, 8

// add inserts rows of the same length: head is the statement up to VALUES, tail the rest. Greater numbers of rows are powers of two, so that
// there are few texts to prepare.
func (w *writer) add(ctx context.Context, what, head, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := len(rows)
		if n > fewRows {
			n = min(rowsAtOnce, 1<<(bits.Len(uint(n))-1))
		}
		part := rows[:n]
		rows = rows[n:]
		var b strings.Builder
		b.WriteString(head)
		for i, row := range part {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, " (%s)", places(1+i*len(row), len(row)))
		}
		b.WriteString(tail)
		if _, err := w.exec(ctx, what, b.String(), slices.Concat(part...)...); err != nil {
			return err
		}
	}
	return nil
}

// insert runs a statement that returns the id of the new row.
func (w *writer) insert(ctx context.Context, what, query string, args ...any) (id int64, err error) {
	if err := storable(what, args); err != nil {
		return 0, err
	}
	if err := w.out.ready(ctx); err != nil {
		return 0, err
	}
	if err := w.sendWriting(ctx, []statement{{what: what, query: query, args: args, row: func(s scan) error { return s(&id) }}}); err != nil {
		return 0, err
	}
	return id, nil
}

// refused explains why the database did not take a statement.
func (s *Store) refused(what string, err error) error {
	if s.dialect.unique(err) {
		return scheduler.Errorf(scheduler.CodeConflict, "this %s exists already", what)
	}
	if what == changedBooking && s.dialect.orphan(err) {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no such booking")
	}
	return fmt.Errorf("writing %s: %w", what, err)
}
