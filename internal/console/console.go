package console

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"berth/scheduler"
)

// Local is who the console acts as.
var Local = scheduler.Actor{Username: "console", Name: "Local administrator", Roles: []scheduler.Role{scheduler.RoleAdministrator},
	Scopes: []scheduler.Scope{scheduler.ScopeRead, scheduler.ScopeWrite, scheduler.ScopeAdmin}}

// Console writes answers.
type Console struct {
	Service *scheduler.Service
	Out     io.Writer
	JSON    bool

	Progress io.Writer // a terminal that is told how far long work is; nil for none
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
