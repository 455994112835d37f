package dav

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"berth/calendar"
)

// named resolves the addresses of a multiget: it keeps the objects found, and the addresses without an object as
// written.
type named struct {
	c             *call
	writer        http.ResponseWriter
	base, decoded string // of the objects' addresses
	found         []*calendar.Entry
	missing       []byte // each ends with a NUL, which XML cannot hold
}

func (c *call) addresses(w http.ResponseWriter) *named {
	if c.at.kind != atCollection {
		return nil
	}
	n := &named{c: c, writer: w, base: c.href(c.at)}
	n.decoded, _ = url.PathUnescape(n.base)
	return n
}

// take looks an address up at once, so that nothing more is kept of those that lead to an object.
func (n *named) take(href string) {
	if o := n.c.named(n.name(href)); o != nil {
		n.found = append(n.found, o)
		return
	}
	n.missing = append(append(n.missing, href...), 0)
}

// name extracts the name of the object from an address within the collection.
func (n *named) name(href string) string {
	name, ok := strings.CutPrefix(href, n.base)
	if !ok || strings.Contains(name, "%") {
		// A client may send a whole address, or escape characters differently.
		u, err := url.Parse(href)
		if err != nil {
			return ""
		}
		if name, ok = strings.CutPrefix(u.Path, n.decoded); !ok {
			return ""
		}
	}
	if name, ok = strings.CutSuffix(name, ".ics"); !ok {
		return ""
	}
	return name
}

// multiget reads the named objects (RFC 4791 section 7.9).
func (c *call) multiget(w http.ResponseWriter, r *http.Request, top *element, n *named) error {
	plan, err := c.wanted(top, r)
	if err != nil {
		return err
	}
	x := c.begin(w, r)
	for part := range slices.Chunk(n.found, atOnce) {
		if plan.reads {
			c.fetch(part)
		}
		for _, o := range part {
			plan.write(x, c.placeOf(o))
		}
	}
	for rest := n.missing; len(rest) > 0; {
		var href []byte
		href, rest, _ = bytes.Cut(rest, []byte{0})
		x.gone("", string(href))
	}
	return x.end()
}
