package app

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"berth/internal/config"
	"berth/internal/testdb"
)

// TestCalendarsKeepNobodyElseWaiting starts an instance whose calendars cannot be read: it serves everything else, and tells calendar clients to come
// again.
func TestCalendarsKeepNobodyElseWaiting(t *testing.T) {
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
	a := New(s, Options{Log: slog.New(slog.DiscardHandler), Version: "test"}, Serving{Out: io.Discard})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Stop(context.WithoutCancel(t.Context())) }()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/api/v1/openapi.json": 200, "/dav/": 503, "/.well-known/caldav": 503, "/feeds/x/y.ics": 503} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want || (res.Header.Get("Retry-After") != "") != (want == 503) {
			t.Errorf("%s answers %d, Retry-After %q, want %d", path, res.StatusCode, res.Header.Get("Retry-After"), want)
		}
	}
}

// TestAGateOpensOnce lets calls pass that need nothing, and all others once it is open.
func TestAGateOpensOnce(t *testing.T) {
	t.Parallel()
	g := gate{reason: "reading", always: map[string]bool{"/healthz": true}}
	h := g.guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	status := func(path string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code
	}
	if a, b := status("/healthz"), status("/readyz"); a != 204 || b != 503 {
		t.Errorf("shut: %d and %d", a, b)
	}
	g.open.Store(true)
	if b := status("/readyz"); b != 204 {
		t.Errorf("open: %d", b)
	}
}
