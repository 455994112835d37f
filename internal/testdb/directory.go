package testdb

import (
	"context"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/scheduler"
	"berth/scheduler/account"
)

// Directory answers the adapters' questions about requests and people, assembled as in internal/app.
type Directory struct {
	*scheduler.Service
	accounts
}

type accounts interface {
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PersonByMail(ctx context.Context, actor account.Actor, mail string) (account.Person, bool, error)
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
	PutPerson(ctx context.Context, actor account.Actor, p account.Person) (account.Person, error)
	MuteLink(ctx context.Context, actor account.Actor, username string, topic account.Topic) (string, error)
	MuteByLink(ctx context.Context, link string, muted bool) (account.LinkedTopic, error)
	Mute(ctx context.Context, actor account.Actor, muted, quiet []account.Topic) (account.Person, error)
}

// NewDirectory assembles one over a service and its store.
func NewDirectory(tb testing.TB, svc *scheduler.Service, s scheduler.Store, clock func() time.Time) Directory {
	tb.Helper()
	return Directory{svc, auth.New(s, clock)}
}
