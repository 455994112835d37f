//go:build unix

package testdb

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server of a test's own, which the test may stop, cut off, and replace by a standby.
type Server struct {
	Port int

	tb   testing.TB
	data string
	log  string
	cmd  *exec.Cmd
}

// NewServer starts a server on a free port of 127.0.0.1; it ends with the test. With -short, and if PostgreSQL's programs are not
// installed, the test is skipped; the latter fails it if BERTH_TEST_REQUIRE demands postgres.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a PostgreSQL server takes long")
	}
	s := &Server{tb: tb, data: folder(tb)}
	s.run("initdb", "--pgdata", s.data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	s.begin()
	return s
}

// Standby starts a second server that follows the first, and makes the first one wait for it at each commit.
func (s *Server) Standby() *Server {
	s.tb.Helper()
	other := &Server{tb: s.tb, data: folder(s.tb)}
	s.run("pg_basebackup", "--pgdata", other.data, "--host", "127.0.0.1", "--port", strconv.Itoa(s.Port), "--username", "postgres", "--write-recovery-conf", "--no-sync")
	other.begin()
	s.Execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
	s.Execute("SELECT pg_reload_conf()")
	other.until("it is in step", func(ctx context.Context, _ *pgx.Conn) error {
		var n int
		c, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		if err := c.QueryRow(ctx, "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'").Scan(&n); err != nil || n == 0 {
			return fmt.Errorf("%d in step, %w", n, err)
		}
		return nil
	})
	return other
}

// Promote makes a standby accept writes.
func (s *Server) Promote() { s.tb.Helper(); s.Execute("SELECT pg_promote()") }

// DSN returns the address of one of the server's databases.
func (s *Server) DSN(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.Port, name)
}

// Execute runs a statement as the server's administrator.
func (s *Server) Execute(statement string) {
	s.tb.Helper()
	c := connect(s.tb, s.DSN("postgres"))
	defer c.Close(context.WithoutCancel(s.tb.Context()))
	execute(s.tb, c, statement)
}

// Crash ends the server like a power cut: nothing is finished.
func (s *Server) Crash() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Restart starts a stopped server, on its earlier port.
func (s *Server) Restart() { s.tb.Helper(); s.launch() }

func (s *Server) begin() {
	s.tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.tb.Fatal(err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	s.log = s.data + ".log"
	s.tb.Cleanup(s.Crash)
	s.launch()
}

func (s *Server) launch() {
	s.tb.Helper()
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer out.Close()
	s.cmd = command(s.tb, "postgres", "-D", s.data, "-c", "listen_addresses=127.0.0.1", "-c", fmt.Sprintf("port=%d", s.Port), "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "wal_level=replica", "-c", "hot_standby=on")
	s.cmd.Stdout, s.cmd.Stderr = out, out
	if err := s.cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}
	s.until("it answers", func(ctx context.Context, c *pgx.Conn) error { return c.Ping(ctx) })
}

// until waits for a condition that the server does not report by itself.
func (s *Server) until(what string, is func(context.Context, *pgx.Conn) error) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.tb.Context()), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			err = is(ctx, c)
			_ = c.Close(ctx)
		}
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b, _ := os.ReadFile(s.log)
			s.tb.Fatalf("waiting until %s: %v\n%s", what, err, b)
		}
	}
}

func (s *Server) run(program string, args ...string) {
	s.tb.Helper()
	if out, err := command(s.tb, program, args...).CombinedOutput(); err != nil {
		s.tb.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// command prepares one of PostgreSQL's programs under a user that may run it: the server refuses to run as
// root.
func command(tb testing.TB, program string, args ...string) *exec.Cmd {
	tb.Helper()
	c := exec.CommandContext(context.WithoutCancel(tb.Context()), filepath.Join(programs(tb), program), args...)
	c.Dir = os.TempDir()
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		uid, gid := owner(tb)
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return c
}

// programs finds the folder of the newest installed ones.
func programs(tb testing.TB) string {
	tb.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if in, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = append(found, in)
	}
	if len(found) == 0 {
		if strings.Contains(os.Getenv(requireVariable), "postgres") {
			tb.Fatalf("%s demands PostgreSQL, and its programs are not installed", requireVariable)
		}
		tb.Skip("PostgreSQL's programs are not installed")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
}

// owner looks up the user postgres.
func owner(tb testing.TB) (uid, gid int) {
	tb.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		tb.Skip("there is no user postgres to run a server as")
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	return uid, gid
}

// folder makes a place for data that the server's user may write to, which a test's own folder may not be.
func folder(tb testing.TB) string {
	tb.Helper()
	programs(tb)
	in, err := os.MkdirTemp("", "berth-server-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(in) })
	if os.Geteuid() == 0 {
		uid, gid := owner(tb)
		if err := os.Chown(in, uid, gid); err != nil {
			tb.Fatal(err)
		}
	}
	return filepath.Join(in, "data")
}
