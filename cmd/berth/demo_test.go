package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestADemoThatIsStoppedWhileItFillsGoesOn stops a process that is filling the demo: it ends cleanly and in time, and the next start makes the
// demo complete.
func TestADemoThatIsStoppedWhileItFillsGoesOn(t *testing.T) {
	t.Parallel()
	for _, e := range testdb.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, e.Fresh(t))
			p.write(t, "berth.toml", "stop_after = \"PT3S\"\n")
			c := p.command(context.WithoutCancel(t.Context()), "serve", "--demo")
			in := &instance{cmd: c, log: &lockedBuffer{}, ended: make(chan struct{})}
			c.Stdout, c.Stderr = io.Discard, in.log
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			go func() {
				defer close(in.ended)
				_ = c.Wait()
			}()
			t.Cleanup(in.kill)
			filling(t, p.database, in)
			ends(t, in, 3*time.Second)
			if code := c.ProcessState.ExitCode(); code != 0 || !strings.Contains(in.log.String(), "stopped while starting") {
				t.Fatalf("stopped in the middle, it ended with %d:\n%s", code, in.log)
			}
			again := p.serve(t, "--demo")
			if !strings.Contains(again.log.String(), "it starts anew") || !slices.ContainsFunc(again.lines, func(l string) bool { return strings.HasPrefix(l, "password of all of them") }) {
				t.Errorf("the next start says:\n%s\n%s", strings.Join(again.lines, "\n"), again.log)
			}
			again.stop(t)
			if mark, requests := demoIn(t, p.database); mark != "filled" || requests < 10 {
				t.Errorf("the demo is %q with %d requests", mark, requests)
			}
			p.must(t, "", "verify")
		})
	}
}

// filling waits until the demo has its first request.
func filling(t *testing.T, database string, in *instance) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if mark, requests := demoIn(t, database); mark == "filling" && requests > 0 {
			return
		} else if mark == "filled" {
			t.Fatal("the demo was complete before anybody saw it fill")
		}
		select {
		case <-tick.C:
		case <-in.ended:
			t.Fatalf("it ended by itself:\n%s", in.log)
		}
	}
}

// demoIn returns the progress of a demo, and the number of its requests.
func demoIn(t *testing.T, database string) (mark string, requests int) {
	t.Helper()
	s, err := store.OpenAsIs(t.Context(), database, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if mark, err = s.Mark(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	page, err := scheduler.New(s, scheduler.Options{Clock: time.Now}).List(t.Context(), account.System, scheduler.RequestFilter{Limit: 100}, "")
	if err != nil {
		t.Fatal(err)
	}
	return mark, len(page.Items)
}
