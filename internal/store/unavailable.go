package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"berth/scheduler"
)

// unavailable is an error with two texts: users learn that they may try again later, the log has the cause.
type unavailable struct {
	said  *scheduler.Error
	cause error
}

func (u unavailable) Error() string   { return u.said.Message + ": " + u.cause.Error() }
func (u unavailable) Unwrap() []error { return []error{u.said, u.cause} }

// inCommit is an error that leaves open whether the transaction was committed.
type inCommit struct{ error }

func (e inCommit) Unwrap() error { return e.error }

// explained tells a database that is unavailable at present from a fault of the program.
func (s *Store) explained(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, said := errors.AsType[*scheduler.Error](err); said {
		return err
	}
	late := errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
	if !late && (ctx.Err() != nil || !s.dialect.away(err)) {
		return err
	}
	words := "the database is not available at present; try again"
	if late {
		words = "the database did not answer in time; try again"
	}
	if _, unknown := errors.AsType[inCommit](err); unknown {
		words = "the database failed before it confirmed the change; check whether it was made before you try again"
	}
	return unavailable{scheduler.Errorf(scheduler.CodeUnavailable, "%s", words), err}
}

// sqliteAway holds SQLITE_BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL and CANTOPEN: the disk is full or gone, or a lock is not released.
var sqliteAway = []int{5, 6, 7, 8, 10, 13, 14}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// postgresEnded holds the codes with which a server ends a session: shut down, crashed, not up yet, dropped, idle for too
// long.
var postgresEnded = []string{"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04"}

// postgresBroken reports whether an existing session was lost. If none could be opened at all it says no.
func postgresBroken(err error) bool {
	if _, never := errors.AsType[*pgconn.ConnectError](err); never || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if slices.Contains(postgresEnded, postgresCode(err)) {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network || pgconn.SafeToRetry(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// postgresAway reports whether the server cannot be reached, lacks resources (full disk, no memory, no connections left: class 53),
// fails by itself (58), is read-only (a standby: 25006), or cancelled a statement or a wait that took too long.
func postgresAway(err error) bool {
	if _, never := errors.AsType[*pgconn.ConnectError](err); never || postgresBroken(err) {
		return true
	}
	code := postgresCode(err)
	return code == "25006" || code == "55P03" || slices.ContainsFunc([]string{"08", "53", "57", "58"}, func(class string) bool { return strings.HasPrefix(code, class) })
}
