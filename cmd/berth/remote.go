package main

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"berth/internal/client"
	"berth/internal/console"
	"berth/internal/terminal"
	"berth/scheduler"
	"berth/testbeds/wallclock"
)

// remoteFlags choose the server, and the form of the answer.
type remoteFlags struct {
	Server  string `help:"Address of the server, instead of a saved one (also BERTH_SERVER; the token is then BERTH_TOKEN)." placeholder:"URL"`
	Context string `help:"Saved server to use, instead of the current one (also BERTH_CONTEXT)." placeholder:"NAME" complete:"context"`
	Output  string `short:"o" help:"Form of the answer: ${enum}." enum:"table,json,yaml,csv,id" default:"table"`
	Quiet   bool   `short:"q" help:"Only numbers and names, as -o id."`
}

// changeFlags are for steps that change something.
type changeFlags struct {
	remoteFlags
	Yes    bool `short:"y" help:"Do it without a question. Where nobody can answer, there is none."`
	DryRun bool `help:"Only say what would happen."`
}

// env reads a variable of the process.
func (p process) env(name string) string {
	for i := len(p.environ) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(p.environ[i], name+"="); ok {
			return value
		}
	}
	return ""
}

func (p process) now() time.Time {
	if p.clock != nil {
		return p.clock()
	}
	return time.Now()
}

// contexts reads the person's saved servers.
func (p process) contexts() (*terminal.Contexts, error) {
	file, err := terminal.ContextFile(p.env)
	if err != nil {
		return nil, err
	}
	return terminal.ReadContexts(file)
}

// server says which server is meant, and how to sign in there; empty options if none is.
func (f remoteFlags) server(p *process) (client.Options, error) {
	o := client.Options{Agent: "berth/" + Version()}
	server, name := f.Server, f.Context
	if server == "" && name == "" {
		server = p.env("BERTH_SERVER")
	}
	if name == "" {
		name = p.env("BERTH_CONTEXT")
	}
	if server != "" {
		o.Server, o.Token = server, p.env("BERTH_TOKEN")
		if o.Token != "" {
			return o, nil
		}
	}
	saved, err := p.contexts()
	if err != nil {
		if server == "" && name == "" && scheduler.CodeOf(err) == scheduler.CodeInvalid {
			return o, nil // no home, no saved server
		}
		return o, err
	}
	if server != "" { // the token of a saved server of the same address
		for _, x := range saved.List {
			if x.Server == strings.TrimRight(server, "/") {
				o.Token = x.Token
			}
		}
		return o, nil
	}
	x, ok := saved.Find(name)
	if !ok && name != "" {
		return o, scheduler.Errorf(scheduler.CodeNotFound, "there is no context %q; see berth context list", name)
	}
	o.Server, o.Token = x.Server, x.Token
	return o, nil
}

var errNoServer = scheduler.Errorf(scheduler.CodeInvalid, "no server is known: berth login URL saves one, --server or BERTH_SERVER names one")

// desk opens the place from which a command works with its server.
func (f remoteFlags) desk(p *process) (*terminal.Desk, error) {
	o, err := f.server(p)
	if err != nil {
		return nil, err
	}
	if o.Server == "" {
		return nil, errNoServer
	}
	server, err := client.New(o)
	if err != nil {
		return nil, err
	}
	width, shown := columns(*p, p.stdout)
	d := &terminal.Desk{Client: server, In: p.stdin, Err: p.stderr, Bar: p.bar(), Asks: isTerminal(p.stdin) && isTerminal(p.stderr), Fresh: freshKey,
		Output: terminal.Output{Out: p.stdout, Format: terminal.Format(f.Output), Width: width, Colour: shown && p.env("NO_COLOR") == ""},
		Times:  terminal.Times{Zone: p.zone(), Now: p.now()}}
	if f.Quiet {
		d.Format = terminal.FormatID
	}
	return d, nil
}

func (f changeFlags) desk(p *process) (*terminal.Desk, error) {
	d, err := f.remoteFlags.desk(p)
	if err == nil {
		d.Yes, d.Dry = f.Yes, f.DryRun
	}
	return d, err
}

// zone returns the time zone of the machine by its name, which servers know; UTC where it has none.
func (p process) zone() *time.Location {
	names := []string{p.env("TZ")}
	if path, err := os.Readlink("/etc/localtime"); err == nil {
		_, name, _ := strings.Cut(path, "zoneinfo/")
		names = append(names, name)
	}
	for _, name := range names {
		if zone, err := wallclock.Zone(strings.TrimPrefix(name, ":")); err == nil {
			return zone
		}
	}
	return time.UTC
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// bar returns the bar for the progress of long work; nil where nobody would see it.
func (p process) bar() *console.Bar {
	if _, shown := columns(p, p.stderr); !shown || p.env("TERM") == "dumb" {
		return nil
	}
	return console.NewBar(p.stderr, func() int { width, _ := columns(p, p.stderr); return width }, p.env("NO_COLOR") == "", p.now)
}

// columns returns the width of the terminal behind a stream, and whether it is one.
func columns(p process, stream io.Writer) (width int, shown bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	if n, err := strconv.Atoi(p.env("COLUMNS")); err == nil && n > 0 {
		return n, true
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil {
		return n, true
	}
	return 80, true
}

// freshKey makes a key that tells a repeated call from a second one.
func freshKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// at runs a command with its desk.
func at(p *process, flags interface {
	desk(*process) (*terminal.Desk, error)
}, do func(*terminal.Desk) error) error {
	d, err := flags.desk(p)
	if err != nil {
		return err
	}
	return d.Told(do(d))
}

// text reads what somebody says: an argument, or the standard input for "-" or nothing.
func (p process) text(words []string) (string, error) {
	if said := strings.Join(words, " "); said != "" && said != "-" {
		return said, nil
	}
	const longest = 64 << 10
	b, err := io.ReadAll(io.LimitReader(p.stdin, longest))
	return strings.TrimSpace(string(b)), err
}
