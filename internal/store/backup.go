package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"

	"berth/scheduler"
)

// Backup makes a consistent copy of a SQLite database in use. The file must not exist yet; it appears only when it is complete and
// on the disk.
func (s *Store) Backup(ctx context.Context, file string) error {
	if s.dialect.name != goose.DialectSQLite3 {
		return scheduler.Errorf(scheduler.CodeInvalid, "a PostgreSQL database is copied with pg_dump, which is consistent while berth serves")
	}
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		return scheduler.Errorf(scheduler.CodeInvalid, "%s exists already; a backup does not overwrite", file)
	}
	folder, err := os.MkdirTemp(filepath.Dir(file), ".berth-backup-")
	if err != nil {
		return fmt.Errorf("making a backup: %w", err)
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "copy.db")
	if err := s.copy(ctx, copied); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	if err := flush(copied); err != nil {
		return fmt.Errorf("flushing the copy: %w", err)
	}
	if err := os.Link(copied, file); err != nil { // unlike a rename it does not overwrite
		return fmt.Errorf("placing the copy: %w", err)
	}
	return flush(filepath.Dir(file))
}

// copy writes one snapshot of the database to a file that only its owner may read. Writers go on meanwhile: it uses one of the
// reading connections, and allows it to write for the time of the copy, as SQLite demands.
func (s *Store) copy(ctx context.Context, file string) (err error) {
	if err := touch(file); err != nil {
		return err
	}
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `PRAGMA query_only = 0`); err != nil {
		return err
	}
	defer func() {
		if _, again := conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only = 1`); again != nil {
			err = errors.Join(err, conn.Raw(func(any) error { return driver.ErrBadConn })) // the pool discards it
		}
	}()
	_, err = conn.ExecContext(ctx, `VACUUM INTO $1`, file)
	return err
}

// flush waits until a file or folder is on the disk.
func flush(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
