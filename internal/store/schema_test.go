package store_test

import (
	"path/filepath"
	"strings"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// schemaOf reads the version of a database's schema.
func schemaOf(t *testing.T, dsn string) int64 {
	t.Helper()
	return count(t, connect(t, dsn), "SELECT MAX(version_id) FROM goose_db_version")
}

// Reading or copying a database leaves its schema unchanged; for an old, a new and a missing schema the error names the remedy.
func TestOpeningAsIsChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		refused := func(what, dsn string, want scheduler.Code, advice string) {
			t.Helper()
			s, err := store.OpenAsIs(t.Context(), dsn, store.Options{})
			if err == nil {
				t.Fatalf("%s was opened: %v", what, s.Close())
			}
			if code(t, what, err, want); !strings.Contains(err.Error(), advice) {
				t.Errorf("%s: %v does not say %q", what, err, advice)
			}
		}
		none := empty(t, dsn)
		refused("nothing", none, scheduler.CodeNotFound, "no schema of Berth")
		if n := count(t, connect(t, none), map[bool]string{true: "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'", false: "SELECT COUNT(*) FROM sqlite_master"}[isPostgres(dsn)]); n != 0 {
			t.Errorf("%d tables were made on the way", n)
		}
		dsn = first(t, dsn)
		refused("an old schema", dsn, scheduler.CodeInvalid, "berth backup")
		if _, err := store.OpenOrCreate(t.Context(), dsn, store.Options{}); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("to change something in an old schema: %v", err)
		}
		if got := schemaOf(t, dsn); got != 1 {
			t.Fatalf("the schema has become version %d", got)
		}
		if err := testdb.Open(t, dsn).Close(); err != nil {
			t.Fatal(err)
		}
		s, err := store.OpenAsIs(t.Context(), dsn, store.Options{})
		if err != nil {
			t.Fatalf("after it was brought up to date: %v", err)
		}
		if got := numbers(t, s, scheduler.RequestFilter{}); len(got) != 1 {
			t.Errorf("requests %v, want the one that was there", got)
		}
		done(t, s.Close())
		execute(t, connect(t, dsn), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)", true)
		refused("a new schema", dsn, scheduler.CodeInvalid, "to go back to this one")
	})
}

// The way back from an upgrade, step by step as in docs/backup.md: a backup by the new program, the upgrade, and the backup in its
// place.
func TestBackupBeforeAnUpgradeLeadsBack(t *testing.T) {
	t.Parallel()
	old := first(t, testdb.SQLite(t))
	copied := filepath.Join(t.TempDir(), "before.db")
	s, err := store.Attach(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	done(t, s.Backup(t.Context(), copied, nil))
	done(t, s.Close())
	if a, b := schemaOf(t, old), schemaOf(t, copied); a != 1 || b != 1 {
		t.Errorf("after the backup the schema is version %d, and that of the copy %d; want both as they were", a, b)
	}
	create(t, testdb.Open(t, old), plain(uuid(2)))
	if got := schemaOf(t, copied); got != 1 {
		t.Errorf("the copy's schema has become version %d", got)
	}
	back := testdb.Open(t, copied) // the old program's view, in a form that this one can read
	if got := numbers(t, back, scheduler.RequestFilter{}); len(got) != 1 {
		t.Errorf("the copy has requests %v, want the one of before", got)
	}
}
