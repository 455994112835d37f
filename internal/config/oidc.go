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
			return fmt.Errorf("%q is not like lab-mentors=mentor, with an existing role", item)
		}
		if (g.Role == account.RoleProvider) != (g.Testbed != "") {
			return fmt.Errorf("%q: the role provider, and no other, takes a testbed, as in iris-staff=provider:wins-5g", item)
		}
		s.OIDC.Grants = append(s.OIDC.Grants, g)
	}
	return nil
}

// oidc checks the combination of the settings for signing in with a provider.
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
		l.fault("oidc_client", l.origins["oidc_client"], "is required with oidc_issuer")
	}
}
