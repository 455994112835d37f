package auth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
)

// trail lists the entries of the audit trail, oldest first: action, person, actor, address and text.
func (g *gatehouse) trail() (lines []string) {
	g.t.Helper()
	page, err := g.auth.Trail(g.t.Context(), g.actor("adele"), account.Filter{Limit: 500}, "")
	if err != nil {
		g.t.Fatal(err)
	}
	for _, e := range page.Items {
		lines = append([]string{fmt.Sprintf("%s %s by %s from %s: %s", e.Person, e.Action, e.Actor, e.Address, e.Text)}, lines...)
	}
	return lines
}

// TestTheTrailSaysWhatHappenedToAccounts, by which actor, and no secret.
func TestTheTrailSaysWhatHappenedToAccounts(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	ctx, adele := t.Context(), g.actor("adele")
	secret, ada := g.session("ada")
	token, made, err := g.auth.Create(ctx, ada, "ada", "night script", []account.Scope{account.ScopeRead, account.ScopeWrite}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to revoke
		if _, err := g.auth.Revoke(ctx, adele, "ada", made.ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, guess := range []string{"hunter2 hunter2", "hunter3 hunter3"} { // one row in a window
		if err := g.basic(cafe, "ada", guess); !wrong(err) {
			t.Fatal(err)
		}
		if err := g.basic(cafe, "a-password-typed-as-a-name", guess); !wrong(err) {
			t.Fatal(err)
		}
	}
	if err := g.auth.SetPassword(ctx, ada, "ada", good, "a second good password", false); err != nil {
		t.Fatal(err)
	}
	p, err := g.auth.PutPerson(ctx, adele, account.Person{Username: "eve", Name: "Eve", Roles: []account.Role{account.RoleExperimenter}})
	if err != nil {
		t.Fatal(err)
	}
	p.Email, p.Roles, p.Disabled = "eve@people.example", []account.Role{account.RoleMentor, account.RoleExperimenter}, true
	if p, err = g.auth.PutPerson(ctx, adele, p); err != nil {
		t.Fatal(err)
	}
	p.Disabled = false
	if _, err = g.auth.PutPerson(ctx, adele, p); err != nil {
		t.Fatal(err)
	}
	if err := g.auth.SignOut(ctx, secret); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ada sign-in by ada from 192.0.2.1: browser",
		"ada token by ada from : night script (" + made.ID + "): read, write",
		"ada revoked by adele from : night script (" + made.ID + "): read, write",
		"ada failed by  from 198.51.100.7: 1 wrong within 5 minutes",
		" failed by  from 198.51.100.7: 1 wrong within 5 minutes",
		"ada password by ada from : ",
		"eve made by adele from : experimenter",
		"eve changed by adele from : email",
		"eve roles by adele from : experimenter → mentor, experimenter",
		"eve disabled by adele from : ",
		"eve enabled by adele from : ",
		"ada sign-out by ada from : ",
	}
	got := g.trail()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the trail (-want +got):\n%s", diff)
	}
	for _, hidden := range []string{secret, token, good, "hunter", "typed-as", "argon2"} {
		if strings.Contains(strings.Join(got, "\n"), hidden) {
			t.Errorf("the trail holds %q", hidden)
		}
	}
}

// TestAProgramsSignInsAreNotedOnce an hour, although it sends the password with each call.
func TestAProgramsSignInsAreNotedOnce(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	for range 3 {
		g.restart()
		if err := g.basic(home, "ada", good); err != nil {
			t.Fatal(err)
		}
	}
	if got := g.trail(); len(got) != 1 || !strings.HasPrefix(got[0], "ada sign-in by ada from 192.0.2.1: a program") {
		t.Errorf("%q", got)
	}
}

func TestTheTrailIsForAdministrators(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	for range 5 {
		g.token("ada", account.ScopeRead)
	}
	adele := g.actor("adele")
	if _, err := g.auth.Trail(t.Context(), g.actor("ada"), account.Filter{}, ""); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("a mentor: %v", err)
	}
	seen := map[int64]bool{}
	for cursor := ""; ; {
		page, err := g.auth.Trail(t.Context(), adele, account.Filter{Action: account.TokenMade, Limit: 2}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Items {
			seen[e.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d rows over all pages, want 5", len(seen))
	}
	if _, err := g.auth.Trail(t.Context(), adele, account.Filter{}, "x"); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("a cursor that is none: %v", err)
	}
}
