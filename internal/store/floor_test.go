//go:build unix

package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"berth/internal/testdb"
)

// floor returns what a pair of decisions is compared with, on a database of its own: two transactions of plain INSERTs, or with bare two that
// lock a row, check, and insert.
func floor(tb testing.TB, e benchmark, bare bool) pair {
	tb.Helper()
	dsn := e.fresh(tb)
	testdb.Open(tb, dsn)
	db := connect(tb, dsn)
	if isPostgres(dsn) {
		db.SetMaxOpenConns(32)
		db.SetMaxIdleConns(32)
	} else {
		execute(tb, db, "PRAGMA synchronous = FULL")
		bare = false // the one who writes holds the lock
	}
	if bare {
		execute(tb, db, "CREATE TABLE slots (testbed TEXT NOT NULL, starts BIGINT NOT NULL, ends BIGINT NOT NULL, amount BIGINT NOT NULL)")
		execute(tb, db, "CREATE INDEX slots_testbed ON slots (testbed, starts)")
		execute(tb, db, "INSERT INTO testbeds (id, position, document) VALUES ('t', 0, '{}')")
	}
	var last atomic.Int64
	return func(tb testing.TB, _, _ int) {
		for i := range 2 {
			insert := func(tx *sql.Tx) error { return rowsOfADecision(tb, tx, last.Add(1), i == 0) }
			if bare {
				insert = func(tx *sql.Tx) error { return lockCheckInsert(tb, tx, last.Add(1)) }
			}
			if err := inTransaction(tb, db, insert); err != nil {
				tb.Error(err)
			}
		}
	}
}

func inTransaction(tb testing.TB, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(tb.Context(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// The lengths of a decision's documents.
var (
	requestDocument, historyDocument = strings.Repeat("r", 870), strings.Repeat("h", 200)
	eventDocument, objectDocument    = strings.Repeat("e", 260), strings.Repeat("o", 1000)
	bookingClaims                    = strings.Repeat("c", 3*40)
)

// rowsOfADecision writes what a submission or a grant writes: the request, its booking with three claims, a row of the history and an event; a
// submission also the testbed that it touches and one object of the calendar, a grant three of them.
func rowsOfADecision(tb testing.TB, tx *sql.Tx, n int64, submission bool) error {
	id := uuid(int(n))
	type row struct {
		table string
		args  []any
	}
	rows := []row{{"requests (id, number, status, experimenter, mentor, words, starts, ends, due, revision, sequence, document)",
		[]any{id, n, "scheduled", "grace", "", "wish", n, n + 3600, n, 1, n, requestDocument}}}
	if submission {
		rows = append(rows, row{"request_testbeds (testbed, request)", []any{"t", id}})
	}
	rows = append(rows, row{"bookings (id, request, number, strength, starts, ends, until, overbooked, released, sequence, claims)", []any{n, id, n, "firm", n, n + 3600, n + 3600, 0, 0, n, bookingClaims}})
	rows = append(rows, row{"history (request, document)", []any{id, historyDocument}},
		row{"events (sequence, document)", []any{n, eventDocument}})
	objects := 3
	if submission {
		objects = 1
	}
	for i := range objects {
		rows = append(rows, row{"calendar_objects (name, request, kept, tag, drawn, sequence, collections, document)",
			[]any{fmt.Sprintf("%s-%d", id, i), id, n, id, n, n, "deployments\nmine", objectDocument}})
	}
	for _, r := range rows {
		var places []string
		for i := range r.args {
			places = append(places, fmt.Sprintf("$%d", i+1))
		}
		if _, err := tx.ExecContext(tb.Context(), "INSERT INTO "+r.table+" VALUES ("+strings.Join(places, ", ")+")", r.args...); err != nil {
			return err
		}
	}
	return nil
}

// lockCheckInsert is the least that keeps two from booking the same: all wait for one row.
func lockCheckInsert(tb testing.TB, tx *sql.Tx, n int64) error {
	var used int64
	if err := tx.QueryRowContext(tb.Context(), "SELECT position FROM testbeds WHERE id = $1 FOR UPDATE", "t").Scan(&used); err != nil {
		return err
	}
	if err := tx.QueryRowContext(tb.Context(), "SELECT COALESCE(SUM(amount), 0) FROM slots WHERE testbed = $1 AND starts < $2 AND ends > $3", "t", 3600*n+3600, 3600*n).Scan(&used); err != nil {
		return err
	}
	if used > 0 {
		return fmt.Errorf("%d are used", used)
	}
	_, err := tx.ExecContext(tb.Context(), "INSERT INTO slots (testbed, starts, ends, amount) VALUES ($1, $2, $3, $4)", "t", 3600*n, 3600*n+3600, 1)
	return err
}
