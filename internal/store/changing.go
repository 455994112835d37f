package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// changing runs the statements of one transaction that writes. It begins and ends by statements of its own, not by those of database/sql, because
// PostgreSQL is sent what begins and ends a transaction together with its first and last statements. SQLite has no round trips to save.
type changing struct {
	s      *Store
	ctx    context.Context // of the whole transaction
	conn   *sql.Conn
	ended  bool
	failed bool // the database refused a statement

	// before writes what the transaction has put off, and precedes every statement that may ask for it; nil for nothing.
	before func(ctx context.Context) error
}

// statement waits to be sent.
type statement struct {
	what, query string
	args        []any
	none        error            // if it affects no row; nil if that is no fault
	affected    *int64           // set to the number of affected rows, unless nil
	row         func(scan) error // reads each row of a query; nil for a statement that returns none
}

// beginWriting takes a connection and begins a transaction on it. With first given, these statements follow at once. It must be rolled back in the
// end, be it committed or not.
func (s *Store) beginWriting(ctx context.Context, first ...statement) (*changing, error) {
	c, err := s.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	x := &changing{s: s, ctx: ctx, conn: c}
	if err := x.send(ctx, append([]statement{{what: "transaction", query: s.dialect.begin}}, first...)); err != nil {
		return nil, errors.Join(err, x.Rollback())
	}
	if !s.dialect.batches { // a statement of SQLite is short, and watching for the end of a context costs more than most
		x.ctx = context.WithoutCancel(ctx)
	}
	return x, nil
}

func (x *changing) begun() bool { return true }

// ready writes what was put off.
func (x *changing) ready(ctx context.Context) error {
	if x.before == nil {
		return nil
	}
	return x.before(ctx)
}

// aside runs fn, whose statements have nothing to do with what was put off.
func (x *changing) aside(fn func() error) error {
	before := x.before
	x.before = nil
	defer func() { x.before = before }()
	return fn()
}

func (x *changing) seen(statements ...string) {
	if x.s.watch != nil {
		x.s.watch(statements...)
	}
}

// during returns the context of a statement. The caller's may end earlier than the transaction, which goes on for others.
func (x *changing) during(ctx context.Context) context.Context {
	if ctx.Err() != nil {
		return ctx
	}
	return x.ctx
}

func (x *changing) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := x.ready(ctx); err != nil {
		return nil, err
	}
	x.seen(query)
	rows, err := x.conn.QueryContext(x.during(ctx), query, args...)
	x.failed = x.failed || err != nil
	return rows, err
}

func (x *changing) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	x.seen(query)
	return x.conn.QueryRowContext(x.during(ctx), query, args...)
}

// send runs statements, in one round trip where that saves any.
func (x *changing) send(ctx context.Context, list []statement) error {
	if err := ctx.Err(); err != nil || len(list) == 0 {
		return err
	}
	ctx = x.during(ctx)
	if x.s.dialect.batches {
		err := x.sendTogether(ctx, list)
		x.failed = x.failed || err != nil
		return err
	}
	for _, s := range list {
		if err := x.run(ctx, s); err != nil {
			x.failed = x.failed || err != s.none
			return err
		}
	}
	return nil
}

// run runs one statement.
func (x *changing) run(ctx context.Context, s statement) error {
	x.seen(s.query)
	if s.row != nil {
		rows, err := x.conn.QueryContext(ctx, s.query, s.args...)
		if err != nil {
			return x.s.refused(s.what, err)
		}
		defer rows.Close()
		for rows.Next() {
			if err := s.row(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	result, err := x.conn.ExecContext(ctx, s.query, s.args...)
	if err != nil {
		return x.s.refused(s.what, err)
	}
	if s.none == nil && s.affected == nil {
		return nil
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	return s.counted(n)
}

// sendTogether sends statements to PostgreSQL in one round trip. Those after a failed one are not run.
func (x *changing) sendTogether(ctx context.Context, list []statement) error {
	batch, texts := &pgx.Batch{}, make([]string, 0, len(list))
	for _, s := range list {
		batch.Queue(s.query, s.args...)
		texts = append(texts, s.query)
	}
	x.seen(texts...)
	return x.conn.Raw(func(driver any) error {
		results := driver.(*stdlib.Conn).Conn().SendBatch(ctx, batch)
		for _, s := range list {
			if err := x.result(results, s); err != nil {
				return errors.Join(err, results.Close())
			}
		}
		return results.Close()
	})
}

// result reads what a statement returned.
func (x *changing) result(results pgx.BatchResults, s statement) error {
	if s.row != nil {
		rows, err := results.Query()
		if err != nil {
			return x.s.refused(s.what, err)
		}
		defer rows.Close()
		for rows.Next() {
			if err := s.row(rows.Scan); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return x.s.refused(s.what, err)
		}
		return nil
	}
	tag, err := results.Exec()
	switch {
	case err != nil:
		return x.s.refused(s.what, err)
	case s.query == "COMMIT" && tag.String() != "COMMIT":
		return errRolledBack
	}
	return s.counted(tag.RowsAffected())
}

// counted takes note of the number of affected rows.
func (s statement) counted(n int64) error {
	if s.affected != nil {
		*s.affected = n
	}
	if n == 0 {
		return s.none
	}
	return nil
}

// errRolledBack says that a transaction could not be committed, because a statement of it had failed.
var errRolledBack = errors.New("the transaction had failed before, and was rolled back")

// commit runs the last statements and commits. Statements that may affect no row cannot be sent together with the commit.
func (x *changing) commit(ctx context.Context, last []statement) error {
	end := []statement{{what: "transaction", query: "COMMIT"}}
	for _, s := range last {
		if s.none != nil || !x.s.dialect.batches {
			if err := x.send(ctx, last); err != nil {
				return err
			}
			last = nil
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.send(ctx, append(last, end...)); err != nil {
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.SeverityUnlocalized == "ERROR" || pgconn.SafeToRetry(err) || errors.Is(err, errRolledBack) {
			return err // it was refused, or never sent
		}
		return inCommit{fmt.Errorf("committing: %w", err)}
	}
	x.ended = true
	return nil
}

// rollBackFor bounds the wait for a rollback; after it the connection is given up.
const rollBackFor = 2 * time.Second

// Rollback undoes what was not committed, and gives the connection back.
func (x *changing) Rollback() error {
	if x.conn == nil {
		return nil
	}
	var err error
	if !x.ended {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(x.ctx), rollBackFor)
		defer cancel()
		x.seen("ROLLBACK")
		if err = x.rollBack(ctx); err != nil {
			err = errors.Join(err, x.conn.Raw(func(any) error { return driver.ErrBadConn })) // the pool discards it
		}
	}
	err = errors.Join(err, x.conn.Close())
	x.conn = nil
	return err
}

// rollBack ends the transaction. SQLite may have done so by itself, on a full disk for example; then another one can begin.
func (x *changing) rollBack(ctx context.Context) error {
	_, err := x.conn.ExecContext(ctx, "ROLLBACK")
	if err == nil || x.s.dialect.batches {
		return err
	}
	if _, again := x.conn.ExecContext(ctx, "BEGIN"); again != nil {
		return errors.Join(err, again)
	}
	_, err = x.conn.ExecContext(ctx, "ROLLBACK")
	return err
}
