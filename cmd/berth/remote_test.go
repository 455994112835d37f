package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"berth/scheduler"
)

// terminalOf returns the place of a person at a terminal of their own, signed in to a demo.
func terminalOf(t *testing.T, in *instance, username string) place {
	t.Helper()
	p := newPlace(t, "")
	p.environ = []string{"TZ=Europe/Dublin"}
	says(t, p, 0, demoPassword(t, in)+"\n", []string{"signed in to " + in.url + " as " + username}, "login", in.url, "--user", username, "--name", "demo")
	return p
}

// TestALifeOnTheCommandLine takes a request from the question what is free to its end, each step by the person who takes it, on terminals alone.
func TestALifeOnTheCommandLine(t *testing.T) {
	t.Parallel()
	in := newPlace(t, "").serve(t, "--demo")
	vera, monika, oskar, pilar := terminalOf(t, in, "vera"), terminalOf(t, in, "monika"), terminalOf(t, in, "oskar"), terminalOf(t, in, "pilar")

	says(t, vera, 0, "", []string{"WHEN", "5tonic/5ginfire"}, "slots", "hello_world_nsd", "-d", "2h", "--limit", "2")
	says(t, vera, 0, "", []string{"hello_world_nsd, tomorrow 09:00–11:00: fits"}, "check", "--nsd", "hello_world_nsd", "-s", "tomorrow 9-11")
	says(t, vera, 1, "", []string{"does not fit", "robotview5g_qoe_vnf"}, "check", "--nsd", "robotview5g_nsd", "-s", "tomorrow 9-11")
	says(t, vera, 2, "", []string{"slot", `"someday" is not a day`}, "check", "--nsd", "hello_world_nsd", "-s", "someday 9-11")
	says(t, vera, 0, "", []string{"would be under review", "tomorrow 09:00–11:00"}, "request", "submit", "On a terminal", "--nsd", "hello_world_nsd", "-s", "tomorrow 9-11", "--dry-run")
	number := strings.TrimSpace(vera.must(t, "", "request", "submit", "On a terminal", "--nsd", "hello_world_nsd", "-s", "tomorrow 9-11", "--mentor", "monika", "-q"))

	var shown scheduler.View
	if err := json.Unmarshal([]byte(vera.must(t, "", "request", "show", "#"+number, "-o", "json")), &shown); err != nil || shown.Name != "On a terminal" || shown.Status != scheduler.UnderReview {
		t.Fatalf("%+v, %v", shown.Request, err)
	}
	var same scheduler.Page[struct{ Name, Mentor string }]
	if err := yaml.Unmarshal([]byte(vera.must(t, "", "request", "list", "--text", "On a terminal", "-o", "yaml")), &same); err != nil || len(same.Items) != 1 || same.Items[0].Mentor != "monika" {
		t.Fatalf("%+v, %v", same, err)
	}
	says(t, vera, 0, "", []string{"number,status,slot,name", number + ",UNDER_REVIEW,"}, "request", "list", "-o", "csv", "--limit", "1")
	says(t, vera, 0, "Is @oskar there?\n", []string{"added"}, "request", "feedback", number)
	says(t, vera, 4, "", []string{"may not"}, "schedule", number, "-y")
	says(t, vera, 3, "", []string{"there is no request"}, "request", "show", "99999")

	says(t, pilar, 0, "", []string{"#" + number}, "request", "list", "--status", "under-review")
	says(t, monika, 0, "", []string{"would be scheduled"}, "schedule", number, "--dry-run")
	says(t, monika, 0, "", []string{"is scheduled, tomorrow 09:00–11:00"}, "schedule", number)
	says(t, monika, 0, "", []string{"is scheduled, tomorrow 13:00–15:00"}, "move", number, "-s", "tomorrow 13-15", "--reason", "later")
	says(t, monika, 0, "", []string{"Is @oskar there?", "you can:", "move"}, "request", "show", number)
	says(t, oskar, 1, "", nil, "start", number)
	says(t, vera, 0, "", []string{"is cancelled"}, "request", "cancel", number, "--reason", "not needed")
	says(t, vera, 1, "", []string{"allowed now"}, "request", "cancel", number)

	says(t, oskar, 0, "", []string{"wins-5g", "Europe/Dublin"}, "testbed", "list")
	says(t, oskar, 0, "", []string{"in Europe/Dublin", "usrp-n210", "█ all taken"}, "testbed", "week", "wins-5g", "--from", "mon")
	says(t, oskar, 0, "", []string{"operations", "/dav/calendars/oskar/operations/"}, "calendar", "urls")
	says(t, oskar, 0, "", []string{"shown only now"}, "calendar", "password", "phone")
	says(t, oskar, 0, "", []string{"PLANNED HOURS", "total"}, "report")
	says(t, pilar, 0, "", []string{"It would hit"}, "closure", "add", "5tonic", "New disks", "-s", "in 60 days for 4h", "--dry-run")
	says(t, pilar, 0, "", []string{"Done; 0 bookings"}, "closure", "add", "5tonic", "New disks", "-s", "in 60 days for 4h")
	says(t, pilar, 0, "", []string{"New disks", "4 h"}, "closure", "list", "5tonic")
	id := strings.TrimSpace(pilar.must(t, "", "closure", "list", "5tonic", "-q"))
	says(t, pilar, 0, "", []string{"Done"}, "closure", "remove", "5tonic", strings.Fields(id)[len(strings.Fields(id))-1])

	says(t, vera, 0, "", []string{"hello_world_nsd"}, "__complete", "--", "slots", "hel")
	says(t, vera, 0, "", []string{"forgot demo"}, "logout")
	says(t, vera, 2, "", []string{"berth login"}, "request", "list")
	in.stop(t)
	says(t, monika, 6, "", []string{"does not answer"}, "request", "list")
}

// TestSeriesWaitlistAndPolicyOnTheCommandLine takes several requests through a life together.
func TestSeriesWaitlistAndPolicyOnTheCommandLine(t *testing.T) {
	t.Parallel()
	in := newPlace(t, "").serve(t, "--demo")
	vera, monika, adele := terminalOf(t, in, "vera"), terminalOf(t, in, "monika"), terminalOf(t, in, "adele")
	weekly := []string{"series", "submit", "Weekly", "--nsd", "hello_world_nsd", "-s", "tomorrow 9-11", "--repeat", "weekly 3 times", "--mentor", "monika"}
	says(t, vera, 0, "", []string{"would be done with 3 of 3", "tomorrow 09:00–11:00"}, append(weekly, "--dry-run")...)
	says(t, vera, 0, "", []string{"There is no series."}, "series", "list")
	numbers := strings.Fields(vera.must(t, "", append(weekly, "-q")...))
	if len(numbers) != 3 {
		t.Fatalf("the requests %v", numbers)
	}
	says(t, vera, 0, "", []string{numbers[0] + ",", ",3,Weekly,"}, "series", "list", "-o", "csv")
	says(t, vera, 0, "", []string{"#" + numbers[2], "under review", "you can:"}, "series", "show", "#"+numbers[1])
	says(t, vera, 4, "", nil, "series", "schedule", numbers[0])
	says(t, monika, 0, "", []string{"done with 2 of 2", "scheduled"}, "series", "schedule", numbers[0], "--only", "1,2")
	says(t, vera, 0, "", []string{"There is no series."}, "series", "list", "--status", "rejected")
	says(t, vera, 0, "", []string{"Weekly"}, "series", "list", "--status", "under review", "--text", "WEEK", "--experiment", "hello_world_nsd")
	apart := append(weekly, "--except", "in 8d", "--move", "2=tomorrow 14-16", "--dry-run") // the third week is its second occurrence
	says(t, vera, 0, "", []string{"tomorrow 09:00–11:00", "tomorrow 14:00–16:00", "would be done with 2 of 2"}, apart...)
	says(t, vera, 2, "", []string{"move", "begin with a place"}, append(weekly, "--move", "tomorrow 14-16")...)
	says(t, vera, 2, "", []string{"change.skip"}, append(weekly, "--skip", "4", "--dry-run")...)
	says(t, monika, 0, "", []string{"tomorrow 13:00–15:00", "would be done with 1 of 1"}, "series", "move", numbers[0], "--only", "1", "--shift", "4h", "--dry-run")
	says(t, vera, 0, "", []string{"done with 1 of 1", "cancelled"}, "series", "cancel", numbers[0], "--only", "3")
	says(t, vera, 1, "", []string{"as a whole", "CANCELLED"}, "series", "cancel", numbers[0], "--only", "3")
	says(t, vera, 2, "", []string{"repeat", "how often", "timezone"}, "series", "submit", "x", "--nsd", "hello_world_nsd", "-s", "tomorrow 9-11", "-r", "sometimes", "--timezone", "Mars/Base")
	out, errOut, code := vera.berth(t, "", "series", "submit", "Too big", "--nsd", "robotview5g_nsd", "-s", "tomorrow 9-11", "-r", "daily 3 times")
	if code != 1 || !strings.Contains(errOut, "--part") || strings.Contains(out+errOut, "#") {
		t.Errorf("a series that does not fit has no numbers: %d\n%s%s", code, out, errOut)
	}

	busy := strings.TrimSpace(monika.must(t, "", "request", "submit", "Waits", "--nsd", "robotview5g_nsd", "-s", "tomorrow 9-11", "--anyway", "--experimenter", "vera", "-q"))
	says(t, vera, 2, "", []string{"window"}, "waitlist", "join", busy, "-w", "some day")
	says(t, vera, 0, "", []string{"Nobody waits."}, "waitlist", "list")
	says(t, vera, 1, "", nil, "waitlist", "join", numbers[0]) // it is granted
	says(t, vera, 1, "", nil, "waitlist", "leave", busy)      // it does not wait
	all := func(name string, more ...string) []string {
		return append([]string{"request", "submit", name, "--nsd", "hello_world_nsd", "--device", "wins-5g/usrp-n210=4", "-s", "in 40 days for 4h", "--mentor", "monika", "-q"}, more...)
	}
	holds := strings.TrimSpace(vera.must(t, "", all("Holds")...))
	says(t, monika, 0, "", []string{"scheduled"}, "override", holds, "--mode", "approvals", "--reason", "a test")
	wants := strings.TrimSpace(vera.must(t, "", all("Wants", "--anyway")...))
	says(t, vera, 0, "", []string{"#" + wants}, "waitlist", "join", wants)
	says(t, vera, 0, "", []string{"#" + wants, "Wants"}, "waitlist", "list")
	says(t, vera, 0, "", []string{"#" + wants}, "waitlist", "leave", wants)
	says(t, vera, 0, "", []string{"Nobody waits."}, "waitlist", "list")

	says(t, vera, 0, "", []string{"revision 1", "trial-users"}, "policy", "show")
	adele.write(t, "none.yaml", "zone: UTC\n")
	adele.write(t, "wrong.yaml", "zone: UTC\nrulez: []\n")
	says(t, adele, 0, "", []string{"would be in force as revision 2"}, "policy", "put", "none.yaml", "--dry-run")
	says(t, adele, 0, "", []string{"people would have decided about"}, "policy", "test", "none.yaml")
	says(t, adele, 2, "", []string{"rulez"}, "policy", "put", "wrong.yaml")
	vera.write(t, "none.yaml", "zone: UTC\n")
	says(t, vera, 4, "", nil, "policy", "put", "none.yaml")
	says(t, adele, 0, "", []string{"revision 2 is in force"}, "policy", "put", "none.yaml", "--reason", "a holiday")

	var use struct {
		By    string
		Lines []struct{ Key string }
	}
	if err := json.Unmarshal([]byte(monika.must(t, "", "report", "-o", "json", "--by", "month")), &use); err != nil || use.By != "month" || len(use.Lines) == 0 {
		t.Errorf("%+v, %v", use, err)
	}
	says(t, monika, 0, "", []string{"by: testbed"}, "report", "-o", "yaml")
	says(t, vera, 0, "", []string{numbers[0]}, "__complete", "--", "series", "show", "")
}

// TestSigningInByACode lets a terminal in on a page, in a browser that is signed in.
func TestSigningInByACode(t *testing.T) {
	t.Parallel()
	in := newPlace(t, "").serve(t, "--demo")
	p := newPlace(t, "")
	c := p.command(t.Context(), "login", in.url, "--name", "demo", "--scope", "read,write")
	out := &lockedBuffer{}
	c.Stdout = out
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for lines := bufio.NewScanner(said); shown == nil && lines.Scan(); {
		shown = deviceCode.FindStringSubmatch(lines.Text())
	}
	if shown == nil {
		t.Fatalf("no code is shown: %v", c.Wait())
	}
	browser := signedInBrowser(t, in.url, "vera", demoPassword(t, in))
	page := browser.get(t, shown[0])
	for _, want := range []string{"berth on ", "127.0.0.1", "read and write", shown[1], "Did you start this yourself"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	if page := browser.post(t, "/device", url.Values{"code": {shown[1]}, "rights": {"write"}, "days": {"30"}, "answer": {"yes"}}); !strings.Contains(page, "may act for you now") {
		t.Errorf("after it was confirmed:\n%s", page)
	}
	_, _ = io.Copy(io.Discard, said)
	if err := c.Wait(); err != nil || !strings.Contains(out.String(), "signed in to "+in.url+" as vera; saved as demo") {
		t.Fatalf("%v: %s", err, out)
	}
	if page := browser.get(t, "/account/tokens"); !strings.Contains(page, "berth on ") {
		t.Errorf("the token is not listed:\n%s", page)
	}
	if info, err := os.Stat(filepath.Join(p.dir, ".config", "berth", "contexts.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	says(t, p, 0, "", []string{"NUMBER"}, "request", "list", "--limit", "3")
	says(t, p, 4, "", nil, "calendar", "password", "phone") // a token may not make tokens without admin
	says(t, p, 0, "", []string{"forgot demo\n"}, "logout")
	if page := browser.get(t, "/account/tokens"); strings.Contains(page, "berth on ") {
		t.Errorf("the token is still in force:\n%s", page)
	}
}

// deviceCode is the page with the code that a program shows.
var deviceCode = regexp.MustCompile(`/device\?code=([A-Z]{4}-[A-Z]{4})`)

// browser keeps the cookie of a person.
type browser struct {
	base   string
	client http.Client
}

func signedInBrowser(t *testing.T, base, username, password string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{base, http.Client{Jar: jar}}
	b.post(t, "/sign-in", url.Values{"username": {username}, "password": {password}, "to": {"/account"}})
	return b
}

func (b *browser) get(t *testing.T, path string) string {
	t.Helper()
	r, err := b.client.Get(b.base + path)
	return read(t, r, err)
}

func (b *browser) post(t *testing.T, path string, form url.Values) string {
	t.Helper()
	r, err := b.client.PostForm(b.base+path, form)
	return read(t, r, err)
}

func read(t *testing.T, r *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTokensOfTerminalsStayPrivate looks at the file of a signed-in person, and at what is refused.
func TestTokensOfTerminalsStayPrivate(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	says(t, p, 2, "", []string{"https"}, "request", "list", "--server", "http://berth.example.org")
	says(t, p, 2, "", []string{"address"}, "login", "berth.example.org", "--token-file", "-")
	file := filepath.Join(p.dir, ".config", "berth", "contexts.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`{"current":"x","contexts":[{"name":"x","server":"http://127.0.0.1:1","token":"secret-of-x"}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, p, 4, "", []string{"others can read"}, "request", "list")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := p.berth(t, "", "request", "list")
	if code != 6 || strings.Contains(stderr, "secret-of-x") {
		t.Errorf("%d: %s", code, stderr)
	}
}

// TestEveryCommandHasHelpAndAPage reads what a newcomer reads.
func TestEveryCommandHasHelpAndAPage(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	says(t, p, 0, "", []string{"Commands for everybody", "Commands on the server's own machine", "schedule"}, "--help")
	if out := p.must(t, "", "schedule", "--help"); strings.Contains(out, "--database") || strings.Contains(out, "bugzilla") {
		t.Errorf("the settings of a server stand in a command for everybody:\n%s", out)
	}
	if out := p.must(t, "", "verify", "--help"); !strings.Contains(out, "--database") || strings.Contains(out, "bugzilla") {
		t.Errorf("verify wants a database, and no more:\n%s", out)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		says(t, p, 0, "", []string{"berth __complete"}, "completion", shell)
	}
	says(t, p, 0, "", []string{"--output", "--dry-run"}, "__complete", "--", "schedule", "7", "--")
	says(t, p, 0, "", []string{"json", "yaml"}, "__complete", "--", "request", "list", "-o", "")
	p.must(t, "", "man", "pages")
	pages, err := os.ReadDir(filepath.Join(p.dir, "pages"))
	if err != nil || len(pages) < 30 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, name := range []string{"berth.1", "berth-request.1", "berth-serve.1"} {
		b, err := os.ReadFile(filepath.Join(p.dir, "pages", name))
		if err != nil || !strings.HasPrefix(string(b), ".TH ") {
			t.Errorf("%s: %v, %.60s", name, err, b)
		}
	}
}
