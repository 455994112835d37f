package auth_test

import (
	"testing"
	"time"

	"berth/internal/auth"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestThereIsRoomForSoManyTokensAndFeeds of one person; revoked and expired ones make room, and sessions are counted apart.
func TestThereIsRoomForSoManyTokensAndFeeds(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	g.auth = auth.New(g.store, func() time.Time { return g.now }, auth.Bounds{Tokens: 2, Feeds: 1})
	_, ada := g.session("ada")
	token := func(expires *time.Time) (account.Token, error) {
		_, made, err := g.auth.Create(t.Context(), ada, "ada", "script", []account.Scope{account.ScopeRead}, expires)
		return made, err
	}
	feed := func() error {
		_, _, err := g.auth.CreateFeed(t.Context(), ada, "ada", "phone", "operations")
		return err
	}
	first, err := token(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token(new(g.now.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	if _, err := token(nil); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("a third one: %v", err)
	}
	if err := feed(); err != nil {
		t.Errorf("a feed beside two tokens: %v", err)
	}
	if err := feed(); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("a second feed: %v", err)
	}
	if _, err := g.auth.Revoke(t.Context(), ada, "ada", first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := token(nil); err != nil {
		t.Errorf("after one was revoked: %v", err)
	}
	g.now = g.now.Add(time.Hour)
	if _, err := token(nil); err != nil {
		t.Errorf("after one has expired: %v", err)
	}
}

func TestTheOldestSessionEndsWhereThereAreTooMany(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	first, _ := g.session("ada")
	second, _ := g.session("ada")
	for range 48 {
		g.session("ada")
	}
	if !g.open(first) {
		t.Error("the oldest of fifty has ended")
	}
	last, _ := g.session("ada")
	if g.open(first) || !g.open(second) || !g.open(last) {
		t.Errorf("of 51 the first is open: %v, the second: %v, the last: %v", g.open(first), g.open(second), g.open(last))
	}
}
