package large_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/testdb/large"
	"berth/scheduler"
)

// TestVerifyAcceptsWhatWasFilled keeps measurements honest: they run on a database that could be real.
func TestVerifyAcceptsWhatWasFilled(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now().UTC()
		if err := large.Fill(t.Context(), s, large.Size{Testbeds: 3, Requests: 1200, Now: now}); err != nil {
			t.Fatal(err)
		}
		svc := scheduler.New(s, scheduler.Options{Clock: func() time.Time { return now }, NewID: func() string { return "" }})
		report, err := svc.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !report.Clean() || report.Bookings != 1200 {
			t.Errorf("verify says %+v", report)
		}
	})
}

// TestFill makes a database to measure a server with: BERTH_LARGE names it (a file, or an address of PostgreSQL), BERTH_LARGE_REQUESTS and
// BERTH_LARGE_TESTBEDS its size.
func TestFill(t *testing.T) {
	dsn := os.Getenv("BERTH_LARGE")
	if dsn == "" {
		t.Skip("BERTH_LARGE names no database to fill")
	}
	size := large.Size{Now: time.Now(), Requests: number(t, "BERTH_LARGE_REQUESTS", 100_000), Testbeds: number(t, "BERTH_LARGE_TESTBEDS", 100)}
	size.Progress = func(done int) {
		if done%50_000 == 0 {
			t.Logf("%d requests", done)
		}
	}
	if err := large.Fill(t.Context(), testdb.Open(t, dsn), size); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}
