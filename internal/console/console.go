package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Local is the actor of the console.
var Local = account.Actor{Username: "console", Name: "Local administrator", Roles: []account.Role{account.RoleAdministrator},
	Scopes: account.AllScopes()}

// Console writes results.
type Console struct {
	Service  *scheduler.Service
	Accounts Accounts
	Out      io.Writer
	JSON     bool
}

func (c Console) printf(format string, args ...any) { fmt.Fprintf(c.Out, format, args...) }

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
