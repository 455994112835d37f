package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Restore puts a copy of a SQLite database in the place of another, which is kept aside. It refuses a copy that is damaged, has no schema of Berth, or
// one that this program does not know, and a place that a process has open.
//
// tell is called now and then, unless it is nil.
func Restore(ctx context.Context, from, to string, at time.Time, tell func(scheduler.Progress)) (aside string, err error) {
	if tell == nil {
		tell = func(scheduler.Progress) {}
	}
	info, err := os.Stat(from)
	if err != nil || !info.Mode().IsRegular() {
		return "", scheduler.Errorf(scheduler.CodeNotFound, "there is no file %s", from)
	}
	if err := alone(ctx, to); err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(filepath.Dir(to), ".berth-restore-")
	if err != nil {
		return "", fmt.Errorf("restoring: %w", err)
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "copy.db")
	if err := duplicate(from, copied, counting{tell: tell, size: info.Size()}); err != nil {
		return "", fmt.Errorf("copying the backup: %w", err)
	}
	tell(scheduler.Progress{Doing: "checking the copy"})
	if err := prepared(ctx, copied, at); err != nil {
		return "", err
	}
	if err := handOver(copied, to); err != nil {
		return "", fmt.Errorf("giving the backup to the owner of the database: %w", err)
	}
	if aside, err = putAside(to, at); err != nil {
		return aside, fmt.Errorf("keeping the old database: %w", err)
	}
	if err := os.Rename(copied, to); err != nil {
		return aside, fmt.Errorf("placing the backup: %w", err)
	}
	return aside, flush(filepath.Dir(to))
}

// alone makes sure that no process has a database open. SQLite gives up its log for whoever has the file alone, and for nobody else; the log is in the
// file then. A file that is no database, or damaged, is nobody's.
func alone(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	defer db.Close()
	var mode string
	err = db.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode)
	if sqliteDialect().retry(err) || err == nil && !strings.EqualFold(mode, "delete") {
		return scheduler.Errorf(scheduler.CodeConflict, "a process has %s open: stop berth serve, and every command on it", path)
	}
	return nil
}

// prepared examines a copy, and marks it as restored.
func prepared(ctx context.Context, file string, at time.Time) (err error) {
	s, err := Attach(ctx, file)
	if err != nil {
		return scheduler.Errorf(scheduler.CodeInvalid, "the backup is no database that can be read: %v", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var found string
	if err := s.read.QueryRowContext(ctx, `SELECT integrity_check FROM pragma_integrity_check LIMIT 1`).Scan(&found); err != nil || found != "ok" {
		return scheduler.Errorf(scheduler.CodeInvalid, "the backup is damaged: %s", errors.Join(err, errors.New(found)))
	}
	current, err := s.version(ctx)
	if err != nil {
		return err
	}
	p, err := s.provider()
	if err != nil {
		return err
	}
	switch known := newest(p); {
	case current == 0:
		return scheduler.Errorf(scheduler.CodeInvalid, "the backup is no database of Berth")
	case current > known:
		return newer(current, known)
	}
	return s.Restored(ctx, at)
}

// leap is by how much the change log moves on when a database was restored: further than there can have been changes since the backup.
const leap = 1_000_000

// restoredMark names the mark of when a database was last restored.
const restoredMark = "restored"

// later returns by how much the SEQUENCE of events is above the revisions of their requests: by the seconds from a fixed day to the last restore. No
// request has that many changes, and between two restores none has one a second.
func (s *Store) later(ctx context.Context) (int64, error) {
	text, err := s.Mark(ctx, restoredMark)
	if err != nil || text == "" {
		return 0, err
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return max(0, at.Unix()-time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix()), err
}

// Restored marks a database as restored from a copy. Numbers of the change log that were given after the copy was made are not given again: tickets,
// mails and webhooks know what they were told by these numbers, and would take new messages for old ones. Calendar clients read everything anew.
func (s *Store) Restored(ctx context.Context, at time.Time) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.explained(ctx, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	var next int64
	if err := tx.QueryRowContext(ctx, `UPDATE counters SET value = value + $1 WHERE name = 'sequence' RETURNING value`, int64(leap)).Scan(&next); err != nil {
		return s.explained(ctx, fmt.Errorf("moving the change log on: %w", err))
	}
	event, err := document("event", keptEvent{Event: scheduler.Event{Sequence: next, At: at.UTC().Truncate(time.Second), Kind: scheduler.EventFacility, Action: scheduler.ActionFacility,
		Actor: account.System.Username, Text: "the database was restored from a backup"}})
	if err != nil {
		return err
	}
	for _, x := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO events (sequence, document) VALUES ($1, $2)`, []any{next, event}},
		{`INSERT INTO marks (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []any{restoredMark, at.UTC().Format(time.RFC3339Nano)}},
	} {
		if _, err := tx.ExecContext(ctx, x.query, x.args...); err != nil {
			return s.explained(ctx, fmt.Errorf("marking the database as restored: %w", err))
		}
	}
	return s.explained(ctx, tx.Commit())
}

// putAside renames a database, with what SQLite may have left beside it. It returns the new name; empty if there was none.
func putAside(path string, at time.Time) (aside string, err error) {
	for _, part := range []string{"", "-wal", "-shm"} {
		name := path + ".before-restore-" + at.UTC().Format("20060102T150405Z") + part
		switch err := os.Rename(path+part, name); {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return aside, err
		case part == "":
			aside = name
		}
	}
	return aside, nil
}

// counting tells how much of a file was copied.
type counting struct {
	tell       func(scheduler.Progress)
	size, done int64
}

func (c *counting) Write(b []byte) (int, error) {
	c.done += int64(len(b))
	c.tell(scheduler.Progress{Doing: "copying the backup", Done: c.done, Of: c.size, Bytes: true})
	return len(b), nil
}

// duplicate copies a file to a new one that only its owner may read, on the disk.
func duplicate(from, to string, told counting) (err error) {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if _, err := io.Copy(io.MultiWriter(w, &told), r); err != nil {
		return err
	}
	return w.Sync()
}
