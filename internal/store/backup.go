package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"

	"berth/scheduler"
)

// Backup makes a consistent copy of a SQLite database while it is in use. The file must not be there yet; it appears only when it is
// whole and on the disk.
func (s *Store) Backup(ctx context.Context, file string) error {
	if s.dialect.name != goose.DialectSQLite3 {
		return scheduler.Errorf(scheduler.CodeInvalid, "a PostgreSQL database is copied with pg_dump, which is consistent while berth serves")
	}
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		return scheduler.Errorf(scheduler.CodeInvalid, "%s is there already; a backup does not overwrite", file)
	}
	folder, err := os.MkdirTemp(filepath.Dir(file), ".berth-backup-")
	if err != nil {
		return fmt.Errorf("making a backup: %w", err)
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "copy.db")
	if _, err := s.read.ExecContext(ctx, `VACUUM INTO $1`, copied); err != nil {
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

// flush waits until a file or folder is on the disk.
func flush(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
