package dav

import (
	"strings"

	"berth/calendar"
)

// partial reads the parts of each object that a client asks for (RFC 4791 section 9.6); nil for all. Nothing needs expanding or limiting:
// every occurrence is an event of its own.
func partial(data *element) *calendar.Part {
	top := data.child(calSpace, "comp")
	if top == nil {
		return nil
	}
	return &calendar.Part{Components: map[string]*calendar.Part{strings.ToUpper(top.attr("name")): readPart(top)}}
}

// readPart reads a CALDAV:comp. The depth of the request body bounds its own.
func readPart(e *element) *calendar.Part {
	p := &calendar.Part{Properties: map[string]bool{}, Components: map[string]*calendar.Part{}}
	for _, c := range e.children {
		name := strings.ToUpper(c.attr("name"))
		switch c.name {
		case inCal("allprop"):
			p.AllProperties = true
		case inCal("allcomp"):
			p.AllComponents = true
		case inCal("prop"):
			p.Properties[name] = !strings.EqualFold(c.attr("novalue"), "yes")
		case inCal("comp"):
			p.Components[name] = readPart(c)
		}
	}
	return p
}
