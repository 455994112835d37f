package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/osm/osmtest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestOSMsArePolled starts an instance beside two OSMs, of which one does not answer, and waits until it has seen what the other one has.
func TestOSMsArePolled(t *testing.T) {
	t.Parallel()
	server := osmtest.New(t, osmtest.Nineteen, time.Now)
	vim := server.AddAccount("iris")
	server.AddPackage("usrp_vnfd", 2, 4096, 20)
	server.AddDescriptor("hydra_baseline_nsd", "usrp_vnfd")
	folder := t.TempDir()
	file := filepath.Join(folder, "osm.yaml")
	list := "- {name: dead, url: 'http://127.0.0.1:1', user: berth, password_file: password}\n" +
		"- {name: iris, url: '" + server.URL + "', user: berth, password_file: password, poll: PT5S, drive: [wins]}\n"
	for path, content := range map[string]string{file: list, filepath.Join(folder, "password"): osmtest.Password} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	s := settings(t, "osm_file", file)
	parts, err := app.OpenOrCreate(t.Context(), s, options(&log))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parts.Service.PutFacility(t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "wins", Name: "Wins", Timezone: "Europe/Dublin",
		VIMs: []testbeds.VIM{{ID: "iris", Account: vim, Capacity: testbeds.Quantities{"vcpu": 8}}}}}}, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	found, err := parts.CheckOSMs(t.Context(), s)
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	for i, o := range found {
		wrong := 0
		for _, f := range o.List {
			if !f.OK {
				wrong++
			}
		}
		if (wrong == 0) != (i == 1) {
			t.Errorf("the check of %s: %+v", o.Name, o.List)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	a := app.New(s, options(&log), app.Serving{Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	parts, err = app.OpenExisting(t.Context(), s, options(&log))
	if err != nil {
		t.Fatal(err)
	}
	desk, err := parts.Orchestrators(s, options(&log).Log)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		seen, err := desk.List(t.Context(), account.System)
		if err != nil {
			t.Fatal(err)
		}
		if seen[0].Failure != "" && seen[0].Remedy != "" && seen[1].Polled != nil && len(seen[1].Pools) == 1 && seen[1].Pools[0].VIM == "wins/iris" {
			break
		}
		if i > 2000 {
			t.Fatalf("%+v\n%s", seen, log.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
	change, err := desk.TakeCatalogue(t.Context(), account.System, "iris", scheduler.ChangeOptions{})
	if err != nil || len(change.Differences) == 0 {
		t.Errorf("%+v, %v", change, err)
	}
	if again, err := desk.TakeCatalogue(t.Context(), account.System, "iris", scheduler.ChangeOptions{DryRun: true}); err != nil || len(again.Differences) != 0 {
		t.Errorf("taken twice: %+v, %v", again, err)
	}
	c, _, err := parts.Service.Catalogue(t.Context(), account.System)
	if v, ok := c.VNF("usrp_vnfd"); err != nil || !ok || v.Size["memory_mb"] != 4096 || strings.Join(v.Onboarded, " ") != "wins/iris" {
		t.Errorf("%+v, %v", c, err)
	}
	if err := parts.Close(); err != nil {
		t.Error(err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String()+out.String(), osmtest.Password) {
		t.Errorf("the password is in the log:\n%s", log.String())
	}
}
