package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
)

// preparing opens connections to SQLite that keep their statements prepared; pgx does so by itself. database/sql has prepared statements too, but
// prepares them outside of a transaction, where a pool of one connection that writes would wait for itself.
type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	sqlite, ok := c.(sqliteConn)
	if !ok {
		return c, nil
	}
	return &preparedConn{sqliteConn: sqlite, idle: map[string]sqliteStmt{}}, nil
}

// sqliteConn and sqliteStmt list what the driver offers.
type (
	sqliteConn interface {
		driver.Conn
		driver.ConnBeginTx
		driver.ConnPrepareContext
		driver.ExecerContext
		driver.QueryerContext
		driver.Pinger
		driver.SessionResetter
		driver.Validator
	}
	sqliteStmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
)

// maxPrepared bounds the statements that a connection keeps. Filters make texts of any number: when it is reached all of them go.
const maxPrepared = 200

// preparedConn keeps statements by their texts. One that runs, or whose rows are read, is not among them.
type preparedConn struct {
	sqliteConn
	idle map[string]sqliteStmt
}

// keeps reports whether a text is worth keeping: that of one statement that reads or writes rows. Migrations run others, once.
func keeps(query string) bool {
	verb, _, _ := strings.Cut(query, " ")
	return slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE"}, verb) && !strings.Contains(query, ";")
}

func (c *preparedConn) take(ctx context.Context, query string) (sqliteStmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.(sqliteStmt), nil
}

// give keeps a statement for its next use; one that failed is closed instead.
func (c *preparedConn) give(query string, s sqliteStmt, failed error) error {
	if _, twice := c.idle[query]; failed != nil || twice {
		return s.Close()
	}
	var err error
	if len(c.idle) >= maxPrepared {
		err = c.forget()
	}
	c.idle[query] = s
	return err
}

func (c *preparedConn) forget() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	clear(c.idle)
	return errors.Join(errs...)
}

func (c *preparedConn) Close() error { return errors.Join(c.forget(), c.sqliteConn.Close()) }

func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !keeps(query) {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	r, err := s.ExecContext(ctx, args)
	if given := c.give(query, s, err); err == nil {
		err = given
	}
	return r, err
}

func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !keeps(query) {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	r, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &preparedRows{Rows: r, conn: c, query: query, stmt: s}, nil
}

// preparedRows gives its statement back when it is closed.
type preparedRows struct {
	driver.Rows
	conn  *preparedConn
	query string
	stmt  sqliteStmt
	done  bool
}

func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	if r.done {
		return err
	}
	r.done = true
	return errors.Join(err, r.conn.give(r.query, r.stmt, err))
}
