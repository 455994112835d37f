package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
)

type manCommand struct {
	Folder string `arg:"" optional:"" help:"Folder for a page of each command; without one, the page of berth itself is printed."`
}

func (c *manCommand) Run(p *process, model *kong.Application) error {
	shown(model, "")
	if c.Folder == "" {
		return page(p.stdout, model.Node)
	}
	if err := os.MkdirAll(c.Folder, 0o755); err != nil {
		return err
	}
	return pages(c.Folder, model)
}

// pages writes the page of the program, and one of each command.
func pages(folder string, model *kong.Application) error {
	for _, node := range append([]*kong.Node{model.Node}, model.Children...) {
		if node.Hidden {
			continue
		}
		shown(model, "")
		if node.Group != nil && node.Group.Key == "local" {
			shown(model, node.Name)
		}
		var b strings.Builder
		if err := page(&b, node); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, title(node)+".1"), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// title is the name of a command's page: berth-request.
func title(node *kong.Node) string {
	if node.Type == kong.ApplicationNode {
		return node.Name
	}
	return "berth-" + node.Name
}

// page writes the manual page of a command in roff.
func page(w io.Writer, node *kong.Node) error {
	out := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	about := node.Help
	if node.Type == kong.ApplicationNode {
		about = "books testbed slots for 5G experiments"
	}
	out(`.TH %s 1 "" "berth %s" "Berth"`, strings.ToUpper(title(node)), roff(Version()))
	out(".SH NAME\n%s \\- %s", roff(title(node)), roff(strings.TrimSuffix(about, ".")))
	out(".SH SYNOPSIS")
	if node.Type == kong.ApplicationNode {
		out(".B berth\n.I COMMAND\n[flags]")
	}
	for _, leaf := range leaves(node) {
		out(".B %s", roff("berth "+strings.TrimPrefix(leaf.Path(), "berth ")))
		out("%s\n.br", roff(arguments(leaf)))
	}
	if node.Type == kong.ApplicationNode {
		out(".SH COMMANDS")
		for _, c := range node.Children {
			if !c.Hidden {
				out(".TP\n.BR berth-%s (1)\n%s", roff(c.Name), roff(c.Help))
			}
		}
		out(".SH EXIT STATUS\n0 done; 1 the answer is no; 2 the input breaks a rule; 3 not found; 4 not allowed; 5 changed by somebody else meanwhile; 6 try again later; 70 an internal error; 130 stopped by an interrupt.")
		out(".SH FILES\n.TP\n~/.config/berth/contexts.json\nThe saved servers and their tokens, readable by their owner only.\n.TP\nberth.toml\nThe settings of a server, in its working directory.")
		return nil
	}
	for _, leaf := range leaves(node) {
		if leaf != node {
			out(".SH %s\n%s", strings.ToUpper(roff(strings.TrimPrefix(leaf.Path(), "berth "))), roff(strings.TrimSpace(leaf.Help+" "+leaf.Detail)))
		} else {
			if leaf.Detail != "" {
				out(".SH DESCRIPTION\n%s", roff(leaf.Detail))
			}
			out(".SH OPTIONS")
		}
		for _, a := range leaf.Positional {
			out(".TP\n.I %s\n%s", roff(strings.ToUpper(a.Name)), roff(a.Help))
		}
		for _, f := range options(leaf) {
			out(".TP\n.B %s\n%s", roff(f.String()), roff(f.Help))
		}
	}
	out(".SH SEE ALSO\n.BR berth (1)")
	return nil
}

// leaves lists the commands below a node that can be run, or the node itself.
func leaves(node *kong.Node) (list []*kong.Node) {
	if node.Type == kong.ApplicationNode {
		return nil
	}
	if len(node.Children) == 0 {
		return []*kong.Node{node}
	}
	for _, c := range node.Children {
		list = append(list, leaves(c)...)
	}
	return list
}

// options lists the flags that the help of a command shows.
func options(node *kong.Node) (list []*kong.Flag) {
	for n := node; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if !f.Hidden && f.Name != "help" {
				list = append(list, f)
			}
		}
	}
	return list
}

func arguments(node *kong.Node) string {
	var words []string
	for _, a := range node.Positional {
		words = append(words, a.Summary())
	}
	return strings.Join(append(words, "[flags]"), " ")
}

// roff keeps a text from being read as a request of roff.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
