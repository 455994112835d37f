package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// listener keeps what long work says: each piece of it with the last that was said.
type listener struct{ heard []scheduler.Progress }

func (l *listener) tell(p scheduler.Progress) {
	if n := len(l.heard); n > 0 && l.heard[n-1].Doing == p.Doing {
		l.heard = l.heard[:n-1]
	}
	l.heard = append(l.heard, p)
}

func (l *listener) said() (list []string) {
	for _, p := range l.heard {
		list = append(list, fmt.Sprintf("%s %t", p.Doing, p.Of > 0 && p.Done == p.Of))
	}
	return list
}

// A backup and a restore say how much of the file there is; the copy is complete at the end.
func TestCopiesSayHowFarTheyAre(t *testing.T) {
	t.Parallel()
	path, backup := testdb.SQLite(t), filepath.Join(t.TempDir(), "backup.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var copied, restored listener
	done(t, s.Backup(t.Context(), backup, copied.tell))
	done(t, s.Close())
	same(t, "a backup", []string{"copying the database true"}, copied.said())
	if _, err := store.Restore(t.Context(), backup, path, start, restored.tell); err != nil {
		t.Fatal(err)
	}
	same(t, "a restore", []string{"copying the backup true", "checking the copy false"}, restored.said())
}

// An upgrade says how many of its steps are done. A new database is none.
func TestUpgradesSayHowFarTheyAre(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		var told listener
		open := func() {
			s, err := store.Open(t.Context(), dsn, store.Options{Tell: told.tell})
			if err != nil {
				t.Fatal(err)
			}
			done(t, s.Close())
		}
		open()
		if len(told.heard) > 0 {
			t.Errorf("a new database says %v", told.said())
		}
		dsn = first(t, dsn)
		open()
		same(t, "an upgrade", []string{"upgrading the database true"}, told.said())
		if !slices.ContainsFunc(told.heard, func(p scheduler.Progress) bool { return p.Of > 20 }) {
			t.Errorf("it had %v", told.heard)
		}
	})
}
