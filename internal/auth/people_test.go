package auth_test

import (
	"slices"
	"strings"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
)

func TestPeopleAreChecked(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	adele := g.actor("adele")
	good := func() account.Person {
		return account.Person{Username: "eve", Name: "Eve", Roles: []account.Role{account.RoleExperimenter}}
	}
	for name, test := range map[string]struct {
		change func(*account.Person)
		field  string
	}{
		"no username":      {func(p *account.Person) { p.Username = "" }, "username"},
		"capitals":         {func(p *account.Person) { p.Username = "Ada" }, "username"},
		"path":             {func(p *account.Person) { p.Username = "../ada" }, "username"},
		"reserved":         {func(p *account.Person) { p.Username = "berth" }, "username"},
		"no name":          {func(p *account.Person) { p.Name = "" }, "name"},
		"mail header":      {func(p *account.Person) { p.Email = "a@b.c\r\nBcc: x@y.z" }, "email"},
		"no role":          {func(p *account.Person) { p.Roles = nil }, "roles"},
		"unknown role":     {func(p *account.Person) { p.Roles = []account.Role{"king"} }, "roles"},
		"provider of what": {func(p *account.Person) { p.Roles = []account.Role{account.RoleProvider} }, "testbeds"},
		"provider of where": {func(p *account.Person) {
			p.Roles, p.Testbeds = []account.Role{account.RoleProvider}, []string{"moon"}
		}, "testbeds"},
	} {
		p := good()
		test.change(&p)
		_, err := g.auth.PutPerson(t.Context(), adele, p)
		if e, ok := err.(*scheduler.Error); !ok || e.Code != scheduler.CodeInvalid || !slices.ContainsFunc(e.Fields, func(f scheduler.FieldError) bool { return f.Field == test.field }) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := g.auth.PutPerson(t.Context(), adele, good())
	if err != nil || p.Revision != 1 || !p.Created.Equal(g.now) {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = g.auth.PutPerson(t.Context(), adele, good())
	if scheduler.CodeOf(err) != scheduler.CodePrecondition {
		t.Errorf("made twice: %v", err)
	}
	p.Name = "Eve L."
	if p, err = g.auth.PutPerson(t.Context(), adele, p); err != nil || p.Revision != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestWhatPeopleAreMailedIsTheirChoice(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	ada := g.actor("ada")
	p, err := g.auth.Mute(t.Context(), ada, []account.Topic{account.TopicDigest, account.TopicFeedback}, nil)
	if err != nil || len(p.Muted) != 2 {
		t.Fatal(p, err)
	}
	for _, bad := range [][]account.Topic{{"weather"}, {account.TopicDigest, account.TopicDigest}} {
		if _, err := g.auth.Mute(t.Context(), ada, bad, nil); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
	// An administrator who renames a person does not change their choice.
	if p, err = g.auth.Mute(t.Context(), ada, nil, []account.Topic{account.TopicMentions}); err != nil || len(p.Muted) != 2 || len(p.Quiet) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := g.auth.Mute(t.Context(), ada, nil, []account.Topic{account.TopicDigest}); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("the pages have no digest: %v", err)
	}
	p.Name, p.Muted, p.Quiet = "Ada the Second", nil, nil
	if p, err = g.auth.PutPerson(t.Context(), account.System, p); err != nil || len(p.Muted) != 2 || len(p.Quiet) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestWhoMayKeepPeople tries every role, with all scopes and with a token that may read and write.
func TestWhoMayKeepPeople(t *testing.T) {
	t.Parallel()
	for _, role := range account.Roles {
		g := newGatehouse(t)
		ctx, admin := t.Context(), role == account.RoleAdministrator
		a := account.Actor{Username: "x", Roles: []account.Role{role}, Scopes: account.AllScopes()}
		writer := a
		writer.Scopes = []account.Scope{account.ScopeRead, account.ScopeWrite}
		person := account.Person{Username: "new", Name: "New", Roles: []account.Role{account.RoleExperimenter}}
		for name, trial := range map[string]struct {
			do         func(account.Actor) error
			want, less bool // with all scopes; with read and write
		}{
			"list people":  {func(a account.Actor) error { _, err := g.auth.People(ctx, a, "", 10); return err }, admin, admin},
			"find by mail": {func(a account.Actor) error { _, _, err := g.auth.PersonByMail(ctx, a, "x@y.example"); return err }, admin, admin},
			"list mentors": {func(a account.Actor) error { _, err := g.auth.Mentors(ctx, a); return err }, true, true},
			"read ada":     {func(a account.Actor) error { _, err := g.auth.Person(ctx, a, "ada"); return err }, admin, admin},
			"read the trail": {func(a account.Actor) error {
				_, err := g.auth.Trail(ctx, a, account.Filter{}, "")
				return err
			}, admin, admin},
			"add a person": {func(a account.Actor) error { _, err := g.auth.PutPerson(ctx, a, person); return err }, admin, false},
		} {
			if err := trial.do(writer); (err == nil) != trial.less {
				t.Errorf("%s by %s with a token to write: got %v, want allowed = %t", name, role, err, trial.less)
			}
			if err := trial.do(a); (err == nil) != trial.want {
				t.Errorf("%s by %s: got %v, want allowed = %t", name, role, err, trial.want)
			}
		}
		if _, err := g.auth.Person(ctx, a, "ada"); !admin && scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Errorf("ada is read by %s: %v", role, err)
		}
		for name, err := range map[string]error{"people": second(g.auth.People(ctx, a, "", 10)), "trail": second(g.auth.Trail(ctx, a, account.Filter{}, ""))} {
			if !admin && scheduler.CodeOf(err) != scheduler.CodeForbidden {
				t.Errorf("%s by %s: %v", name, role, err)
			}
		}
		if p, err := g.auth.Person(ctx, g.actor("ada"), "ada"); err != nil || p.Username != "ada" {
			t.Errorf("ada reads herself: %+v, %v", p, err)
		}
	}
}

func TestFindingPeople(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	ctx, adele := t.Context(), g.actor("adele")
	const mentor, operator = account.RoleMentor, account.RoleOperator
	for _, p := range []account.Person{
		{Username: "maeve", Email: "Maeve@example.org", Roles: []account.Role{operator}}, {Username: "hector", Email: "both@example.org", Roles: []account.Role{mentor}},
		{Username: "oskar", Email: "both@example.org", Roles: []account.Role{operator}}, {Username: "marco", Email: "gone@example.org", Roles: []account.Role{mentor}, Disabled: true},
	} {
		p.Name = p.Username
		if _, err := g.auth.PutPerson(ctx, adele, p); err != nil {
			t.Fatal(err)
		}
	}
	for mail, want := range map[string]string{"maeve@EXAMPLE.org": "maeve", "both@example.org": "", "gone@example.org": "", "nobody@example.org": "", "": ""} {
		if p, found, err := g.auth.PersonByMail(ctx, adele, mail); err != nil || found != (want != "") || found && p.Username != want {
			t.Errorf("%q is %q, found %t, %v", mail, p.Username, found, err)
		}
	}
	if names, err := g.auth.Mentors(ctx, g.actor("maeve")); err != nil || !slices.Equal(names, []string{"ada", "hector"}) { // marco is disabled
		t.Errorf("mentors are %v, %v", names, err)
	}
	var all []string
	for cursor := ""; ; {
		page, err := g.auth.People(ctx, adele, cursor, 4)
		if err != nil || len(page.Items) > 4 {
			t.Fatal(page, err)
		}
		for _, p := range page.Items {
			all = append(all, p.Username)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := strings.Fields("ada adele hector maeve marco oskar"); !slices.Equal(all, want) {
		t.Errorf("%v", all)
	}
}

func second(_ any, err error) error { return err }

// TestATimeZoneIsRemembered with the account: chosen by the person, kept when an administrator changes something else, forgotten on demand.
func TestATimeZoneIsRemembered(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	ada := g.actor("ada")
	for _, bad := range []string{"Europe/Nowhere", "Local", "../etc/passwd"} {
		if _, err := g.auth.SetZone(t.Context(), ada, bad); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	p, err := g.auth.SetZone(t.Context(), ada, "Europe/Dublin")
	if err != nil || p.Zone != "Europe/Dublin" {
		t.Fatalf("%+v %v", p, err)
	}
	p.Name, p.Zone = "Ada the Second", ""
	if p, err = g.auth.PutPerson(t.Context(), account.System, p); err != nil || p.Zone != "Europe/Dublin" || account.ActorOf(p).Zone != "Europe/Dublin" {
		t.Errorf("an administrator changed the name: %+v %v", p, err)
	}
	if p, err = g.auth.SetZone(t.Context(), ada, ""); err != nil || p.Zone != "" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestPeopleAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	adele := g.actor("adele")
	for _, name := range []string{"eva", "eve", "evi"} {
		if _, err := g.auth.PutPerson(t.Context(), adele, account.Person{Username: name, Name: "E", Roles: []account.Role{account.RoleExperimenter}}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	cursor := ""
	for {
		page, matching, all, err := g.auth.FindPeople(t.Context(), adele, account.Search{Text: "ev"}, cursor, 2)
		if err != nil || matching != 3 || all != 5 {
			t.Fatalf("%d of %d, %v", matching, all, err)
		}
		for _, p := range page.Items {
			names = append(names, p.Username)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if got := strings.Join(names, " "); got != "eva eve evi" {
		t.Errorf("found %s", got)
	}
	if page, _, _, err := g.auth.FindPeople(t.Context(), adele, account.Search{Text: "ev"}, "", 3); err != nil || page.Next != "" {
		t.Errorf("a full last page leads to %q, %v", page.Next, err)
	}
	if _, _, _, err := g.auth.FindPeople(t.Context(), g.actor("ada"), account.Search{}, "", 2); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("a mentor: %v", err)
	}
}
