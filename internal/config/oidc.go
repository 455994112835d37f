package config

import (
	"berth/scheduler/account"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

func setGrants(s *Settings, v string) error {
	s.OIDC.Grants = nil
	for _, item := range items(v) {
		group, role, ok := strings.Cut(item, "=")
		role, testbed, _ := strings.Cut(role, ":")
		g := Grant{Group: strings.TrimSpace(group), Role: account.Role(strings.TrimSpace(role)), Testbed: strings.TrimSpace(testbed)}
		if !ok || g.Group == "" || !slices.Contains(account.Roles, g.Role) {
			return fmt.Errorf("%q is not like lab-mentors=mentor, with one of the roles that there are", item)
		}
		if (g.Role == account.RoleProvider) != (g.Testbed != "") {
			return fmt.Errorf("%q: a provider is one of a testbed, as in iris-staff=provider:wins-5g, and nobody else is", item)
		}
		s.OIDC.Grants = append(s.OIDC.Grants, g)
	}
	return nil
}

// oidc checks what goes together of the settings for signing in elsewhere.
func (l *layered) oidc(o OIDC) {
	if o.Issuer == "" {
		return
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "":
		l.fault("oidc_issuer", l.origins["oidc_issuer"], "must be an address such as https://id.example.org/realms/lab")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		l.fault("oidc_issuer", l.origins["oidc_issuer"], "must be https beyond this machine")
	}
	if o.Client == "" {
		l.fault("oidc_client", l.origins["oidc_client"], "is needed with oidc_issuer")
	}
}
