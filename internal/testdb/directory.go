package testdb

import (
	"context"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/scheduler"
)

// Directory answers the adapters' questions about requests and people, assembled as in internal/app.
type Directory struct {
	*scheduler.Service
	accounts
}

type accounts interface {
	Person(ctx context.Context, actor scheduler.Actor, username string) (scheduler.Person, error)
	PersonByMail(ctx context.Context, actor scheduler.Actor, mail string) (scheduler.Person, bool, error)
	People(ctx context.Context, actor scheduler.Actor, cursor string, limit int) (scheduler.Page[scheduler.Person], error)
	PutPerson(ctx context.Context, actor scheduler.Actor, p scheduler.Person) (scheduler.Person, error)
	Mute(ctx context.Context, actor scheduler.Actor, topics []scheduler.Topic) (scheduler.Person, error)
}

// NewDirectory assembles one over a service and its store.
func NewDirectory(tb testing.TB, svc *scheduler.Service, s scheduler.Store, clock func() time.Time) Directory {
	tb.Helper()
	return Directory{svc, auth.New(s, clock)}
}
