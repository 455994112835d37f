package store_test

import (
	"context"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

func accounts(t testing.TB, s *store.Store, f account.Filter) []account.AuditEvent {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) ([]account.AuditEvent, error) {
		return r.AccountEvents(ctx, f)
	})
}

func TestTheTrailOfAccounts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		at := start.Add(time.Microsecond)
		events := []account.AuditEvent{
			{ID: 1, At: at, Actor: "adele", Person: "ada", Action: account.Made, Address: "192.0.2.1", Text: "mentor – „x“"},
			{ID: 2, At: at.Add(time.Hour), Actor: "ada", Person: "ada", Action: account.SignIn, Address: "192.0.2.1"},
			{ID: 3, At: at.Add(2 * time.Hour), Person: "ada", Action: account.Failed, Address: "192.0.2.2"},
			{ID: 4, At: at.Add(3 * time.Hour), Actor: "ada", Person: "ada", Action: account.SignIn, Address: "192.0.2.1"},
		}
		whole(t, events[0])
		for _, e := range events {
			change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.AddAccountEvent(ctx, e) })
		}
		same(t, "newest first", []account.AuditEvent{events[3], events[2], events[1], events[0]}, accounts(t, s, account.Filter{Limit: 10}))
		same(t, "a part", []account.AuditEvent{events[1]}, accounts(t, s, account.Filter{Before: 3, Limit: 1}))
		same(t, "by who did it", events[:1], accounts(t, s, account.Filter{Actor: "adele", Limit: 10}))
		same(t, "by whose and what", events[2:3], accounts(t, s, account.Filter{Person: "ada", Action: account.Failed, Limit: 10}))
		last := func(person, address string) time.Time {
			return look(t, s, func(ctx context.Context, r scheduler.Reader) (time.Time, error) {
				return r.SignedIn(ctx, person, address)
			})
		}
		same(t, "the last sign-in", events[3].At, last("ada", "192.0.2.1"))
		for _, x := range [][2]string{{"ada", "192.0.2.2"}, {"bob", "192.0.2.1"}, {"\x00", "192.0.2.1"}} {
			if at := last(x[0], x[1]); !at.IsZero() {
				t.Errorf("%q signed in at %s", x, at)
			}
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.ForgetAccountEvents(ctx, events[2].At) })
		same(t, "after the old ones are forgotten", []account.AuditEvent{events[3], events[2]}, accounts(t, s, account.Filter{Limit: 10}))
	})
}
