package dav

import (
	"strings"

	"berth/calendar"
)

// partial reads what of each object a client wants (RFC 4791 section 9.6); nil for all of it. There is nothing to expand or to limit: every
// occurrence is an event of its own.
func partial(data *element) *calendar.Part {
	top := data.child(calSpace, "comp")
	if top == nil {
		return nil
	}
	return &calendar.Part{Components: map[string]*calendar.Part{strings.ToUpper(top.attr("name")): readPart(top)}}
}

// readPart reads a CALDAV:comp. Its depth is bounded by that of the request body.
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
