//go:build linux

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"berth/calendar"
	"berth/internal/app"
	"berth/internal/auth"
	"berth/internal/store"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// A served program runs in a process of its own, so that its CPU time is not the client's. It is this test binary, told by the environment
// what to serve.
const (
	servedVariable = "BERTH_SERVED" // berth, webdav or buffer
	folderVariable = "BERTH_SERVED_FROM"
)

// served is a program that answers calendar clients.
type served struct {
	base    string // of its addresses
	control string // of the address that tells its costs
	end     func()
}

// cost is what a process has used so far.
type cost struct {
	CPU  time.Duration // user and system
	RSS  int64         // bytes
	Heap int64         // bytes in use after a collection; only if asked for
}

// serveCalendars starts a program, which ends with the test.
func serveCalendars(tb testing.TB, what, folder string) served {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), os.Args[0], "-test.run=^TestServeForMeasurement$")
	cmd.Env = append(os.Environ(), servedVariable+"="+what, folderVariable+"="+folder)
	in, err := cmd.StdinPipe()
	check(tb, err)
	out, err := cmd.StdoutPipe()
	check(tb, err)
	cmd.Stderr = os.Stderr
	check(tb, cmd.Start())
	s := served{end: func() { _ = in.Close(); _ = cmd.Wait() }}
	tb.Cleanup(s.end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, err2 := fmt.Sscan(line, &s.base, &s.control); err != nil || err2 != nil {
		tb.Fatalf("%s did not start: %q, %v, %v", what, line, err, err2)
	}
	return s
}

// TestServeForMeasurement is the served program: it runs until its input ends.
func TestServeForMeasurement(t *testing.T) {
	what, folder := os.Getenv(servedVariable), os.Getenv(folderVariable)
	if what == "" {
		t.Skip("only a benchmark starts this")
	}
	control := http.NewServeMux()
	control.HandleFunc("/cost", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(costNow(r.URL.RawQuery == "heap"))
	})
	control.HandleFunc("/profile", pprof.Profile)
	var base string
	switch what {
	case "berth":
		s := settings(t, "database", filepath.Join(folder, "berth.db"))
		a := app.New(s, app.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Version: "test"}, app.Serving{Out: io.Discard})
		check(t, a.Start(t.Context()))
		defer func() { check(t, a.Stop(context.WithoutCancel(t.Context()))) }()
		base = a.Addr()
		control.HandleFunc("/touch", touching(t, folder))
	case "webdav":
		base = listenWith(t, peerOf(t, folder))
	case "buffer":
		base = listenWith(t, bufferOf(t, folder))
	}
	fmt.Println("http://"+base, "http://"+listenWith(t, control))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func listenWith(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

// drawnIn calls yield with the stored objects of a database.
func drawnIn(tb testing.TB, folder string, yield func(name, tag, document string)) {
	tb.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "berth.db"))
	check(tb, err)
	defer db.Close()
	rows, err := db.QueryContext(tb.Context(), `SELECT name, tag, document FROM calendar_objects`)
	check(tb, err)
	defer rows.Close()
	for rows.Next() {
		var name, tag, document string
		check(tb, rows.Scan(&name, &tag, &document))
		yield(name, tag, document)
	}
	check(tb, rows.Err())
}

// touching answers each call by a new version of another object.
func touching(t *testing.T, folder string) http.HandlerFunc {
	s, err := store.OpenAsIs(t.Context(), filepath.Join(folder, "berth.db"), store.Options{})
	check(t, err)
	t.Cleanup(func() { _ = s.Close() })
	next, list := 0, [][2]string(nil)
	return func(w http.ResponseWriter, r *http.Request) {
		if list == nil {
			drawnIn(t, folder, func(name, tag, _ string) { list = append(list, [2]string{name, tag}) })
		}
		next += len(list)/7 + 1
		o := list[next%len(list)]
		if err := s.RenewCalendarObject(r.Context(), o[0], o[1]); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

// bufferOf answers every path of a folder with the file that has its name and, if the client takes it, its compressed form.
func bufferOf(t *testing.T, folder string) http.Handler {
	mux := http.NewServeMux()
	files, err := filepath.Glob(filepath.Join(folder, "*.body"))
	check(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		check(t, err)
		name := strings.TrimSuffix(filepath.Base(f), ".body")
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if strings.HasSuffix(name, ".gz") {
				w.Header().Set("Content-Encoding", "gzip")
			}
			w.Header().Set("Content-Type", "application/xml; charset=utf-8")
			w.WriteHeader(http.StatusMultiStatus)
			_, _ = w.Write(b)
		})
	}
	return mux
}

// costNow reads the costs of this process.
func costNow(heap bool) cost {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	c := cost{CPU: time.Duration(u.Utime.Nano() + u.Stime.Nano())}
	b, _ := os.ReadFile("/proc/self/statm")
	if fields := strings.Fields(string(b)); len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		c.RSS = pages * int64(os.Getpagesize())
	}
	if heap {
		c.Heap = heapInUse()
	}
	return c
}

func (s served) cost(tb testing.TB, query string) (c cost) {
	tb.Helper()
	res, err := http.Get(s.control + "/cost?" + query)
	check(tb, err)
	defer res.Body.Close()
	check(tb, json.NewDecoder(res.Body).Decode(&c))
	return c
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// furnished is a database whose calendars have many events.
type furnished struct {
	folder string
	secret map[string]string // app passwords of people
	feed   string            // secret address of oskar's feed
	names  []string          // of the objects
}

// wireStart is when the events begin: one each hour would need eleven years for a hundred thousand, so that several begin at once.
var wireStart = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -20)

// furnish makes a database with n deployments in the calendars, drawn but without the requests behind them: only the calendars are measured.
func furnish(tb testing.TB, n int) furnished {
	tb.Helper()
	f := furnished{folder: tb.TempDir(), secret: map[string]string{}}
	file := filepath.Join(f.folder, "berth.db")
	s, err := store.Open(tb.Context(), file, store.Options{Site: calendar.Site{URL: "http://berth.example"}})
	check(tb, err)
	keys := auth.New(s, func() time.Time { return time.Now().UTC() }, auth.Bounds{})
	svc := scheduler.New(s, scheduler.Options{Clock: func() time.Time { return time.Now().UTC() }, NewID: func() string { return "" }})
	beds := testbeds.Facility{}
	for _, id := range []string{"north", "south", "east", "west"} {
		beds.Testbeds = append(beds.Testbeds, testbeds.Testbed{ID: id, Name: "Athens " + id, Location: "Athens, Greece", Timezone: "Europe/Athens",
			VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}}})
	}
	_, err = svc.PutFacility(tb.Context(), account.System, beds, scheduler.ChangeOptions{})
	check(tb, err)
	for name, role := range map[string]account.Role{"oskar": account.RoleOperator, "eva": account.RoleExperimenter} {
		p, err := keys.PutPerson(tb.Context(), account.System, account.Person{Username: name, Name: name, Roles: []account.Role{role}})
		check(tb, err)
		f.secret[name], _, err = keys.Create(tb.Context(), account.ActorOf(p), name, "client", []account.Scope{account.ScopeCalendar}, nil)
		check(tb, err)
		if name == "oskar" {
			f.feed, _, err = keys.CreateFeed(tb.Context(), account.ActorOf(p), name, "reader", "deployments")
			check(tb, err)
		}
	}
	check(tb, s.Close())
	db, err := sql.Open("sqlite", file)
	check(tb, err)
	defer db.Close()
	tx, err := db.BeginTx(tb.Context(), nil)
	check(tb, err)
	var sequence int64
	check(tb, tx.QueryRow(`SELECT value FROM counters WHERE name = 'sequence'`).Scan(&sequence))
	add, err := tx.Prepare(`INSERT INTO calendar_objects (name, request, kept, tag, drawn, sequence, collections, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	check(tb, err)
	site := calendar.Site{URL: "http://berth.example"}
	for i := range n {
		at := wireStart.Add(time.Duration(i) * 8000 * time.Hour / time.Duration(n)).Truncate(time.Minute)
		bed := beds.Testbeds[i%4].ID
		r := scheduler.Request{ID: fmt.Sprintf("%08x-0000-4000-8000-%012d", i*2654435761&0xffffffff, i), Number: int64(i), Name: "MARATHON run", NSD: "hydra_baseline_nsd", Experimenter: "experimenter" + strconv.Itoa(i%20),
			Mentor: "mentor" + strconv.Itoa(i%5), Organisation: "Trinity College Dublin", Status: scheduler.UnderReview, Slot: testbeds.NewSlot(at, 4*time.Hour), Created: wireStart, Updated: wireStart.Add(time.Duration(i) * time.Second), Revision: 3,
			Description: "Two radios and three VNFs, to measure what a spectrum change costs.",
			Demand:      testbeds.Demand{{Resource: testbeds.Resource{Testbed: bed, VIM: "a", Quantity: "vcpu"}, Amount: 4}},
			Components:  []testbeds.Component{{Member: "1", VNF: "bitrate_analyser_vnfd"}, {Member: "2", VNF: "video_server_vnfd"}}, Placement: testbeds.Placement{"1": bed + "/a", "2": bed + "/a"}}
		for _, o := range site.Objects(r, beds) {
			sequence++
			text, err := json.Marshal(o)
			check(tb, err)
			_, err = add.Exec(o.Name, o.Request, o.KeptUntil().Unix(), o.Tag, r.Updated.Unix(), sequence, strings.Join(o.Collections, "\n"), string(text))
			check(tb, err)
			f.names = append(f.names, o.Name)
		}
	}
	_, err = tx.Exec(`UPDATE counters SET value = ? WHERE name = 'sequence'`, sequence)
	check(tb, errors.Join(err, tx.Commit()))
	return f
}

// wireCall is a call of a client.
type wireCall struct {
	name, method, path, body string
	header                   map[string]string
}

func (c wireCall) do(tb testing.TB, base string, header map[string]string) (body []byte) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), c.method, base+c.path, strings.NewReader(c.body))
	check(tb, err)
	if c.body != "" {
		req.Header.Set("Content-Type", "application/xml; charset=utf-8")
	}
	for _, h := range []map[string]string{c.header, header} {
		for k, v := range h {
			req.Header.Set(k, v)
		}
	}
	res, err := wireClient.Do(req)
	check(tb, err)
	defer res.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	check(tb, err)
	if res.StatusCode > 299 {
		tb.Fatalf("%s: %d %s", c.name, res.StatusCode, b.String())
	}
	return b.Bytes()
}

var wireClient = &http.Client{Transport: &http.Transport{DisableCompression: true}}
