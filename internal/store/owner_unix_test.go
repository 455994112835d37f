//go:build unix

package store_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
)

// TestWhatRootRestoresIsTheServices looks at the owner of a restored database, with an old one in its place and without.
func TestWhatRootRestoresIsTheServices(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	backup := testdb.SQLite(t)
	s, err := store.Open(t.Context(), backup, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	done(t, s.Close())
	folder := t.TempDir()
	done(t, os.Chown(folder, 1234, 1235))
	place := filepath.Join(folder, "berth.db")
	for _, want := range [][2]uint32{{1234, 1235}, {1236, 1237}} {
		if _, err := store.Restore(t.Context(), backup, place, start, nil); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(place)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Sys().(*syscall.Stat_t); got.Uid != want[0] || got.Gid != want[1] || info.Mode().Perm() != 0o600 {
			t.Errorf("it belongs to %d:%d with %v, want %v", got.Uid, got.Gid, info.Mode(), want)
		}
		done(t, os.Chown(place, 1236, 1237))
	}
}
