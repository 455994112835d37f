package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pressly/goose/v3"

	"berth/scheduler"
)

// Backup makes a consistent copy of a SQLite database in use. The file must not exist yet; it appears only when it is complete and
// on the disk. tell is called now and then, unless it is nil.
func (s *Store) Backup(ctx context.Context, file string, tell func(scheduler.Progress)) error {
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
	stop := s.watching(ctx, copied, tell)
	err = s.copy(ctx, copied)
	stop()
	if err != nil {
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

// lookEvery is how often the copy is looked at while SQLite writes it.
const lookEvery = 200 * time.Millisecond

// watching tells how much of a copy there is, until it is stopped: SQLite does not say. It estimates the whole from the pages in use.
func (s *Store) watching(ctx context.Context, file string, tell func(scheduler.Progress)) (stop func()) {
	var whole int64
	if tell == nil || s.read.QueryRowContext(ctx, `SELECT (p.page_count - f.freelist_count) * z.page_size FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size z`).Scan(&whole) != nil {
		return func() {}
	}
	var watching sync.WaitGroup
	ended := make(chan struct{})
	watching.Go(func() {
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		told := func(done int64) {
			tell(scheduler.Progress{Doing: "copying the database", Done: min(done, whole), Of: whole, Bytes: true})
		}
		for {
			if info, err := os.Stat(file); err == nil {
				told(info.Size())
			}
			select {
			case <-ended:
				told(whole)
				return
			case <-look.C:
			}
		}
	})
	return func() { close(ended); watching.Wait() }
}

// flush waits until a file or folder is on the disk.
func flush(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
