package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
)

// TestTheWorldGoesRoundByItself follows a deployment of the demo's portal from the form to COMPLETED, touched by nobody: it becomes a request and a ticket,
// is approved, is in the calendar, is instantiated in OSM when its setup begins, runs, is torn down at its end, and the portal and the ticket say so. What
// the staff of a testbed keep in their calendar is closed, and they find the bookings in another one. The clock is moved on; the polls are real.
func TestTheWorldGoesRoundByItself(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	jump := filepath.Join(p.dir, "clock")
	offset := 0
	ahead := func(seconds int) {
		offset += seconds
		p.write(t, "clock", strconv.Itoa(offset))
	}
	ahead(0)
	p.environ = []string{clockFile + "=" + jump}
	in := p.serve(t, "--demo-world")
	printed := strings.Join(in.lines, "\n")
	monika := &caller{base: in.url, name: "monika", secret: demoPassword(t, in)}
	found := func(pattern string) []string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(printed)
		if m == nil {
			t.Fatalf("%s is not printed:\n%s", pattern, printed)
		}
		return m
	}
	portal, bugzilla := found(`5GinFIRE +(\S+), header X-APIKEY: (\S+)`), found(`Bugzilla 5.2 +(\S+)`)[1]
	const name = "Video on demand, rehearsal"

	var r scheduler.Request
	until := func(what string, reached func() bool) {
		t.Helper()
		for range 1200 { // five minutes, of a busy machine
			if reached() {
				return
			}
			time.Sleep(250 * time.Millisecond)
		}
		t.Fatalf("never %s: %+v\n%s", what, r, in.log)
	}
	status := func(want scheduler.Status) func() bool {
		return func() bool {
			var page scheduler.Page[scheduler.Request]
			monika.call(t, 200, http.MethodGet, "requests?q=rehearsal", nil).decode(t, &page)
			if len(page.Items) == 1 {
				r = page.Items[0]
			}
			return r.Status == want
		}
	}
	shown := func(want string) func() bool {
		return func() bool {
			for _, d := range deployments(t, portal[1], portal[2]) {
				if d.Name == name {
					return d.Status == want
				}
			}
			return false
		}
	}
	ticket := func(want string) func() bool {
		return func() bool {
			status(r.Status)() // the ticket's number comes after the request
			return r.Ticket != nil && strings.Contains(fetched(t, bugzilla+"/rest/bug/"+r.Ticket.Key, "", ""), want)
		}
	}
	until("scheduled", status(scheduler.Scheduled))
	until("SCHEDULED in the portal", shown("SCHEDULED"))
	until("a ticket in progress", ticket(`"status":"IN_PROGRESS"`))
	if r.Experimenter != "vera" || r.Scheduled == nil {
		t.Errorf("%+v", r)
	}
	ahead(95)
	until("running", status(scheduler.Running)) // the slot lasts two minutes: a clock that is moved on further could miss it
	until("RUNNING in the portal", shown("RUNNING"))
	ahead(150)
	until("completed", status(scheduler.Completed))
	until("COMPLETED in the portal", shown("COMPLETED"))
	until("a ticket that is closed", ticket(`"resolution":"FIXED"`))

	var closures struct {
		Items []struct{ Summary, Source string }
	}
	monika.call(t, 200, http.MethodGet, "testbeds/5g-vino/closures", nil).decode(t, &closures)
	if !strings.Contains(printable(closures), "Patches of the VIM") || !strings.Contains(printable(closures), "Course on software radio") {
		t.Errorf("the closures of the testbed are %+v", closures)
	}
	in.stop(t)
	p.environ = nil
	p.must(t, "", "verify")
}

func printable(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

type portalDeployment struct{ Name, Status string }

func deployments(t *testing.T, address, key string) (list []portalDeployment) {
	t.Helper()
	if err := json.Unmarshal([]byte(fetched(t, address, "X-APIKEY", key)), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// fetched reads an address with a header.
func fetched(t *testing.T, address, header, value string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		req.Header.Set(header, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTheWorldNeedsAnEmptyDatabase, because its systems forget what an earlier start knew.
func TestTheWorldNeedsAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.serve(t, "--demo").stop(t)
	says(t, p, 1, "", []string{"begin anew with each start"}, "serve", "--demo-world")
	if _, err := os.Stat(filepath.Join(p.dir, "berth.db")); err != nil {
		t.Error(err)
	}
}
