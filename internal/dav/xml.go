package dav

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
)

const (
	xmlType      = "application/xml; charset=utf-8"
	icalUTC      = "20060102T150405Z"
	davSpace     = "DAV:"
	calSpace     = "urn:ietf:params:xml:ns:caldav"
	csSpace      = "http://calendarserver.org/ns/"
	appleSpace   = "http://apple.com/ns/ical/"
	ownNamespace = "urn:berth:ns"
)

// writer writes XML piece by piece. It keeps the first error.
type writer struct {
	out    *bufio.Writer
	answer *answer // nil if the target is not an answer
}

func newWriter(w io.Writer) *writer {
	x := &writer{out: bufio.NewWriterSize(w, 32<<10)}
	x.raw(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	return x
}

func (x *writer) raw(s string) { _, _ = x.out.WriteString(s) }
func (x *writer) flush() error { return x.out.Flush() }

// escapes holds the characters that cannot stand in character data. Parsers turn a bare carriage return into a line feed.
var escapes = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\r': "&#13;"}

// text writes character data. An event has a carriage return on each line and seldom anything else to escape: searching for other
// characters first, and then for carriage returns alone, takes half the time of checking each byte.
func (x *writer) text(s string) {
	if strings.IndexByte(s, '&') < 0 && strings.IndexByte(s, '<') < 0 && strings.IndexByte(s, '>') < 0 && strings.IndexByte(s, '"') < 0 {
		for {
			i := strings.IndexByte(s, '\r')
			if i < 0 {
				x.raw(s)
				return
			}
			x.raw(s[:i])
			x.raw(escapes['\r'])
			s = s[i+1:]
		}
	}
	from := 0
	for i := range len(s) {
		if e := escapes[s[i]]; e != "" {
			x.raw(s[from:i])
			x.raw(e)
			from = i + 1
		}
	}
	x.raw(s[from:])
}

// empty writes an element without content, of any namespace.
func (x *writer) empty(n xml.Name) {
	if prefix, known := prefixes[n.Space]; known {
		x.raw("<" + prefix)
		x.raw(n.Local)
		x.raw("/>")
		return
	}
	x.raw("<x:")
	x.raw(n.Local)
	x.raw(` xmlns:x="`)
	x.text(n.Space)
	x.raw(`"/>`)
}

var prefixes = map[string]string{davSpace: "D:", calSpace: "C:", csSpace: "CS:", appleSpace: "A:"}

const multistatus = `<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/">`

// begin answers 207 and opens a multistatus.
func (c *call) begin(w http.ResponseWriter, r *http.Request) *writer {
	w.Header().Set("Content-Type", xmlType)
	w.Header().Set("Cache-Control", "no-store")
	a := c.answer(w, r, http.StatusMultiStatus)
	x := newWriter(a)
	x.answer = a
	x.raw(multistatus)
	return x
}

func (x *writer) end() error {
	x.raw("</D:multistatus>\n")
	err := x.flush()
	if x.answer != nil {
		err = errors.Join(err, x.answer.close())
	}
	return err
}
