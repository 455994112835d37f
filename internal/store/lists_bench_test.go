package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

// manyRequests fills a database of the schema before lists had their own tables with n requests over a thousand testbeds and 660 days, and brings it up to
// date. It returns the time of the upgrade.
func manyRequests(b testing.TB, e testdb.Engine, n int) (*store.Store, time.Duration) {
	b.Helper()
	dsn := e.Fresh(b)
	if err := store.DownTo(b.Context(), dsn, 10); err != nil {
		b.Fatal(err)
	}
	db := connect(b, dsn)
	name := `(CASE i % 10 WHEN 0 THEN 'latency' WHEN 1 THEN 'slicing' WHEN 2 THEN 'handover' WHEN 3 THEN 'video' WHEN 4 THEN 'drone'
		WHEN 5 THEN 'factory' WHEN 6 THEN 'vehicle' WHEN 7 THEN 'massive mimo' WHEN 8 THEN 'edge' ELSE 'orchestration' END
		|| CASE WHEN i % (1 + ` + fmt.Sprint(n) + ` / 10) = 5 THEN ' zebra' ELSE '' END || ' trial ' || i)`
	rows := fmt.Sprintf(`WITH RECURSIVE s(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM s WHERE i < %d),
		r AS (SELECT i, %s AS name, 'core_at_' || (i %% 1000) AS nsd, %d + (i * 6101 %% 15840) * 3600 AS starts,
			CASE WHEN i %% 97 = 0 THEN 480 WHEN i %% 1009 = 0 THEN 7200 ELSE 1 + i * 31 %% 23 END * 3600 AS lasts FROM s) `, n, name, start.Unix()-60*24*3600)
	execute(b, db, `INSERT INTO requests (id, number, status, experimenter, mentor, words, starts, ends, due, revision, sequence, document) `+rows+`
		SELECT 'r' || i, i, CASE WHEN i % 11 = 0 THEN 'COMPLETED' ELSE 'SCHEDULED' END, 'user' || (i % 100), 'grace', name || '
' || nsd, starts, starts + lasts, NULL, 1, i, '{"id":"r' || i || '","number":' || i || ',"name":"' || name || '","nsd":"' || nsd || '","description":"`+strings.Repeat("lorem ipsum ", 80)+`"}' FROM r`)
	execute(b, db, `INSERT INTO request_testbeds (testbed, request) `+rows+`SELECT 'site' || (i % 1000), 'r' || i FROM r`)
	began := time.Now()
	s := testdb.Open(b, dsn)
	took := time.Since(began)
	if isPostgres(dsn) {
		execute(b, db, `VACUUM ANALYZE`)
	}
	return s, took
}

// listings are lists of fifty, and one request by its number beside them.
func listings(n int) []struct {
	name  string
	read  func(ctx context.Context, r scheduler.Reader) (found int, err error)
	least int
} {
	type listing = struct {
		name  string
		read  func(ctx context.Context, r scheduler.Reader) (found int, err error)
		least int
	}
	week := func(weeks int) scheduler.RequestFilter {
		from := start.AddDate(0, 0, 30)
		return scheduler.RequestFilter{From: from, To: from.AddDate(0, 0, 7*weeks)}
	}
	own, provider := &scheduler.Visible{Experimenter: "user3"}, &scheduler.Visible{Experimenter: "nobody", Testbeds: []string{"site3", "site7", "site503"}}
	with := func(f scheduler.RequestFilter, v *scheduler.Visible) scheduler.RequestFilter {
		f.Visible = v
		return f
	}
	list := []listing{{"number", func(ctx context.Context, r scheduler.Reader) (int, error) {
		_, err := r.RequestByNumber(ctx, int64(n/2))
		return 1, err
	}, 1}}
	for _, x := range []struct {
		name  string
		f     scheduler.RequestFilter
		least int
	}{
		{"newest", scheduler.RequestFilter{}, 50},
		{"testbed", scheduler.RequestFilter{Testbed: "site3"}, 1},
		{"testbed, provider", with(scheduler.RequestFilter{Testbed: "site3"}, provider), 1},
		{"testbed, own", with(scheduler.RequestFilter{Testbed: "site3"}, own), 1},
		{"week", week(1), 5},
		{"week, own", with(week(1), own), 0},
		{"week, provider", with(week(1), provider), 0},
		{"year", week(52), 50},
		{"text, frequent", scheduler.RequestFilter{Text: "Video"}, 50},
		{"text, rare", scheduler.RequestFilter{Text: "zebra"}, 5},
		{"text, nowhere", scheduler.RequestFilter{Text: "video zebra zoo"}, 0},
		{"text, of frequent parts", scheduler.RequestFilter{Text: "trial 777"}, 1},
		{"text, short", scheduler.RequestFilter{Text: "77"}, 10},
		{"text, own", with(scheduler.RequestFilter{Text: "video"}, own), 5},
		{"text, never own", with(scheduler.RequestFilter{Text: "drone"}, own), 0},
		{"text, provider", with(scheduler.RequestFilter{Text: "video"}, provider), 1},
		{"text and week", func() scheduler.RequestFilter { f := week(1); f.Text = "video"; return f }(), 0},
		{"text, second half", scheduler.RequestFilter{Text: "Video", Before: int64(n / 2)}, 50},
		{"own", with(scheduler.RequestFilter{}, own), 10},
		{"provider", with(scheduler.RequestFilter{}, provider), 1},
	} {
		f := x.f
		f.Limit = 51
		list = append(list, listing{x.name, func(ctx context.Context, r scheduler.Reader) (int, error) {
			got, err := r.Requests(ctx, f)
			return len(got), err
		}, x.least})
	}
	return list
}

func benchmarkLists(b *testing.B, e testdb.Engine, n int) {
	s, took := manyRequests(b, e, n)
	for _, l := range listings(n) {
		b.Run(strings.ReplaceAll(l.name, " ", "_"), func(b *testing.B) {
			found, least := 0, time.Hour
			for b.Loop() {
				began := time.Now()
				err := s.View(b.Context(), func(r scheduler.Reader) (err error) {
					found, err = l.read(b.Context(), r)
					return err
				})
				if err != nil || found < min(l.least, n/1000) {
					b.Fatalf("%d found, want at least %d: %v", found, l.least, err)
				}
				least = min(least, time.Since(began))
			}
			b.ReportMetric(float64(least.Microseconds()), "µs-at-best")
			b.ReportMetric(float64(found), "found")
			b.ReportMetric(took.Seconds(), "s-to-upgrade")
		})
	}
}

// BenchmarkLists reads the first page of lists among many requests, beside one request by its number.
func BenchmarkLists(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", e.Name, n), func(b *testing.B) { benchmarkLists(b, e, n) })
		}
	}
}

// TestListsOfTheBenchmark keeps it from rotting, and compares each list with what reading all requests gives.
func TestListsOfTheBenchmark(t *testing.T) {
	t.Parallel()
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			s, _ := manyRequests(t, e, 2000)
			for _, l := range listings(2000) {
				err := s.View(t.Context(), func(r scheduler.Reader) error {
					found, err := l.read(t.Context(), r)
					if found < min(l.least, 2) {
						t.Errorf("%s: %d found", l.name, found)
					}
					return err
				})
				if err != nil {
					t.Errorf("%s: %v", l.name, err)
				}
			}
			report := look(t, s, func(ctx context.Context, r scheduler.Reader) (list []string, err error) {
				a := r.Audit()
				err = errors.Join(a.Bookings(ctx, start, func(testbeds.Booking) error { return nil }), a.Requests(ctx, func(scheduler.Record) error { return nil }),
					a.Contradictions(ctx, func(text string) error {
						if strings.Contains(text, "weeks") || strings.Contains(text, "part of its text") || strings.Contains(text, "another number") {
							list = append(list, text)
						}
						return nil
					}))
				return list, err
			})
			if len(report) > 0 {
				t.Errorf("after the upgrade: %.300q", report)
			}
		})
	}
}
