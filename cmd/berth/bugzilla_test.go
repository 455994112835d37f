package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/scheduler"
)

// TestAnOperatorConnectsABugzilla checks the connection, finds its faults, and opens a ticket for a request from before.
func TestAnOperatorConnectsABugzilla(t *testing.T) {
	t.Parallel()
	server := bugzillatest.New(t, bugzillatest.V53, time.Now)
	p := newPlace(t, "")
	p.serve(t, "--demo").stop(t)
	p.write(t, "key", bugzillatest.Key+"\n")
	with := func(args ...string) []string {
		return append(args, "--bugzilla-url", server.URL, "--bugzilla-login", bugzillatest.Login)
	}
	says(t, p, 2, "", []string{"set bugzilla_url"}, "bugzilla", "check")
	p.write(t, "berth.toml", `bugzilla_key_file = "key"`+"\n")
	says(t, p, 0, "", []string{"ok    server", "ok    rights", "ok    workflow", "ok    clock"}, with("bugzilla", "check")...)
	says(t, p, 1, "", []string{"FAIL  component", `there is no component "Nowhere"`, "→ set bugzilla_component"}, with("bugzilla", "check", "--bugzilla-component", "Nowhere")...)
	says(t, p, 0, "", []string{"waiting       0", "last poll     never"}, with("bugzilla", "status")...)
	says(t, p, 6, "", []string{"berth bugzilla status"}, with("bugzilla", "sync", "--request", "20", "--bugzilla-component", "Nowhere")...)
	says(t, p, 0, "", []string{"stuck         1", "There is no component named 'Nowhere'", "→ check the setting bugzilla_component"}, with("bugzilla", "status")...)
	says(t, p, 0, "", []string{"request #20 is", "show_bug.cgi?id=1", "told 1 events"}, with("bugzilla", "sync", "--request", "20")...)
	says(t, p, 0, "", []string{"stuck         0"}, with("bugzilla", "status")...)
	if server.Count() != 1 {
		t.Errorf("%d tickets", server.Count())
	}
}

// TestTheCheckTakesNoDatabase since a new instance may have none yet, and makes none.
func TestTheCheckTakesNoDatabase(t *testing.T) {
	t.Parallel()
	server := bugzillatest.New(t, bugzillatest.V53, time.Now)
	p := newPlace(t, "")
	p.write(t, "berth.toml", `bugzilla_key = "`+bugzillatest.Key+"\"\n")
	for range 2 {
		says(t, p, 0, "", []string{"ok    server", "ok    mail"}, "bugzilla", "check", "--bugzilla-url", server.URL, "--bugzilla-login", bugzillatest.Login, "--database", "nowhere.db")
	}
	p.write(t, "key", bugzillatest.Key+"\n")
	p.write(t, "berth.toml", "")
	says(t, p, 0, "", []string{"ok    key"}, "bugzilla", "check", "--bugzilla-url", server.URL, "--bugzilla-login", bugzillatest.Login, "--bugzilla-key-file", "key")
	p.write(t, "berth.toml", `bugzilla_key_file = "key"`+"\n")
	says(t, p, 3, "", []string{"there is no database nowhere.db"}, "bugzilla", "status", "--bugzilla-url", server.URL, "--bugzilla-login", bugzillatest.Login, "--database", "nowhere.db")
}

// TestOneFaultIsListedOnce however many messages have met it.
func TestOneFaultIsListedOnce(t *testing.T) {
	t.Parallel()
	met := func(number int64, state scheduler.DeliveryState, failure, remedy string) scheduler.Delivery {
		return scheduler.Delivery{State: state, Attempts: 1, Failure: failure, Remedy: remedy, Event: scheduler.Event{Number: number, Action: scheduler.ActionSubmit}}
	}
	var out bytes.Buffer
	list := []scheduler.Delivery{met(5, "stuck", "the key was revoked", "make one"), met(4, "stuck", "the key was revoked", "make one"), met(3, "waiting", "", ""),
		met(2, "stuck", "no component", ""), met(1, "stuck", "the key was revoked", "make one")}
	if err := troubles(&out, list); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "#5 and 2 more ") || !strings.Contains(lines[1], "→ make one") || !strings.HasPrefix(lines[2], "#2 ") {
		t.Errorf("listed are\n%s", out.String())
	}
}
