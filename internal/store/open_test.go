package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"

	"berth/internal/store"
	"berth/internal/story"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// openOnly is set for a process that must only open this database.
const openOnly = "BERTH_TEST_OPEN_ONLY"

func TestMain(m *testing.M) {
	story.Ordinary()
	if dsn := os.Getenv(openOnly); dsn != "" {
		os.Exit(openAndClose(dsn))
	}
	os.Exit(m.Run())
}

func openAndClose(dsn string) int {
	s, err := store.Open(context.Background(), dsn, store.Options{})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// empty returns the DSN of a database without a schema, for each engine.
func empty(t *testing.T, dsn string) string {
	t.Helper()
	if !isPostgres(dsn) {
		return filepath.Join(t.TempDir(), "new.db")
	}
	db := connect(t, dsn)
	execute(t, db, "DROP SCHEMA public CASCADE")
	execute(t, db, "CREATE SCHEMA public")
	return dsn
}

func TestSeveralProcessesStartTogether(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		dsn = empty(t, dsn)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				c := exec.CommandContext(t.Context(), os.Args[0])
				c.Env = append(os.Environ(), openOnly+"="+dsn)
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		wg.Wait()
		s := testdb.Open(t, dsn)
		create(t, s, plain(uuid(1)))
		if n := count(t, connect(t, dsn), "SELECT COUNT(*) FROM facility"); n != 1 {
			t.Errorf("%d facilities, want one", n)
		}
	})
}

func TestReopeningKeepsEverything(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s, err := store.Open(t.Context(), dsn, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return fill(t.Context(), tx, 1) }); err != nil {
			t.Fatal(err)
		}
		before := everything(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if !isPostgres(dsn) {
			dsn = "sqlite:" + dsn
		}
		again := testdb.Open(t, dsn)
		same(t, "everything", before, everything(t, again))
		if next := create(t, again, plain(uuid(2)))[0]; next.Number != 2 {
			t.Errorf("the next request has number %d, want 2", next.Number)
		}
	})
}

func TestPathsWithSignsInThem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.db", "what?mode=ro", "100%41.db", "hash#tag.db", "ü'\".db", "semi;colon&and.db"} {
		path := filepath.Join(t.TempDir(), name)
		create(t, testdb.Open(t, path), plain(uuid(1)))
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%q: the file is not there (%v)", name, err)
		}
	}
}

func TestDatabasesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	note := filepath.Join(folder, "note.txt")
	if err := os.WriteFile(note, bytes.Repeat([]byte("not a database\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dsn := range map[string]string{
		"nothing": "", "a folder": folder, "memory": ":memory:", "memory, otherwise": "file::memory:?cache=shared", "another file": note,
		"no such folder": filepath.Join(folder, "nowhere", "berth.db"), "a broken URL": "postgres://secret@host:port/x",
		"no server": "postgres://user:secret@127.0.0.1:1/x?connect_timeout=5",
	} {
		s, err := store.Open(t.Context(), dsn, store.Options{})
		if err == nil {
			t.Errorf("%s was opened: %v", name, s.Close())
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats the password: %v", name, err)
		}
	}
	if b, err := os.ReadFile(note); err != nil || !bytes.HasPrefix(b, []byte("not a database\n")) {
		t.Errorf("the other file has become %q (%v)", b[:15], err)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		db := connect(t, dsn)
		execute(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)", true)
		s, err := store.Open(t.Context(), dsn, store.Options{})
		if err == nil {
			t.Fatalf("it was opened: %v", s.Close())
		}
		code(t, "a newer database", err, scheduler.CodeInvalid)
	})
}

// A released migration is never edited: databases have already run it.
func TestFirstMigrationStaysAsItWas(t *testing.T) {
	t.Parallel()
	frozen := read(t, "testdata/first_schema.sql")
	if now := read(t, "migrations/00001_first.sql"); !bytes.Equal(frozen, now) {
		same(t, "migrations/00001_first.sql; write another migration instead", strings.Split(string(frozen), "\n"), strings.Split(string(now), "\n"))
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A database of the first schema, with rows of the first version, has the same content after its upgrade.
func TestUpgradeFromTheFirstSchema(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		dsn = first(t, dsn)
		s := testdb.Open(t, dsn)
		got, err := json.MarshalIndent(laidOpen(everything(t, s)), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		want := read(t, "testdata/first_rows.json")
		same(t, "what it says", strings.Split(strings.TrimSpace(string(want)), "\n"), strings.Split(string(got), "\n"))
		if next := create(t, s, plain(uuid(2)))[0]; next.Number != 2 {
			t.Errorf("the next request has number %d, want 2", next.Number)
		}
		if u := s.Upgraded(); u.From != 1 || u.To <= 1 {
			t.Errorf("it says that it was brought from %d to %d", u.From, u.To)
		}
	})
}

// first returns the DSN of a database as the first version left it.
func first(t *testing.T, dsn string) string {
	t.Helper()
	dsn = empty(t, dsn)
	dialect, id, key := goose.DialectSQLite3, "INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT"
	if isPostgres(dsn) {
		dialect, id, key = goose.DialectPostgres, "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", `TEXT COLLATE "C"`
	}
	schema := strings.NewReplacer("{{id}}", id, "{{key}}", key).Replace(string(read(t, "testdata/first_schema.sql")))
	db := connect(t, dsn)
	p, err := goose.NewProvider(dialect, db, fstest.MapFS{"00001_first.sql": {Data: []byte(schema)}}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range strings.Split(string(read(t, "testdata/first_rows.sql")), ";\n") {
		if strings.TrimSpace(statement) != "" {
			execute(t, db, statement)
		}
	}
	return dsn
}

// laidOpen adds the fields that JSON leaves out to values.
func laidOpen(values []any) (all []any) {
	for _, v := range values {
		all = append(all, v)
		switch x := v.(type) {
		case scheduler.Request:
			all = append(all, x.Booking, x.Portal, x.Sequence, x.Due, x.Reminded, x.Offers[0].Booking)
		case account.Person:
			all = append(all, x.Password)
		case []account.Token:
			all = append(all, x[0].Hash)
		}
	}
	return all
}
