package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The commands of documents are run as they stand there. A block ```sh runs in one bash with those before it, and what the next block ```text says is what
// it prints: … stands for anything within a line, and alone for any lines. Words after sh name programs without which the block is left out. A comment
// <!-- later: 10m --> above a block lets the server's clock go on. A block ```console is for people alone: the tests name each of them.

// snippet is a block of commands.
type snippet struct {
	line   int
	needs  []string
	code   string
	prints *string       // nil: not said
	later  time.Duration // passes before it
}

// snippetsOf reads the blocks of a document; console are those that are not run.
func snippetsOf(t *testing.T, file string) (list []snippet, console []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../..", file))
	if err != nil {
		t.Fatal(err)
	}
	var later time.Duration
	follows := false // nothing but empty lines since a block of commands
	lines := strings.Split(string(b), "\n")
	for i := 0; i < len(lines); i++ {
		if m := regexp.MustCompile(`^<!-- later: (\S+) -->$`).FindStringSubmatch(lines[i]); m != nil {
			if later, err = time.ParseDuration(m[1]); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
		}
		info, fence := strings.CutPrefix(lines[i], "```")
		if !fence {
			follows = follows && lines[i] == ""
			continue
		}
		begin := i + 1
		for i++; lines[i] != "```"; i++ {
		}
		after := follows
		follows = strings.HasPrefix(info, "sh")
		text, words := strings.Join(lines[begin:i], "\n"), strings.Fields(info)
		switch {
		case len(words) == 0:
			t.Errorf("%s:%d: the block does not say what it is", file, begin)
		case words[0] == "sh":
			list = append(list, snippet{line: begin, needs: words[1:], code: text, later: later})
			later = 0
		case words[0] == "text" && after:
			list[len(list)-1].prints = &text
		case words[0] == "console":
			console = append(console, text)
		}
	}
	return list, console
}

// shell is a bash in which snippets run one after the other.
type shell struct {
	in     io.Writer
	lines  *bufio.Scanner
	errors *lockedBuffer
}

// done is printed after each snippet.
const done = "@@ the snippet is done"

func newShell(t *testing.T, p place) *shell {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a document may wait for what never comes
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail")
	cmd.Dir, cmd.WaitDelay = p.dir, time.Second
	cmd.Env = []string{"HOME=" + p.dir, "TZ=Europe/Dublin", "LANG=C.UTF-8", "PATH=" + filepath.Join(p.dir, "bin") + ":" + os.Getenv("PATH")}
	x := &shell{errors: &lockedBuffer{}}
	cmd.Stderr = x.errors
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	x.in, x.lines = in, bufio.NewScanner(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); cancel(); _ = cmd.Wait() })
	return x
}

// run gives a snippet to the shell, and returns what it prints on standard output; not ok if it failed.
func (x *shell) run(code string) (printed string, ok bool) {
	if _, err := fmt.Fprintf(x.in, "%s\necho %q\n", code, done); err != nil {
		return "", false
	}
	var b strings.Builder
	for x.lines.Scan() {
		if x.lines.Text() == done {
			return b.String(), true
		}
		b.WriteString(strings.TrimRight(x.lines.Text(), " ") + "\n")
	}
	return b.String(), false
}

// matches reports whether a text is what a document says.
func matches(printed, want string) bool {
	var b strings.Builder
	for line := range strings.Lines(want) {
		if line = strings.TrimRight(line, " \n"); line == "…" {
			b.WriteString(`(?:.*\n)*?`)
		} else {
			b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + `\n`)
		}
	}
	return regexp.MustCompile(`^` + b.String() + `$`).MatchString(printed)
}

// follow runs the commands of a document against a demo, as its reader would. Addresses and the password are those of the demo.
func follow(t *testing.T, file string, p place, in *instance) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(p.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "bin", "berth"), fmt.Appendf(nil, "#!/bin/sh\n%s=1 exec %s \"$@\"\n", asProgram, program), 0o755); err != nil {
		t.Fatal(err)
	}
	bugzilla := regexp.MustCompile(`Bugzilla 5.2 +(\S+)`).FindStringSubmatch(strings.Join(append(in.lines, "Bugzilla 5.2 none"), "\n"))[1]
	actual := strings.NewReplacer(demoAddress, in.url, "PASSWORD=…", "PASSWORD="+demoPassword(t, in), "PASSWORD=...", "PASSWORD="+demoPassword(t, in), "BUGZILLA=…", "BUGZILLA="+bugzilla)
	list, console := snippetsOf(t, file)
	if diff := cmp.Diff(people[file], console); diff != "" {
		t.Errorf("%s: what no test runs has changed (-named in the test +in the document):\n%s", file, diff)
	}
	x, ahead, ran := newShell(t, p), time.Duration(0), 0
	for _, s := range list {
		if missing := slices.IndexFunc(s.needs, func(name string) bool { _, err := exec.LookPath(name); return err != nil }); missing >= 0 {
			if strings.Contains(os.Getenv("BERTH_TEST_REQUIRE"), "clients") {
				t.Errorf("%s:%d: %s is not installed; see scripts/with-clients", file, s.line, s.needs[missing])
			}
			continue
		}
		if s.later > 0 {
			ahead += s.later
			p.write(t, "clock", strconv.Itoa(int(ahead.Seconds())))
			reached(t, in, time.Now().Add(ahead-time.Minute))
		}
		printed, ok := x.run(actual.Replace(s.code))
		printed = strings.ReplaceAll(printed, in.url, demoAddress)
		if !ok {
			t.Fatalf("%s:%d fails:\n%s\n%s\n%s", file, s.line, s.code, printed, x.errors)
		}
		if s.prints != nil && !matches(printed, *s.prints) {
			t.Fatalf("%s:%d prints:\n%s\nThe document says:\n%s\n%s", file, s.line, printed, *s.prints, x.errors)
		}
		ran++
	}
	if ran < len(list)-1 || ran == 0 {
		t.Errorf("%s: only %d of %d blocks were run", file, ran, len(list))
	}
}

// reached waits until the server's clock has passed an instant: it refuses a slot that begins then.
func reached(t *testing.T, in *instance, at time.Time) {
	t.Helper()
	clara := &caller{base: in.url, name: "clara", secret: demoPassword(t, in)}
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

// demoAddress is where the demo is in the documents.
const demoAddress = "http://127.0.0.1:8080"

// people names the blocks of each document that no test runs: they start and stop what the tests start and stop by themselves.
var people = map[string][]string{
	"README.md": {"make run            # builds bin/berth and serves a demo on http://127.0.0.1:8080\n" +
		"make test           # all tests, on SQLite and PostgreSQL; installs PostgreSQL, calendar clients and a browser from Debian if they are missing"},
	"docs/tutorial.md": {"make world", "rm -f demo.db demo.db-wal demo.db-shm"},
}

// TestTheTutorial follows it from the first command to the last.
func TestTheTutorial(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.write(t, "clock", "0")
	p.environ = []string{clockFile + "=" + filepath.Join(p.dir, "clock")}
	follow(t, "docs/tutorial.md", p, p.serve(t, "--demo-world"))
}

// TestTheReadme follows the README, and the API by example, in one demo.
func TestTheReadme(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	in := p.serve(t, "--demo", "--database", "demo.db")
	follow(t, "README.md", p, in)
	follow(t, "docs/api-by-example.md", p, in)
}

// TestWhatIsPrintedIsCompared so that the tests of documents can fail.
func TestWhatIsPrintedIsCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		printed, want string
		matches       bool
	}{
		{"a\nb\n", "a\nb", true}, {"a\nb\n", "a", false}, {"a\n", "a\nb", false}, {"a.c\n", "abc", false}, {"at 9:00 b\n", "at … b", true}, {"at 9:00 c\n", "at … b", false},
		{"x\ny\nb\n", "…\nb", true}, {"b\n", "…\nb", true}, {"b\nc\n", "…\nb", false}, {"", "", true},
	} {
		if got := matches(c.printed, c.want); got != c.matches {
			t.Errorf("%q is %q: %t", c.printed, c.want, got)
		}
	}
}
