package auth_test

import (
	"sync"
	"testing"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestPeopleFromElsewhere are found by their address, and become experimenters without a password at first sight.
func TestPeopleFromElsewhere(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	ctx, adele := t.Context(), g.actor("adele")
	for _, p := range []account.Person{
		{Username: "eva", Name: "Eva", Email: "Eva@Example.org", Roles: []account.Role{account.RoleMentor}},
		{Username: "twin-1", Name: "One", Email: "twin@example.org", Roles: []account.Role{account.RoleExperimenter}},
		{Username: "twin-2", Name: "Two", Email: "twin@example.org", Roles: []account.Role{account.RoleExperimenter}},
		{Username: "gone", Name: "Gone", Email: "gone@example.org", Roles: []account.Role{account.RoleExperimenter}, Disabled: true},
	} {
		if _, err := g.auth.PutPerson(ctx, adele, p); err != nil {
			t.Fatal(err)
		}
	}
	if p, made, err := g.auth.PersonOrNewcomer(ctx, adele, account.Newcomer{Username: "other", Email: "eva@example.ORG"}); err != nil || made || p.Username != "eva" || p.Name != "Eva" {
		t.Errorf("a known one: %+v, %t, %v", p, made, err)
	}
	for n, want := range map[account.Newcomer]account.Person{
		{Username: "Alice L.", Name: " Alice\tL ", Email: "alice@example.org", Organisation: "Patras"}: {Username: "alice-l", Name: "Alice L", Email: "alice@example.org", Organisation: "Patras"},
		{Email: "bob@example.org"}:                       {Username: "bob", Name: "bob", Email: "bob@example.org"},
		{Username: "eva", Email: "eva2@example.org"}:     {Username: "eva-2", Name: "eva-2", Email: "eva2@example.org"},
		{Username: "berth", Email: "b@example.org"}:      {Username: "person", Name: "person", Email: "b@example.org"},
		{Username: "../../x", Email: "dots@example.org"}: {Username: "x", Name: "x", Email: "dots@example.org"},
	} {
		p, made, err := g.auth.PersonOrNewcomer(ctx, adele, n)
		if err != nil || !made || p.Username != want.Username || p.Name != want.Name || p.Email != want.Email || p.Organisation != want.Organisation {
			t.Errorf("%+v: %+v, %t, %v", n, p, made, err)
		}
		if p.Password != "" || len(p.Roles) != 1 || p.Roles[0] != account.RoleExperimenter {
			t.Errorf("%+v: password %q, roles %v", n, p.Password, p.Roles)
		}
		if again, made, err := g.auth.PersonOrNewcomer(ctx, adele, n); err != nil || made || again.Username != p.Username {
			t.Errorf("again: %+v, %t, %v", again, made, err)
		}
	}
	for address, code := range map[string]scheduler.Code{"twin@example.org": scheduler.CodeConflict, "gone@example.org": scheduler.CodeConflict, "nobody": scheduler.CodeInvalid, "": scheduler.CodeInvalid,
		"a@b.c\r\nBcc: x@y.z": scheduler.CodeInvalid} {
		if _, _, err := g.auth.PersonOrNewcomer(ctx, adele, account.Newcomer{Email: address}); scheduler.CodeOf(err) != code {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, _, err := g.auth.PersonOrNewcomer(ctx, g.actor("ada"), account.Newcomer{Email: "eva@example.org"}); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("by a mentor: %v", err)
	}
}

// TestOneNewcomerIsMadeOnce, also by several processes at the same moment: two accounts with one address would lock the person out.
func TestOneNewcomerIsMadeOnce(t *testing.T) {
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		g := newGatehouseOn(t, dsn)
		adele := g.actor("adele")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 5 {
					_, _, err := g.auth.PersonOrNewcomer(t.Context(), adele, account.Newcomer{Username: "carol", Email: "carol@example.org"})
					if err != nil && scheduler.CodeOf(err) != scheduler.CodePrecondition {
						t.Errorf("%v", err)
					}
				}
			})
		}
		all.Wait()
		if p, found, err := g.auth.PersonByMail(t.Context(), adele, "carol@example.org"); err != nil || !found || p.Username != "carol" {
			t.Errorf("%+v, %t, %v", p, found, err)
		}
	})
}
