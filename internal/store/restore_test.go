package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// TestRestore puts a backup in the place of a database that went on: what came after it is gone but kept aside, its numbers of the change log are not
// given again, and calendar clients know another database.
func TestRestore(t *testing.T) {
	t.Parallel()
	path := testdb.SQLite(t)
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	create(t, s, plain(uuid(1)))
	backup := filepath.Join(t.TempDir(), "backup.db")
	done(t, s.Backup(t.Context(), backup, nil))
	create(t, s, plain(uuid(2)))
	last, before := sequence(t, s), epochOf(t, s)

	_, err = store.Restore(t.Context(), backup, path, start, nil)
	code(t, "a database in use", err, scheduler.CodeConflict)
	if got := numbers(t, s, scheduler.RequestFilter{}); len(got) != 2 {
		t.Errorf("after the refusal it has %v", got)
	}
	done(t, s.Close())
	aside, err := store.Restore(t.Context(), backup, path, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	back := testdb.Open(t, path)
	if got := numbers(t, back, scheduler.RequestFilter{}); len(got) != 1 {
		t.Errorf("restored are %v, want the request of the backup", got)
	}
	if got := epochOf(t, back); got == before {
		t.Error("calendar clients would go on with what they know")
	}
	again := create(t, back, plain(uuid(3)))[0]
	for _, o := range back.Site().Objects(again, testbeds.Facility{}) {
		if want := fmt.Sprintf("SEQUENCE:%d\r\n", again.Revision+start.Unix()-1767225600); !strings.Contains(o.Full, want) {
			t.Errorf("a calendar that knows a later revision ignores this one, want %q:\n%s", want, o.Full)
		}
	}
	if got := sequence(t, back); got <= last {
		t.Errorf("the change log goes on with %d, and had given %d", got, last)
	}
	if got := numbers(t, testdb.Open(t, aside), scheduler.RequestFilter{}); len(got) != 2 {
		t.Errorf("kept aside are %v, want both requests", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v (%v)", info.Mode(), err)
	}
}

// epochOf returns the name under which calendar clients know a database.
func epochOf(t *testing.T, s *store.Store) string {
	t.Helper()
	c, err := s.Calendar(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return c.Epoch
}

// TestRestoreRefuses what is no backup, and leaves the database as it was.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	path, folder := testdb.SQLite(t), t.TempDir()
	create(t, testdb.Open(t, path), plain(uuid(1)))
	s := testdb.Open(t, testdb.SQLite(t))
	good := filepath.Join(folder, "good.db")
	done(t, s.Backup(t.Context(), good, nil))
	raw, err := os.ReadFile(good)
	done(t, err)
	write := func(name string, b []byte) string {
		file := filepath.Join(folder, name)
		done(t, os.WriteFile(file, b, 0o600))
		return file
	}
	damaged := append([]byte(nil), raw...)
	copy(damaged[8192:], strings.Repeat("x", 8192))
	newer := write("newer.db", raw)
	execute(t, connect(t, newer), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)", true)
	for name, c := range map[string]struct {
		file string
		want scheduler.Code
		says string
	}{
		"nothing":     {filepath.Join(folder, "none.db"), scheduler.CodeNotFound, "no file"},
		"a folder":    {folder, scheduler.CodeNotFound, "no file"},
		"a text":      {write("text.db", []byte(strings.Repeat("no database\n", 1000))), scheduler.CodeInvalid, "backup"},
		"half of one": {write("half.db", raw[:len(raw)/2]), scheduler.CodeInvalid, "backup"},
		"damaged":     {write("damaged.db", damaged), scheduler.CodeInvalid, "backup"},
		"empty":       {write("empty.db", nil), scheduler.CodeInvalid, "no database of Berth"},
		"newer":       {newer, scheduler.CodeInvalid, "use the newer program"},
	} {
		aside, err := store.Restore(t.Context(), c.file, filepath.Join(folder, "target.db"), time.Now(), nil)
		code(t, name, err, c.want)
		if err == nil || !strings.Contains(err.Error(), c.says) || aside != "" {
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		}
		if _, err := os.Stat(filepath.Join(folder, "target.db")); err == nil {
			t.Errorf("%s: there is a database afterwards", name)
		}
	}
}
