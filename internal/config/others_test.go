package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/config"
	"berth/scheduler/account"
)

// TestMailAndSignInElsewhere accepts valid settings and refuses invalid ones by the field's name.
func TestMailAndSignInElsewhere(t *testing.T) {
	t.Parallel()
	good := map[string]string{"mail_server": "smtp.example.org:587", "mail_from": "Berth <berth@example.org>", "mail_user": "b", "mail_password": "p", "mail_list": "tickets@example.org", "mail_digest": "05:30",
		"oidc_issuer": "https://id.example.org", "oidc_client": "berth", "oidc_roles": "a=mentor, b = provider:wins-5g"}
	s, err := config.Load(config.Sources{File: none(t), Flags: good})
	if err != nil {
		t.Fatal(err)
	}
	if s.Mail.Host != "smtp.example.org" || s.Mail.Port != 587 || s.Mail.From.Address != "berth@example.org" || *s.Mail.Digest != 5*time.Hour+30*time.Minute {
		t.Errorf("%+v", s.Mail)
	}
	want := []config.Grant{{Group: "a", Role: account.RoleMentor}, {Group: "b", Role: account.RoleProvider, Testbed: "wins-5g"}}
	if diff := cmp.Diff(want, s.OIDC.Grants); diff != "" {
		t.Error(diff)
	}
	for _, e := range s.Entries() {
		if (e.Name == "mail_password" || e.Name == "oidc_secret") && strings.Contains(e.Value, "p") && e.Value != "(set, not shown)" {
			t.Errorf("%s is shown as %q", e.Name, e.Value)
		}
	}
	for _, c := range []struct{ name, value, field string }{
		{"mail_server", "smtp.example.org", "mail_server"}, {"mail_server", "smtp.example.org:0", "mail_server"}, {"mail_from", "nobody", "mail_from"}, {"mail_from", "", "mail_from"},
		{"mail_security", "none", "mail_security"}, {"mail_security", "ssl", "mail_security"}, {"mail_password", "", "mail_user"}, {"mail_list", "x", "mail_list"}, {"mail_digest", "25:00", "mail_digest"},
		{"oidc_issuer", "http://id.example.org", "oidc_issuer"}, {"oidc_issuer", "id", "oidc_issuer"}, {"oidc_client", "", "oidc_client"}, {"oidc_roles", "a=boss", "oidc_roles"},
		{"oidc_roles", "a=provider", "oidc_roles"}, {"oidc_roles", "a=mentor:x", "oidc_roles"}, {"webhook_anywhere", "perhaps", "webhook_anywhere"},
	} {
		flags := map[string]string{}
		for k, v := range good {
			flags[k] = v
		}
		flags[c.name] = c.value
		if _, err := config.Load(config.Sources{File: none(t), Flags: flags}); err == nil || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%s=%q: %v", c.name, c.value, err)
		}
	}
}
