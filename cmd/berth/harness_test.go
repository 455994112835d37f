package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"berth/internal/testdb"
)

// asProgram is set for a process that is to be the program instead of its tests. The test binary serves as both, so that the race
// detector watches the program as well.
const asProgram = "BERTH_TEST_AS_PROGRAM"

// clockFile names a file with the number of seconds by which a program's clock goes wrong; it may change at any time.
const clockFile = "BERTH_TEST_CLOCK"

// jumping returns a clock that goes wrong as a file says; nil without one.
func jumping(file string) func() time.Time {
	if file == "" {
		return nil
	}
	var offset atomic.Int64
	look := func() {
		if b, err := os.ReadFile(file); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil {
				offset.Store(n)
			}
		}
	}
	look()
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			look()
		}
	}()
	return func() time.Time { return time.Now().UTC().Add(time.Duration(offset.Load()) * time.Second) }
}

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(start(jumping(os.Getenv(clockFile))))
	}
	os.Exit(m.Run())
}

// place is a folder with a database, in which the program runs.
type place struct {
	dir      string
	database string   // empty: the default, a SQLite file in the folder
	environ  []string // more variables
}

func newPlace(t *testing.T, database string) place {
	t.Helper()
	return place{dir: t.TempDir(), database: database}
}

func (p place) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Dir = p.dir
	c.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "BERTH_LISTEN=127.0.0.1:0"}
	c.Env = append(c.Env, p.environ...)
	if p.database != "" {
		c.Env = append(c.Env, "BERTH_DATABASE="+p.database)
	}
	return c
}

// berth runs a command to its end and returns its output and its exit code.
func (p place) berth(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	c := p.command(t.Context(), args...)
	var out, errOut bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &out, &errOut
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errOut.String(), c.ProcessState.ExitCode()
}

// must runs berth, and ends the test on any failure.
func (p place) must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	out, errOut, code := p.berth(t, stdin, args...)
	if code != 0 {
		t.Fatalf("berth %s ended with %d:\n%s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

// write puts a file into the folder.
func (p place) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// instance is a running server.
type instance struct {
	url   string
	lines []string // its output until it served
	cmd   *exec.Cmd
	log   *lockedBuffer
	ended chan struct{}
}

// lockedBuffer collects the log of a process while the test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts a server and waits until it says where it listens.
func (p place) serve(t *testing.T, args ...string) *instance {
	t.Helper()
	in := p.begin(t, " serves ", append([]string{"serve"}, args...)...)
	_, in.url, _ = strings.Cut(in.lines[len(in.lines)-1], " serves ")
	return in
}

// begin starts a program that goes on, and waits until it prints a line with a text.
func (p place) begin(t *testing.T, text string, args ...string) *instance {
	t.Helper()
	if testing.Short() {
		t.Skip("a server of the real program takes long")
	}
	c := p.command(context.WithoutCancel(t.Context()), args...)
	in := &instance{cmd: c, log: &lockedBuffer{}, ended: make(chan struct{})}
	c.Stderr = in.log
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.kill() })
	said := false
	for lines := bufio.NewScanner(out); !said && lines.Scan(); said = strings.Contains(lines.Text(), text) {
		in.lines = append(in.lines, lines.Text())
	}
	go func() {
		defer close(in.ended)
		_, _ = io.Copy(io.Discard, out)
		_ = c.Wait()
	}()
	if !said {
		<-in.ended
		t.Fatalf("%s ended (%v) before it said %q:\n%s%s", args[0], c.ProcessState, text, strings.Join(in.lines, "\n"), in.log)
	}
	return in
}

// kill ends the server as a power cut would.
func (in *instance) kill() {
	_ = in.cmd.Process.Kill()
	<-in.ended
}

// stop ends the server as an operator would.
func (in *instance) stop(t *testing.T) {
	t.Helper()
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-in.ended
	if code := in.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the server stopped with %d:\n%s", code, in.log)
	}
}

// caller is a user who talks to a server.
type caller struct {
	base         string // of the server, without the path
	name, secret string // Basic, where name is not empty; a bearer token otherwise
	client       http.Client
}

type answer struct {
	status int
	body   []byte
	header http.Header
}

// decode reads the answer's body into a value.
func (a answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("answer %d is not what was expected: %v\n%s", a.status, err, a.body)
	}
}

// send makes one call. An error means that no answer came.
func (c *caller) send(ctx context.Context, method, path string, body any) (answer, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		r = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1/"+path, r)
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.name != "" {
		req.SetBasicAuth(c.name, c.secret)
	} else {
		req.Header.Set("Authorization", "Bearer "+c.secret)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, body: b, header: res.Header}, err
}

// call sends a request, and ends the test on any status but the wanted one.
func (c *caller) call(t *testing.T, want int, method, path string, body any) answer {
	t.Helper()
	a, err := c.send(t.Context(), method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != want {
		t.Fatalf("%s %s by %s is answered %d, want %d:\n%s", method, path, c.name, a.status, want, a.body)
	}
	return a
}

// arrangement is a database, and how many processes share it.
type arrangement struct {
	name      string
	processes int
	fresh     func(testing.TB) string // makes a database
}

// arrangements lists one process on SQLite, and several on PostgreSQL if that is available.
func arrangements(t *testing.T, processes int) []arrangement {
	t.Helper()
	list := []arrangement{{"SQLite", 1, testdb.SQLite}}
	if testdb.Address(t) != "" {
		list = append(list, arrangement{fmt.Sprintf("PostgreSQL with %d processes", processes), processes, testdb.Postgres})
	}
	return list
}
