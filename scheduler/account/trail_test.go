package account_test

import (
	"berth/scheduler/account"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWhatTheTrailSaysOfAnAccount changes one account in one way at a time.
func TestWhatTheTrailSaysOfAnAccount(t *testing.T) {
	t.Parallel()
	before := account.Person{Username: "hector", Name: "Hector", Email: "h@example.org", Organisation: "TCD", Password: "old",
		Roles: []account.Role{account.RoleProvider, account.RoleExperimenter}, Testbeds: []string{"radio", "cloud"}}
	for name, tt := range map[string]struct {
		change func(*account.Person)
		want   []string
	}{
		"nothing":        {func(*account.Person) {}, nil},
		"name":           {func(p *account.Person) { p.Name = "H" }, []string{"changed name"}},
		"mail and house": {func(p *account.Person) { p.Email, p.Organisation = "", "UPM" }, []string{"changed email, organisation"}},
		"the same roles": {func(p *account.Person) {
			p.Roles = []account.Role{account.RoleExperimenter, account.RoleProvider}
		}, nil},
		"the same testbeds":  {func(p *account.Person) { p.Testbeds = []string{"cloud", "radio"} }, nil},
		"another role":       {func(p *account.Person) { p.Roles = p.Roles[1:] }, []string{"roles provider of radio and cloud, experimenter → experimenter"}},
		"another testbed":    {func(p *account.Person) { p.Testbeds = p.Testbeds[:1] }, []string{"roles provider of radio and cloud, experimenter → provider of radio, experimenter"}},
		"no testbed":         {func(p *account.Person) { p.Testbeds = nil }, []string{"roles provider of radio and cloud, experimenter → provider, experimenter"}},
		"disabled":           {func(p *account.Person) { p.Disabled = true }, []string{"disabled "}},
		"another password":   {func(p *account.Person) { p.Password = "new" }, []string{"password "}}, // and never the password
		"somebody elsewhere": {func(p *account.Person) { p.Subject = "issuer sub" }, []string{"linked issuer sub"}},
		"all of it": {func(p *account.Person) {
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

// said returns the trail's description of a change by adele.
func said(t *testing.T, before *account.Person, after account.Person) (list []string) {
	t.Helper()
	for _, e := range account.Changes("adele", time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC), before, after) {
		if e.Actor != "adele" || e.Person != "hector" || !e.At.Equal(time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", e)
		}
		list = append(list, string(e.Action)+" "+e.Text)
	}
	return list
}
