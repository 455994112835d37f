package calendarsync

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/caldavclient"
	"berth/scheduler"
)

// realServer is a calendar server of Debian's packages, with a collection of each of two names.
type realServer struct {
	program string
	home    string // the path above the collections
	user    string
	args    func(dir, port string) []string
}

var realServers = []realServer{
	{"radicale", "/lab/", "lab", func(dir, port string) []string {
		config := filepath.Join(dir, "config")
		text := "[server]\nhosts = 127.0.0.1:" + port + "\n[auth]\ntype = htpasswd\nhtpasswd_filename = " + dir + "/users\nhtpasswd_encryption = plain\n[storage]\nfilesystem_folder = " + dir + "/data\n"
		_ = os.WriteFile(config, []byte(text), 0o600)
		_ = os.WriteFile(filepath.Join(dir, "users"), []byte("lab:secret-of-the-lab\n"), 0o600)
		return []string{"-C", config}
	}},
	{"xandikos", "/lab/calendars/", "", func(dir, port string) []string {
		return []string{"-d", filepath.Join(dir, "data"), "-l", "127.0.0.1", "-p", port, "--autocreate", "--current-user-principal", "/lab/"}
	}},
}

// start runs the server, and waits until it answers.
func (s realServer) start(t *testing.T, dir, port string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, s.program, s.args(dir, port)...)
	cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		cancel()
		_ = cmd.Wait()
	}
	for range 600 {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			_ = c.Close()
			return stop
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	t.Fatalf("%s did not start", s.program)
	return nil
}

// call makes a call of a person's client.
func (s realServer) call(t *testing.T, method, url, body string, want ...int) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "text/calendar; charset=utf-8")
	}
	if s.user != "" {
		r.SetBasicAuth(s.user, "secret-of-the-lab")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text strings.Builder
	_ = response.Write(&text)
	if !slices.Contains(want, response.StatusCode) {
		t.Fatalf("%s %s is answered %d: %.500s", method, url, response.StatusCode, text.String())
	}
	return text.String()
}

// TestRealServers lets Radicale and Xandikos keep a testbed's calendar, and its bookings. scripts/with-clients installs them.
func TestRealServers(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts programs")
	}
	t.Parallel()
	for _, server := range realServers {
		t.Run(server.program, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(server.program); err != nil {
				if strings.Contains(os.Getenv("BERTH_TEST_REQUIRE"), "clients") {
					t.Fatal(err)
				}
				t.Skip(server.program + " is not installed; see scripts/with-clients")
			}
			keepCalendars(t, server)
		})
	}
}

func keepCalendars(t *testing.T, server realServer) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	dir := t.TempDir()
	stop := server.start(t, dir, port)
	defer func() { stop() }()
	at := "http://127.0.0.1:" + port + server.home
	for _, name := range []string{"upkeep", "bookings"} {
		server.call(t, "MKCALENDAR", at+name+"/", "", 200, 201)
	}
	b := bench1(t)
	process := func(o Settings, collection string) *Sync {
		client, err := caldavclient.New(caldavclient.Options{URL: at + collection + "/", User: server.user, Password: "secret-of-the-lab", Clock: b.clock, Timeout: 20 * time.Second, Ahead: 400 * 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		o.Testbed, o.Poll, o.Horizon, o.Pages, o.Instance = "radio", time.Minute, 400*24*time.Hour, "https://berth.example.org", "this-one"
		return New(o, client, b.svc, b.marks, b.clock, slog.New(slog.DiscardHandler))
	}
	in, out := process(Settings{Name: "lab"}, "upkeep"), process(Settings{Name: "out", Write: true, Full: true}, "bookings")
	b.sync = in

	server.call(t, "PUT", at+"upkeep/a.ics", event("a", 30, "SUMMARY:Repair [usrp-n210 x2]"), 201, 204)
	server.call(t, "PUT", at+"upkeep/b.ics", event("b", 40, "SUMMARY:Paint", "RRULE:FREQ=WEEKLY;COUNT=2"), 201, 204)
	b.round(in)
	b.wants("radio", "30 2 × usrp-n210 Repair [usrp-n210 x2]", "40 Paint", "208 Paint")
	server.call(t, "PUT", at+"upkeep/a.ics", event("a", 31, "SUMMARY:Repair [usrp-n210 x2]"), 200, 201, 204)
	server.call(t, "DELETE", at+"upkeep/b.ics", "", 200, 204)
	b.round(in)
	b.wants("radio", "31 2 × usrp-n210 Repair [usrp-n210 x2]")
	if p, err := in.Progress(t.Context()); err != nil || p.Way != "sync-collection" || p.Failure != "" {
		t.Errorf("%+v, %v", p, err)
	}

	first, second := b.granted(60), b.granted(80)
	b.round(out)
	name := func(r scheduler.Request) string { return at + "bookings/" + namePrefix + r.ID + nameSuffix }
	good := server.call(t, "GET", name(first), "", 200)
	if !strings.Contains(good, "DTSTART:20261126T210000Z") || !strings.Contains(good, "#1 Trial") {
		t.Fatal(good)
	}
	tag := func() string {
		list, err := out.remote.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%+v", list)
	}
	before := tag()
	b.round(out)
	b.round(process(Settings{Name: "out", Write: true, Full: true}, "bookings")) // one that has just started
	if tag() != before {
		t.Errorf("what is right is written again")
	}
	_, text, _ := strings.Cut(good, "\r\n\r\n")
	server.call(t, "PUT", name(first), strings.Replace(text, "DTSTART:2026", "DTSTART:2025", 1), 200, 201, 204)
	server.call(t, "DELETE", name(second), "", 200, 204)
	server.call(t, "PUT", at+"bookings/foreign.ics", event("foreign", 30), 201, 204)
	b.round(out)
	for r, want := range map[string]string{name(first): "DTSTART:20261126T210000Z", name(second): "#2 Trial", at + "bookings/foreign.ics": "UID:foreign"} {
		if got := server.call(t, "GET", r, "", 200); !strings.Contains(got, want) {
			t.Errorf("%s is %s", r, got)
		}
	}

	stop()
	b.round(in)
	b.wants("radio", "31 2 × usrp-n210 Repair [usrp-n210 x2]")
	if c := b.state(in, "paddy"); c.Failure == "" {
		t.Errorf("%+v", c)
	}
	if _, err := b.svc.Cancel(t.Context(), as("eva"), first.ID, scheduler.Step{}); err != nil {
		t.Fatal(err)
	}
	b.round(out)
	stop = server.start(t, dir, port)
	b.round(in)
	b.round(out)
	server.call(t, "GET", name(first), "", 404)
	server.call(t, "GET", name(second), "", 200)
	if c := b.state(in, "paddy"); c.Failure != "" || c.Stale {
		t.Errorf("%+v", c)
	}
}
