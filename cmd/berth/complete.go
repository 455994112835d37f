package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"berth/internal/client"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// The scripts ask the program itself for what can follow.
var completionScripts = map[string]string{
	"bash": `_berth() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(berth __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _berth berth
`,
	"zsh": `#compdef berth
_berth() {
  local -a found
  found=("${(@f)$(berth __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -S '' -- ${(M)found:#*=}
  compadd -- ${found:#*=}
}
compdef _berth berth
`,
	"fish": `complete -c berth -f -a '(berth __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
}

func (c *completionCommand) Run(p *process) error {
	_, err := fmt.Fprint(p.stdout, completionScripts[c.Shell])
	return err
}

type completeWords struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// patience is how long somebody who pressed a key waits for the server.
const patience = 2 * time.Second

func (c *completeWords) Run(ctx context.Context, p *process, model *kong.Application) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		words = []string{""}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	last := words[len(words)-1]
	for _, x := range following(model.Node, words[:len(words)-1], last, func(kind string) []string { return known(ctx, p, kind) }) {
		if strings.HasPrefix(x, last) {
			fmt.Fprintln(p.stdout, x)
		}
	}
	return nil
}

// following lists what can stand after some words. ask finds the values of a kind, such as the network services.
func following(node *kong.Node, before []string, last string, ask func(kind string) []string) (list []string) {
	flags, place := node.Flags, 0
	var open *kong.Flag // waits for its value
	for _, w := range before {
		switch {
		case open != nil:
			open = nil
		case strings.HasPrefix(w, "-"):
			if f := flagOf(flags, w); f != nil && !f.IsBool() && !strings.Contains(w, "=") {
				open = f
			}
		default:
			i := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == w })
			if i < 0 {
				place++
				continue
			}
			node, place = node.Children[i], 0
			flags = append(slices.Clip(flags), node.Flags...)
		}
	}
	switch {
	case open != nil:
		return values(open.Value, ask)
	case strings.HasPrefix(last, "-"):
		for _, f := range flags {
			if !f.Hidden {
				list = append(list, "--"+f.Name)
			}
		}
		return list
	}
	for _, c := range node.Children {
		if !c.Hidden {
			list = append(list, c.Name)
		}
	}
	if place < len(node.Positional) {
		list = append(list, values(node.Positional[place], ask)...)
	}
	return list
}

func flagOf(flags []*kong.Flag, word string) *kong.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, f := range flags {
		if f.Name == name || f.Short != 0 && string(f.Short) == name {
			return f
		}
	}
	return nil
}

func values(v *kong.Value, ask func(kind string) []string) []string {
	if v.Enum != "" {
		return strings.Split(v.Enum, ",")
	}
	if kind := v.Tag.Get("complete"); kind != "" {
		return ask(kind)
	}
	return nil
}

// known asks the current server for the values of a kind. A server that does not answer offers none.
func known(ctx context.Context, p *process, kind string) (list []string) {
	switch kind {
	case "context":
		if all, err := p.contexts(); err == nil {
			for _, x := range all.List {
				list = append(list, x.Name)
			}
		}
		return list
	case "status":
		return []string{"under-review", "scheduled", "instantiating", "running", "terminating", "completed", "rejected", "cancelled", "failed"}
	}
	d, err := remoteFlags{}.desk(p)
	if err != nil {
		return nil
	}
	switch kind {
	case "nsd":
		a, _ := d.Client.Services(ctx)
		for _, x := range a.Value.Items {
			list = append(list, x.ID)
		}
	case "request":
		a, _ := d.Client.Requests(ctx, client.Filter{Limit: 200})
		for _, x := range a.Value.Items {
			list = append(list, fmt.Sprint(x.Number))
		}
	case "series":
		a, _ := d.Client.ListSeries(ctx, client.Filter{Limit: 200})
		for _, x := range a.Value.Items {
			list = append(list, fmt.Sprint(x.Number))
		}
	case "testbed", "vim", "device":
		a, _ := d.Client.Testbeds(ctx)
		for _, x := range a.Value.Items {
			switch kind {
			case "testbed":
				list = append(list, x.ID)
			case "vim":
				for _, v := range x.VIMs {
					list = append(list, x.ID+"/"+v.ID)
				}
			case "device":
				for _, e := range x.Devices {
					list = append(list, x.ID+"/"+e.ID+"=")
				}
			}
		}
	}
	return list
}
