package dav

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"unique"

	"berth/calendar"
)

// get serves an object, or a calendar as a file, and honours conditional requests. A browser gets a hint about the address.
func (c *call) get(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind == atCollection && !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return c.export(w, r)
	}
	if c.at.kind != atObject {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte("This is a calendar server. Give this address to a calendar client (CalDAV), not to a browser.\n"))
		return nil
	}
	if c.at.object == nil {
		return errNotFound
	}
	text := c.text(c.at.object)
	w.Header().Set("Content-Type", objectType)
	w.Header().Set("ETag", c.etag(c.at.object))
	w.Header().Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, "", c.at.object.Modified(), strings.NewReader(text))
	return nil
}

// export serves all events of a calendar in one file.
func (c *call) export(w http.ResponseWriter, r *http.Request) error {
	sum := sha256.Sum256([]byte(c.tokenOf(c.at).String() + c.at.collection.Name))
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("ETag", "W/"+tag) // it may be compressed on the way
	h.Set("Cache-Control", "private, no-cache")
	if none := r.Header.Get("If-None-Match"); none != "" && lists(none, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", calendarType)
	if r.Method == http.MethodHead {
		return nil
	}
	a := c.answer(w, r, http.StatusOK)
	out := c.s.buffer(a)
	defer c.s.release(out)
	head, tail := calendar.Feed(c.s.info(*c.at.collection))
	_, _ = out.WriteString(head) // Flush returns the first error
	list := c.file(*c.at.collection, a.form(inFile, inZippedFile), func(p *piece) error { return sent(a, out, p) })
	err := list.all(func(yield func(*calendar.Entry) bool) {
		for o := range c.members.All() {
			if !c.hidden(o) && !yield(o) {
				return
			}
		}
	})
	_, _ = out.WriteString(tail)
	return errors.Join(err, out.Flush(), a.close())
}

// file begins the objects of a collection as a part of a file.
func (c *call) file(of calendar.Collection, form form, send func(*piece) error) *pieces {
	v := view{epoch: c.members.Epoch, reader: of.Reader(c.visible, c.alarms), form: form}
	return &pieces{s: c.s, view: unique.Make(v), form: form, fetch: c.fetch, send: send, write: func(b *bytes.Buffer, o *calendar.Entry) {
		b.WriteString(calendar.FeedEvents(c.text(o)))
	}}
}

// unchanged reports whether an object meets the If-Match and If-None-Match of a request.
func (c *call) unchanged(r *http.Request) bool {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	tag := ""
	if c.at.object != nil {
		tag = c.etag(c.at.object)
	}
	if match != "" && !lists(match, tag) {
		return false
	}
	return none == "" || !lists(none, tag)
}

// lists reports whether a list of entity tags contains the tag, or is a star and the tag exists.
func lists(header, tag string) bool {
	if strings.TrimSpace(header) == "*" {
		return tag != ""
	}
	for part := range strings.SplitSeq(header, ",") {
		// A proxy that compresses may have weakened a strong tag: it still names the same event.
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == tag && tag != "" {
			return true
		}
	}
	return false
}
