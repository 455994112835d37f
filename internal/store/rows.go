package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// one reads the only row of a query; no row is CodeNotFound.
func one[T any](ctx context.Context, tx querier, what string, row func(scan) (T, error), query string, args ...any) (x T, err error) {
	if !findable(args) {
		return x, scheduler.Errorf(scheduler.CodeNotFound, "there is no %s", what)
	}
	if s, ok := tx.(*session); ok {
		if err := s.ready(ctx); err != nil {
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

// execOn runs a statement that must affect a row; none is the error if it affects no row.
func (w *writer) execOn(ctx context.Context, none error, what, query string, args ...any) error {
	if w.gather != nil {
		if err := storable(what, args); err != nil {
			return err
		}
		*w.gather = append(*w.gather, gathered{what, query, args, none})
		return nil
	}
	n, err := w.exec(ctx, what, query, args...)
	if err == nil && n == 0 {
		err = none
	}
	return err
}

// exec runs a statement and returns the number of affected rows.
func (w *writer) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	if err := storable(what, args); err != nil {
		return 0, err
	}
	if w.gather != nil {
		*w.gather = append(*w.gather, gathered{what, query, args, nil})
		return 0, nil
	}
	if err := w.tx.ready(ctx); err != nil {
		return 0, err
	}
	result, err := w.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, w.refused(what, err)
	}
	w.wrote = true
	return result.RowsAffected()
}

// rowsAtOnce is the number of rows in one INSERT.
const rowsAtOnce = 50

// add inserts rows of the same length: head is the statement up to VALUES, tail the rest.
func (w *writer) add(ctx context.Context, what, head, tail string, rows [][]any) error {
	for part := range slices.Chunk(rows, rowsAtOnce) {
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
	if err := w.tx.ready(ctx); err != nil {
		return 0, err
	}
	if err := w.tx.QueryRowContext(ctx, query, args...).Scan(&id); err != nil {
		return 0, w.refused(what, err)
	}
	return id, nil
}

func (w *writer) refused(what string, err error) error {
	if w.s.dialect.unique(err) {
		return scheduler.Errorf(scheduler.CodeConflict, "this %s exists already", what)
	}
	return fmt.Errorf("writing %s: %w", what, err)
}
