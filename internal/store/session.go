package store

import (
	"context"
	"database/sql"
)

// querier reads in a transaction: a session, or the plain transaction of a migration.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// transaction is what readers and writers read in.
type transaction interface {
	querier
	begun() bool
	ready(ctx context.Context) error
}

// session runs the statements of one transaction that reads.
type session struct {
	*sql.Tx
	start func() (*sql.Tx, error)    // begins the transaction with its first statement; nil if it has begun
	watch func(statements ...string) // called once for each round trip; nil if nobody counts
}

// begun reports whether the transaction sees a snapshot already.
func (x *session) begun() bool { return x.Tx != nil }

// ready begins a transaction that is still to begin.
func (x *session) ready(context.Context) error {
	if x.Tx != nil {
		return nil
	}
	t, err := x.start()
	if err != nil {
		return err
	}
	x.Tx = t
	x.seen("BEGIN")
	return nil
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

// Rollback gives the connection back.
func (x *session) Rollback() error {
	if x.Tx == nil {
		return nil
	}
	x.seen("ROLLBACK")
	return x.Tx.Rollback()
}
