package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tutorialPassword is that of all people in the tutorial.
const tutorialPassword = "one for all of them"

// TestTheTutorial follows it from the first command that is not the machine's to the last: what it installs and starts is there already.
func TestTheTutorial(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.write(t, "clock", "0")
	p.environ = []string{clockFile + "=" + filepath.Join(p.dir, "clock")}
	bugzilla := p.begin(t, "bugzilla_poll", "bugzilla", "demo", "--port", "0", "--account", "clara@tutorial.example", "--account", "monika@tutorial.example")
	p.write(t, "berth.toml", strings.Join(bugzilla.lines, "\n")+"\n")
	tickets := strings.Split(bugzilla.lines[0], `"`)[1]
	in := p.serve(t)
	p.program(t, "berth", `exec "$program" "$@"`)
	p.program(t, "berthctl", `exec "$program" "$@"`) // the database is in the reader's folder, and so are the settings
	p.program(t, "sudo", `exec "$@"`)
	examples, err := filepath.Abs("../../internal/demo/data")
	if err != nil {
		t.Fatal(err)
	}
	ahead := time.Duration(0)
	walk{
		shell: newShell(t, p.dir, p.terminal(), time.Minute), url: in.url, password: tutorialPassword,
		places: strings.NewReplacer(demoAddress, in.url, "http://127.0.0.1:8090", tickets, "PASSWORD=…", "PASSWORD='"+tutorialPassword+"'", "/usr/share/doc/berth/examples", examples),
		later: func(t *testing.T, after time.Duration) {
			ahead += after
			p.write(t, "clock", strconv.Itoa(int(ahead.Seconds())))
			reached(t, in, time.Now().Add(ahead-time.Minute))
		},
	}.follow(t, "docs/tutorial.md")
}

// TestTheTutorialOfThePackage follows all of it where BERTH_TEST_TUTORIAL says: in a Debian of its own, in which nothing of Berth is yet. It takes the
// minutes that the tutorial takes; scripts/try-package runs it.
func TestTheTutorialOfThePackage(t *testing.T) {
	home := os.Getenv("BERTH_TEST_TUTORIAL")
	if home == "" {
		t.Skip("BERTH_TEST_TUTORIAL names no folder with the package")
	}
	_, err := os.Stat("/run/systemd/system")
	w := walk{
		shell: newShell(t, home, append(os.Environ(), "HOME="+home, "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"), 10*time.Minute), url: demoAddress, password: tutorialPassword,
		places:  strings.NewReplacer("PASSWORD=…", "PASSWORD='"+tutorialPassword+"'", "kill %1", "kill $!"), // jobs have numbers for people
		console: true, systemd: err == nil,
	}
	began := time.Now()
	w.follow(t, "docs/tutorial.md")
	t.Logf("the tutorial took %.0f s, without reading and typing", time.Since(began).Seconds())
}

// TestTheReadme follows the README, and the API by example, in one demo.
func TestTheReadme(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	in := p.serve(t, "--demo", "--database", "demo.db")
	p.program(t, "berth", `exec "$program" "$@"`)
	password := "PASSWORD=" + demoPassword(t, in)
	for _, file := range []string{"README.md", "docs/api-by-example.md"} {
		walk{
			shell: newShell(t, p.dir, p.terminal(), time.Minute), url: in.url, password: demoPassword(t, in),
			places: strings.NewReplacer(demoAddress, in.url, "PASSWORD=…", password, "PASSWORD=...", password),
		}.follow(t, file)
	}
}

// program puts a script into the place's own bin, in which $program is berth.
func (p place) program(t *testing.T, name, script string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(p.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(script, "exec \"$program\"", asProgram+"=1 exec "+program)
	if err := os.WriteFile(filepath.Join(p.dir, "bin", name), fmt.Appendf(nil, "#!/bin/sh\n%s\n", text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// terminal is the environment of a person at a terminal there.
func (p place) terminal() []string {
	return []string{"HOME=" + p.dir, "TZ=Europe/Dublin", "LANG=C.UTF-8", "PATH=" + filepath.Join(p.dir, "bin") + ":" + os.Getenv("PATH")}
}

// reached waits until the server's clock has passed an instant: it refuses a slot that begins then.
func reached(t *testing.T, in *instance, at time.Time) {
	t.Helper()
	clara := &caller{base: in.url, name: "clara", secret: tutorialPassword}
	slot := map[string]any{"start": at.UTC().Truncate(time.Second), "end": at.UTC().Truncate(time.Second).Add(time.Hour)}
	for range 400 {
		a, err := clara.send(t.Context(), http.MethodPost, "availability/check", map[string]any{"nsd": "epc_nsd", "slot": slot})
		if err != nil {
			t.Fatal(err)
		}
		if a.status == http.StatusUnprocessableEntity {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("the server's clock does not reach %s", at)
}
