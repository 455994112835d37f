package dav

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
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

// Limits of a request body, checked while it is read.
const (
	maxXML      = 256 << 10 // bytes
	maxDepth    = 32
	maxElements = 20_000
)

// element is a node of a request body.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	text     string
	children []*element
}

// child is the first child of that name; nil where there is none.
func (e *element) child(space, local string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name.Space == space && c.name.Local == local {
			return c
		}
	}
	return nil
}

func (e *element) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// body reads a bounded request body.
func body(r *http.Request, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, badRequest("The request body could not be read.")
	}
	if int64(len(b)) > limit {
		return nil, refusal{status: http.StatusRequestEntityTooLarge, message: "The request body is too large."}
	}
	return b, nil
}

// parse reads a request body; nil for an empty one. It builds the tree without recursion.
func parse(r *http.Request) (*element, error) {
	b, err := body(r, maxXML)
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return nil, err
	}
	e, err := tree(b)
	if err != nil {
		return nil, badRequest("The request body cannot be taken: " + err.Error() + ".")
	}
	return e, nil
}

func tree(b []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	var top *element
	var open []*element
	var buffer []element
	for n := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && top != nil && len(open) == 0 {
			return top, nil
		}
		if err != nil {
			return nil, errors.New("it is not well-formed XML")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if n++; n > maxElements || len(open) == maxDepth {
				return nil, errors.New("it is nested too deeply or has too many elements")
			}
			if len(buffer) == 0 {
				buffer = make([]element, 32)
			}
			e := &buffer[0]
			buffer = buffer[1:]
			e.name, e.attrs = t.Name, t.Attr
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			case top != nil:
				return nil, errors.New("it has more than one root")
			default:
				top = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				if trimmed := bytes.TrimSpace(t); len(trimmed) > 0 {
					open[len(open)-1].text += string(trimmed)
				}
			}
		case xml.Directive:
			return nil, errors.New("it has a document type or another directive")
		}
	}
}

// writer writes XML piece by piece. The first error stays.
type writer struct {
	out *bufio.Writer
}

func newWriter(w io.Writer) *writer {
	x := &writer{bufio.NewWriterSize(w, 32<<10)}
	x.raw(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	return x
}

func (x *writer) raw(s string) { _, _ = x.out.WriteString(s) }
func (x *writer) flush() error { return x.out.Flush() }

// escapes are the characters that cannot stand in character data. A carriage return would be lost as it is: parsers turn it into a line
// feed.
var escapes = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\r': "&#13;"}

// text writes character data. An event has a carriage return on each line and seldom anything else to escape: looking for that first, and
// then for carriage returns alone, takes half the time of looking at each byte.
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

// sendWithin is how long a client may take to receive an answer: a first sync over a slow line takes its time.
const sendWithin = 5 * time.Minute

// begin answers 207 and opens a multistatus.
func begin(w http.ResponseWriter) *writer {
	// It is the connection's time that counts here, not the schedule's. Where there is no connection there is nothing to wait for.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendWithin))
	w.Header().Set("Content-Type", xmlType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusMultiStatus)
	x := newWriter(w)
	x.raw(multistatus)
	return x
}

func (x *writer) end() error {
	x.raw("</D:multistatus>\n")
	return x.flush()
}
