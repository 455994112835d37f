package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"berth/scheduler"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, one process at a time, and creates the rows of every database. It tells how far an upgrade is, if anybody waits.
func (s *Store) migrate(ctx context.Context, tell func(scheduler.Progress)) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	before, err := s.version(ctx)
	if err != nil {
		return err
	}
	known, current := newest(p), before
	if before < known {
		steps := func() error { _, err := p.Up(ctx); return err }
		if tell != nil && before > 0 {
			steps = func() error { return stepwise(ctx, p, before, known, tell) }
		}
		if err := s.up(ctx, steps); err != nil {
			return err
		}
		if current, err = s.version(ctx); err != nil { // a newer program may have been at it too
			return err
		}
	}
	if current > known {
		return newer(current, known)
	}
	s.upgraded = Upgrade{before, current}
	return s.found(ctx)
}

// newest returns the version of the schema that this program knows.
func newest(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}

// provider configures the migrations.
func (s *Store) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(granted(), ticketKeys(s.dialect), reading(s.dialect), numberSequence(s.dialect), packedClaims())}
	if s.dialect.name == goose.DialectPostgres {
		options = append(options, goose.WithSessionLocker(turn{}))
	}
	return goose.NewProvider(s.dialect.name, s.write, spelled{files, s.dialect}, options...)
}

// Reset empties a database for good: it drops the schema.
func Reset(ctx context.Context, dsn string) error {
	s, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	p, err := s.provider()
	if err == nil {
		_, err = p.DownTo(ctx, 0)
	}
	return errors.Join(err, s.Close())
}

// migrationTries bounds the checks for another process's migration.
const migrationTries = 6

// up runs the missing migrations. SQLite has no lock beyond one transaction: of several processes that open a file at once one
// migrates, the others fail, and find it done at their next check.
func (s *Store) up(ctx context.Context, steps func() error) error {
	for try := 1; ; try++ {
		err := steps()
		if err == nil || s.dialect.name == goose.DialectPostgres || try == migrationTries {
			return err
		}
		if err := pause(ctx, 4+try); err != nil {
			return err
		}
	}
}

// stepwise runs the missing migrations one by one.
func stepwise(ctx context.Context, p *goose.Provider, before, known int64, tell func(scheduler.Progress)) error {
	for at := before; ; {
		tell(scheduler.Progress{Doing: "upgrading the database", Done: at - before, Of: known - before})
		done, err := p.UpByOne(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return nil
		}
		if err != nil {
			return err
		}
		at = done.Source.Version
	}
}

// found creates the row of the facility, with the instance's secret.
func (s *Store) found(ctx context.Context) error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	_, err := s.write.ExecContext(ctx, `INSERT INTO facility (id, revision, catalogue, secret) VALUES (1, 0, $1, $2)
		ON CONFLICT (id) DO NOTHING`, `{"vnfs":[],"nsds":[]}`, hex.EncodeToString(secret))
	return err
}

// spelled is a folder of migrations in which {{id}}, {{key}} and {{document}} are replaced by the dialect's types.
type spelled struct {
	fs.FS
	dialect dialect
}

func (f spelled) ReadFile(name string) ([]byte, error) {
	b, err := fs.ReadFile(f.FS, name)
	b = bytes.ReplaceAll(b, []byte("{{id}}"), []byte(f.dialect.identity))
	b = bytes.ReplaceAll(b, []byte("{{document}}"), []byte(f.dialect.document))
	return bytes.ReplaceAll(b, []byte("{{key}}"), []byte(f.dialect.key)), err
}

// Open makes the text of ReadFile readable as a file.
func (f spelled) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return file, err
	}
	b, err := f.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading migration %s: %w", name, err)
	}
	return &text{file, bytes.NewReader(b)}, nil
}

type text struct {
	fs.File
	*bytes.Reader
}

func (t *text) Read(b []byte) (int, error) { return t.Reader.Read(b) }
