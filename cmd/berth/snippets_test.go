package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
)

// The commands of documents are run as they stand there. A block ```sh runs in one bash with those before it, and what the next block ```text says is what
// it prints: … stands for anything within a line, and alone for any lines. Words after sh name programs without which the block is left out. A block
// ```console is for people alone, and the tests name each of them; only where the package is installed they are run as well. Comments above a block:
// <!-- later: 10m --> lets the server's clock go on, <!-- browser: clara --> answers in a browser what a program in the block asks for, and the block
// below <!-- with: systemd --> or <!-- without: systemd --> is for such machines.

// snippet is a block of commands.
type snippet struct {
	line    int
	console bool
	needs   []string
	code    string
	prints  *string           // nil: not said
	marks   map[string]string // the comments above it
}

// mark is a comment above a block.
var mark = regexp.MustCompile(`^<!-- (later|browser|with|without): (\S+) -->$`)

// snippetsOf reads the blocks of a document.
func snippetsOf(t *testing.T, file string) (list []snippet) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../..", file))
	if err != nil {
		t.Fatal(err)
	}
	marks := map[string]string{}
	follows := false // nothing but empty lines since a block of commands
	lines := strings.Split(string(b), "\n")
	for i := 0; i < len(lines); i++ {
		if m := mark.FindStringSubmatch(lines[i]); m != nil {
			marks[m[1]] = m[2]
		}
		info, fence := strings.CutPrefix(lines[i], "```")
		if !fence {
			follows = follows && lines[i] == ""
			continue
		}
		begin := i + 1
		for i++; lines[i] != "```"; i++ {
		}
		text, words := strings.Join(lines[begin:i], "\n"), strings.Fields(info)
		switch {
		case len(words) == 0:
			t.Errorf("%s:%d: the block does not say what it is", file, begin)
			continue
		case words[0] == "text" && follows:
			list[len(list)-1].prints = &text
		}
		if follows = words[0] == "sh" || words[0] == "console"; follows {
			list = append(list, snippet{line: begin, console: words[0] == "console", needs: words[1:], code: text, marks: marks})
			marks = map[string]string{}
		}
	}
	return list
}

// shell is a bash in which snippets run one after the other.
type shell struct {
	in     io.Writer
	lines  *bufio.Scanner
	errors *lockedBuffer
}

// done is printed after each snippet.
const done = "@@ the snippet is done"

// newShell starts a bash, which ends at the latest after a time: a document may wait for what never comes.
func newShell(t *testing.T, dir string, environ []string, limit time.Duration) *shell {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "/dev/fd/3") // standard input is not the snippets': a command may read it
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, environ, time.Second
	x := &shell{errors: &lockedBuffer{}}
	cmd.Stderr = x.errors
	script, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{script}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	x.in, x.lines = in, bufio.NewScanner(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = script.Close()
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

// walk is how a document is followed.
type walk struct {
	shell    *shell
	url      string                                  // of the server
	password string                                  // of all people
	places   *strings.Replacer                       // from what a document names to what is there
	console  bool                                    // blocks for people are run as well
	systemd  bool                                    // it runs there
	later    func(t *testing.T, after time.Duration) // nil: time passes by itself
}

// follow runs the commands of a document, as its reader would.
func (w walk) follow(t *testing.T, file string) {
	var console []string
	ran, left := 0, 0
	for _, s := range snippetsOf(t, file) {
		if s.console {
			first, _, _ := strings.Cut(s.code, "\n")
			console = append(console, first)
		}
		if s.console && !w.console || s.marks["with"] == "systemd" && !w.systemd || s.marks["without"] == "systemd" && w.systemd {
			continue
		}
		if missing := slices.IndexFunc(s.needs, func(name string) bool { _, err := exec.LookPath(name); return err != nil }); missing >= 0 {
			if left++; strings.Contains(os.Getenv("BERTH_TEST_REQUIRE"), "clients") {
				t.Errorf("%s:%d: %s is not installed; see scripts/with-clients", file, s.line, s.needs[missing])
			}
			continue
		}
		w.step(t, file, s)
		ran++
	}
	if left > 1 || ran == 0 {
		t.Errorf("%s: only %d blocks were run", file, ran)
	}
	if d := diff.Diff(people[file], console); !w.console && d != "" {
		t.Errorf("%s: what no test runs has changed (-named in the test +in the document):\n%s", file, d)
	}
}

// step runs one block.
func (w walk) step(t *testing.T, file string, s snippet) {
	t.Helper()
	if after, err := time.ParseDuration(cmp.Or(s.marks["later"], "0s")); err != nil {
		t.Fatalf("%s:%d: %v", file, s.line, err)
	} else if after > 0 && w.later != nil {
		w.later(t, after)
	}
	began, before := time.Now(), len(w.shell.errors.String())
	var printed string
	var ok bool
	ended := make(chan struct{})
	go func() { defer close(ended); printed, ok = w.shell.run(w.places.Replace(s.code)) }()
	if who := s.marks["browser"]; who != "" {
		w.letIn(t, who, before, ended)
	}
	<-ended
	printed = strings.ReplaceAll(printed, w.url, demoAddress)
	t.Logf("%s:%d: %.1f s", file, s.line, time.Since(began).Seconds())
	if !ok {
		t.Fatalf("%s:%d fails:\n%s\n%s\n%s", file, s.line, s.code, printed, w.shell.errors)
	}
	if s.prints != nil && !matches(printed, *s.prints) {
		t.Fatalf("%s:%d prints:\n%s\nThe document says:\n%s\n%s", file, s.line, printed, *s.prints, w.shell.errors)
	}
}

// letIn does in a browser what a program asks for that waits for somebody to confirm its code.
func (w walk) letIn(t *testing.T, username string, before int, ended <-chan struct{}) {
	t.Helper()
	for {
		if code := deviceCode.FindStringSubmatch(w.shell.errors.String()[before:]); code != nil {
			b := signedInBrowser(t, w.url, username, w.password)
			b.get(t, code[0])
			b.post(t, "/device", url.Values{"code": {code[1]}, "rights": {"admin"}, "days": {"30"}, "answer": {"yes"}})
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// demoAddress is where the demo is in the documents.
const demoAddress = "http://127.0.0.1:8080"

// people names the blocks of each document that no test runs, by their first lines: they start and stop what the tests start and stop by themselves.
// Those of the tutorial are run by scripts/try-package.
var people = map[string][]string{
	"README.md": {"make run            # builds bin/berth and serves a demo on http://127.0.0.1:8080"},
	"docs/tutorial.md": {
		"sudo apt install ./berth_*.deb curl jq vdirsyncer khal",
		"berth bugzilla demo --account clara@tutorial.example --account monika@tutorial.example > bugzilla.log 2>&1 &",
		"sudo systemctl restart berth",
		"sudo start-stop-daemon --start --background --notify-await --make-pidfile --pidfile /run/berth.pid \\",
		"sudo berthctl health",
		"sudo start-stop-daemon --stop --retry 30 --pidfile /run/berth.pid --remove-pidfile",
		"sudo apt remove berth",
	},
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
