package account

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"berth/testbeds"
	"berth/testbeds/plain"
)

var (
	usernameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	mailForm     = regexp.MustCompile(`^[^\s@<>",;:\\()\[\]]{1,64}@[A-Za-z0-9.-]{1,255}$`)
)

const (
	maxPersonName = 200 // characters
	maxQuoted     = 80
)

// Check lists the rules that a person breaks, by field. hasTestbed reports whether there is a testbed of that id.
func Check(p Person, hasTestbed func(id string) bool) (bad testbeds.Faults) {
	add := func(field, rule string, args ...any) {
		bad.Add(testbeds.Fault{Field: field, Rule: fmt.Sprintf(rule, args...)})
	}
	line := func(field, s string) {
		if rule := plain.Line(s, maxPersonName); rule != "" {
			add(field, "%s", rule)
		}
	}
	quoted := func(s string) string { return plain.Clip(s, maxQuoted) }
	if !usernameForm.MatchString(p.Username) || p.Username == System.Username {
		add("username", "must be 1 to 64 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit")
	}
	line("name", p.Name)
	if p.Email != "" && !mailForm.MatchString(p.Email) {
		add("email", "must be an address such as ada@example.org")
	}
	if p.Organisation != "" {
		line("organisation", p.Organisation)
	}
	if len(p.Roles) == 0 {
		add("roles", "must name at least one role")
	}
	for i, r := range p.Roles {
		if !slices.Contains(Roles, r) || slices.Contains(p.Roles[:i], r) {
			add("roles", "%q is not a role, or appears twice", quoted(string(r)))
		}
	}
	if slices.Contains(p.Roles, RoleProvider) && len(p.Testbeds) == 0 {
		add("testbeds", "a provider must have at least one")
	}
	for _, t := range p.Testbeds {
		if !hasTestbed(t) {
			add("testbeds", "there is no testbed %q", quoted(strings.TrimSpace(t)))
		}
	}
	return bad
}

// CheckTopics lists the rules that a choice of topics breaks: which mails are muted, and about what the pages keep quiet.
func CheckTopics(muted, quiet []Topic) (bad testbeds.Faults) {
	check := func(field string, chosen, among []Topic) {
		for i, t := range chosen {
			if !slices.Contains(among, t) || slices.Contains(chosen[:i], t) {
				bad.Add(testbeds.Fault{Field: field, Rule: fmt.Sprintf("%q is not a topic, or appears twice", plain.Clip(string(t), maxQuoted))})
			}
		}
	}
	check("muted", muted, Topics)
	check("quiet", quiet, PageTopics)
	return bad
}

// Loses reports whether a person may do less than before, or must sign in with another password.
func Loses(before, after Person) bool {
	return after.Disabled && !before.Disabled || after.Password != before.Password ||
		!within(before.Roles, after.Roles) || !within(before.Testbeds, after.Testbeds)
}

func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(x T) bool { return !slices.Contains(all, x) })
}
