package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// Limits of a policy.
const (
	maxRules    = 100 // of a kind
	maxListed   = 200 // names in a rule
	maxHolidays = 366
	maxTerms    = 50
	maxText     = 200
	maxNotice   = 60
	maxOpen     = 1000
	maxHours    = 1_000_000_000
	maxOffers   = 10
	longest     = 366 * 24 * time.Hour
)

var (
	ruleForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	userForm = ruleForm
	roles    = []string{"experimenter", "mentor", "provider", "operator", "administrator"}
	weekdays = map[string]time.Weekday{"sunday": time.Sunday, "monday": time.Monday, "tuesday": time.Tuesday, "wednesday": time.Wednesday,
		"thursday": time.Thursday, "friday": time.Friday, "saturday": time.Saturday}
	dayNames = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)

// checker collects the faults of a policy.
type checker struct {
	faults testbeds.Faults
	known  testbeds.Facility
	names  map[string]string // of rules, with the field that has them
}

func (c *checker) fault(field, rule string, args ...any) {
	c.faults.Add(testbeds.Fault{Field: field, Rule: fmt.Sprintf(rule, args...)})
}

// validate lists every rule of the form that a policy breaks.
func (p *Policy) validate(known testbeds.Facility) testbeds.Faults {
	c := &checker{known: known, names: map[string]string{}}
	if _, err := wallclock.Zone(p.Zone); err != nil && p.Zone != "" {
		c.fault("zone", "must be an IANA time zone such as Europe/Athens, not %q", clip(p.Zone))
	}
	c.atMost("holidays", len(p.Holidays), maxHolidays)
	c.terms(p.Terms)
	c.atMost("limits", len(p.Limits), maxRules)
	c.atMost("quotas", len(p.Quotas), maxRules)
	c.atMost("attended", len(p.Attended), maxRules)
	c.atMost("grants", len(p.Grants), maxRules)
	for i, l := range p.Limits[:min(len(p.Limits), maxRules)] {
		c.limit(at("limits", i), l)
	}
	for i, q := range p.Quotas[:min(len(p.Quotas), maxRules)] {
		c.quota(at("quotas", i), q, len(p.Terms) > 0)
	}
	for i, a := range p.Attended[:min(len(p.Attended), maxRules)] {
		c.attended(at("attended", i), a)
	}
	for i, g := range p.Grants[:min(len(p.Grants), maxRules)] {
		c.grant(at("grants", i), g)
	}
	if p.Rejects != nil {
		if p.Rejects.Offers < 0 || p.Rejects.Offers > maxOffers {
			c.fault("rejects.offers", "must be 0 to %d", maxOffers)
		}
		c.text("rejects.because", p.Rejects.Because)
	}
	return c.faults
}

func (c *checker) terms(list []Term) {
	c.atMost("terms", len(list), maxTerms)
	for i, t := range list[:min(len(list), maxTerms)] {
		field := at("terms", i)
		c.line(field+".name", t.Name)
		switch {
		case t.From.IsZero() || t.To.IsZero(): // missing, which is told
		case !t.From.Before(t.To.Time):
			c.fault(field+".to", "must be after from; the last day is not included")
		case t.To.Sub(t.From.Time) > longest:
			c.fault(field+".to", "must be at most 366 days after from")
		case i > 0 && t.From.Before(list[i-1].To.Time):
			c.fault(field+".from", "must not be before the end of the term above: terms follow one another")
		}
	}
}

func (c *checker) limit(field string, l Limit) {
	c.rule(field, l.Name, l.Because, l.Who, l.Except, l.Testbeds)
	c.period(field+".longest", l.Longest)
	c.period(field+".ahead", l.Ahead)
	c.number(field+".notice", l.Notice, maxNotice)
	c.number(field+".open", l.Open, maxOpen)
	if l.Longest.IsZero() && l.Ahead.IsZero() && l.Notice == 0 && l.Open == 0 {
		c.fault(field, "limits nothing: give longest, notice, ahead or open")
	}
	if l.Open > 0 && len(l.Testbeds) > 0 {
		c.fault(field+".open", "counts requests wherever they run: give it in a limit without testbeds")
	}
}

func (c *checker) quota(field string, q Quota, terms bool) {
	c.rule(field, q.Name, q.Because, q.Who, q.Except, q.Testbeds)
	switch {
	case (q.Quantity == "") == (q.Device == ""):
		c.fault(field, "give either quantity or device")
	case q.Quantity != "" && !c.has(q.Testbeds, func(t testbeds.Testbed) bool {
		return slices.ContainsFunc(t.VIMs, func(v testbeds.VIM) bool { _, ok := v.Capacity[q.Quantity]; return ok })
	}):
		c.fault(field+".quantity", "there is no VIM with %q there", clip(q.Quantity))
	case q.Device != "" && !c.has(q.Testbeds, func(t testbeds.Testbed) bool { _, ok := t.Device(q.Device); return ok }):
		c.fault(field+".device", "there is no device %q there", clip(q.Device))
	}
	if q.Hours < 0 || q.Hours > maxHours {
		c.fault(field+".hours", "must be 0 to %d", maxHours)
	}
	oneOf(c, field+".per", q.Per, Pers)
	oneOf(c, field+".every", q.Every, Everies)
	if q.Every == EveryTerm && !terms {
		c.fault(field+".every", "needs terms, and the policy has none")
	}
}

// has reports whether one of the testbeds, or any if none is named, has something.
func (c *checker) has(among []string, what func(testbeds.Testbed) bool) bool {
	return slices.ContainsFunc(c.known.Testbeds, func(t testbeds.Testbed) bool {
		return (len(among) == 0 || slices.Contains(among, t.ID)) && what(t)
	})
}

func (c *checker) attended(field string, a Attended) {
	c.rule(field, a.Name, a.Because, nil, nil, a.Testbeds)
	for i, d := range a.Days[:min(len(a.Days), maxListed)] {
		if _, ok := weekdays[d]; !ok || slices.Contains(a.Days[:i], d) {
			c.fault(at(field+".days", i), "must be one of %s, each once", strings.Join(dayNames, ", "))
		}
	}
	c.atMost(field+".days", len(a.Days), 7)
	c.atMost(field+".dates", len(a.Dates), maxHolidays)
	if len(a.Days) == 0 && len(a.Dates) == 0 {
		c.fault(field, "names no day: give days or dates")
	}
}

func (c *checker) grant(field string, g Grant) {
	c.rule(field, g.Name, g.Because, g.Who, g.Except, g.Testbeds)
	c.users(field+".mentors", g.Mentors)
	c.atMost(field+".under", len(g.Under), maxListed)
	for _, q := range slices.Sorted(maps.Keys(g.Under)) {
		if g.Under[q] < 1 || g.Under[q] > testbeds.MaxAmount {
			c.fault(field+".under."+clip(q), "must be 1 to %d: less than it is granted", int64(testbeds.MaxAmount))
		}
		if !c.has(g.Testbeds, func(t testbeds.Testbed) bool {
			return slices.ContainsFunc(t.VIMs, func(v testbeds.VIM) bool { _, ok := v.Capacity[q]; return ok })
		}) {
			c.fault(field+".under."+clip(q), "there is no VIM with %q there", clip(q))
		}
	}
	c.period(field+".longest", g.Longest)
	oneOf(c, field+".then", g.Then, Thens)
	if len(g.Under) == 0 && g.Longest.IsZero() {
		c.fault(field, "grants anything: give under or longest")
	}
}

// rule checks what all rules have.
func (c *checker) rule(field, name, because string, who, except *People, where []string) {
	switch other, taken := c.names[name]; {
	case name == "": // missing, which is told
	case !ruleForm.MatchString(name):
		c.fault(field+".name", "must be 1 to 64 of a-z 0-9 . _ -, a letter or digit first")
	case taken:
		c.fault(field+".name", "%q comes twice: it is also in %s", clip(name), other)
	default:
		c.names[name] = field
	}
	c.text(field+".because", because)
	c.people(field+".who", who)
	c.people(field+".except", except)
	c.atMost(field+".testbeds", len(where), maxListed)
	for i, id := range where[:min(len(where), maxListed)] {
		if _, ok := c.known.Testbed(id); !ok || slices.Contains(where[:i], id) {
			c.fault(at(field+".testbeds", i), "there is no testbed %q, or it comes twice", clip(id))
		}
	}
}

func (c *checker) people(field string, p *People) {
	if p == nil {
		return
	}
	if len(p.Users)+len(p.Roles)+len(p.Organisations) == 0 {
		c.fault(field, "names nobody: give users, roles or organisations")
	}
	c.users(field+".users", p.Users)
	for i, r := range p.Roles[:min(len(p.Roles), maxListed)] {
		if !slices.Contains(roles, r) || slices.Contains(p.Roles[:i], r) {
			c.fault(at(field+".roles", i), "must be one of %s, each once", strings.Join(roles, ", "))
		}
	}
	c.atMost(field+".roles", len(p.Roles), len(roles))
	c.atMost(field+".organisations", len(p.Organisations), maxListed)
	for i, o := range p.Organisations[:min(len(p.Organisations), maxListed)] {
		c.line(at(field+".organisations", i), o)
	}
}

func (c *checker) users(field string, list []string) {
	c.atMost(field, len(list), maxListed)
	for i, u := range list[:min(len(list), maxListed)] {
		if !userForm.MatchString(u) || slices.Contains(list[:i], u) {
			c.fault(at(field, i), "must be a username, each once")
		}
	}
}

func oneOf[T ~string](c *checker, field string, v T, all []T) {
	if v != "" && !slices.Contains(all, v) {
		words := make([]string, len(all))
		for i, x := range all {
			words[i] = string(x)
		}
		c.fault(field, "must be %s, not %q", strings.Join(words, " or "), clip(string(v)))
	}
}

func (c *checker) period(field string, p testbeds.Period) {
	if p.Exact() > longest {
		c.fault(field, "must be at most 366 days")
	}
}

func (c *checker) number(field string, n, most int64) {
	if n < 0 || n > most {
		c.fault(field, "must be 1 to %d; leave it out for no limit", most)
	}
}

func (c *checker) atMost(field string, n, most int) {
	if n > most {
		c.fault(field, "has %d entries, at most %d are allowed", n, most)
	}
}

// line checks a text that must be there.
func (c *checker) line(field, s string) {
	if rule := plain.Line(s, maxText); rule != "" {
		c.fault(field, "%s", rule)
	}
}

// text checks a text that may be missing.
func (c *checker) text(field, s string) {
	if s != "" {
		c.line(field, s)
	}
}

func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

func clip(s string) string { return plain.Clip(s, 60) }
