package auth_test

import (
	"slices"
	"strings"
	"testing"

	"berth/scheduler"
)

func TestPeopleAreChecked(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	adele := g.actor("adele")
	good := func() scheduler.Person {
		return scheduler.Person{Username: "eve", Name: "Eve", Roles: []scheduler.Role{scheduler.RoleExperimenter}}
	}
	for name, test := range map[string]struct {
		change func(*scheduler.Person)
		field  string
	}{
		"no username":      {func(p *scheduler.Person) { p.Username = "" }, "username"},
		"capitals":         {func(p *scheduler.Person) { p.Username = "Ada" }, "username"},
		"path":             {func(p *scheduler.Person) { p.Username = "../ada" }, "username"},
		"reserved":         {func(p *scheduler.Person) { p.Username = "berth" }, "username"},
		"no name":          {func(p *scheduler.Person) { p.Name = "" }, "name"},
		"mail header":      {func(p *scheduler.Person) { p.Email = "a@b.c\r\nBcc: x@y.z" }, "email"},
		"no role":          {func(p *scheduler.Person) { p.Roles = nil }, "roles"},
		"unknown role":     {func(p *scheduler.Person) { p.Roles = []scheduler.Role{"king"} }, "roles"},
		"provider of what": {func(p *scheduler.Person) { p.Roles = []scheduler.Role{scheduler.RoleProvider} }, "testbeds"},
		"provider of where": {func(p *scheduler.Person) {
			p.Roles, p.Testbeds = []scheduler.Role{scheduler.RoleProvider}, []string{"moon"}
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
	p, err := g.auth.Mute(t.Context(), ada, []scheduler.Topic{scheduler.TopicDigest, scheduler.TopicFeedback})
	if err != nil || len(p.Muted) != 2 {
		t.Fatal(p, err)
	}
	for _, bad := range [][]scheduler.Topic{{"weather"}, {scheduler.TopicDigest, scheduler.TopicDigest}} {
		if _, err := g.auth.Mute(t.Context(), ada, bad); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
	// An administrator who renames a person does not change their choice.
	p.Name, p.Muted = "Ada the Second", nil
	if p, err = g.auth.PutPerson(t.Context(), scheduler.System, p); err != nil || len(p.Muted) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestWhoMayKeepPeople tries every role, with all scopes and with a token that may read and write.
func TestWhoMayKeepPeople(t *testing.T) {
	t.Parallel()
	for _, role := range scheduler.Roles {
		g := newGatehouse(t)
		ctx, admin := t.Context(), role == scheduler.RoleAdministrator
		a := scheduler.Actor{Username: "x", Roles: []scheduler.Role{role}, Scopes: scheduler.Everything()}
		writer := a
		writer.Scopes = []scheduler.Scope{scheduler.ScopeRead, scheduler.ScopeWrite}
		person := scheduler.Person{Username: "new", Name: "New", Roles: []scheduler.Role{scheduler.RoleExperimenter}}
		for name, trial := range map[string]struct {
			do         func(scheduler.Actor) error
			want, less bool // with all scopes; with read and write
		}{
			"list people":  {func(a scheduler.Actor) error { _, err := g.auth.People(ctx, a, "", 10); return err }, admin, admin},
			"find by mail": {func(a scheduler.Actor) error { _, _, err := g.auth.PersonByMail(ctx, a, "x@y.example"); return err }, admin, admin},
			"list mentors": {func(a scheduler.Actor) error { _, err := g.auth.Mentors(ctx, a); return err }, true, true},
			"read ada":     {func(a scheduler.Actor) error { _, err := g.auth.Person(ctx, a, "ada"); return err }, admin, admin},
			"read the trail": {func(a scheduler.Actor) error {
				_, err := g.auth.Trail(ctx, a, scheduler.AccountFilter{}, "")
				return err
			}, admin, admin},
			"add a person": {func(a scheduler.Actor) error { _, err := g.auth.PutPerson(ctx, a, person); return err }, admin, false},
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
		for name, err := range map[string]error{"people": second(g.auth.People(ctx, a, "", 10)), "trail": second(g.auth.Trail(ctx, a, scheduler.AccountFilter{}, ""))} {
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
	const mentor, operator = scheduler.RoleMentor, scheduler.RoleOperator
	for _, p := range []scheduler.Person{
		{Username: "maeve", Email: "Maeve@example.org", Roles: []scheduler.Role{operator}}, {Username: "hector", Email: "both@example.org", Roles: []scheduler.Role{mentor}},
		{Username: "oskar", Email: "both@example.org", Roles: []scheduler.Role{operator}}, {Username: "marco", Email: "gone@example.org", Roles: []scheduler.Role{mentor}, Disabled: true},
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
