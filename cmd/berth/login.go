package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"berth/internal/client"
	"berth/internal/console"
	"berth/internal/terminal"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

type loginCommand struct {
	URL       string   `arg:"" name:"url" optional:"" help:"Address of the server, such as https://berth.example.org. Default: that of the current one."`
	Server    string   `help:"The same, as the other commands take it." placeholder:"URL"`
	Name      string   `help:"Name under which the server is saved. Default: its host." placeholder:"NAME"`
	User      string   `help:"Username, to sign in with a password instead of a code." placeholder:"USERNAME"`
	TokenFile string   `help:"File with a token from the account page, - for standard input, instead of a code." placeholder:"FILE"`
	Scope     []string `help:"What the token may do, of what its owner may: read, write (everything about requests), admin (the facility, people), password (passwords and tokens of others; with --user only); repeatable." enum:"read,write,admin,password" default:"read,write,admin"`
	Insecure  bool     `help:"Without encryption to another machine. Everybody on the way can read the token."`
}

// Help says how to sign in.
func (c *loginCommand) Help() string {
	return "Without --user and --token-file, berth login shows a code and the address of a page. Open it in any browser, sign in there as you always do, compare the code, and confirm."
}

func (c *loginCommand) Run(ctx context.Context, p *process) error {
	all, err := p.contexts()
	if err != nil {
		return err
	}
	current, _ := all.Find("")
	typed := cmp.Or(c.URL, c.Server, current.Server)
	address, err := url.Parse(strings.TrimRight(typed, "/"))
	if err != nil || address.Host == "" {
		return scheduler.Errorf(scheduler.CodeInvalid, "%q is not an address such as https://berth.example.org", typed)
	}
	o := client.Options{Server: address.String(), Insecure: c.Insecure, Agent: "berth/" + Version()}
	saved := terminal.Context{Name: c.Name, Server: address.String()}
	if saved.Name == "" {
		saved.Name = address.Host
	}
	switch {
	case c.TokenFile != "":
		saved.Token, err = console.ReadPassword(c.TokenFile, p.stdin, p.stderr)
	case c.User != "":
		saved, err = c.exchange(ctx, p, o, saved)
	default:
		saved, err = c.byCode(ctx, p, o, saved)
	}
	if err != nil {
		return err
	}
	o.Token = saved.Token
	server, err := client.New(o)
	if err != nil {
		return err
	}
	me, err := server.Me(ctx)
	if err != nil {
		return err
	}
	saved.User = me.Value.Username
	if err := all.Put(saved); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "signed in to %s as %s; saved as %s\n", saved.Server, saved.User, saved.Name)
	return nil
}

// byCode shows a code, and waits until somebody confirms it on the server's page.
func (c *loginCommand) byCode(ctx context.Context, p *process, o client.Options, saved terminal.Context) (terminal.Context, error) {
	server, err := client.New(o)
	if err != nil {
		return saved, err
	}
	codes, err := server.AskDevice(ctx, thisProgram(), c.scopes())
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return saved, scheduler.Errorf(scheduler.CodeInvalid, "this server does not let programs in by a code: --user USERNAME or --token-file FILE")
	}
	if err != nil {
		return saved, err
	}
	fmt.Fprintf(p.stderr, "Open this page in a browser and sign in there:\n\n  %s\n\nand confirm the code\n\n  %s\n\nIt is valid for %d minutes. Waiting …\n", codes.PageFull, codes.Code, codes.Expires/60)
	t, err := server.AwaitDevice(ctx, codes, pause)
	if err == nil {
		saved.Token, saved.ID = t.Token, t.ID
	}
	return saved, err
}

// pause waits a while, or until the context ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// thisProgram names the program on its machine, for the list of tokens.
func thisProgram() string {
	host, err := os.Hostname()
	if err != nil {
		return "berth"
	}
	return plain.Clip("berth on "+host, 99)
}

func (c *loginCommand) scopes() (list []account.Scope) {
	for _, s := range c.Scope {
		list = append(list, account.Scope(s))
	}
	return list
}

// exchange makes a token with a username and a password, which is not kept.
func (c *loginCommand) exchange(ctx context.Context, p *process, o client.Options, saved terminal.Context) (terminal.Context, error) {
	in := bufio.NewReader(p.stdin)
	o.User = c.User
	fmt.Fprint(p.stderr, "password: ")
	var err error
	if f, ok := p.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var b []byte
		b, err = term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(p.stderr)
		o.Password = string(b)
	} else {
		o.Password, err = in.ReadString('\n')
		o.Password = strings.TrimRight(o.Password, "\r\n")
		if err == io.EOF {
			err = nil
		}
	}
	if err != nil {
		return saved, err
	}
	server, err := client.New(o)
	if err != nil {
		return saved, err
	}
	a, err := server.CreateToken(ctx, thisProgram(), c.scopes(), nil)
	if err != nil {
		return saved, err
	}
	saved.Token, saved.ID = a.Value.Secret, a.Value.Token.ID
	return saved, nil
}

type logoutCommand struct {
	Name string `arg:"" optional:"" help:"The saved server; the current one otherwise." complete:"context"`
}

func (c *logoutCommand) Run(ctx context.Context, p *process) error {
	all, err := p.contexts()
	if err != nil {
		return err
	}
	x, ok := all.Find(c.Name)
	if !ok {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no such context; see berth context list")
	}
	note := ""
	if x.ID != "" {
		if server, err := client.New(client.Options{Server: x.Server, Token: x.Token, Insecure: true}); err == nil {
			if err := server.RevokeToken(ctx, x.ID); err != nil {
				note = fmt.Sprintf("; its token could not be revoked, do so on the account page: %v", err)
			}
		}
	}
	if err := all.Remove(x.Name); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "forgot %s%s\n", x.Name, note)
	return nil
}

type contextCommands struct {
	List contextList `cmd:"" help:"List the saved servers; the current one is marked."`
	Use  contextUse  `cmd:"" help:"Make a saved server the current one."`
}

type contextList struct{}

func (c *contextList) Run(p *process) error {
	all, err := p.contexts()
	if err != nil {
		return err
	}
	if len(all.List) == 0 {
		fmt.Fprintln(p.stdout, "No server is saved; berth login URL saves one.")
	}
	slices.SortFunc(all.List, func(a, b terminal.Context) int { return strings.Compare(a.Name, b.Name) })
	for _, x := range all.List {
		mark := " "
		if x.Name == all.Current {
			mark = "*"
		}
		fmt.Fprintf(p.stdout, "%s %s  %s as %s\n", mark, x.Name, x.Server, x.User)
	}
	return nil
}

type contextUse struct {
	Name string `arg:"" help:"Name of the saved server." complete:"context"`
}

func (c *contextUse) Run(p *process) error {
	all, err := p.contexts()
	if err != nil {
		return err
	}
	return all.Use(c.Name)
}
