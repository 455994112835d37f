package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/reference/commands.md anew")

// TestReferenceOfCommands: docs/reference/commands.md says what the command line says, as the manual pages do.
func TestReferenceOfCommands(t *testing.T) {
	t.Parallel()
	const file = "../../docs/reference/commands.md"
	var g grammar
	parser, err := newParser(&g, process{stdout: os.Stdout, stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	made := commandsReference(parser.Model)
	if *update {
		if err := os.WriteFile(file, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), made); diff != "" {
		t.Errorf("run go test ./cmd/berth -run TestReferenceOfCommands -update (-committed +made from the grammar):\n%s", diff)
	}
}

// shared are the flags of every command that asks a server: said once.
var shared = []string{"server", "context", "output", "quiet"}

// commandsReference writes a section for each command, in the order of the help.
func commandsReference(model *kong.Application) string {
	var b strings.Builder
	out := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	out("# Commands\n\nEvery command with its arguments and flags, made from the program itself; `berth COMMAND --help` and the manual pages (`berth man`) say the same.")
	out("[Berth on the command line](../commands.md) shows how they are used, and has the exit codes. The settings that `berth serve` takes as flags are [on their own page](settings.md).")
	for _, group := range commandGroups {
		out("\n## %s", map[string]string{"server": "Commands for everybody", "local": "Commands on the server's own machine"}[group.Key])
		if group.Key == "server" {
			out("\nThey ask the server that `berth login` has saved. Those that do have these flags as well:")
			rows(out, flagRows(leaves(model.Children[commandAt(model, "slots")])[0], true))
		} else {
			out("\nThey work on the database of the machine, whose settings (`--database`, `--config`) they take. `load`, `user` and `token` ask a server where `--server` or `--context` names one.")
		}
		for _, node := range model.Children {
			if node.Hidden || node.Group == nil || node.Group.Key != group.Key {
				continue
			}
			for _, leaf := range leaves(node) {
				out("\n### berth %s\n\n%s", strings.TrimPrefix(leaf.Path(), "berth "), strings.TrimSpace(leaf.Help+" "+leaf.Detail))
				var list [][2]string
				for _, a := range leaf.Positional {
					list = append(list, [2]string{a.Summary(), a.Help})
				}
				rows(out, append(list, flagRows(leaf, false)...))
			}
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func commandAt(model *kong.Application, name string) int {
	for i, n := range model.Children {
		if n.Name == name {
			return i
		}
	}
	return -1
}

// flagRows lists the flags of a command: those that all share, or its own.
func flagRows(leaf *kong.Node, common bool) (list [][2]string) {
	for _, f := range options(leaf) {
		isShared := false
		for _, name := range shared {
			isShared = isShared || f.Name == name
		}
		if isShared == common && f.Group == nil && f.Name != "config" {
			help := strings.ReplaceAll(f.Help, "${enum}", f.Enum)
			list = append(list, [2]string{f.String(), help})
		}
	}
	return list
}

func rows(out func(string, ...any), list [][2]string) {
	if len(list) == 0 {
		return
	}
	out("\n| | |\n|---|---|")
	for _, r := range list {
		out("| `%s` | %s |", strings.ReplaceAll(r[0], "|", `\|`), strings.ReplaceAll(strings.ReplaceAll(r[1], "|", `\|`), "\n", " "))
	}
}
