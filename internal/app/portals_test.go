package app_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/portal/portaltest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestPortalsAreServed starts an instance beside two portals, of which one does not answer: what is asked for in the other one becomes a request, and
// what is said about it here arrives there through the queue.
func TestPortalsAreServed(t *testing.T) {
	t.Parallel()
	server := portaltest.New(t, portaltest.First, time.Now)
	server.AddInfrastructure("Cloudville", "Cloudville", "")
	server.AddExperiment("cirros_nsd", "cirros_vnfd")
	key := server.AddUser("alice", "Alice Example", "alice@example.org")
	folder := t.TempDir()
	file := filepath.Join(folder, "portals.yaml")
	list := "- {name: dead, kind: 5ginfire, url: 'http://127.0.0.1:1', api_key_file: key}\n" +
		"- {name: patras, kind: 5ginfire, url: '" + server.API() + "', api_key_file: key, poll: PT5S}\n"
	for path, content := range map[string]string{file: list, filepath.Join(folder, "key"): portaltest.Key} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	s := settings(t, "portals_file", file)
	parts, err := app.OpenOrCreate(t.Context(), s, options(&log))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parts.Service.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "patras", Name: "Patras", Timezone: "Europe/Athens",
		VIMs: []testbeds.VIM{{ID: "a", Datacenter: "Cloudville", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := parts.Service.PutCatalogue(t.Context(), account.System, testbeds.Catalogue{VNFs: []testbeds.VNF{{ID: "cirros_vnfd", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{"patras/a"}}},
		NSDs: []testbeds.NSD{{ID: "cirros_nsd", Members: []testbeds.Member{{Index: "1", VNF: "cirros_vnfd"}}}}}, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
	id := server.Ask(portaltest.Ask{Key: key, Name: "Trial", Experiment: "cirros_nsd", Places: map[int]string{1: "Cloudville"}, Start: at, End: at.Add(time.Hour)})
	found, err := parts.CheckPortals(t.Context(), s, options(&log).Log)
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	for i, p := range found {
		wrong := 0
		for _, f := range p.List {
			if !f.OK {
				wrong++
			}
		}
		if (wrong == 0) != (i == 1) {
			t.Errorf("the check of %s: %+v", p.Name, p.List)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	a := app.New(s, options(&log), app.Serving{Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	until := func(what string, is func() bool) {
		t.Helper()
		for i := 0; !is(); i++ {
			if i > 4000 {
				t.Fatalf("%s; the portal says %v\n%s", what, server.Look(id), log.String())
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	says := func(text string) func() bool {
		return func() bool {
			said, _ := server.Look(id)["feedback"].(string)
			return strings.Contains(said, text)
		}
	}
	until("the deployment became no request", says("Request #1 in Berth: http://"))
	parts, err = app.OpenExisting(t.Context(), s, options(&log))
	if err != nil {
		t.Fatal(err)
	}
	page, err := parts.Service.List(t.Context(), account.System, scheduler.RequestFilter{}, "")
	if err != nil || len(page.Items) != 1 || page.Items[0].Experimenter != "alice" {
		t.Fatalf("%+v, %v", page, err)
	}
	if _, err := parts.Service.AddFeedback(t.Context(), account.System, page.Items[0].ID, "Welcome.", scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	until("a remark does not arrive", says("Berth: Welcome."))
	desk, err := parts.Portals(s, "", options(&log).Log)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := desk.List(t.Context(), account.System)
	if err != nil || seen[0].Failure == "" || seen[0].Remedy == "" || seen[1].Failure != "" || len(seen[1].Orders) != 1 || seen[1].Orders[0].Number != 1 {
		t.Errorf("%+v, %v", seen, err)
	}
	for _, want := range []string{`berth_system_poll_failing{kind="5ginfire",name="dead"} 1`, `berth_system_poll_failing{kind="5ginfire",name="patras"} 0`, `berth_portal_orders_taken_total{kind="5ginfire",name="patras"} 1`} {
		until("the figures lack "+want, func() bool { // they are those of the last round that has ended
			res, err := http.Get("http://" + a.Addr() + "/metrics")
			if err != nil {
				t.Fatal(err)
			}
			figures, err := io.ReadAll(res.Body)
			if closing := res.Body.Close(); err != nil || closing != nil {
				t.Fatal(err, closing)
			}
			return strings.Contains(string(figures), want)
		})
	}
	if err := parts.Close(); err != nil {
		t.Error(err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String()+out.String(), portaltest.Key) {
		t.Errorf("the key is in the log:\n%s", log.String())
	}
	if wrong := server.Wrongs(); len(wrong) > 0 {
		t.Errorf("%v", wrong)
	}
}
