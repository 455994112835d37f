package app

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// directory answers the adapters that ask about requests and about people.
type directory struct {
	*scheduler.Service
	people
}

// people is what these adapters ask about accounts.
type people interface {
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PersonByMail(ctx context.Context, actor account.Actor, mail string) (account.Person, bool, error)
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
}

func (p *Parts) directory() directory { return directory{p.Service, p.Auth} }
