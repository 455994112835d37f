package store

import (
	"context"
	"errors"
	"fmt"

	"berth/scheduler"
)

// Upgrade records the versions of the schema before and after the database was opened; they are equal if no migration ran, and From is 0
// for a new database.
type Upgrade struct{ From, To int64 }

// Upgraded returns the effect of opening the database on its schema.
func (s *Store) Upgraded() Upgrade { return s.upgraded }

// Attach opens a database with any schema, and leaves it unchanged: for copying.
func Attach(ctx context.Context, dsn string) (*Store, error) {
	s, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if _, err := s.version(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reading the database's schema: %w", s.explained(ctx, err)), s.Close())
	}
	return s, nil
}

// OpenAsIs opens a database of this program's own schema, and leaves the schema unchanged. Another schema is CodeInvalid, a missing one
// CodeNotFound.
func OpenAsIs(ctx context.Context, dsn string, o Options) (*Store, error) {
	s, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := s.asIs(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.ready(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// OpenOrCreate opens a database like OpenAsIs, and makes a missing schema.
func OpenOrCreate(ctx context.Context, dsn string, o Options) (*Store, error) {
	s, err := OpenAsIs(ctx, dsn, o)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return Open(ctx, dsn, o)
	}
	return s, err
}

func (s *Store) asIs(ctx context.Context) error {
	current, err := s.version(ctx)
	if err != nil {
		return fmt.Errorf("reading the database's schema: %w", s.explained(ctx, err))
	}
	p, err := s.provider()
	if err != nil {
		return err
	}
	switch known := newest(p); {
	case current == 0:
		return scheduler.Errorf(scheduler.CodeNotFound, "database: it has no schema of Berth yet")
	case current > known:
		return newer(current, known)
	case current < known:
		return scheduler.Errorf(scheduler.CodeInvalid, "database: its schema is version %d, and this program's is %d: make a backup (berth backup FILE), then let berth serve "+
			"bring it up to date", current, known)
	}
	return nil
}

func newer(current, known int64) error {
	return scheduler.Errorf(scheduler.CodeInvalid, "database: its schema is version %d, and this program knows versions up to %d: use the newer program; to go back to this one, "+
		"stop all processes and restore the backup that was made before the upgrade", current, known)
}

// version reads the version of the schema; 0 if there is none.
func (s *Store) version(ctx context.Context) (current int64, err error) {
	if err := s.read.QueryRowContext(ctx, s.dialect.versioned).Scan(&current); err != nil || current == 0 {
		return 0, err
	}
	return current, s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&current)
}
