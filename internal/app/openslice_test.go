package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/openslice/openslicetest"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestAnOpensliceIsServed starts an instance beside an Openslice: its order becomes a request, and what is decided here arrives there through the queue.
func TestAnOpensliceIsServed(t *testing.T) {
	t.Parallel()
	server := openslicetest.New(t, time.Now)
	at := time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
	id := server.Order(openslicetest.Wish{Requester: "maeve", Email: "maeve@tcd.example", Service: "a slice", Is: map[string]string{"vCPU": "2", "VIM": "wins-5g/iris"}, Start: at, End: at.Add(time.Hour)})
	folder := t.TempDir()
	file := filepath.Join(folder, "portals.yaml")
	for path, content := range map[string]string{filepath.Join(folder, "secret"): openslicetest.Secret, file: "- {name: patras, kind: openslice, url: '" + server.URL + openslicetest.APIPath + "', token_url: '" +
		server.URL + openslicetest.TokenPath + "', client: berth, client_secret_file: secret, poll: PT5S}\n"} {
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
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "wins-5g", Name: "Iris", Timezone: "Europe/Dublin", Approval: testbeds.ApprovalInformed, VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}
	if _, err := parts.Service.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	check := func() (wrong []string) {
		found, err := parts.CheckPortals(t.Context(), s, options(&log).Log)
		if err != nil || len(found) != 1 {
			t.Fatalf("%+v, %v", found, err)
		}
		for _, f := range found[0].List {
			if !f.OK {
				wrong = append(wrong, f.What)
			}
		}
		return wrong
	}
	if wrong := check(); len(wrong) > 0 {
		t.Errorf("a good Openslice: %v", wrong)
	}
	server.SetRoles("USER")
	if wrong := check(); !slices.Equal(wrong, []string{"roles"}) {
		t.Errorf("without the role ADMIN: %v", wrong)
	}
	server.SetRoles("USER", "ADMIN")
	a := app.New(s, options(&log), app.Serving{Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	until := func(what string, is func(x openslicetest.Seen) bool) {
		t.Helper()
		for i := 0; ; i++ {
			x, _ := server.Look(id)
			if is(x) {
				return
			}
			if i > 4000 {
				t.Fatalf("%s; the order is %+v\n%s", what, x, log.String())
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	var request scheduler.Request
	until("the order became no request", func(openslicetest.Seen) bool {
		page, err := parts.Service.List(t.Context(), account.System, scheduler.RequestFilter{}, "")
		if err == nil && len(page.Items) == 1 {
			request = page.Items[0]
		}
		return request.ID != ""
	})
	if _, err := parts.Service.Schedule(t.Context(), account.System, request.ID, scheduler.Schedule{Reason: "welcome"}); err != nil {
		t.Fatal(err)
	}
	until("the decision does not arrive", func(x openslicetest.Seen) bool {
		return x.State == "ACKNOWLEDGED" && slices.ContainsFunc(x.Note, func(n struct{ Author, System, Text string }) bool { return strings.Contains(n.Text, "welcome") })
	})
	if err := a.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := parts.Close(); err != nil {
		t.Error(err)
	}
}
