package api

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/testdb/large"
	"berth/scheduler"
	"berth/scheduler/account"
)

// reads is the API over a facility of some testbeds, read over HTTP with a token.
type reads struct {
	tb     testing.TB
	url    string
	secret string
	client *http.Client
	at     time.Time
}

// connections is the number of clients at once.
const connections = 8

func newReads(tb testing.TB, e testdb.Engine, testbeds, requests int) *reads {
	tb.Helper()
	db := testdb.OpenWith(tb, e.Fresh(tb), store.Options{})
	x := &reads{tb: tb, at: time.Now().UTC().Truncate(time.Hour).Add(72 * time.Hour), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}}
	if err := large.Fill(tb.Context(), db, large.Size{Testbeds: testbeds, Requests: requests, Now: time.Now()}); err != nil {
		tb.Fatal(err)
	}
	service := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: uuid.NewString})
	people := auth.New(db, time.Now)
	secret, _, err := people.Create(tb.Context(), account.System, large.Mentor, "bench", []account.Scope{account.ScopeRead}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	server := httptest.NewServer(New(service, people, Options{Log: log, Clock: time.Now, Version: "bench", Database: db, Calendars: db}))
	tb.Cleanup(server.Close)
	x.url, x.secret = server.URL, secret
	return x
}

// readCall is a read, and the body that asks for it.
type readCall struct{ name, method, path, body string }

func (x *reads) calls() []readCall {
	ask := fmt.Sprintf(`{"nsd":"core_at_0000","slot":{"start":%q,"end":%q}`, x.at.Format(time.RFC3339), x.at.Add(4*time.Hour).Format(time.RFC3339))
	return []readCall{
		{"check", "POST", "/api/v1/availability/check", ask + "}"},
		{"testbed", "GET", "/api/v1/testbeds/" + large.Testbed(0), ""},
		{"suggest", "POST", "/api/v1/availability/suggest", ask + `,"limit":5}`},
	}
}

func (x *reads) do(url string, c readCall) ([]byte, error) {
	r, err := http.NewRequestWithContext(x.tb.Context(), c.method, url+c.path, strings.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+x.secret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := x.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return body, err
}

// press makes n calls over all connections.
func (x *reads) press(url string, c readCall, n int) {
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for range work {
				if _, err := x.do(url, c); err != nil {
					x.tb.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// floor answers everything with the same bytes.
func floor(tb testing.TB, body []byte) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	tb.Cleanup(server.Close)
	return server.URL
}

// wrk makes one call again and again with the program of that name, a light client, for some seconds: eight connections, one thread. It returns the calls a
// second, and the processor time of this process for each.
func (x *reads) wrk(b *testing.B, url string, c readCall, seconds int) (rate float64, each time.Duration) {
	b.Helper()
	script := filepath.Join(b.TempDir(), "call.lua")
	lua := fmt.Sprintf("wrk.method = %q\nwrk.body = %q\nwrk.headers[\"Authorization\"] = %q\nwrk.headers[\"Content-Type\"] = \"application/json\"\n", c.method, c.body, "Bearer "+x.secret)
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		b.Fatal(err)
	}
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := spent()
	out, err := exec.CommandContext(b.Context(), "wrk", "-t1", fmt.Sprintf("-c%d", connections), fmt.Sprintf("-d%ds", seconds), "-s", script, url+c.path).CombinedOutput()
	took := spent() - before
	if err != nil || bytes.Contains(out, []byte("Non-2xx")) {
		b.Fatalf("%v\n%s", err, out)
	}
	_, after, _ := strings.Cut(string(out), "Requests/sec:")
	var calls int
	for line := range strings.Lines(string(out)) {
		if _, err := fmt.Sscanf(line, "%d requests in", &calls); err == nil {
			break
		}
	}
	if _, err := fmt.Sscan(after, &rate); err != nil || calls == 0 {
		b.Fatalf("%v\n%s", err, out)
	}
	return rate, took / time.Duration(calls)
}

// BenchmarkReadsByWrk makes the calls of BenchmarkReadsOverHTTP with wrk, where it is installed, beside the same from a buffer.
func BenchmarkReadsByWrk(b *testing.B) {
	if _, err := exec.LookPath("wrk"); err != nil {
		b.Skip("wrk is not installed")
	}
	x := newReads(b, testdb.Engines(b)[0], 100, 2000)
	for _, c := range x.calls() {
		body, err := x.do(x.url, c)
		if err != nil {
			b.Fatal(err)
		}
		for _, at := range []struct{ name, url string }{{"berth", x.url}, {"buffer", floor(b, body)}} {
			b.Run(c.name+"/"+at.name, func(b *testing.B) {
				rate, each := x.wrk(b, at.url, c, 2)
				b.ReportMetric(rate, "calls/s")
				b.ReportMetric(float64(each.Nanoseconds())/1000, "cpu-µs/call")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkReadsOverHTTP makes calls over eight connections, and the same calls to a handler that answers the same bytes from a buffer.
func BenchmarkReadsOverHTTP(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		for _, n := range []int{1, 100, 1000} {
			x := newReads(b, e, n, 2000)
			for _, c := range x.calls() {
				body, err := x.do(x.url, c)
				if err != nil {
					b.Fatal(err)
				}
				least := floor(b, body)
				for _, at := range []struct{ name, url string }{{"berth", x.url}, {"buffer", least}} {
					b.Run(fmt.Sprintf("%s/%d/%s/%s", e.Name, n, c.name, at.name), func(b *testing.B) {
						x.press(at.url, c, b.N)
						b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
					})
				}
			}
		}
	}
}

// TestReadsOfTheBenchmark keeps it from rotting.
func TestReadsOfTheBenchmark(t *testing.T) {
	t.Parallel()
	for _, e := range testdb.Engines(t) {
		x := newReads(t, e, 3, 30)
		for _, c := range x.calls() {
			body, err := x.do(x.url, c)
			if err != nil {
				t.Fatal(err)
			}
			if c.name != "testbed" && !bytes.Contains(body, []byte(`"ok":true`)) {
				t.Errorf("%s answers %.300s", c.name, body)
			}
			x.press(x.url, c, 3*connections)
			x.press(floor(t, body), c, connections)
		}
	}
}
