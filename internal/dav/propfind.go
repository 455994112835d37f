package dav

import (
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strings"

	"berth/calendar"
)

// asked is the selection of properties in a client's request.
type asked struct {
	names     []xml.Name // empty with all or namesOnly
	all       bool
	onlyNames bool
	brief     bool           // leave out missing ones
	part      *calendar.Part // of each object's text; nil for all of it
}

// wishes reads a list of properties.
func wishes(prop *element) []xml.Name {
	if prop == nil {
		return nil
	}
	names := make([]xml.Name, len(prop.children))
	for i, e := range prop.children {
		names[i] = e.name
	}
	return names
}

// brief reports whether a client wants missing properties left out (RFC 7240, and Apple's own header).
func brief(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Brief"), "t") || strings.Contains(r.Header.Get("Prefer"), "return=minimal")
}

func (c *call) propfind(w http.ResponseWriter, r *http.Request) error {
	top, err := parse(r)
	if err != nil {
		return err
	}
	want, err := propfindOf(top)
	if err != nil {
		return err
	}
	want.brief = brief(r)
	depth := r.Header.Get("Depth")
	if depth == "" || strings.EqualFold(depth, "infinity") {
		if c.at.kind != atObject {
			return precondition("D:propfind-finite-depth", "Ask for a depth of 0 or 1.")
		}
		depth = "0"
	}
	if depth != "0" && depth != "1" {
		return badRequest("Depth must be 0 or 1.")
	}
	if c.at.kind == atObject && c.at.object == nil {
		return errNotFound
	}
	if c.at.kind == atHome || c.at.kind == atCollection {
		if _, err := c.properties(); err != nil {
			return err
		}
	}
	list, err := c.children(depth)
	if err != nil {
		return err
	}
	x := c.begin(w, r)
	plan := c.plan(want)
	plan.write(x, c.at)
	for _, p := range list {
		plan.write(x, p)
	}
	if depth == "1" && c.at.kind == atCollection {
		return errors.Join(plan.each(x, c.members.All()), x.end())
	}
	return x.end()
}

// propfindOf reads the selection of a PROPFIND: everything without a body, else one of three forms (RFC 4918
// section 14.20).
func propfindOf(top *element) (want asked, err error) {
	if top == nil {
		return asked{all: true}, nil
	}
	prop, all, only, include := top.child(davSpace, "prop"), top.child(davSpace, "allprop"), top.child(davSpace, "propname"), top.child(davSpace, "include")
	asks := 0
	for _, e := range []*element{prop, all, only} {
		if e != nil {
			asks++
		}
	}
	switch {
	case top.name != inDAV("propfind"):
		return want, badRequest("The body of a PROPFIND must be a DAV:propfind.")
	case asks > 1 || include != nil && all == nil:
		return want, badRequest("A DAV:propfind must hold one of prop, allprop and propname; include belongs to allprop.")
	case only != nil:
		want.onlyNames = true
	case prop != nil:
		want.names = wishes(prop)
	default:
		want.all, want.names = true, wishes(include)
	}
	return want, nil
}

// children lists the resources within one, except objects.
func (c *call) children(depth string) ([]place, error) {
	if depth == "0" {
		return nil, nil
	}
	switch c.at.kind {
	case atRoot:
		return []place{{kind: atPrincipals}, {kind: atHomes}}, nil
	case atPrincipals:
		return []place{{kind: atPrincipal}}, nil
	case atHomes:
		return []place{{kind: atHome}}, nil
	case atHome:
		list := make([]place, len(c.collections))
		for i := range c.collections {
			list[i] = place{kind: atCollection, collection: &c.collections[i]}
		}
		return list, c.everyLast()
	default:
		return nil, nil
	}
}

// plan is the list of properties for resources of each kind, worked out once.
type plan struct {
	c       *call
	want    asked
	objects []property // of an object, if all of the selection is known
	base    string     // of the objects' addresses
	text    []byte     // of the last object
	reads   bool       // the texts of objects
}

func (c *call) plan(want asked) *plan {
	p := &plan{c: c, want: want}
	if c.at.collection != nil {
		p.base = c.href(place{kind: atCollection, collection: c.at.collection})
	}
	for _, name := range want.names {
		prop, ok := known[name]
		if !ok || prop.on&atObject == 0 {
			p.objects = nil
			break
		}
		p.objects = append(p.objects, prop)
	}
	p.reads = !want.onlyNames && (want.all || slices.Contains(want.names, calendarData) || slices.Contains(want.names, contentLengthName))
	return p
}

// fetch returns what reads texts ahead; nil if none are wanted.
func (p *plan) fetch() func([]*calendar.Entry) bool {
	if !p.reads {
		return nil
	}
	return p.c.fetch
}

const (
	present = "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
	missing = "</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"
)

// write writes the response element of one resource.
func (p *plan) write(x *writer, at place) {
	if at.object != nil && p.reads {
		if at.object = p.c.fresh(at.object); at.object == nil {
			return
		}
	}
	x.raw("<D:response>")
	if at.kind == atObject && p.base != "" {
		x.raw("<D:href>")
		x.text(p.base)
		x.text(at.name)
		x.raw(".ics</D:href>")
	} else {
		x.href(p.c.href(at))
	}
	x.raw("<D:propstat><D:prop>")
	lacking := false
	switch {
	case p.objects != nil && at.kind == atObject:
		for _, prop := range p.objects {
			p.one(x, prop, at)
		}
	case p.want.all || p.want.onlyNames:
		for _, prop := range properties {
			if prop.on&at.kind == 0 || p.want.all && !prop.all {
				continue
			}
			if p.want.onlyNames {
				x.empty(prop.name)
				continue
			}
			p.one(x, prop, at)
		}
		for _, name := range p.want.names { // include
			if prop, ok := known[name]; ok && prop.on&at.kind != 0 && !prop.all {
				p.one(x, prop, at)
			}
		}
	default:
		lacking = p.named(x, at)
	}
	x.raw(present)
	if lacking && !p.want.brief {
		p.lacking(x, at)
	}
	x.raw("</D:response>")
}

// named writes the requested properties, and reports whether some of them do not exist.
func (p *plan) named(x *writer, at place) (lacking bool) {
	for _, name := range p.want.names {
		if prop, ok := known[name]; ok && prop.on&at.kind != 0 {
			p.one(x, prop, at)
		} else if value, ok := p.c.kept(at, name); ok {
			x.value(name, value)
		} else if name != calendarData || at.kind != atObject {
			lacking = true
		} else {
			p.data(x, at.object)
		}
	}
	return lacking
}

func (p *plan) lacking(x *writer, at place) {
	x.raw("<D:propstat><D:prop>")
	for _, name := range p.want.names {
		prop, ok := known[name]
		_, own := p.c.kept(at, name)
		if !own && (!ok || prop.on&at.kind == 0) && (name != calendarData || at.kind != atObject) {
			x.empty(name)
		}
	}
	x.raw(missing)
}

// one writes a property: the person's own value if they set one.
func (p *plan) one(x *writer, prop property, at place) {
	if prop.own && at.kind == atCollection {
		if value, ok := p.c.kept(at, prop.name); ok && len(prop.choices) == 0 {
			x.value(prop.name, value)
			return
		} else if slices.Contains(prop.choices, value) {
			prop.write = literal("<C:" + value + "/>")
		}
	}
	prefix := prefixes[prop.name.Space]
	x.raw("<")
	x.raw(prefix)
	x.raw(prop.name.Local)
	x.raw(">")
	prop.write(x, p.c, at)
	x.raw("</")
	x.raw(prefix)
	x.raw(prop.name.Local)
	x.raw(">")
}

var calendarData = inCal("calendar-data")

// data writes the object itself.
func (p *plan) data(x *writer, o *calendar.Entry) {
	x.raw("<C:calendar-data>")
	switch {
	case p.want.part != nil:
		x.text(p.want.part.Of(p.c.text(o)))
	case len(p.c.alarms) > 0 || p.c.masked(o):
		x.text(p.c.text(o))
	default: // as it is in memory
		var ok bool
		if p.text, ok = o.AppendText(p.text[:0], o.For(p.c.visible)); !ok {
			p.text = append(p.text, p.c.text(o)...)
		}
		x.bytes(p.text)
	}
	x.raw("</C:calendar-data>")
}

// value writes an element of any namespace with a text in it.
func (x *writer) value(n xml.Name, text string) {
	prefix, standard := prefixes[n.Space]
	if !standard {
		prefix = "x:"
	}
	x.raw("<" + prefix + n.Local)
	if !standard {
		x.raw(` xmlns:x="`)
		x.text(n.Space)
		x.raw(`"`)
	}
	x.raw(">")
	x.text(text)
	x.raw("</" + prefix + n.Local + ">")
}

// kept returns the person's own value of a property of a collection.
func (c *call) kept(at place, name xml.Name) (string, bool) {
	if at.kind != atCollection {
		return "", false
	}
	value, ok := c.saved[at.collection.ID][propertyKey(name)]
	return value, ok
}

func propertyKey(n xml.Name) string { return "{" + n.Space + "}" + n.Local }
