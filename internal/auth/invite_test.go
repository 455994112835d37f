package auth_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

const chosen = "a password of one's own"

func invitedTo(t *testing.T, g *gatehouse) (link string) {
	t.Helper()
	p := account.Person{Username: "eve", Name: "Eve", Email: "eve@example.org", Roles: []account.Role{account.RoleExperimenter}}
	if _, err := g.auth.PutPerson(t.Context(), g.actor("adele"), p); err != nil {
		t.Fatal(err)
	}
	link, i, err := g.auth.Invite(t.Context(), g.actor("adele"), "eve")
	if err != nil || i.Person.Username != "eve" || !i.Expires.Equal(g.now.Add(auth.InviteFor)) {
		t.Fatalf("%+v, %v", i, err)
	}
	return link
}

func TestAnInvitationSetsAPasswordOnce(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	link := invitedTo(t, g)
	for range 2 { // reading has no effect
		if i, err := g.auth.Invited(t.Context(), link); err != nil || i.Person.Name != "Eve" {
			t.Fatalf("%+v, %v", i, err)
		}
	}
	if _, err := g.auth.Join(g.from("192.0.2.1"), link, "short"); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("a short password: %v", err)
	}
	secret, err := g.auth.Join(g.from("192.0.2.1"), link, chosen)
	if err != nil {
		t.Fatal(err)
	}
	if who, err := g.auth.Session(t.Context(), secret); err != nil || who.Username != "eve" {
		t.Errorf("%+v, %v", who, err)
	}
	if err := g.basic("192.0.2.1", "eve", chosen); err != nil {
		t.Error(err)
	}
	if _, err := g.auth.Join(g.from("192.0.2.1"), link, "another password of one"); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("a second time: %v", err)
	}
	page, err := g.auth.Trail(t.Context(), g.actor("adele"), account.Filter{Person: "eve"}, "")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range page.Items {
		said = append(said, string(e.Action)+" by "+e.Actor)
	}
	if got := strings.Join(said, ", "); got != "sign-in by eve, password by eve, invited by adele, made by adele" {
		t.Errorf("the trail says: %s", got)
	}
}

// TestInvitationsThatAreWorthless covers the bounds of time, and everything that takes an invitation back.
func TestInvitationsThatAreWorthless(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(g *gatehouse, p *account.Person)
		link   func(link string) string
		works  bool
	}{
		"as it is":       {works: true},
		"other roles":    {change: func(_ *gatehouse, p *account.Person) { p.Roles = []account.Role{account.RoleMentor} }, works: true},
		"another mail":   {change: func(_ *gatehouse, p *account.Person) { p.Email = "other@example.org" }},
		"deactivated":    {change: func(_ *gatehouse, p *account.Person) { p.Disabled = true }},
		"a password":     {change: func(_ *gatehouse, p *account.Person) { p.Password = auth.Hash(good) }},
		"just in time":   {change: func(g *gatehouse, _ *account.Person) { g.now = g.now.Add(auth.InviteFor - time.Second) }, works: true},
		"a moment later": {change: func(g *gatehouse, _ *account.Person) { g.now = g.now.Add(auth.InviteFor) }},
		"cut":            {link: func(l string) string { return l[:len(l)-2] }},
		"no signature":   {link: func(l string) string { return strings.Split(l, ".")[0] }},
		"nothing":        {link: func(string) string { return "" }},
		"for another": {link: func(l string) string {
			body, sum, _ := strings.Cut(l, ".")
			raw, _ := base64.RawURLEncoding.DecodeString(body)
			return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), "eve", "ada", 1))) + "." + sum
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGatehouse(t)
			link := invitedTo(t, g)
			if tt.change != nil {
				p := g.person("eve")
				tt.change(g, &p)
				if _, err := g.auth.PutPerson(t.Context(), account.System, p); err != nil {
					t.Fatal(err)
				}
			}
			if tt.link != nil {
				link = tt.link(link)
			}
			_, reading := g.auth.Invited(t.Context(), link)
			_, joining := g.auth.Join(g.from("192.0.2.1"), link, chosen)
			for _, err := range []error{reading, joining} {
				if tt.works != (err == nil) || err != nil && scheduler.CodeOf(err) != scheduler.CodeNotFound {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func TestWhoInvitesWhom(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	invitedTo(t, g)
	limited := g.actor("adele")
	limited.Scopes = []account.Scope{account.ScopeRead, account.ScopeWrite, account.ScopeAdmin}
	for name, tt := range map[string]struct {
		actor account.Actor
		whom  string
		want  scheduler.Code
	}{
		"an administrator":            {g.actor("adele"), "eve", ""},
		"a mentor":                    {g.actor("ada"), "eve", scheduler.CodeForbidden},
		"oneself":                     {g.actor("adele"), "adele", scheduler.CodeForbidden},
		"a token without passwords":   {limited, "eve", scheduler.CodeForbidden},
		"somebody who does not exist": {g.actor("adele"), "nobody", scheduler.CodeNotFound},
	} {
		if _, _, err := g.auth.Invite(t.Context(), tt.actor, tt.whom); scheduler.CodeOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := g.person("eve")
	p.Disabled = true
	if _, err := g.auth.PutPerson(t.Context(), account.System, p); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.auth.Invite(t.Context(), g.actor("adele"), "eve"); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("a deactivated account: %v", err)
	}
}

// newEmptyGatehouse is a database in which nobody has an account.
func newEmptyGatehouse(t *testing.T) *gatehouse {
	t.Helper()
	g := &gatehouse{t: t, store: testdb.Open(t, testdb.SQLite(t)), now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	g.restart()
	return g
}

func TestTheFirstAccountIsMadeOnce(t *testing.T) {
	t.Parallel()
	g := newEmptyGatehouse(t)
	if is, err := g.auth.Unclaimed(t.Context()); !is || err != nil {
		t.Fatalf("%v, %v", is, err)
	}
	link, err := g.auth.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleMentor}, Testbeds: []string{"moon"}, Disabled: false}
	_, err = g.auth.Claim(g.from("192.0.2.1"), link, account.Person{Username: "A", Name: ""}, "short")
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || e.Code != scheduler.CodeInvalid || len(e.Fields) != 3 {
		t.Errorf("all faults at once: %v", err)
	}
	if err := g.auth.Setup(t.Context(), link); err != nil {
		t.Errorf("after a refused form: %v", err)
	}
	secret, err := g.auth.Claim(g.from("192.0.2.1"), link, first, chosen)
	if err != nil {
		t.Fatal(err)
	}
	who, err := g.auth.Session(t.Context(), secret)
	if err != nil || who.Username != "ada" || !who.Is(account.RoleAdministrator) || who.Is(account.RoleMentor) {
		t.Errorf("%+v, %v", who, err)
	}
	if is, err := g.auth.Unclaimed(t.Context()); is || err != nil {
		t.Errorf("%v, %v", is, err)
	}
	if err := g.auth.Setup(t.Context(), link); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("afterwards: %v", err)
	}
	if _, err := g.auth.Claim(g.from("192.0.2.1"), link, account.Person{Username: "mallory", Name: "M"}, chosen); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("a second time: %v", err)
	}
}

func TestALinkForTheFirstAccountEnds(t *testing.T) {
	t.Parallel()
	g := newEmptyGatehouse(t)
	link, err := g.auth.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(auth.SetupFor - time.Second)
	if err := g.auth.Setup(t.Context(), link); err != nil {
		t.Errorf("just in time: %v", err)
	}
	g.now = g.now.Add(time.Second)
	for _, bad := range []string{link, "", link + "x", "x." + link} {
		if err := g.auth.Setup(t.Context(), bad); scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestOneOfTwoMakesTheFirstAccount even if both do so at once.
func TestOneOfTwoMakesTheFirstAccount(t *testing.T) {
	t.Parallel()
	g := newEmptyGatehouse(t)
	link, err := g.auth.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		wg.Go(func() {
			_, results[i] = g.auth.Claim(g.from("192.0.2.1"), link, account.Person{Username: "p" + string(rune('0'+i)), Name: "P"}, chosen)
		})
	}
	wg.Wait()
	made := 0
	for _, err := range results {
		if err == nil {
			made++
		} else if scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d accounts were made", made)
	}
}
