package dav

import (
	"encoding/xml"
	"net/http"
	"slices"
)

// maxValue is the longest stored value of a property, in bytes.
const maxValue = 4 << 10

// maxName is the longest name of one, with its namespace, in bytes.
const maxName = 512

// proppatch stores a person's own view of a calendar: its name, colour, order, and any other property of a client. Other users do not
// see it. Berth's own properties are protected, values that cannot be stored are refused, and one such property rejects the whole
// update (RFC 4918 section 9.2).
func (c *call) proppatch(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atCollection {
		return c.forbid("write-properties", "Only calendars can have properties of your own.")
	}
	top, err := parse(r)
	if err != nil {
		return err
	}
	if top == nil || top.name != inDAV("propertyupdate") {
		return badRequest("The body of a PROPPATCH must be a DAV:propertyupdate.")
	}
	u := readUpdate(top)
	if len(u.protected)+len(u.unkept) == 0 {
		if err := c.s.store.SetCalendarProperties(r.Context(), c.actor.Username, c.at.collection.ID, u.values); err != nil {
			return err
		}
	}
	x := c.begin(w, r)
	x.raw("<D:response>")
	x.href(c.href(c.at))
	u.answer(x)
	x.raw("</D:response>")
	return x.end()
}

// update is the content of a PROPPATCH.
type update struct {
	values    map[string]*string // as stored; nil to remove one
	names     []xml.Name
	protected []xml.Name // Berth's own
	unkept    []xml.Name // not storable: too long, or made of elements
}

func readUpdate(top *element) update {
	u := update{values: map[string]*string{}}
	for _, step := range top.children {
		if step.name != inDAV("set") && step.name != inDAV("remove") {
			continue
		}
		if prop := step.child(davSpace, "prop"); prop != nil {
			for _, e := range prop.children {
				u.take(e, step.name == inDAV("remove"))
			}
		}
	}
	return u
}

func (u *update) take(e *element, remove bool) {
	u.names = append(u.names, e.name)
	p, live := known[e.name]
	value, kept := e.text, len(e.children) == 0
	if len(p.choices) > 0 {
		kept = len(e.children) == 1 && e.children[0].name.Space == calSpace && slices.Contains(p.choices, e.children[0].name.Local)
		if kept {
			value = e.children[0].name.Local
		}
	}
	switch {
	case live && !p.own:
		u.protected = append(u.protected, e.name)
	case len(propertyKey(e.name)) > maxName || !remove && (!kept || len(value) > maxValue):
		u.unkept = append(u.unkept, e.name)
	case remove:
		u.values[propertyKey(e.name)] = nil
	default:
		u.values[propertyKey(e.name)] = &value
	}
}

// answer writes the outcome for each property.
func (u *update) answer(x *writer) {
	one := func(status string, names []xml.Name, more string) {
		if len(names) == 0 {
			return
		}
		x.raw("<D:propstat><D:prop>")
		for _, n := range names {
			x.empty(n)
		}
		x.raw("</D:prop><D:status>HTTP/1.1 " + status + "</D:status>" + more + "</D:propstat>")
	}
	if len(u.protected)+len(u.unkept) == 0 {
		one("200 OK", u.names, "")
		return
	}
	one("403 Forbidden", u.protected, "<D:error><D:cannot-modify-protected-property/></D:error>")
	one("403 Forbidden", u.unkept, "<D:responsedescription>Only texts of at most 4 KiB are kept.</D:responsedescription>")
	one("424 Failed Dependency", except(u.names, append(u.protected, u.unkept...)), "")
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
