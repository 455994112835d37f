package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// field is one setting: its name as berth.toml writes it, and how its text becomes a value.
type field struct {
	name  string
	value string // the default
	help  string
	mask  func(string) string // of a value that may hold a secret, as it is shown; it can be read from a file, too
	set   func(s *Settings, text string) error
}

// fields are all settings, in the order of the manual.
var fields = []field{
	{name: "listen", value: "127.0.0.1:8080", set: text(func(s *Settings) *string { return &s.Listen }),
		help: "address and port to listen on; beyond loopback it takes TLS or a declared proxy"},
	{name: "database", value: "berth.db", mask: mask, set: setDatabase,
		help: "SQLite file, or postgres://user@host/name, with several hosts separated by commas"},
	{name: "tls_cert", set: text(func(s *Settings) *string { return &s.TLSCert }),
		help: "certificate chain in PEM; together with tls_key"},
	{name: "tls_key", set: text(func(s *Settings) *string { return &s.TLSKey }),
		help: "private key in PEM; together with tls_cert"},
	{name: "behind_proxy", set: setProxies,
		help: "addresses or networks of the reverse proxies whose X-Forwarded-For is believed"},
	{name: "public_url", set: setPublicURL,
		help: "address under which people reach this instance, for links; default: what is listened on"},
	{name: "horizon", value: "P730D", set: period(func(s *Settings) *time.Duration { return &s.Horizon }),
		help: "how far ahead can be booked"},
	{name: "hold_for", value: "P3D", set: period(func(s *Settings) *time.Duration { return &s.HoldFor }),
		help: "how long an offer holds its capacity where the mentor does not say"},
	{name: "max_hold", value: "P30D", set: period(func(s *Settings) *time.Duration { return &s.MaxHold }),
		help: "how long an offer can hold its capacity at the most"},
	{name: "reminders", value: "P1D,PT1H", set: setReminders,
		help: "how long before orchestration and before a slot's end people are reminded"},
	{name: "log_level", value: "info", set: setLogLevel,
		help: "debug, info, warn or error"},
	{name: "log_format", value: "text", set: text(func(s *Settings) *string { return &s.LogFormat }),
		help: "text or json"},
	{name: "max_body", value: "4194304", set: setMaxBody,
		help: "largest request body in bytes"},
	{name: "stop_after", value: "PT15S", set: period(func(s *Settings) *time.Duration { return &s.StopAfter }),
		help: "how long a stop waits for what is under way"},
	{name: "bugzilla_url", set: text(func(s *Settings) *string { return &s.Bugzilla.URL }),
		help: "address of the Bugzilla in which each request gets a ticket; empty for none"},
	{name: "bugzilla_key", mask: hide, set: text(func(s *Settings) *string { return &s.Bugzilla.Key }),
		help: "API key of the account that writes the tickets"},
	{name: "bugzilla_login", set: text(func(s *Settings) *string { return &s.Bugzilla.Login }),
		help: "login of that account"},
	{name: "bugzilla_product", value: "5GinFIRE Operations", set: text(func(s *Settings) *string { return &s.Bugzilla.Product }),
		help: "product of the tickets"},
	{name: "bugzilla_component", value: "Operations Support", set: text(func(s *Settings) *string { return &s.Bugzilla.Component }),
		help: "component of the tickets"},
	{name: "bugzilla_version", value: "unspecified", set: text(func(s *Settings) *string { return &s.Bugzilla.Version }),
		help: "version of the tickets"},
	{name: "bugzilla_op_sys", value: "All", set: text(func(s *Settings) *string { return &s.Bugzilla.OpSys }),
		help: "operating system of the tickets"},
	{name: "bugzilla_platform", value: "All", set: text(func(s *Settings) *string { return &s.Bugzilla.Platform }),
		help: "hardware of the tickets"},
	{name: "bugzilla_components", set: setComponents,
		help: "other components for requests under review, for deployments, or by testbed, such as deployments=DeploymentCalendar,north=Athens"},
	{name: "bugzilla_fields", set: setFields,
		help: "other fields of the tickets, such as priority=High,keywords=testbed|5g,cf_team=Athens"},
	{name: "bugzilla_poll", value: "PT30S", set: period(func(s *Settings) *time.Duration { return &s.Bugzilla.Poll }),
		help: "how often it is looked what people did in Bugzilla"},
	{name: "bugzilla_statuses", set: setStatuses,
		help: "how tickets stand where it is not as usual, such as RUNNING=DEPLOYED,COMPLETED=RESOLVED FIXED"},
	{name: "bugzilla_marker", value: "berth#", set: text(func(s *Settings) *string { return &s.Bugzilla.Marker }),
		help: "what stands before a request's number in summary or whiteboard of a ticket opened by hand; empty to link none"},
	{name: "bugzilla_offer_links", value: "no", set: yesNo(func(s *Settings) *bool { return &s.Bugzilla.OfferLinks }),
		help: "yes where only those read the tickets who may take offers: comments then have the links that take them"},
	{name: "mail_server", set: setMailServer,
		help: "host and port of the mail server, such as smtp.example.org:587; empty: nobody is mailed"},
	{name: "mail_security", value: "starttls", set: text(func(s *Settings) *string { return &s.Mail.Security }),
		help: "starttls, tls (from the first byte, mostly port 465) or none (to this machine only)"},
	{name: "mail_user", set: text(func(s *Settings) *string { return &s.Mail.User }),
		help: "account at the mail server; empty where it takes mail without"},
	{name: "mail_password", mask: hide, set: text(func(s *Settings) *string { return &s.Mail.Password }),
		help: "password of that account"},
	{name: "mail_from", set: setMailFrom,
		help: "who the mails are from, such as Berth <berth@example.org>"},
	{name: "mail_list", set: setMailList,
		help: "address of a list that is told of every request; empty for none"},
	{name: "mail_digest", value: "06:00", set: setMailDigest,
		help: "when operators are mailed what the next three days bring, UTC; empty for never"},
	{name: "webhook_anywhere", value: "no", set: yesNo(func(s *Settings) *bool { return &s.Webhooks.Anywhere }),
		help: "yes lets people's webhooks call private addresses and http, too: whatever this machine can reach"},
	{name: "oidc_issuer", set: text(func(s *Settings) *string { return &s.OIDC.Issuer }),
		help: "OpenID Connect provider with which people may sign in to the pages, such as https://id.example.org/realms/lab; empty for none"},
	{name: "oidc_client", set: text(func(s *Settings) *string { return &s.OIDC.Client }),
		help: "client id at the provider; the address that it leads back to is public_url with /sign-in/callback"},
	{name: "oidc_secret", mask: hide, set: text(func(s *Settings) *string { return &s.OIDC.Secret }),
		help: "client secret at the provider"},
	{name: "oidc_groups_claim", value: "groups", set: text(func(s *Settings) *string { return &s.OIDC.Claim }),
		help: "claim of the ID token that has somebody's groups"},
	{name: "oidc_roles", set: setGrants,
		help: "what groups make of people, such as lab-mentors=mentor,iris-staff=provider:wins-5g"},
}

// retired are settings of before that nothing depends on any more. Where one still stands it is left alone: nobody's start fails over it.
var retired = []string{"bugzilla_key_in_query"}

// Names are the names of all settings, in the order of the manual.
func Names() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func find(name string) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

func text(at func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		*at(s) = v
		return nil
	}
}

func yesNo(at func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		switch v {
		case "yes", "true":
			*at(s) = true
		case "no", "false":
			*at(s) = false
		default:
			return fmt.Errorf("has to be yes or no")
		}
		return nil
	}
}

func period(at func(*Settings) *time.Duration) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		d, err := positive(v)
		*at(s) = d
		return err
	}
}

func positive(v string) (time.Duration, error) {
	p, err := testbeds.ParsePeriod(v)
	if err != nil {
		return 0, err
	}
	if p.IsZero() {
		return 0, fmt.Errorf("has to be longer than nothing")
	}
	return p.Exact(), nil
}

// items are the parts of a list written with commas, blanks around them ignored.
func items(v string) []string {
	var list []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func setReminders(s *Settings, v string) error {
	s.Reminders = nil
	for _, item := range items(v) {
		d, err := positive(item)
		if err != nil {
			return err
		}
		s.Reminders = append(s.Reminders, d)
	}
	return nil
}

func setProxies(s *Settings, v string) error {
	s.BehindProxy = nil
	for _, item := range items(v) {
		prefix, err := netip.ParsePrefix(item)
		if addr, addrErr := netip.ParseAddr(item); addrErr == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", item)
		}
		s.BehindProxy = append(s.BehindProxy, prefix)
	}
	return nil
}

func setStatuses(s *Settings, v string) error {
	s.Bugzilla.Statuses = nil
	for _, item := range items(v) {
		status, standing, ok := strings.Cut(item, "=")
		status, words := strings.TrimSpace(status), strings.Fields(standing)
		if !ok || len(words) < 1 || len(words) > 2 {
			return fmt.Errorf("%q is not like COMPLETED=RESOLVED FIXED", item)
		}
		if !slices.Contains(scheduler.Statuses, scheduler.Status(status)) {
			return fmt.Errorf("there is no status %q of a request", status)
		}
		if s.Bugzilla.Statuses == nil {
			s.Bugzilla.Statuses = map[string]string{}
		}
		s.Bugzilla.Statuses[status] = strings.Join(words, " ")
	}
	return nil
}

func setComponents(s *Settings, v string) error {
	s.Bugzilla.Components = nil
	return pairs(v, "deployments=DeploymentCalendar", func(name, value string) error {
		if s.Bugzilla.Components == nil {
			s.Bugzilla.Components = map[string]string{}
		}
		s.Bugzilla.Components[name] = value
		return nil
	})
}

// ownFields are those of tickets that Berth gives itself, or that have settings of their own.
var ownFields = []string{"alias", "api_key", "assigned_to", "cc", "comment", "component", "deadline", "description", "op_sys", "platform", "product", "resolution",
	"status", "summary", "url", "version"}

func setFields(s *Settings, v string) error {
	s.Bugzilla.Fields = nil
	return pairs(v, "priority=High", func(name, value string) error {
		if slices.Contains(ownFields, name) {
			return fmt.Errorf("%s is not for this setting: Berth gives it, or it has one of its own", name)
		}
		if s.Bugzilla.Fields == nil {
			s.Bugzilla.Fields = map[string]string{}
		}
		s.Bugzilla.Fields[name] = value
		return nil
	})
}

// pairs hands on the names and values of a list such as priority=High,cf_team=Athens, each name once.
func pairs(v, example string, take func(name, value string) error) error {
	seen := map[string]bool{}
	for _, item := range items(v) {
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || value == "":
			return fmt.Errorf("%q is not like %s", item, example)
		case seen[name]:
			return fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := take(name, value); err != nil {
			return err
		}
	}
	return nil
}

func setPublicURL(s *Settings, v string) error {
	s.PublicURL = nil
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("has to be an http or https address such as https://berth.example.org")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("has to be scheme and host alone: Berth answers at the root")
	}
	s.PublicURL = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return nil
}

func setLogLevel(s *Settings, v string) error {
	if err := s.LogLevel.UnmarshalText([]byte(v)); err != nil {
		return fmt.Errorf("has to be debug, info, warn or error")
	}
	return nil
}

// Bodies below the least would refuse ordinary requests, bodies above the greatest would let anybody fill the memory.
const (
	leastBody    = 64 << 10
	greatestBody = 64 << 20
)

func setMaxBody(s *Settings, v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < leastBody || n > greatestBody {
		return fmt.Errorf("has to be a number of bytes from %d to %d", leastBody, greatestBody)
	}
	s.MaxBody = n
	return nil
}
