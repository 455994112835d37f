package auth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestASessionIsABrowsersAndNothingElse begins a session, uses it, ends it, and tries it on everything but
// pages.
func TestASessionIsABrowsersAndNothingElse(t *testing.T) {
	t.Parallel()
	s := testdb.Open(t, testdb.SQLite(t))
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	a := auth.New(s, func() time.Time { return now })
	ctx := t.Context()
	err := s.Change(ctx, nil, func(tx scheduler.Tx) error {
		return tx.PutPerson(ctx, account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleMentor}, Password: testdb.PasswordHash("correct horse battery"), Created: now, Revision: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/sign-in", nil)
	for _, wrong := range [][2]string{{"ada", "wrong"}, {"nobody", "correct horse battery"}, {"", ""}, {"ada", ""}} {
		if _, err := a.SignIn(r, wrong[0], wrong[1]); scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	first, err := a.SignIn(r, "ada", "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.SignIn(r, "ada", "correct horse battery")
	if err != nil || first == second {
		t.Fatalf("two sessions share a secret, or %v", err)
	}
	actor, err := a.Session(ctx, first)
	if err != nil || actor.Username != "ada" || !actor.Can(account.ScopeWrite) || !actor.Is(account.RoleMentor) {
		t.Errorf("%+v, %v", actor, err)
	}
	bearer := httptest.NewRequest(http.MethodGet, "/", nil)
	bearer.Header.Set("Authorization", "Bearer "+first)
	if _, err := a.Authenticate(bearer); scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
		t.Errorf("a cookie as a bearer token: %v", err)
	}
	secret, _, err := a.Create(ctx, actor, "ada", "script", []account.Scope{account.ScopeRead}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Session(ctx, secret); scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
		t.Errorf("a token as a cookie: %v", err)
	}
	if _, err := a.SignIn(r, "ada", secret); scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
		t.Errorf("a token as a password: %v", err)
	}
	if err := a.SignOut(ctx, first); err != nil {
		t.Error(err)
	}
	if _, err := a.Session(ctx, first); scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
		t.Errorf("after signing out: %v", err)
	}
	if _, err := a.Session(ctx, second); err != nil {
		t.Errorf("the other browser: %v", err)
	}
	now = now.Add(auth.SessionFor)
	if _, err := a.Session(ctx, second); scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
		t.Errorf("after its time: %v", err)
	}
}
