package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/pressly/goose/v3"

	"berth/scheduler"
	"berth/testbeds"
)

// Filtered reads requests as if there were no index.
func Filtered(ctx context.Context, r scheduler.Reader, f scheduler.RequestFilter) ([]scheduler.Request, error) {
	return r.(*reader).filtered(ctx, f, nil, f.Limit)
}

// Grams lists the grams of a text.
var Grams = grams

// Weeks and Cover list the weeks of a span.
var (
	Weeks = weeksOf
	Cover = cover
)

// Touch marks bookings as changed by a transaction, which otherwise takes a statement for each.
func Touch(tx scheduler.Tx, ids ...int64) {
	for _, id := range ids {
		tx.(*writer).booking(scheduler.BookingChange{Booking: testbeds.Booking{ID: id}})
	}
}

// Setting reads a setting of the server for the sessions that write.
func Setting(ctx context.Context, s *Store, name string) (value string) {
	if err := s.write.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
		return err.Error()
	}
	return value
}

// FillDisk lets a database accept nothing more, or not much.
func FillDisk(ctx context.Context, s *Store) {
	statements := []string{`PRAGMA max_page_count = 1`} // SQLite raises it to the present number
	if s.dialect.name == goose.DialectPostgres {
		statements = []string{`CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$`,
			`CREATE TRIGGER no_space BEFORE INSERT ON requests EXECUTE FUNCTION no_space()`, `CREATE TRIGGER no_space BEFORE INSERT ON marks EXECUTE FUNCTION no_space()`}
	}
	for _, statement := range statements {
		if _, err := s.write.ExecContext(ctx, statement); err != nil {
			panic(err)
		}
	}
}

// At makes a schema of a given version in an empty database.
func At(ctx context.Context, dsn string, version int64) error {
	s, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	p, err := s.provider()
	if err == nil {
		_, err = p.UpTo(ctx, version)
	}
	return errors.Join(err, s.Close())
}

// DownTo takes the schema of a database back to a version.
func DownTo(ctx context.Context, dsn string, version int64) error {
	s, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	p, err := s.provider()
	if err == nil {
		_, err = p.DownTo(ctx, version)
	}
	return errors.Join(err, s.Close())
}

// Watch calls fn for each round trip of a transaction, with its statements; it must be set before the store is used.
func Watch(s *Store, fn func(statements ...string)) { s.watch = fn }

// Writing returns the connections that write.
func Writing(s *Store) *sql.DB { return s.write }

// MaxPrepared is the number of statements that a connection to SQLite keeps.
const MaxPrepared = maxPrepared

// Queued returns how many decisions wait for a batch.
func Queued(s *Store) int {
	s.committer.mu.Lock()
	defer s.committer.mu.Unlock()
	return len(s.committer.queue)
}

// Unhurried lets batches decide for as long as it takes; it must be set before the store is used.
func Unhurried(s *Store) { s.committer.longest = time.Hour }

// MaxQueued is how many may.
const MaxQueued = maxQueued

// NextBatch returns which of the waiting decisions, given by their testbeds, the next batch takes while others are busy with testbeds.
func NextBatch(busy []string, locks [][]string, alone ...int) (taken []int) {
	c := newCommitter(nil)
	for _, t := range busy {
		c.busy[t] = true
	}
	which := map[*member]int{}
	for i, lock := range locks {
		m := &member{lock: lock, alone: slices.Contains(alone, i)}
		c.queue, which[m] = append(c.queue, m), i
	}
	for _, m := range c.next() {
		taken = append(taken, which[m])
	}
	return taken
}
