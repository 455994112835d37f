package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/caldavclient/caldavtest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestTestbedCalendarsAreRead starts an instance beside two calendars, of which one does not answer, and waits until the other one closes its testbed.
func TestTestbedCalendarsAreRead(t *testing.T) {
	t.Parallel()
	calendars := caldavtest.New("upkeep")
	day := time.Now().UTC().AddDate(0, 0, 7).Format("20060102")
	calendars.Put("upkeep", "a.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:"+day+"\r\nSUMMARY:[iris] new disks\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	server := httptest.NewServer(calendars)
	t.Cleanup(server.Close)
	folder := t.TempDir()
	file := filepath.Join(folder, "calendars.yaml")
	list := "- {name: dead, testbed: wins, url: 'http://127.0.0.1:1/secret-address.ics', poll: PT5S}\n" +
		"- {name: lab, testbed: wins, url: '" + server.URL + "', calendar: upkeep, user: " + caldavtest.User + ", password_file: password, poll: PT5S}\n"
	for path, content := range map[string]string{file: list, filepath.Join(folder, "password"): caldavtest.Password} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	s := settings(t, "calendars_file", file)
	parts, err := app.OpenOrCreate(t.Context(), s, options(&log))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parts.Service.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "wins", Name: "Wins", Timezone: "Europe/Dublin",
		VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	found, err := parts.CheckTestbedCalendars(t.Context(), s, options(&log).Log)
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	for i, c := range found {
		if bad := slices.ContainsFunc(c.List, func(f app.CalendarFinding) bool { return !f.OK }); bad != (i == 0) {
			t.Errorf("the check of %s: %+v", c.Name, c.List)
		}
	}
	if bed, _, err := parts.Service.Testbed(t.Context(), account.System, "wins"); err != nil || len(bed.Closures) != 0 {
		t.Errorf("a check changes something: %+v, %v", bed.Closures, err)
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	a := app.New(s, options(&log), app.Serving{Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	figures := ""
	for i := 0; !strings.Contains(figures, `berth_testbed_calendar_closures{calendar="lab",testbed="wins"} 1`) || !strings.Contains(figures, `berth_testbed_calendar_failing{calendar="dead",testbed="wins"} 1`); i++ {
		if i > 1000 {
			t.Fatalf("%s\n%s", figures, log.String())
		}
		time.Sleep(10 * time.Millisecond)
		r, err := http.Get("http://" + a.Addr() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r.Body)
		if figures = string(raw); err != nil || r.Body.Close() != nil {
			t.Fatal(err)
		}
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if all := log.String() + out.String() + figures; strings.Contains(all, caldavtest.Password) || strings.Contains(all, "secret-address") {
		t.Errorf("a secret is shown:\n%s", all)
	}
}
