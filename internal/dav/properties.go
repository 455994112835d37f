package dav

import (
	"encoding/xml"
	"net/http"
	"strconv"

	"berth/calendar"
)

// property is one that Berth knows: the kinds of resource that have it, and the writer of its value.
type property struct {
	name  xml.Name
	on    kind
	own   bool // each person may set their own
	write func(x *writer, c *call, p place)
	all   bool // part of allprop

	choices []string // the empty CalDAV elements that its value can be; none for a text
}

func inDAV(local string) xml.Name   { return xml.Name{Space: davSpace, Local: local} }
func inCal(local string) xml.Name   { return xml.Name{Space: calSpace, Local: local} }
func inCS(local string) xml.Name    { return xml.Name{Space: csSpace, Local: local} }
func inApple(local string) xml.Name { return xml.Name{Space: appleSpace, Local: local} }

// literal writes a constant value.
func literal(value string) func(*writer, *call, place) {
	return func(x *writer, _ *call, _ place) { x.raw(value) }
}

// link writes an address as the value.
func link(kind kind) func(*writer, *call, place) {
	return func(x *writer, c *call, _ place) { x.href(c.href(place{kind: kind})) }
}

func (x *writer) href(href string) {
	x.raw("<D:href>")
	x.text(href)
	x.raw("</D:href>")
}

const calendars = atCollection

// properties lists all that Berth has: those with which clients find and show the calendars, learn that they may not write, and
// follow changes. Scheduling (RFC 6638) is left out on purpose: a client that found it would send invitations.
var contentLengthName = inDAV("getcontentlength")

var properties = []property{
	{name: inDAV("resourcetype"), on: everywhere, all: true, write: resourceType},
	{name: inDAV("displayname"), on: everywhere &^ atObject, own: true, all: true, write: displayName},
	{name: inDAV("current-user-principal"), on: everywhere, write: link(atPrincipal)},
	{name: inDAV("principal-URL"), on: atPrincipal, write: link(atPrincipal)},
	{name: inDAV("principal-collection-set"), on: everywhere, write: link(atPrincipals)},
	{name: inDAV("owner"), on: atHome | atCollection | atObject, write: link(atPrincipal)},
	{name: inDAV("current-user-privilege-set"), on: everywhere, write: privileges},
	{name: inDAV("supported-report-set"), on: everywhere, write: reports},
	{name: inDAV("sync-token"), on: calendars, all: true, write: syncToken},
	{name: inDAV("getetag"), on: atObject, all: true, write: entityTag},
	{name: inDAV("getcontenttype"), on: calendars | atObject, all: true, write: contentType},
	{name: inDAV("getlastmodified"), on: atObject, all: true, write: lastModified},
	{name: contentLengthName, on: atObject, all: true, write: contentLength},
	{name: inCal("calendar-home-set"), on: atPrincipal | atRoot, write: link(atHome)},
	{name: inCal("calendar-user-address-set"), on: atPrincipal, write: link(atPrincipal)},
	{name: inCal("calendar-description"), on: calendars, own: true, write: description},
	{name: inCal("supported-calendar-component-set"), on: calendars, write: literal(`<C:comp name="VEVENT"/>`)},
	{name: inCal("supported-calendar-data"), on: calendars, write: literal(`<C:calendar-data content-type="text/calendar" version="2.0"/>`)},
	{name: inCal("supported-collation-set"), on: calendars, write: literal(`<C:supported-collation>i;ascii-casemap</C:supported-collation><C:supported-collation>i;octet</C:supported-collation><C:supported-collation>i;unicode-casemap</C:supported-collation>`)},
	{name: inCal("max-resource-size"), on: calendars, write: literal(strconv.Itoa(calendar.MaxObject))},
	{name: inCal("schedule-calendar-transp"), on: calendars, own: true, choices: []string{"opaque", "transparent"}, write: transparency},
	{name: inCS("getctag"), on: calendars, write: syncToken},
	{name: inApple("calendar-color"), on: calendars, own: true, write: colour},
}

// known finds a property by its name.
var known = func() map[xml.Name]property {
	m := map[xml.Name]property{}
	for _, p := range properties {
		m[p.name] = p
	}
	return m
}()

func resourceType(x *writer, _ *call, p place) {
	switch p.kind {
	case atPrincipal:
		x.raw("<D:collection/><D:principal/>")
	case atCollection:
		x.raw("<D:collection/><C:calendar/>")
	case atObject:
	default:
		x.raw("<D:collection/>")
	}
}

func displayName(x *writer, c *call, p place) {
	switch p.kind {
	case atCollection:
		x.text(p.collection.Name)
	case atPrincipal:
		if c.actor.Name != "" {
			x.text(c.actor.Name)
			return
		}
		x.text(c.actor.Username)
	default:
		x.raw("Berth")
	}
}

// privileges writes the actor's privileges, each in an element of its own. Evolution and DAVx5 take a calendar without write-content as
// read-only, Thunderbird one without any privilege to write: so a read-only calendar does not name write-properties either, although all
// users may set their own view of it.
func privileges(x *writer, c *call, p place) {
	one := func(name string) { x.raw("<D:privilege>" + name + "</D:privilege>") }
	one("<D:read/>")
	one("<D:read-current-user-privilege-set/>")
	if p.kind != atCollection && p.kind != atObject {
		return
	}
	one("<C:read-free-busy/>")
	if c.writes(p) {
		one("<D:write-properties/>")
		one("<D:write-content/>")
		if p.collection.ID == "mine" {
			one("<D:unbind/>")
		}
	}
}

// writes reports whether the actor may change the content of a place's collection.
func (c *call) writes(p place) bool {
	return c.moves && p.collection != nil && p.collection.Writable
}

func reports(x *writer, _ *call, p place) {
	if p.kind != atCollection {
		return
	}
	for _, name := range []string{"C:calendar-query", "C:calendar-multiget", "C:free-busy-query", "D:sync-collection"} {
		x.raw("<D:supported-report><D:report><" + name + "/></D:report></D:supported-report>")
	}
}

func entityTag(x *writer, c *call, p place) {
	if c.masked(p.object) {
		x.raw(c.etag(p.object))
		return
	}
	mark := p.object.For(c.visible).Mark()
	for _, part := range []string{`"`, p.object.Version(), c.mark, mark, `"`} { // without joining them: there are thousands
		x.raw(part)
	}
}

const (
	calendarType = "text/calendar; charset=utf-8"
	objectType   = calendarType + "; component=vevent"
)

func contentType(x *writer, _ *call, p place) {
	if p.kind == atObject {
		x.raw(objectType)
		return
	}
	x.raw(calendarType)
}

func lastModified(x *writer, _ *call, p place) {
	x.raw(p.object.Modified().Format(http.TimeFormat))
}

func contentLength(x *writer, c *call, p place) {
	x.raw(strconv.Itoa(len(c.text(p.object))))
}

func description(x *writer, _ *call, p place) { x.text(p.collection.Description) }

// colour adds an alpha channel, as Apple wants it.
func colour(x *writer, _ *call, p place) { x.raw(p.collection.Colour + "FF") }

// transparency keeps the bookings of others from making a person look busy.
func transparency(x *writer, _ *call, p place) {
	if p.collection.ID == "mine" {
		x.raw("<C:opaque/>")
		return
	}
	x.raw("<C:transparent/>")
}

func syncToken(x *writer, c *call, p place) { x.raw(c.tokenOf(p).String()) }
