package testdb

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"berth/internal/store"
)

// Variables of the environment.
const (
	addressVariable = "BERTH_TEST_POSTGRES"
	requireVariable = "BERTH_TEST_REQUIRE"
)

// Engine is a database system on which Berth runs.
type Engine struct {
	Name string // sqlite or postgres

	fresh func(testing.TB) string
}

// Fresh makes a database for one test, its schema up to date, and returns its DSN for store.Open. It disappears when the test ends.
func (e Engine) Fresh(tb testing.TB) string {
	tb.Helper()
	return e.fresh(tb)
}

// Engines lists the engines that can be tested here.
func Engines(tb testing.TB) []Engine {
	tb.Helper()
	engines := []Engine{{Name: "sqlite", fresh: SQLite}}
	if Address(tb) != "" {
		engines = append(engines, Engine{Name: "postgres", fresh: Postgres})
	}
	return engines
}

// Each runs a subtest per engine, each with an empty store.
func Each(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachWith(t, store.Options{}, run)
}

// EachWith runs a subtest per engine, each with an empty store that has these options.
func EachWith(t *testing.T, o store.Options, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) { run(t, OpenWith(t, dsn, o)) })
}

// EachDSN runs a subtest per engine, each with the DSN of an empty database.
func EachDSN(t *testing.T, run func(t *testing.T, dsn string)) {
	t.Helper()
	for _, e := range Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			run(t, e.Fresh(t))
		})
	}
}

// Open opens a database until the test ends.
func Open(tb testing.TB, dsn string) *store.Store {
	tb.Helper()
	return OpenWith(tb, dsn, store.Options{})
}

// OpenWith opens a database with options until the test ends.
func OpenWith(tb testing.TB, dsn string, o store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), dsn, o)
	if err != nil {
		tb.Fatalf("opening %s: %v", dsn, err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("closing %s: %v", dsn, err)
		}
	})
	return s
}

// SQLite makes a database in the test's folder and returns its DSN.
func SQLite(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "berth.db")
	if err := os.WriteFile(path, empty(tb), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// An empty SQLite database, which the first test of a process makes and all copy: its migrations cost more than most tests.
var (
	making sync.Mutex
	made   []byte
)

func empty(tb testing.TB) []byte {
	tb.Helper()
	making.Lock()
	defer making.Unlock()
	if made != nil {
		return made
	}
	path := filepath.Join(tb.TempDir(), "empty.db")
	migrate(tb, path)
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	made = b
	return made
}

// Address returns the URL of the PostgreSQL server for tests, empty if there is none and none is demanded.
func Address(tb testing.TB) string {
	tb.Helper()
	address := os.Getenv(addressVariable)
	if address == "" && strings.Contains(os.Getenv(requireVariable), "postgres") {
		tb.Fatalf("%s demands PostgreSQL, and %s does not say where it is; see scripts/with-postgres", requireVariable, addressVariable)
	}
	return address
}

// migrate brings the schema of a database up to date.
func migrate(tb testing.TB, dsn string) {
	tb.Helper()
	s, err := store.Open(tb.Context(), dsn, store.Options{})
	if err != nil {
		tb.Fatalf("migrating %s: %v", dsn, err)
	}
	if err := s.Close(); err != nil {
		tb.Fatalf("closing %s: %v", dsn, err)
	}
}
