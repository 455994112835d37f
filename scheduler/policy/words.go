package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"berth/testbeds"
	"berth/testbeds/plain"
)

// Sentence says a rule in plain words.
type Sentence struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// Words says every rule in plain words, in the order of the policy.
func (p *Policy) Words() (list []Sentence) {
	if p == nil {
		return nil
	}
	add := func(rule, because, format string, args ...any) {
		list = append(list, Sentence{rule, reasoned(capital(fmt.Sprintf(format, args...)), because) + "."})
	}
	for _, l := range p.Limits {
		add(l.Name, l.Because, "%s: %s", scope(l.Who, l.Except, l.Testbeds), l.words())
	}
	for _, q := range p.Quotas {
		add(q.Name, q.Because, "%s: %s", scope(q.Who, q.Except, q.Testbeds), q.words())
	}
	for _, a := range p.Attended {
		add(a.Name, a.Because, "%s: a person decides about every slot that touches %s", scope(nil, nil, a.Testbeds), a.days())
	}
	for _, g := range p.Grants {
		add(g.Name, g.Because, "%s: %s", scope(g.Who, g.Except, g.Testbeds), g.words())
	}
	if r := p.Rejects; r != nil {
		offers := "without offers"
		if r.Offers > 0 {
			offers = "with up to " + plain.Count(int(r.Offers), "offer")
		}
		add("rejects", r.Because, "a request that cannot be deployed where it is placed is rejected at once, %s", offers)
	}
	return list
}

// scope says for whom and where a rule is: "everybody but mentors, at wins-5g".
func scope(who, except *People, where []string) string {
	s := "everybody"
	if who != nil {
		s = who.words()
	}
	if except != nil {
		s += " but " + except.words()
	}
	if len(where) > 0 {
		s += ", at " + listed(where, "and")
	}
	return s
}

func (p *People) words() string {
	var parts []string
	for _, r := range p.Roles {
		parts = append(parts, r+"s")
	}
	parts = append(parts, p.Users...)
	for _, o := range p.Organisations {
		parts = append(parts, "people of "+o)
	}
	return listed(parts, "and")
}

func (l Limit) words() string {
	var parts []string
	if d := l.Longest.Exact(); d > 0 {
		parts = append(parts, "a slot is at most "+length(d)+" long")
	}
	if l.Notice > 0 {
		parts = append(parts, "it is asked for at least "+plain.Count(int(l.Notice), "business day")+" ahead")
	}
	if d := l.Ahead.Exact(); d > 0 {
		parts = append(parts, "it begins at most "+length(d)+" ahead")
	}
	if l.Open > 0 {
		parts = append(parts, "one person has at most "+plain.Count(int(l.Open), "open request")+" at once")
	}
	return listed(parts, "and")
}

func (q Quota) words() string {
	each := map[Per]string{PerPerson: "each person", PerExperiment: "each experiment", PerOrganisation: "each organisation"}[q.Per]
	free := ""
	switch {
	case q.FreeNights != nil && q.FreeWeekends:
		free = ", where weekends and the hours " + q.FreeNights.String() + " are free"
	case q.FreeNights != nil:
		free = ", where the hours " + q.FreeNights.String() + " are free"
	case q.FreeWeekends:
		free = ", where weekends are free"
	}
	return fmt.Sprintf("%s may use %d %s in a %s%s", each, q.Hours, q.Unit(), q.Every, free)
}

func (a Attended) days() string {
	parts := []string{}
	for _, d := range a.Days {
		parts = append(parts, "a "+capital(d))
	}
	for _, d := range a.Dates {
		parts = append(parts, d.Format("2 January 2006"))
	}
	return listed(parts, "or")
}

func (g Grant) words() string {
	parts := []string{"fits"}
	for _, q := range slices.Sorted(maps.Keys(g.Under)) {
		parts = append(parts, "takes less than "+plain.Amount(q, g.Under[q]))
	}
	if d := g.Longest.Exact(); d > 0 {
		parts = append(parts, "is at most "+length(d)+" long")
	}
	if g.NoDevices {
		parts = append(parts, "uses no device")
	}
	of := ""
	if len(g.Mentors) > 0 {
		of = ", with " + listed(g.Mentors, "or") + " as its mentor,"
	}
	then := "is approved at once, in the place of the testbeds"
	if g.Then == ThenSchedule {
		then = "is approved and scheduled at once"
	}
	return fmt.Sprintf("a request%s that %s %s", of, listed(parts, "and"), then)
}

// listed writes "a, b and c".
func listed(parts []string, and string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " " + and + " " + parts[n-1]
	}
	return strings.Join(parts, "")
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Share is how much of a quota somebody has used, or asked for, in its present period.
type Share struct {
	Rule   string        `json:"rule"`
	Unit   string        `json:"unit"`
	Limit  float64       `json:"limit"`
	Used   float64       `json:"used"`
	Left   float64       `json:"left"`
	Every  Every         `json:"every"`
	Period testbeds.Slot `json:"period"`
	Of     Subject       `json:"of"`
	Text   string        `json:"text"`
}

// Shares says what a person and their organisation have used of the quotas that are for them, in the periods of an instant. Quotas of experiments have
// no share: a person is not one.
func (p *Policy) Shares(a Ask, use Use) (list []Share, err error) {
	if p == nil {
		return nil, nil
	}
	for _, q := range p.Quotas {
		period, ok := p.period(q, a.Now)
		if q.Per == PerExperiment || !ok || !p.applies(q.Who, q.Except, nil, a) || a.name(q.Per) == "" {
			continue
		}
		s := Subject{q.Per, a.name(q.Per)}
		used, err := p.Used(q, s, period, use)
		if err != nil {
			return nil, err
		}
		x := Share{Rule: q.Name, Unit: q.Unit(), Limit: float64(q.Hours), Used: q.hours(used), Left: q.hours(max(0, q.Most()-used)), Every: q.Every, Period: period, Of: s}
		who := "you have"
		if q.Per == PerOrganisation {
			who = s.Name + " has"
		}
		x.Text = fmt.Sprintf("%s used or asked for %s of %s %s this %s", who, number(x.Used), number(x.Limit), x.Unit, q.Every)
		list = append(list, x)
	}
	return list, nil
}
