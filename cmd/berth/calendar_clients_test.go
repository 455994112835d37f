package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The calendar clients of Debian's packages, each of which looks at one calendar of a running server. scripts/with-clients installs them.

// calendarClient is a program with its state after synchronising: by UID, with the STATUS if it shows one.
type calendarClient struct {
	name     string
	programs []string
	statuses bool
	sync     func(t *testing.T, c clientPlace) map[string]string
	create   func(t *testing.T, c clientPlace) string // tries to make an event; returns the client's answer
}

// clientPlace is the surroundings of a client.
type clientPlace struct {
	dir, url, user, password, calendar string
}

// debianPython is the interpreter that Debian's packages are for, whatever else is called python3.
const debianPython = "/usr/bin/python3"

var calendarClients = []calendarClient{
	{name: "python3-caldav", programs: []string{debianPython}, statuses: true, sync: pythonSync, create: pythonCreate},
	{name: "vdirsyncer", programs: []string{"vdirsyncer"}, statuses: true, sync: vdirSync, create: vdirCreate},
	{name: "khal", programs: []string{"vdirsyncer", "khal"}, sync: khalSync, create: vdirCreate},
	{name: "calcurse-caldav", programs: []string{debianPython, "calcurse-caldav", "calcurse"}, sync: calcurseSync, create: calcurseCreate},
}

func (c calendarClient) present(t *testing.T) {
	t.Helper()
	present(t, c.programs)
}

// present skips a client that is not installed.
func present(t *testing.T, programs []string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			absent(t, p+" is not installed; see scripts/with-clients")
		}
	}
}

// absent skips a test that cannot run here, unless the environment says that it can.
func absent(t *testing.T, why string) {
	t.Helper()
	if strings.Contains(os.Getenv("BERTH_TEST_REQUIRE"), "clients") {
		t.Fatal(why)
	}
	t.Skip(why)
}

// run runs a program with a home of its own, and returns its output.
func (c clientPlace) run(t *testing.T, stdin, program string, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"HOME=" + c.dir, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	var b bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &b, &b
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return b.String(), cmd.ProcessState.ExitCode()
}

func (c clientPlace) must(t *testing.T, stdin, program string, args ...string) string {
	t.Helper()
	out, code := c.run(t, stdin, program, args...)
	if code != 0 {
		t.Fatalf("%s %s ended with %d:\n%s", program, strings.Join(args, " "), code, out)
	}
	return out
}

func (c clientPlace) file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (c clientPlace) python(t *testing.T, args ...string) (string, int) {
	t.Helper()
	script, err := filepath.Abs("testdata/caldav_client.py")
	if err != nil {
		t.Fatal(err)
	}
	return c.run(t, "", debianPython, append([]string{script, c.url + "/dav/", c.user, c.password, c.calendar}, args...)...)
}

func pythonSync(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	out, code := c.python(t, "list")
	if code != 0 {
		t.Fatalf("it ended with %d:\n%s", code, out)
	}
	list := map[string]string{}
	for line := range strings.Lines(out) {
		uid, status, _ := strings.Cut(strings.TrimSpace(line), " ")
		list[uid] = status
	}
	token := list["token"]
	delete(list, "token")
	if out, code := c.python(t, "since", token); code != 0 || strings.Contains(out, "changed") {
		t.Errorf("with the token of just now it is told of changes (%d):\n%s", code, out)
	}
	return list
}

func pythonCreate(t *testing.T, c clientPlace) string {
	t.Helper()
	out, _ := c.python(t, "create")
	return out
}

// vdirsyncer synchronises, and returns its output and its result.
func (c clientPlace) vdirsyncer(t *testing.T) (out string, code int) {
	t.Helper()
	config := c.file(t, "vdirsyncer.conf", fmt.Sprintf(`[general]
status_path = %q
[pair berth]
a = "local"
b = "remote"
collections = [%q]
conflict_resolution = "b wins"
[storage local]
type = "filesystem"
path = %q
fileext = ".ics"
[storage remote]
type = "caldav"
url = %q
username = %q
password = %q
`, c.dir+"/status/", c.calendar, c.dir+"/vdir/", c.url+"/dav/", c.user, c.password))
	if _, err := os.Stat(c.dir + "/vdir"); err != nil {
		c.must(t, "y\ny\ny\n", "vdirsyncer", "-c", config, "discover")
	}
	return c.run(t, "", "vdirsyncer", "-c", config, "sync")
}

func (c clientPlace) mustVdirsyncer(t *testing.T) {
	t.Helper()
	if out, code := c.vdirsyncer(t); code != 0 {
		t.Fatalf("vdirsyncer ended with %d:\n%s", code, out)
	}
}

func vdirSync(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	c.mustVdirsyncer(t)
	files, err := filepath.Glob(filepath.Join(c.dir, "vdir", c.calendar, "*.ics"))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		uid, status := identity(string(b))
		list[uid] = status
	}
	return list
}

func vdirCreate(t *testing.T, c clientPlace) string {
	t.Helper()
	made := c.file(t, filepath.Join("vdir", c.calendar, "made.ics"), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:made@test\r\nDTSTAMP:20261101T000000Z\r\n"+
		"DTSTART:20301201T100000Z\r\nDTEND:20301201T110000Z\r\nSUMMARY:made\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	out, _ := c.run(t, "", "vdirsyncer", "-c", filepath.Join(c.dir, "vdirsyncer.conf"), "sync")
	if err := os.Remove(made); err != nil {
		t.Fatal(err)
	}
	return out
}

func khalSync(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	c.mustVdirsyncer(t)
	list := map[string]string{}
	for line := range strings.Lines(c.khal(t, "{uid}")) {
		if uid := strings.TrimSpace(line); uid != "" {
			list[uid] = ""
		}
	}
	return list
}

// khal lists all events of some years in a form.
func (c clientPlace) khal(t *testing.T, form string) string {
	t.Helper()
	config := c.file(t, "khal.conf", fmt.Sprintf("[calendars]\n[[berth]]\npath = %s\n[locale]\ntimeformat = %%H:%%M\ndateformat = %%Y-%%m-%%d\nlongdateformat = %%Y-%%m-%%d\n"+
		"datetimeformat = %%Y-%%m-%%d %%H:%%M\nlongdatetimeformat = %%Y-%%m-%%d %%H:%%M\ndefault_timezone = UTC\nlocal_timezone = UTC\n[sqlite]\npath = %s\n",
		filepath.Join(c.dir, "vdir", c.calendar), filepath.Join(c.dir, "khal.db")))
	from := time.Now().AddDate(0, 0, -100).Format(time.DateOnly)
	return c.must(t, "", "khal", "-c", config, "list", "--once", "--day-format", "", "--format", form, from, "800d")
}

func (c clientPlace) calcurse(t *testing.T, more ...string) string {
	t.Helper()
	return c.calcurseRun(t, "No", more...)
}

// calcurseRun synchronises, or returns the plan of a synchronisation.
func (c clientPlace) calcurseRun(t *testing.T, dry string, more ...string) string {
	t.Helper()
	config := c.file(t, "calcurse.conf", fmt.Sprintf("[General]\nBinary = calcurse\nHostname = %s\nPath = /dav/calendars/%s/%s/\nAuthMethod = basic\nHTTPS = No\nDryRun = %s\n[Auth]\nUsername = %s\nPassword = %s\n",
		strings.TrimPrefix(c.url, "http://"), c.user, c.calendar, dry, c.user, c.password))
	if err := os.MkdirAll(filepath.Join(c.dir, "calcurse"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, _ := c.run(t, "", debianPython, append([]string{"/usr/bin/calcurse-caldav", "--config", config, "--datadir", filepath.Join(c.dir, "calcurse"),
		"--lockfile", filepath.Join(c.dir, "calcurse.lock"), "--syncdb", c.syncdb(), "--hookdir", filepath.Join(c.dir, "hooks")}, more...)...)
	return out
}

func (c clientPlace) syncdb() string { return filepath.Join(c.dir, "calcurse.db") }

func calcurseSync(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	var out string
	if _, err := os.Stat(c.syncdb()); err != nil {
		out = c.calcurse(t, "--init", "keep-remote")
	} else {
		out = c.calcurse(t)
	}
	b, err := os.ReadFile(c.syncdb())
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	list := map[string]string{}
	for line := range strings.Lines(string(b)) {
		href, _, _ := strings.Cut(line, " ")
		list[strings.TrimSuffix(filepath.Base(href), ".ics")+"@berth"] = ""
	}
	apts, err := os.ReadFile(filepath.Join(c.dir, "calcurse", "apts"))
	if err != nil || bytes.Count(apts, []byte("\n")) != len(list) {
		t.Errorf("it has %d appointments of %d events (%v):\n%s", bytes.Count(apts, []byte("\n")), len(list), err, out)
	}
	return list
}

func calcurseCreate(t *testing.T, c clientPlace) string {
	t.Helper()
	path := filepath.Join(c.dir, "calcurse", "apts")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c.file(t, "calcurse/apts", string(before)+"12/01/2030 @ 10:00 -> 12/01/2030 @ 11:00 |made\n")
	out := c.calcurse(t)
	c.file(t, "calcurse/apts", string(before))
	return out
}

// identity returns the UID and the STATUS of an event.
func identity(object string) (uid, status string) {
	for line := range strings.Lines(strings.NewReplacer("\r\n ", "", "\n ", "").Replace(object)) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "UID:"); ok {
			uid = v
		}
		if v, ok := strings.CutPrefix(line, "STATUS:"); ok {
			status = v
		}
	}
	return uid, status
}

// served reads a calendar from the server: the statuses by UID.
func (c clientPlace) served(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	for _, text := range c.objects(t) {
		uid, status := identity(text)
		list[uid] = status
	}
	return list
}

// starts reads the starts of the events by UID from the server.
func (c clientPlace) starts(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	for _, text := range c.objects(t) {
		uid, _ := identity(text)
		list[uid] = strings.TrimPrefix(times.FindString(text), "DTSTART:")
	}
	return list
}

// objects reads the texts of all events of a calendar from the server.
func (c clientPlace) objects(t *testing.T) []string {
	t.Helper()
	body := `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`
	req, err := http.NewRequestWithContext(t.Context(), "REPORT", c.url+"/dav/calendars/"+c.user+"/"+c.calendar+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(c.user, c.password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusMultiStatus {
		t.Fatalf("%d, %v: %s", res.StatusCode, err, b)
	}
	var m struct {
		Data []string `xml:"response>propstat>prop>calendar-data"`
	}
	if err := xml.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m.Data
}

// TestCalendarClients lets every client look at the demo's deployments: at first, after requests were scheduled and moved, and after one
// was cancelled. Each sees exactly those, and is refused when it makes an event.
func TestCalendarClients(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	in := p.serve(t, "--demo")
	talk := conversation{password: demoPassword(t, in), urls: []string{in.url}}
	at := clientPlace{url: in.url, user: "oskar", password: appPassword(t, &talk, "oskar", "calendar"), calendar: "deployments"}

	handover, marathon := talk.find(t, "C2G-RAN handover"), talk.find(t, "MARATHON density 3")
	filters := talk.find(t, "HyDRA filters")
	places := map[string]clientPlace{}
	for _, c := range calendarClients {
		place := at
		place.dir = t.TempDir()
		places[c.name] = place
	}
	stages := []struct {
		name   string
		change func(t *testing.T)
	}{
		{"first", func(*testing.T) {}},
		{"changed", func(t *testing.T) {
			talk.displace(t, handover, marathon)
			talk.as("adele").call(t, 200, "POST", fmt.Sprintf("requests/%d/move", filters.Number), map[string]any{"slot": slot{filters.Slot.Start.AddDate(0, 0, 30), filters.Slot.End.AddDate(0, 0, 30)}})
		}},
		{"cancelled", func(t *testing.T) {
			talk.as("hector").call(t, 200, "POST", fmt.Sprintf("requests/%d/cancel", filters.Number), map[string]any{})
		}},
	}
	var before map[string]string
	for _, stage := range stages {
		t.Run(stage.name, func(t *testing.T) {
			stage.change(t)
			want := at.served(t)
			if maps.Equal(want, before) {
				t.Fatal("nothing has changed: the clients would be asked for nothing")
			}
			before = want
			for _, c := range calendarClients {
				t.Run(c.name, func(t *testing.T) {
					c.present(t)
					got := c.sync(t, places[c.name])
					expected := maps.Clone(want)
					if !c.statuses {
						for uid := range expected {
							expected[uid] = ""
						}
					}
					if diff := cmp.Diff(expected, got); diff != "" {
						t.Errorf("events (-server +client):\n%s", diff)
					}
				})
			}
		})
	}
	if status := before[filters.ID+"@berth"]; status != "CANCELLED" {
		t.Errorf("what was cancelled is %q", status)
	}
	for _, c := range calendarClients {
		t.Run("create/"+c.name, func(t *testing.T) {
			c.present(t)
			out := c.create(t, places[c.name])
			if !strings.Contains(out, "403") && !strings.Contains(out, "Forbidden") && !strings.Contains(out, "AuthorizationError") && !strings.Contains(out, "read-only") {
				t.Errorf("the client was not told that it may not:\n%s", out)
			}
			if diff := cmp.Diff(before, at.served(t)); diff != "" {
				t.Errorf("the calendar changed (-before +after):\n%s", diff)
			}
		})
	}
	in.stop(t)
}

// appPassword makes an app password for a user.
func appPassword(t *testing.T, talk *conversation, who string, scopes ...string) string {
	t.Helper()
	var made struct {
		Secret string `json:"secret"`
	}
	talk.as(who).call(t, 201, "POST", "tokens", map[string]any{"name": "client", "scopes": scopes}).decode(t, &made)
	calendarsAreRead(t, talk.urls[0])
	return made.Secret
}

// calendarsAreRead waits until a server that has just started answers calendar clients; until then it tells them to come again.
func calendarsAreRead(t *testing.T, url string) {
	t.Helper()
	for {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/dav/", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusServiceUnavailable {
			return
		}
		if res.Header.Get("Retry-After") == "" {
			t.Fatal("the server does not say when calendars can be read")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestADragInAClient moves a request with python3-caldav: onto a taken time, where it stays as it was and says why, and onto a free one.
func TestADragInAClient(t *testing.T) {
	t.Parallel()
	calendarClients[0].present(t)
	p := newPlace(t, "")
	in := p.serve(t, "--demo")
	talk := conversation{password: demoPassword(t, in), urls: []string{in.url}}
	marathon, filters := talk.find(t, "MARATHON density 3"), talk.find(t, "HyDRA filters")
	c := clientPlace{dir: t.TempDir(), url: in.url, user: "hector", calendar: "mine", password: appPassword(t, &talk, "hector", "calendar", "calendar:move")}
	const form = "20060102T150405Z"
	move := func(c clientPlace, from time.Time) (string, int) {
		return c.python(t, "move", filters.ID+"@berth", from.UTC().Format(form), from.Add(2*time.Hour).UTC().Format(form))
	}
	now := func() (r request) {
		talk.as("hector").call(t, 200, "GET", fmt.Sprintf("requests/%d", filters.Number), nil).decode(t, &r)
		return r
	}
	reading := c
	reading.password = appPassword(t, &talk, "hector", "calendar")
	if out, code := move(reading, filters.Slot.Start.AddDate(0, 0, 30)); code != 3 || !now().Slot.Start.Equal(filters.Slot.Start) {
		t.Errorf("with an app password for reading (%d): %s", code, out)
	}
	if out, code := move(c, marathon.Slot.Start.Add(time.Hour)); code != 3 || !now().Slot.Start.Equal(filters.Slot.Start) {
		t.Errorf("onto a taken time (%d): %s", code, out)
	}
	if got := c.served(t); got[filters.ID+"@berth"] != "TENTATIVE" {
		t.Errorf("the calendar has %v", got)
	}
	free := filters.Slot.Start.AddDate(0, 0, 30)
	if out, code := move(c, free); code != 0 || !now().Slot.Start.Equal(free) {
		t.Errorf("onto a free time (%d), it is at %v: %s", code, now().Slot, out)
	}
	talk.as("hector").call(t, 200, "POST", fmt.Sprintf("requests/%d/cancel", filters.Number), map[string]any{})
	if _, there := c.served(t)[filters.ID+"@berth"]; there {
		t.Error("what its owner cancelled is still in their own calendar")
	}
	var tokens struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	talk.as("hector").call(t, 200, "GET", "tokens", nil).decode(t, &tokens)
	for _, k := range tokens.Items {
		talk.as("hector").call(t, 200, "DELETE", "tokens/"+k.ID, nil)
	}
	if out, code := c.python(t, "list"); code != 3 || !strings.Contains(out, "AuthorizationError") {
		t.Errorf("with a revoked app password (%d): %s", code, out)
	}
}
