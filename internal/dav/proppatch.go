package dav

import (
	"encoding/xml"
	"net/http"
)

// maxValue is the longest value of a property that somebody may keep, in bytes.
const maxValue = 4 << 10

// maxName is the longest name of one, with its namespace, in bytes.
const maxName = 512

// proppatch keeps how somebody wants to see a calendar: its name, colour, order, and whatever else a client likes to put down. It is
// theirs alone. What Berth itself says of a calendar cannot be changed, and then nothing is (RFC 4918 section 9.2).
func (c *call) proppatch(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atCollection {
		return c.forbid("write-properties", "Only calendars have properties of your own.")
	}
	top, err := parse(r)
	if err != nil {
		return err
	}
	if top == nil || top.name != inDAV("propertyupdate") {
		return badRequest("A PROPPATCH asks with a DAV:propertyupdate.")
	}
	values := map[string]*string{}
	var names, refused []xml.Name
	for _, step := range top.children {
		if step.name != inDAV("set") && step.name != inDAV("remove") {
			continue
		}
		prop := step.child(davSpace, "prop")
		if prop == nil {
			continue
		}
		for _, e := range prop.children {
			names = append(names, e.name)
			if p, live := known[e.name]; live && !p.own && e.name != inCal("schedule-calendar-transp") || len(e.text) > maxValue || len(propertyKey(e.name)) > maxName {
				refused = append(refused, e.name)
				continue
			}
			if len(e.children) > 0 {
				continue // such as schedule-calendar-transp: taken, and without a meaning here
			}
			if step.name.Local == "remove" {
				values[propertyKey(e.name)] = nil
			} else {
				values[propertyKey(e.name)] = &e.text
			}
		}
	}
	if len(refused) == 0 {
		if err := c.s.store.SetCalendarProperties(r.Context(), c.actor.Username, c.at.collection.ID, values); err != nil {
			return err
		}
	}
	x := c.begin(w, r)
	x.raw("<D:response>")
	x.href(c.href(c.at))
	answer := func(status string, names []xml.Name, more string) {
		x.raw("<D:propstat><D:prop>")
		for _, n := range names {
			x.empty(n)
		}
		x.raw("</D:prop><D:status>HTTP/1.1 " + status + "</D:status>" + more + "</D:propstat>")
	}
	if len(refused) == 0 {
		answer("200 OK", names, "")
	} else {
		answer("403 Forbidden", refused, "<D:error><D:cannot-modify-protected-property/></D:error>")
		if rest := except(names, refused); len(rest) > 0 {
			answer("424 Failed Dependency", rest, "")
		}
	}
	x.raw("</D:response>")
	return x.end()
}

func except(all, some []xml.Name) []xml.Name {
	left := map[xml.Name]bool{}
	for _, n := range some {
		left[n] = true
	}
	var rest []xml.Name
	for _, n := range all {
		if !left[n] {
			rest = append(rest, n)
		}
	}
	return rest
}
