package store

import (
	"context"
	"database/sql"
	"errors"
)

// querier reads in a transaction: a session, or the plain transaction of a migration.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// session runs the statements of one transaction.
type session struct {
	*sql.Tx
	start func() (*sql.Tx, error)    // begins the transaction with its first statement; nil if it has begun
	conn  *sql.Conn                  // that sends statements together; nil if none does
	watch func(statements ...string) // called once for each round trip; nil if nobody counts
	ended bool

	// before writes what the transaction has put off, and precedes every statement that may ask for it; nil for nothing.
	before func(ctx context.Context) error
}

// begun reports whether the transaction sees a snapshot already.
func (x *session) begun() bool { return x.Tx != nil }

// ready begins a transaction that is still to begin, and writes what was put off.
func (x *session) ready(ctx context.Context) error {
	if x.Tx == nil {
		t, err := x.start()
		if err != nil {
			return err
		}
		x.Tx = t
		x.seen("BEGIN")
	}
	if x.before == nil {
		return nil
	}
	return x.before(ctx)
}

// aside runs fn, whose statements have nothing to do with what was put off.
func (x *session) aside(fn func() error) error {
	before := x.before
	x.before = nil
	defer func() { x.before = before }()
	return fn()
}

func (s *Store) begin(ctx context.Context, db *sql.DB, o *sql.TxOptions) (*session, error) {
	t, err := db.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	x := &session{Tx: t, watch: s.watch}
	x.seen("BEGIN")
	return x, nil
}

// beginWriting begins a transaction that writes. It must be rolled back in the end, be it committed or not.
func (s *Store) beginWriting(ctx context.Context) (*session, error) {
	if !s.dialect.batches {
		return s.begin(ctx, s.write, s.dialect.change)
	}
	c, err := s.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t, err := c.BeginTx(ctx, s.dialect.change)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	x := &session{Tx: t, conn: c, watch: s.watch}
	x.seen("BEGIN")
	return x, nil
}

func (x *session) seen(statements ...string) {
	if x.watch != nil {
		x.watch(statements...)
	}
}

func (x *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := x.ready(ctx); err != nil {
		return nil, err
	}
	x.seen(query)
	return x.Tx.QueryContext(ctx, query, args...)
}

func (x *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	x.seen(query)
	return x.Tx.QueryRowContext(ctx, query, args...)
}

func (x *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	x.seen(query)
	return x.Tx.ExecContext(ctx, query, args...)
}

func (x *session) Commit() error {
	x.ended = true
	x.seen("COMMIT")
	return x.Tx.Commit()
}

// Rollback gives the connection back. After a commit it does nothing else.
func (x *session) Rollback() error {
	if x.Tx == nil {
		return nil
	}
	if !x.ended {
		x.seen("ROLLBACK")
	}
	err := x.Tx.Rollback()
	if x.conn != nil {
		err = errors.Join(err, x.conn.Close())
	}
	return err
}
