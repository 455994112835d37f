package app

import (
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"berth/internal/config"
	"berth/internal/store"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// A command that changes a request beside a running server leaves the address of its page in the calendars as the server wrote it, whichever
// settings it was given itself.
func TestACommandDrawsWhatTheServerWould(t *testing.T) {
	t.Parallel()
	public := &url.URL{Scheme: "https", Host: "berth.example.org"}
	other := &url.URL{Scheme: "https", Host: "berth-before.example.org"}
	for name, known := range map[string]*url.URL{"the same settings": public, "no settings": nil, "another public URL": other} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			commandBeside(t, public, known)
		})
	}
}

func commandBeside(t *testing.T, public, known *url.URL) {
	settings := config.Settings{Database: filepath.Join(t.TempDir(), "berth.db"), Listen: "127.0.0.1:8080", PublicURL: public}
	o := Options{Log: slog.New(slog.DiscardHandler)}
	server, err := build(t.Context(), settings, o, opening{by: store.Open, site: public.String()})
	if err != nil {
		t.Fatal(err)
	}
	oneRequest(t, server)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	settings.PublicURL = known
	command, err := OpenExisting(t.Context(), settings, o)
	if err != nil {
		t.Fatal(err)
	}
	defer command.Close()
	if _, err := command.Service.Cancel(t.Context(), account.System, "1", scheduler.Step{Reason: "by a command"}); err != nil {
		t.Fatal(err)
	}
	changes, err := command.Store.Calendar(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range changes.Objects {
		if !strings.Contains(string(x.Full), "URL:https://berth.example.org/requests/1") || !strings.Contains(string(x.Full), "STATUS:CANCELLED") {
			t.Errorf("the calendars say:\n%s", x.Full)
		}
	}
	if len(changes.Objects) == 0 {
		t.Error("the calendars have nothing")
	}
}

// oneRequest fills a database with as little as one request takes.
func oneRequest(t *testing.T, p *Parts) {
	t.Helper()
	ctx, in := t.Context(), account.System
	start := time.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
	_, err := p.Service.PutFacility(ctx, in, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Hall", Timezone: "UTC",
		VIMs: []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 4}}}}}}, scheduler.ChangeOptions{})
	if err == nil {
		_, err = p.Auth.PutPerson(ctx, in, account.Person{Username: "eva", Name: "Eva", Roles: []account.Role{account.RoleExperimenter}})
	}
	if err == nil {
		_, err = p.Service.Submit(ctx, in, scheduler.Submission{Name: "one", Experimenter: "eva", Ask: scheduler.Ask{Slot: testbeds.NewSlot(start, time.Hour),
			Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{"hall/iris"}}}, Placement: testbeds.Placement{"1": "hall/iris"}}})
	}
	if err != nil {
		t.Fatal(err)
	}
}
