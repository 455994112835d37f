package auth_test

import (
	"slices"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
)

// session begins a session, and returns its secret and its actor.
func (g *gatehouse) session(username string) (string, account.Actor) {
	g.t.Helper()
	secret, err := g.auth.SignIn(g.from(home), username, good)
	if err != nil {
		g.t.Fatal(err)
	}
	actor, err := g.auth.Session(g.t.Context(), secret)
	if err != nil {
		g.t.Fatal(err)
	}
	return secret, actor
}

func (g *gatehouse) open(secret string) bool {
	g.t.Helper()
	_, err := g.auth.Session(g.t.Context(), secret)
	if err != nil && !wrong(err) {
		g.t.Fatal(err)
	}
	return err == nil
}

func TestANewPasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	here, ada := g.session("ada")
	elsewhere, _ := g.session("ada")
	others, adele := g.session("adele")
	token := g.token("ada", account.ScopeRead)
	if err := g.auth.SetPassword(t.Context(), ada, "ada", good, "a second good password", false); err != nil {
		t.Fatal(err)
	}
	if !g.open(here) || g.open(elsewhere) || !g.open(others) {
		t.Errorf("here %v, elsewhere %v, somebody else's %v", g.open(here), g.open(elsewhere), g.open(others))
	}
	if err := g.bearer(home, token); err != nil {
		t.Errorf("the token: %v", err)
	}
	if err := g.auth.SetPassword(t.Context(), ada, "ada", "a second good password", "a third good password", true); err != nil {
		t.Fatal(err)
	}
	if err := g.bearer(home, token); !wrong(err) || !g.open(here) {
		t.Errorf("with everything: the token %v, here %v", err, g.open(here))
	}
	if err := g.auth.SetPassword(t.Context(), adele, "ada", "", "a fourth good password", false); err != nil {
		t.Fatal(err)
	}
	if g.open(here) || !g.open(others) {
		t.Error("an administrator's new password for somebody else leaves these signed in, or ends their own session")
	}
}

func TestRevokingAllSparesTheOneInUse(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	here, ada := g.session("ada")
	elsewhere, _ := g.session("ada")
	token := g.token("ada", account.ScopeRead, account.ScopeAdmin)
	if _, err := g.auth.RevokeAll(t.Context(), ada, "adele"); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("somebody else's: %v", err)
	}
	if n, err := g.auth.RevokeAll(t.Context(), ada, "ada"); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	if err := g.bearer(home, token); !wrong(err) || !g.open(here) || g.open(elsewhere) {
		t.Errorf("the token %v, here %v, elsewhere %v", err, g.open(here), g.open(elsewhere))
	}
	if n, err := g.auth.RevokeAll(t.Context(), ada, "ada"); err != nil || n != 0 {
		t.Errorf("once more: %d, %v", n, err)
	}
	if _, err := g.auth.RevokeAll(t.Context(), g.actor("adele"), "nobody"); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("nobody's: %v", err)
	}
}

// TestWhoLosesSomethingIsSignedOut goes through the service that administrators use; a new name takes nothing
// away.
func TestWhoLosesSomethingIsSignedOut(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change func(*account.Person)
		ends   bool
	}{
		"a name":              {func(p *account.Person) { p.Name = "Countess" }, false},
		"one role more":       {func(p *account.Person) { p.Roles = append(p.Roles, account.RoleOperator) }, false},
		"another role":        {func(p *account.Person) { p.Roles = []account.Role{account.RoleOperator} }, true},
		"disabled":            {func(p *account.Person) { p.Disabled = true }, true},
		"a hash from outside": {func(p *account.Person) { p.Password = "$argon2id$other" }, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			g := newGatehouse(t)
			secret, _ := g.session("ada")
			p := g.person("ada")
			p.Roles = slices.Clone(p.Roles)
			c.change(&p)
			p, err := g.auth.PutPerson(t.Context(), account.System, p)
			if err != nil {
				t.Fatal(err)
			}
			if p.Disabled {
				p.Disabled = false
				if _, err := g.auth.PutPerson(t.Context(), account.System, p); err != nil {
					t.Fatal(err)
				}
			}
			if g.open(secret) == c.ends {
				t.Errorf("the session is open: %v", !c.ends)
			}
		})
	}
}

// TestWhoLosesARoleElsewhereIsSignedOut changes the provider's groups, which give and take roles at a
// sign-in.
func TestWhoLosesARoleElsewhereIsSignedOut(t *testing.T) {
	t.Parallel()
	h := newHall(t, mentors)
	h.says = map[string]any{"sub": "17", "preferred_username": "ada", "groups": []string{"mentors"}}
	before := h.cookie()
	if _, err := h.auth.Session(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	h.says["groups"] = nil
	after := h.cookie()
	if _, err := h.auth.Session(t.Context(), before); !wrong(err) {
		t.Errorf("the session of a mentor: %v", err)
	}
	if a, err := h.auth.Session(t.Context(), after); err != nil || a.Is(account.RoleMentor) {
		t.Errorf("%+v, %v", a, err)
	}
}
