package auth_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// counting is a store that counts how often tokens are looked up and transactions write.
type counting struct {
	scheduler.Store
	lookups, changes atomic.Int64
}

func (c *counting) View(ctx context.Context, fn func(scheduler.Reader) error) error {
	return c.Store.View(ctx, func(tx scheduler.Reader) error { return fn(countingReader{tx, c}) })
}

func (c *counting) Change(ctx context.Context, lock []string, fn func(scheduler.Tx) error) error {
	c.changes.Add(1)
	return c.Store.Change(ctx, lock, fn)
}

type countingReader struct {
	scheduler.Reader
	of *counting
}

func (r countingReader) TokenByHash(ctx context.Context, hash string) (account.Token, error) {
	r.of.lookups.Add(1)
	return r.Reader.TokenByHash(ctx, hash)
}

// A token that was looked up is valid exactly as long as it would be if it were looked up each time, whichever process changes what.
func TestARememberedTokenIsNeverStale(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		g := newGatehouseOn(t, dsn)
		counted := &counting{Store: g.store}
		g.auth = auth.New(counted, func() time.Time { return g.now })
		other := auth.New(testdb.OpenWith(t, dsn, store.Options{}), func() time.Time { return g.now }) // another process
		adele := g.actor("adele")
		edit := func(change func(p *account.Person)) error {
			p := g.person("ada")
			change(&p)
			_, err := other.PutPerson(t.Context(), adele, p)
			return err
		}
		for _, tt := range []struct {
			what  string
			lose  func(id string) error
			stays bool
		}{
			{"nothing", func(string) error { return nil }, true},
			{"revoked", func(id string) error { _, err := other.Revoke(t.Context(), adele, "ada", id); return err }, false},
			{"all revoked", func(string) error { _, err := other.RevokeAll(t.Context(), adele, "ada"); return err }, false},
			{"a new password that ends everything", func(string) error {
				return other.SetPassword(t.Context(), adele, "ada", "", "another horse battery", true)
			}, false},
			{"expired", func(string) error { g.now = g.now.Add(time.Hour); return nil }, false},
			{"disabled", func(string) error { return edit(func(p *account.Person) { p.Disabled = true }) }, false},
		} {
			if g.person("ada").Disabled {
				t.Fatal("Ada cannot sign in any more")
			}
			secret, token, err := g.auth.Create(t.Context(), adele, "ada", "script", []account.Scope{account.ScopeRead}, new(g.now.Add(time.Hour)))
			if err != nil {
				t.Fatal(err)
			}
			before := counted.lookups.Load()
			for range 5 {
				if err := g.bearer("192.0.2.1", secret); err != nil {
					t.Fatalf("%s: %v before", tt.what, err)
				}
			}
			if n := counted.lookups.Load() - before; n != 1 {
				t.Errorf("%s: %d lookups of 5 calls, want 1", tt.what, n)
			}
			if err := tt.lose(token.ID); err != nil {
				t.Fatalf("%s: %v", tt.what, err)
			}
			if err := g.bearer("192.0.2.1", secret); (err == nil) != tt.stays || err != nil && !wrong(err) {
				t.Errorf("%s: %v afterwards", tt.what, err)
			}
		}
		if err := edit(func(p *account.Person) { p.Disabled = false }); err != nil {
			t.Fatal(err)
		}
		secret := g.token("ada", account.ScopeRead)
		roles := func() string {
			r := g.from("192.0.2.1")
			r.Header.Set("Authorization", "Bearer "+secret)
			actor, err := g.auth.Authenticate(r)
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, role := range actor.Roles {
				list = append(list, string(role))
			}
			return strings.Join(list, " ")
		}
		before := roles()
		if err := edit(func(p *account.Person) { p.Roles = []account.Role{account.RoleOperator} }); err != nil {
			t.Fatal(err)
		}
		if after := roles(); before != "mentor" || after != "operator" {
			t.Errorf("roles %q before and %q after, want mentor and operator", before, after)
		}
	})
}

// The use of a token is written at most once a minute, and what was not found is looked up again.
func TestUseIsWrittenSeldom(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	counted := &counting{Store: g.store}
	g.auth = auth.New(counted, func() time.Time { return g.now })
	secret := g.token("ada", account.ScopeRead)
	counted.changes.Store(0)
	for i, want := range []int64{1, 1, 1, 2, 2} {
		if err := g.bearer("192.0.2.1", secret); err != nil {
			t.Fatal(err)
		}
		if got := counted.changes.Load(); got != want {
			t.Errorf("call %d: %d written, want %d", i, got, want)
		}
		g.now = g.now.Add([]time.Duration{0, time.Minute, time.Second, 0, 0}[i])
	}
	counted.lookups.Store(0)
	for range 3 {
		if err := g.bearer("192.0.2.2", "berth_unknown"); !wrong(err) {
			t.Errorf("an unknown token: %v", err)
		}
	}
	if n := counted.lookups.Load(); n != 3 {
		t.Errorf("%d lookups of 3 unknown tokens", n)
	}
}
