package dav

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
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
	out     *bufio.Writer
	answer  *answer // nil if the target is not an answer
	scratch []byte
}

const xmlHead = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

func newWriter(w io.Writer) *writer {
	x := &writer{out: bufio.NewWriter(w)}
	x.raw(xmlHead)
	return x
}

func (x *writer) raw(s string) { _, _ = x.out.WriteString(s) }
func (x *writer) flush() error { return x.out.Flush() }

// escapes holds the characters that cannot stand in character data. Parsers turn a bare carriage return into a line feed.
var escapes = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\r': "&#13;"}

// text writes character data.
func (x *writer) text(s string) {
	x.scratch = append(x.scratch[:0], s...)
	x.bytes(x.scratch)
}

// bytes writes character data. An event has a carriage return on each line and seldom anything else to escape: searching for other
// characters first, and then for carriage returns alone, takes half the time of checking each byte.
func (x *writer) bytes(s []byte) {
	if bytes.IndexByte(s, '&') < 0 && bytes.IndexByte(s, '<') < 0 && bytes.IndexByte(s, '>') < 0 && bytes.IndexByte(s, '"') < 0 {
		for {
			i := bytes.IndexByte(s, '\r')
			if i < 0 {
				_, _ = x.out.Write(s)
				return
			}
			_, _ = x.out.Write(s[:i])
			x.raw(escapes['\r'])
			s = s[i+1:]
		}
	}
	from := 0
	for i := range len(s) {
		if e := escapes[s[i]]; e != "" {
			_, _ = x.out.Write(s[from:i])
			x.raw(e)
			from = i + 1
		}
	}
	_, _ = x.out.Write(s[from:])
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
	x := &writer{out: c.s.buffer(a), answer: a}
	x.raw(xmlHead)
	x.raw(multistatus)
	return x
}

func (x *writer) end() error {
	x.raw("</D:multistatus>\n")
	err := errors.Join(x.flush(), x.answer.close())
	x.answer.s.release(x.out)
	return err
}
