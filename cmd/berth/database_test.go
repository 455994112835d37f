package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestEveryCommandFindsTheSameDatabase names one database in all forms, and things that are none.
func TestEveryCommandFindsTheSameDatabase(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many runs of the real program take long")
	}
	p := newPlace(t, "")
	says(t, p, 0, "correct horse battery\n", nil, "user", "add", "ada", "--role", "administrator", "--database", "sqlite:one.db")
	for _, form := range []string{"one.db", "sqlite:one.db", "/" + filepath.Join(p.dir, "one.db"), "sqlite://" + filepath.Join(p.dir, "one.db")} {
		says(t, p, 0, "", []string{"ada"}, "user", "list", "--database", form)
		says(t, p, 0, "", []string{"clean"}, "verify", "--database", form)
	}
	for _, form := range []string{"host=127.0.0.1 dbname=berth", "sqlite://one.db", "file:one.db", ":memory:", "mysql://root@127.0.0.1/berth"} {
		for _, command := range [][]string{{"verify"}, {"user", "list"}, {"serve"}, {"config"}, {"backup", "copy.db"}} {
			says(t, p, 2, "", []string{"database (--database): "}, append(command, "--database", form)...)
		}
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); name != "one.db" && name != "one.db-wal" && name != "one.db-shm" {
			t.Errorf("%s was made on the way", name)
		}
	}
}
