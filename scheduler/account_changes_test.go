package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

// TestWhatTheTrailSaysOfAnAccount changes one account in one way at a time.
func TestWhatTheTrailSaysOfAnAccount(t *testing.T) {
	t.Parallel()
	before := scheduler.Person{Username: "hector", Name: "Hector", Email: "h@example.org", Organisation: "TCD", Password: "old",
		Roles: []scheduler.Role{scheduler.RoleProvider, scheduler.RoleExperimenter}, Testbeds: []string{"radio", "cloud"}}
	for name, tt := range map[string]struct {
		change func(*scheduler.Person)
		want   []string
	}{
		"nothing":        {func(*scheduler.Person) {}, nil},
		"name":           {func(p *scheduler.Person) { p.Name = "H" }, []string{"changed name"}},
		"mail and house": {func(p *scheduler.Person) { p.Email, p.Organisation = "", "UPM" }, []string{"changed email, organisation"}},
		"the same roles": {func(p *scheduler.Person) {
			p.Roles = []scheduler.Role{scheduler.RoleExperimenter, scheduler.RoleProvider}
		}, nil},
		"the same testbeds":  {func(p *scheduler.Person) { p.Testbeds = []string{"cloud", "radio"} }, nil},
		"another role":       {func(p *scheduler.Person) { p.Roles = p.Roles[1:] }, []string{"roles provider of radio and cloud, experimenter → experimenter"}},
		"another testbed":    {func(p *scheduler.Person) { p.Testbeds = p.Testbeds[:1] }, []string{"roles provider of radio and cloud, experimenter → provider of radio, experimenter"}},
		"no testbed":         {func(p *scheduler.Person) { p.Testbeds = nil }, []string{"roles provider of radio and cloud, experimenter → provider, experimenter"}},
		"disabled":           {func(p *scheduler.Person) { p.Disabled = true }, []string{"disabled "}},
		"another password":   {func(p *scheduler.Person) { p.Password = "new" }, []string{"password "}}, // and never the password
		"somebody elsewhere": {func(p *scheduler.Person) { p.Subject = "issuer sub" }, []string{"linked issuer sub"}},
		"all of it": {func(p *scheduler.Person) {
			p.Name, p.Roles, p.Disabled, p.Password, p.Subject = "H", p.Roles[1:], true, "new", "sub"
		}, []string{"changed name", "roles provider of radio and cloud, experimenter → experimenter", "disabled ", "password ", "linked sub"}},
	} {
		after := before
		tt.change(&after)
		if diff := cmp.Diff(tt.want, said(t, &before, after)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	enabled := before
	before.Disabled = true
	if diff := cmp.Diff([]string{"enabled "}, said(t, &before, enabled)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"made provider of radio and cloud, experimenter", "password "}, said(t, nil, enabled)); diff != "" {
		t.Error(diff)
	}
}

// said is what the trail says of a change by adele.
func said(t *testing.T, before *scheduler.Person, after scheduler.Person) (list []string) {
	t.Helper()
	for _, e := range scheduler.AccountChanges("adele", morning, before, after) {
		if e.Actor != "adele" || e.Person != "hector" || !e.At.Equal(morning) {
			t.Errorf("%+v", e)
		}
		list = append(list, string(e.Action)+" "+e.Text)
	}
	return list
}
