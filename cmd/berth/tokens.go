package main

import (
	"context"

	"berth/internal/app"
	"berth/internal/console"
)

type tokenCommands struct {
	Create tokenCreate `cmd:"" help:"Make a secret; it is shown once."`
	List   tokenList   `cmd:"" help:"List the tokens of a person."`
	Revoke tokenRevoke `cmd:"" help:"Revoke a token."`
}

type tokenCreate struct {
	Owner   string   `arg:"" help:"The username of the person for whom it acts."`
	Name    string   `help:"What it is for." required:"" placeholder:"TEXT"`
	Scope   []string `help:"read, write, admin or password; for a calendar client calendar or calendar:move; repeatable." enum:"read,write,admin,password,calendar,calendar:move" default:"read"`
	Expires string   `help:"How long it is valid. Default: for ever." placeholder:"PERIOD"`
	JSON    bool     `name:"json" help:"Write JSON."`
}

func (c *tokenCreate) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		w := console.TokenWish{Owner: c.Owner, Name: c.Name, Scopes: c.Scope, Expires: c.Expires}
		return s.console(parts, c.JSON).CreateToken(ctx, parts.Auth, w, parts.Clock())
	})
}

type tokenList struct {
	Owner string `arg:"" help:"The username of its owner."`
	JSON  bool   `name:"json" help:"Write JSON."`
}

func (c *tokenList) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		return s.console(parts, c.JSON).Tokens(ctx, parts.Auth, c.Owner)
	})
}

type tokenRevoke struct {
	Owner string `arg:"" help:"The username of its owner."`
	ID    string `arg:"" help:"The token's id, as token list shows it."`
}

func (c *tokenRevoke) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		return s.console(parts, false).RevokeToken(ctx, parts.Auth, c.Owner, c.ID)
	})
}
