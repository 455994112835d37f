package main

import (
	"context"

	"berth/internal/console"
)

type tokenCommands struct {
	Create tokenCreate `cmd:"" help:"Make a secret; it is shown once."`
	List   tokenList   `cmd:"" help:"List the tokens of a person."`
	Revoke tokenRevoke `cmd:"" help:"Revoke a token."`
}

type tokenCreate struct {
	changing
	Owner   string   `arg:"" help:"The username of the person for whom it acts."`
	Name    string   `help:"What it is for." required:"" placeholder:"TEXT"`
	Scope   []string `help:"read, write, admin or password; for a calendar client calendar or calendar:move; repeatable." enum:"read,write,admin,password,calendar,calendar:move" default:"read"`
	Expires string   `help:"How long it is valid. Default: for ever." placeholder:"PERIOD"`
	JSON    bool     `name:"json" help:"Write JSON."`
}

func (c *tokenCreate) Run(ctx context.Context, p *process, open opening) error {
	return c.at(ctx, p, open, c.JSON, existing, func(out console.Console) error {
		return out.CreateToken(ctx, console.TokenWish{Owner: c.Owner, Name: c.Name, Scopes: c.Scope, Expires: c.Expires}, p.now().UTC())
	})
}

type tokenList struct {
	elsewhere
	Owner string `arg:"" help:"The username of its owner."`
	JSON  bool   `name:"json" help:"Write JSON."`
}

func (c *tokenList) Run(ctx context.Context, p *process, open opening) error {
	return changing{elsewhere: c.elsewhere}.at(ctx, p, open, c.JSON, existing, func(out console.Console) error { return out.TokensOf(ctx, c.Owner) })
}

type tokenRevoke struct {
	changing
	Owner string `arg:"" help:"The username of its owner."`
	ID    string `arg:"" help:"The token's id, as token list shows it."`
}

func (c *tokenRevoke) Run(ctx context.Context, p *process, open opening) error {
	return c.at(ctx, p, open, false, existing, func(out console.Console) error { return out.RevokeToken(ctx, c.Owner, c.ID) })
}
