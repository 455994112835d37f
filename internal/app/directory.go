package app

import (
	"context"

	"berth/scheduler"
)

// directory answers the adapters that ask about requests and about people.
type directory struct {
	*scheduler.Service
	people
}

// people is what these adapters ask about accounts.
type people interface {
	Person(ctx context.Context, actor scheduler.Actor, username string) (scheduler.Person, error)
	PersonByMail(ctx context.Context, actor scheduler.Actor, mail string) (scheduler.Person, bool, error)
	People(ctx context.Context, actor scheduler.Actor, cursor string, limit int) (scheduler.Page[scheduler.Person], error)
}

func (p *Parts) directory() directory { return directory{p.Service, p.Auth} }
