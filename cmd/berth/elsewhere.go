package main

import (
	"context"
	"strings"

	"github.com/alecthomas/kong"

	"berth/internal/app"
	"berth/internal/client"
	"berth/internal/console"
	"berth/scheduler"
)

// elsewhere chooses where administration is done: in the database of this machine, unless a server is named. A saved server or BERTH_SERVER does not
// count, so that a command means the same database as the others of its group.
type elsewhere struct {
	Server  string `help:"Do it at this server, not in the database of this machine (with the token of berth login, or BERTH_TOKEN)." placeholder:"URL"`
	Context string `help:"Do it at this saved server." placeholder:"NAME" complete:"context"`
}

// changing is for administration that changes something. A server is shown what would change first.
type changing struct {
	elsewhere
	Yes    bool `short:"y" help:"At a server: do it without a question. Where nobody can answer, there is none."`
	DryRun bool `help:"Only say what would change."`
}

func (f elsewhere) named() bool { return f.Server != "" || f.Context != "" }

// at runs administration where it is wanted. Both ways end in the same code and the same words.
func (f changing) at(ctx context.Context, p *process, open opening, asJSON bool, make func(*session) func(context.Context, func(*app.Parts) error) error, do func(console.Console) error) error {
	if f.named() {
		c, err := f.far(p, asJSON)
		if err != nil {
			return err
		}
		return do(c)
	}
	s, err := open()
	if err != nil {
		return err
	}
	return make(s)(ctx, func(parts *app.Parts) error {
		c := s.console(parts, asJSON)
		c.Dry = f.DryRun
		return do(c)
	})
}

// Ways to open the database of this machine, for at.
var (
	creating = func(s *session) func(context.Context, func(*app.Parts) error) error { return s.with }
	existing = func(s *session) func(context.Context, func(*app.Parts) error) error { return s.looking }
)

// far returns a console that works at the server that is named.
func (f changing) far(p *process, asJSON bool) (console.Console, error) {
	d, err := (remoteFlags{Server: f.Server, Context: f.Context, Output: "table"}).desk(p)
	if err != nil {
		return console.Console{}, err
	}
	there := client.Administration{Client: d.Client}
	c := console.Console{Facilities: there, Accounts: there, Tokens: there, Elsewhere: true, Out: p.stdout, JSON: asJSON, Dry: f.DryRun}
	if d.Asks && !f.Yes {
		c.Preview, c.Agree = p.stderr, d.Agree
	}
	return c, nil
}

// staying says of the commands that never ask a server why they do not.
var staying = map[string]string{
	"serve":     "It is the server.",
	"verify":    "It reads the whole database in one snapshot, which takes longer than a call may.",
	"backup":    "It copies the file of the database.",
	"restore":   "It replaces the file of the database, while nobody serves it.",
	"health":    "It asks the server of this machine, for those who watch over it; others ask its address /readyz.",
	"config":    "It prints the settings of this machine.",
	"bugzilla":  "It uses the key for Bugzilla, which does not leave the server's machine.",
	"osm":       "It uses the passwords for OSM, which do not leave the server's machine.",
	"portal":    "It uses the passwords for the portals, which do not leave the server's machine.",
	"calendars": "It uses the passwords for the calendars, which do not leave the server's machine.",
	"mail":      "It uses the password for the mail server, which does not leave the server's machine.",
}

const here = "It works on the server's own machine only. "

// stay adds to the help of commands why they stay on the server's machine.
func stay(model *kong.Application) {
	for _, node := range model.Children {
		if why := staying[node.Name]; why != "" {
			node.Detail = here + why
			for _, n := range leaves(node) {
				n.Detail = here + why
			}
		}
	}
}

// stays explains why a command refuses the name of a server.
func stays(wrong *kong.ParseError) error {
	node := wrong.Context.Selected()
	for node != nil && node.Parent != nil && node.Parent.Type == kong.CommandNode {
		node = node.Parent
	}
	flag, unknown := strings.CutPrefix(wrong.Error(), "unknown flag ")
	if node == nil || !unknown || !strings.HasPrefix(flag, "--server") && !strings.HasPrefix(flag, "--context") || staying[node.Name] == "" {
		return nil
	}
	return scheduler.Errorf(scheduler.CodeInvalid, "%s works on the server's own machine only. %s", node.Name, staying[node.Name])
}
