package auth_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

const (
	home  = "192.0.2.1"
	cafe  = "198.51.100.7"
	third = "203.0.113.9"
)

func TestTwoHundredWrongPasswordsAtOnce(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("two hundred hashes take long")
	}
	g := newGatehouse(t)
	var checked, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			switch err := g.basic(cafe, "ada", fmt.Sprintf("a guess, number %d", i)); {
			case wrong(err):
				checked.Add(1)
			case many(err):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if checked.Load() != 20 || refused.Load() != 180 {
		t.Errorf("%d were checked and %d refused, want 20 and 180", checked.Load(), refused.Load())
	}
}

// TestBadTokensLockOutNobody uses an old token on a machine that shares its address with others.
func TestBadTokensLockOutNobody(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	token := g.token("ada", account.ScopeRead)
	feed, _, err := g.auth.CreateFeed(t.Context(), g.actor("ada"), "ada", "phone", "operations")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if err := g.bearer(home, token+"x"); i < 20 && !wrong(err) || i >= 20 && !many(err) {
			t.Fatalf("bad token %d: %v", i, err)
		}
		if _, _, err := g.auth.Feed(g.from(home), feed+"x"); i < 20 && !wrong(err) || i >= 20 && !many(err) {
			t.Fatalf("bad feed %d: %v", i, err)
		}
	}
	if err := g.bearer(home, token); err != nil {
		t.Errorf("a good token: %v", err)
	}
	if err := g.basic(home, "ada", token); err != nil {
		t.Errorf("a good token in the password's place: %v", err)
	}
	if _, collection, err := g.auth.Feed(g.from(home), feed); err != nil || collection != "operations" {
		t.Errorf("a good feed: %q, %v", collection, err)
	}
	if err := g.basic(home, "ada", good); err != nil {
		t.Errorf("a right password: %v", err)
	}
}

// TestNobodyLocksAnAccountFromElsewhere slows a guesser down only at the guesser's own address.
func TestNobodyLocksAnAccountFromElsewhere(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	g.guess(cafe, "ada", 19)
	if err := g.basic(cafe, "ada", "not the password"); !wrong(err) {
		t.Fatal(err)
	}
	if err := g.basic(cafe, "ada", good); !many(err) {
		t.Errorf("where it was guessed: %v", err)
	}
	if err := g.basic(cafe, "adele", good); err != nil {
		t.Errorf("another account from there: %v", err)
	}
	if _, err := g.auth.SignIn(g.from(home), "ada", good); err != nil {
		t.Errorf("from another address: %v", err)
	}
	g.now = g.now.Add(5 * time.Minute)
	if err := g.basic(cafe, "ada", good); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

// TestARightPasswordPassesWhereItWasRight, whatever others try from the same address, or at the same account from many: also in a new
// process.
func TestARightPasswordPassesWhereItWasRight(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	if err := g.basic(home, "ada", good); err != nil {
		t.Fatal(err)
	}
	g.restart()
	g.guess(home, "ada", 19)
	if err := g.basic(home, "ada", "not the password"); !wrong(err) {
		t.Fatal(err)
	}
	for i := range 10 { // 200 guesses from ten addresses: the account's own limit
		g.guess(fmt.Sprintf("203.0.113.%d", i+1), "ada", 20)
	}
	if err := g.basic("203.0.113.99", "ada", good); !many(err) {
		t.Errorf("from an address that was never right, in an attack from many: %v", err)
	}
	g.now = g.now.Add(2 * time.Second) // one turn
	if err := g.basic(home, "ada", good); err != nil {
		t.Errorf("from where it was right: %v", err)
	}
	if err := g.basic("203.0.113.99", "ada", good); err != nil {
		t.Errorf("what this process knows to be right: %v", err)
	}
	g.restart()
	g.now = g.now.Add(91 * 24 * time.Hour)
	g.guess(home, "ada", 20)
	if err := g.basic(home, "ada", good); !many(err) {
		t.Errorf("an address of three months ago: %v", err)
	}
}

// TestOneAddressAtManyAccounts checks that such attempts are bounded too, and that unknown names count like
// others.
func TestOneAddressAtManyAccounts(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	if err := g.basic(cafe, "adele", good); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		g.guess(cafe, fmt.Sprintf("nobody-%d", i), 1)
	}
	if err := g.basic(cafe, "ada", good); !many(err) {
		t.Errorf("somebody who was never there: %v", err)
	}
	g.restart()
	if err := g.basic(cafe, "adele", good); err != nil {
		t.Errorf("somebody who was: %v", err)
	}
}

func TestGuessingThePresentPasswordIsLimited(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	for _, who := range []string{"ada", "adele"} { // an administrator's own, too
		for i := range 12 {
			err := g.auth.SetPassword(t.Context(), g.actor(who), who, "not the password", "another good password", false)
			if i < 10 && scheduler.CodeOf(err) != scheduler.CodeInvalid || i >= 10 && !many(err) {
				t.Fatalf("%s, guess %d: %v", who, i, err)
			}
		}
		if err := g.auth.SetPassword(t.Context(), g.actor(who), who, good, "another good password", false); !many(err) {
			t.Errorf("%s, the right one then: %v", who, err)
		}
	}
	g.now = g.now.Add(5 * time.Minute)
	if err := g.auth.SetPassword(t.Context(), g.actor("ada"), "ada", good, "another good password", false); err != nil {
		t.Errorf("after the window: %v", err)
	}
	if err := g.auth.SetPassword(t.Context(), g.actor("adele"), "ada", "", "a third good password", false); err != nil {
		t.Errorf("an administrator, another's: %v", err)
	}
}

// TestATokenSignsNoBrowserIn, because a session would outlive the token.
func TestATokenSignsNoBrowserIn(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	for _, scope := range []account.Scope{account.ScopeRead, account.ScopeAdmin} {
		if _, err := g.auth.SignIn(g.from(third), "ada", g.token("ada", scope)); !wrong(err) {
			t.Errorf("with the scope %s: %v", scope, err)
		}
	}
}
