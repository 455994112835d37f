package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

const good = "correct horse battery"

// gatehouse is a database with Ada, a mentor, and Adele, an administrator, and a clock that stands still.
type gatehouse struct {
	t     *testing.T
	store *store.Store
	auth  *auth.Auth
	now   time.Time
}

func newGatehouse(t *testing.T) *gatehouse {
	t.Helper()
	return newGatehouseOn(t, testdb.SQLite(t))
}

func newGatehouseOn(t *testing.T, dsn string) *gatehouse {
	t.Helper()
	g := &gatehouse{t: t, store: testdb.Open(t, dsn), now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	g.restart()
	err := g.store.Change(t.Context(), nil, func(tx scheduler.Tx) error {
		return errors.Join(
			tx.PutPerson(t.Context(), account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleMentor}, Password: testdb.PasswordHash(good), Created: g.now, Revision: 1}),
			tx.PutPerson(t.Context(), account.Person{Username: "adele", Name: "Adele", Roles: []account.Role{account.RoleAdministrator}, Password: testdb.PasswordHash(good), Created: g.now, Revision: 1}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// restart replaces the process: the new one knows only the content of the database.
func (g *gatehouse) restart() {
	g.auth = auth.New(g.store, func() time.Time { return g.now })
}

// from makes a call from an address.
func (g *gatehouse) from(address string) *http.Request {
	r := httptest.NewRequestWithContext(g.t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = address + ":4711"
	return r
}

// basic signs in with a username and a password or a token.
func (g *gatehouse) basic(address, username, secret string) error {
	r := g.from(address)
	r.SetBasicAuth(username, secret)
	_, err := g.auth.Authenticate(r)
	return err
}

// guess makes wrong attempts, all of which are checked.
func (g *gatehouse) guess(address, username string, times int) {
	g.t.Helper()
	if checked, err := g.auth.Guess(g.from(address), username, times); checked != times {
		g.t.Fatalf("%d of %d guesses were checked: %v", checked, times, err)
	}
}

func (g *gatehouse) bearer(address, secret string) error {
	r := g.from(address)
	r.Header.Set("Authorization", "Bearer "+secret)
	_, err := g.auth.Authenticate(r)
	return err
}

func (g *gatehouse) person(username string) account.Person {
	g.t.Helper()
	var p account.Person
	err := g.store.View(g.t.Context(), func(tx scheduler.Reader) (err error) {
		p, err = tx.Person(g.t.Context(), username)
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return p
}

func (g *gatehouse) actor(username string) account.Actor {
	return account.ActorOf(g.person(username))
}

func (g *gatehouse) token(owner string, scopes ...account.Scope) string {
	g.t.Helper()
	secret, _, err := g.auth.Create(g.t.Context(), g.actor(owner), owner, "script", scopes, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return secret
}

func many(err error) bool {
	_, ok := errors.AsType[auth.TooMany](err)
	return ok
}

func wrong(err error) bool { return scheduler.CodeOf(err) == scheduler.CodeUnauthenticated }
