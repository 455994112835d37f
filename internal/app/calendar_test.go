package app

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"berth/internal/config"
	"berth/internal/testdb"
)

// TestCalendarsAreLoadedBeforeAnybodyIsServed starts an instance whose calendars cannot be read: it must find that out before a server
// could take a connection.
func TestCalendarsAreLoadedBeforeAnybodyIsServed(t *testing.T) {
	t.Parallel()
	dsn := testdb.SQLite(t)
	s, err := config.Load(config.Sources{Flags: map[string]string{"listen": "127.0.0.1:0", "database": dsn}})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+dsn)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `ALTER TABLE calendar_objects RENAME TO elsewhere`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := New(s, Options{Log: slog.New(slog.DiscardHandler), Version: "test"}, Serving{Out: &out})
	if err := a.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "calendar") {
		t.Errorf("started with %v", err)
	}
	if a.server != nil || out.Len() > 0 {
		t.Errorf("there was a server before the calendars were there: %q", &out)
	}
}
