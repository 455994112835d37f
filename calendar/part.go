package calendar

import "strings"

// Part selects the properties and components that a client asks for (RFC 4791 section 9.6.1).
type Part struct {
	AllProperties bool
	Properties    map[string]bool // by name; false for the name without the value
	AllComponents bool
	Components    map[string]*Part
}

// whole selects all of a component.
var whole = &Part{AllProperties: true, AllComponents: true}

// component returns the selection within a nested component, nil if that is not wanted.
func (p *Part) component(name string) *Part {
	if p.AllComponents {
		return whole
	}
	return p.Components[name]
}

// property reports whether a property is wanted, and whether with its value.
func (p *Part) property(name string) (wanted, valued bool) {
	if p.AllProperties {
		return true, true
	}
	valued, wanted = p.Properties[name]
	return wanted, valued
}

// Of cuts an object's text to the selection. p selects within an object, whose one component is the
// VCALENDAR.
func (p *Part) Of(object string) string {
	var b strings.Builder
	within := []*Part{p} // nil for unwanted components
	keep := false
	for l := range strings.Lines(object) {
		name, rest, _ := cutName(l)
		at := within[len(within)-1]
		switch {
		case strings.HasPrefix(l, " "), strings.HasPrefix(l, "\t"): // continues the line before
		case name == "BEGIN":
			if at != nil {
				at = at.component(strings.TrimSpace(rest))
			}
			within = append(within, at)
			keep = at != nil
		case name == "END":
			within = within[:max(1, len(within)-1)]
			keep = at != nil
		case at == nil:
			keep = false
		default:
			var valued bool
			if keep, valued = at.property(name); keep && !valued {
				b.WriteString(name + ":\r\n")
				keep = false
			}
		}
		if keep {
			b.WriteString(l)
		}
	}
	return b.String()
}

// cutName splits a line after the name of its property.
func cutName(l string) (name, rest string, ok bool) {
	at := strings.IndexAny(l, ":;")
	if at < 0 {
		return l, "", false
	}
	return l[:at], l[at+1:], true
}
