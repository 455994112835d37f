package app

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// directory serves the adapters that ask about both requests and people.
type directory struct {
	*scheduler.Service
	people
}

// people has the questions of these adapters about accounts.
type people interface {
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PersonByMail(ctx context.Context, actor account.Actor, mail string) (account.Person, bool, error)
	MuteLink(ctx context.Context, actor account.Actor, username string, topic account.Topic) (string, error)
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
}

func (p *Parts) directory() directory { return directory{p.Service, p.Auth} }
