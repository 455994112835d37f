package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Local is the actor of the console.
var Local = account.Actor{Username: "console", Name: "Local administrator", Roles: []account.Role{account.RoleAdministrator},
	Scopes: account.AllScopes()}

// Console writes results. Its parts work on the database of the machine, or at a server.
type Console struct {
	Service    *scheduler.Service // nil at a server
	Facilities Facilities
	Accounts   Accounts
	Tokens     Tokens
	Elsewhere  bool // they are at a server, which tells nothing about passwords
	Out        io.Writer
	JSON       bool
	When       func(time.Time) string // writes an instant for the reader; nil: in UTC

	Dry     bool                        // say what would change, and change nothing
	Preview io.Writer                   // where what would change is shown, before Agree is asked
	Agree   func(question string) error // nil: what was typed is meant
}

// sure shows what a change would do, and asks whether to make it. It reports whether it is to be made.
func (c Console) sure(question string, lines ...string) (bool, error) {
	out := c.Preview
	switch {
	case c.Dry:
		out = c.Out
		question = "nothing was changed: this is a dry run"
	case c.Agree == nil:
		return true, nil
	}
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	if c.Dry {
		_, err := fmt.Fprintln(out, question)
		return false, err
	}
	err := c.Agree(question)
	return err == nil, err
}

// Facilities reads and replaces the facility and the catalogue. The numbers are their revisions.
type Facilities interface {
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
	Catalogue(ctx context.Context, a account.Actor) (testbeds.Catalogue, int64, error)
	PutFacility(ctx context.Context, a account.Actor, f testbeds.Facility, o scheduler.ChangeOptions) (scheduler.FacilityChange, error)
	PutCatalogue(ctx context.Context, a account.Actor, c testbeds.Catalogue, o scheduler.ChangeOptions) (scheduler.FacilityChange, error)
}

func (c Console) printf(format string, args ...any) { fmt.Fprintf(c.Out, format, args...) }

// at writes an instant for the reader.
func (c Console) at(t time.Time) string {
	if c.When != nil {
		return c.When(t)
	}
	return instant(t)
}

// json writes one value for programs.
func (c Console) json(v any) error {
	e := json.NewEncoder(c.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table writes rows under a head, in columns.
func (c Console) table(head []string, rows [][]string) {
	w := tabwriter.NewWriter(c.Out, 0, 8, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, cell)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

// Accounts manages people.
type Accounts interface {
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PutPerson(ctx context.Context, actor account.Actor, p account.Person) (account.Person, error)
}
