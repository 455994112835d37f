package testdb

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"berth/internal/store"
)

// templateLock is the advisory lock under which one of many test processes makes the template.
const templateLock = 723094102

// Postgres makes a database on the server of BERTH_TEST_POSTGRES and returns its DSN.
//
// It is a copy of a template, which is made once per schema and stays: tests of all packages and of later runs share it.
func Postgres(tb testing.TB) string {
	tb.Helper()
	server := Address(tb)
	if server == "" {
		tb.Fatalf("%s must be set; see scripts/with-postgres", addressVariable)
	}
	admin := connect(tb, server)
	defer admin.Close(context.WithoutCancel(tb.Context()))
	template := "berth_template_" + store.Fingerprint()
	makeTemplate(tb, admin, server, template)

	name := "berth_test_" + strings.ToLower(rand.Text())
	execute(tb, admin, "CREATE DATABASE "+name+" TEMPLATE "+template)
	tb.Cleanup(func() { drop(tb, server, name) })
	return database(tb, server, name)
}

func connect(tb testing.TB, dsn string) *pgx.Conn {
	tb.Helper()
	c, err := pgx.Connect(context.WithoutCancel(tb.Context()), dsn)
	if err != nil {
		tb.Fatalf("connecting to %s: %v", addressVariable, err)
	}
	return c
}

func execute(tb testing.TB, c *pgx.Conn, statement string, args ...any) {
	tb.Helper()
	if _, err := c.Exec(context.WithoutCancel(tb.Context()), statement, args...); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// makeTemplate makes a missing template. The template gets its name when it is complete, so that a process that dies leaves nothing
// that others take for one.
func makeTemplate(tb testing.TB, admin *pgx.Conn, server, template string) {
	tb.Helper()
	execute(tb, admin, "SELECT pg_advisory_lock($1)", templateLock)
	defer execute(tb, admin, "SELECT pg_advisory_unlock($1)", templateLock)
	var there bool
	if err := admin.QueryRow(tb.Context(), "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", template).Scan(&there); err != nil {
		tb.Fatal(err)
	}
	if there {
		return
	}
	building := template + "_building"
	execute(tb, admin, "DROP DATABASE IF EXISTS "+building+" WITH (FORCE)")
	execute(tb, admin, "CREATE DATABASE "+building)
	migrate(tb, database(tb, server, building))
	settle(tb, admin, building)
	execute(tb, admin, "ALTER DATABASE "+building+" RENAME TO "+template)
}

// settle ends connections to a database that were closed without the server having noticed.
func settle(tb testing.TB, admin *pgx.Conn, name string) {
	tb.Helper()
	execute(tb, admin, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name)
}

func drop(tb testing.TB, server, name string) {
	tb.Helper()
	admin := connect(tb, server)
	defer admin.Close(context.WithoutCancel(tb.Context()))
	execute(tb, admin, "DROP DATABASE "+name+" WITH (FORCE)")
}

// database builds the URL of another database of a server.
func database(tb testing.TB, server, name string) string {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatalf("%s must be a postgres:// URL", addressVariable)
	}
	u.Path = "/" + name
	return u.String()
}
