package store_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// A copy made while others write holds a state that the database was in, and opens like any other.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	s := testdb.Open(t, testdb.SQLite(t))
	if err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error { return fill(t.Context(), tx, 1) }); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 2; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
				r := plain(uuid(n)) // two requests and two events, or none
				other := plain(uuid(-n))
				return errors.Join(tx.CreateRequest(t.Context(), &r), tx.AddEvent(t.Context(), scheduler.Event{Kind: "request"}),
					tx.CreateRequest(t.Context(), &other), tx.AddEvent(t.Context(), scheduler.Event{Kind: "request"}))
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	folder := t.TempDir()
	files := []string{filepath.Join(folder, "one.db"), filepath.Join(folder, "it's two?.db"), filepath.Join(folder, "three.db")}
	for _, file := range files {
		if err := s.Backup(t.Context(), file, nil); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
	for _, file := range files {
		if got := count(t, connect(t, (&url.URL{Scheme: "file", Path: file}).String()), "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"); got != 1 {
			t.Errorf("%s is damaged", file)
		}
		c := testdb.Open(t, file)
		requests, last := len(numbers(t, c, scheduler.RequestFilter{})), sequence(t, c)
		if requests%2 != 1 || int64(requests) != last || len(events(t, c, 0, 1<<20)) != requests {
			t.Errorf("%s has %d requests and the sequence %d: not a state that the database was in", file, requests, last)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v (%v): others may read it", file, info.Mode().Perm(), err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func TestBackupIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	there := filepath.Join(folder, "there.db")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := testdb.Open(t, dsn)
		for what, file := range map[string]string{"a file that is there": there, "a folder": folder} {
			code(t, what, s.Backup(t.Context(), file, nil), scheduler.CodeInvalid)
		}
		if err := s.Backup(t.Context(), filepath.Join(folder, "nowhere", "copy.db"), nil); err == nil {
			t.Error("a copy into a folder that is not there was made")
		}
		if b, err := os.ReadFile(there); err != nil || string(b) != "mine" {
			t.Errorf("the file that was there has become %q (%v)", b, err)
		}
		if isPostgres(dsn) {
			err := s.Backup(t.Context(), filepath.Join(folder, "copy.db"), nil)
			if code(t, "PostgreSQL", err, scheduler.CodeInvalid); !strings.Contains(err.Error(), "pg_dump") {
				t.Errorf("%v does not say what to use", err)
			}
		}
	})
}

func TestClosedStoreAnswersWithErrors(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s, err := store.Open(t.Context(), dsn, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		err = s.View(t.Context(), func(r scheduler.Reader) error {
			if _, err := r.Sequence(t.Context()); err != nil {
				return err
			}
			if n := s.Stats(); n.InUse != 1 || n.MaxOpenConnections < 2 {
				t.Errorf("%d of %d connections are in use, want 1 of several", n.InUse, n.MaxOpenConnections)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s.Ping(t.Context()) == nil {
			t.Error("a closed store gives a sign of life")
		}
		for what, read := range map[string]func(scheduler.Reader) error{
			"the sequence": func(r scheduler.Reader) error { _, err := r.Sequence(t.Context()); return err },
			"the state":    func(r scheduler.Reader) error { _, err := r.State(t.Context()); return err },
		} {
			if s.View(t.Context(), read) == nil {
				t.Errorf("%s of a closed store is read", what)
			}
		}
		if s.Change(t.Context(), nil, func(scheduler.Tx) error { return nil }) == nil {
			t.Error("a closed store is changed")
		}
	})
}
