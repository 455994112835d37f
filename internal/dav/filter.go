package dav

import (
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-ical"
)

// span is a time-range; a zero bound is none.
type span struct{ from, to time.Time }

func (s *span) overlaps(from, to time.Time) bool {
	return s == nil || (s.to.IsZero() || from.Before(s.to)) && (s.from.IsZero() || to.After(s.from) || !to.After(from) && !from.Before(s.from))
}

// compFilter is a CALDAV:comp-filter (RFC 4791 section 9.7.1).
type compFilter struct {
	name      string
	undefined bool
	within    *span
	comps     []*compFilter
	props     []*propFilter
}

// propFilter is a CALDAV:prop-filter or a param-filter in one.
type propFilter struct {
	name      string
	undefined bool
	within    *span
	text      *textMatch
	params    []*propFilter
}

// textMatch is a CALDAV:text-match.
type textMatch struct {
	text    string
	fold    func(string) string
	negated bool
}

func badFilter(message string) error { return precondition("C:valid-filter", message) }

// readFilter reads a CALDAV:filter.
func readFilter(e *element) (*compFilter, error) {
	if e == nil || len(e.children) != 1 || e.children[0].name != inCal("comp-filter") {
		return nil, badFilter("A filter must have one comp-filter.")
	}
	f, err := readComp(e.children[0])
	if err == nil && f.name != ical.CompCalendar {
		err = badFilter("The outermost comp-filter must be for VCALENDAR.")
	}
	return f, err
}

// readComp reads a comp-filter. Its depth is bounded by that of the request body.
func readComp(e *element) (*compFilter, error) {
	f := &compFilter{name: strings.ToUpper(e.attr("name"))}
	if f.name == "" {
		return nil, badFilter("A comp-filter must have a name.")
	}
	for _, c := range e.children {
		var err error
		switch c.name {
		case inCal("is-not-defined"):
			f.undefined = true
		case inCal("time-range"):
			f.within, err = readRange(c)
		case inCal("comp-filter"):
			var sub *compFilter
			sub, err = readComp(c)
			f.comps = append(f.comps, sub)
		case inCal("prop-filter"):
			var sub *propFilter
			sub, err = readProp(c)
			f.props = append(f.props, sub)
		default:
			err = precondition("C:supported-filter", "A comp-filter has no filter "+c.name.Local+".")
		}
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

func readProp(e *element) (*propFilter, error) {
	f := &propFilter{name: strings.ToUpper(e.attr("name"))}
	if f.name == "" {
		return nil, badFilter("A " + e.name.Local + " must have a name.")
	}
	for _, c := range e.children {
		var err error
		switch c.name {
		case inCal("is-not-defined"):
			f.undefined = true
		case inCal("time-range"):
			f.within, err = readRange(c)
		case inCal("text-match"):
			f.text, err = readText(c)
		case inCal("param-filter"):
			var sub *propFilter
			sub, err = readProp(c)
			f.params = append(f.params, sub)
		default:
			err = precondition("C:supported-filter", "A "+e.name.Local+" has no filter "+c.name.Local+".")
		}
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

func readText(e *element) (*textMatch, error) {
	m := &textMatch{text: e.text, negated: strings.EqualFold(e.attr("negate-condition"), "yes")}
	switch e.attr("collation") {
	case "", "i;ascii-casemap", "default":
		m.fold = asciiLower
	case "i;unicode-casemap":
		m.fold = func(s string) string { return strings.Map(unicode.ToLower, s) }
	case "i;octet":
		m.fold = func(s string) string { return s }
	default:
		return nil, precondition("C:supported-collation", "The collations are i;ascii-casemap, i;unicode-casemap and i;octet.")
	}
	m.text = m.fold(m.text)
	return m, nil
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// readRange reads a time-range; nil for none. Bounds without a zone count as UTC.
func readRange(e *element) (*span, error) {
	if e == nil {
		return nil, nil
	}
	var s span
	for _, b := range []struct {
		name string
		at   *time.Time
	}{{"start", &s.from}, {"end", &s.to}} {
		value := e.attr(b.name)
		if value == "" {
			continue
		}
		t, err := time.Parse(icalUTC, strings.TrimSuffix(value, "Z")+"Z")
		if err != nil {
			return nil, badFilter("The " + b.name + " of a time-range must be a UTC instant such as 20261124T100000Z.")
		}
		*b.at = t
	}
	if s.from.IsZero() && s.to.IsZero() {
		return nil, badFilter("A time-range must have a start, an end, or both.")
	}
	if !s.from.IsZero() && !s.to.IsZero() && !s.from.Before(s.to) {
		return nil, badFilter("The end of a time-range must lie after its start.")
	}
	return &s, nil
}

// matches applies the filter to a component; start and end are those of the enclosing component.
func (f *compFilter) matches(c *ical.Component, start, end time.Time) bool {
	if c.Name != f.name {
		return false
	}
	start, end = times(c, start, end)
	if !f.within.overlaps(start, end) {
		return false
	}
	for _, p := range f.props {
		if !p.matches(c.Props[p.name]) {
			return false
		}
	}
	for _, sub := range f.comps {
		found := false
		for _, child := range c.Children {
			found = found || (sub.undefined && child.Name == sub.name || !sub.undefined && sub.matches(child, start, end))
		}
		if found == sub.undefined {
			return false
		}
	}
	return true
}

// times returns the time of a component: an event's own, or the ringing of an alarm.
func times(c *ical.Component, start, end time.Time) (time.Time, time.Time) {
	switch c.Name {
	case ical.CompEvent:
		e := ical.Event{Component: c}
		from, err := e.DateTimeStart(time.UTC)
		to, err2 := e.DateTimeEnd(time.UTC)
		if err == nil && err2 == nil {
			return from, to
		}
	case ical.CompAlarm:
		if trigger := c.Props.Get(ical.PropTrigger); trigger != nil {
			if d, err := trigger.Duration(); err == nil {
				return start.Add(d), start.Add(d)
			}
		}
	}
	return start, end
}

// matches applies the filter to the properties of its name: one of them must meet all of it.
func (f *propFilter) matches(props []ical.Prop) bool {
	if f.undefined {
		return len(props) == 0
	}
	for _, p := range props {
		if f.meets(p) {
			return true
		}
	}
	return false
}

func (f *propFilter) meets(p ical.Prop) bool {
	if f.within != nil {
		at, err := p.DateTime(time.UTC)
		if err != nil || !f.within.overlaps(at, at) {
			return false
		}
	}
	if f.text != nil {
		text, err := p.Text()
		if err != nil {
			text = p.Value
		}
		if !f.text.meets(text) {
			return false
		}
	}
	for _, param := range f.params {
		values := p.Params[param.name]
		if param.undefined != (len(values) == 0) {
			return false
		}
		if param.text != nil && !param.text.meets(strings.Join(values, ",")) {
			return false
		}
	}
	return true
}

func (m *textMatch) meets(text string) bool {
	return strings.Contains(m.fold(text), m.text) != m.negated
}
