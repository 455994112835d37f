package dav

import (
	"net/http"
	"strings"
)

// get serves an object, with all that HTTP has for what did not change. A calendar read as a file says what it is.
func (c *call) get(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atObject {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte("This is a calendar server. Give this address to a calendar client (CalDAV), not to a browser.\n"))
		return nil
	}
	if c.at.object == nil {
		return errNotFound
	}
	text, mark := c.text(c.at.object)
	w.Header().Set("Content-Type", objectType)
	w.Header().Set("ETag", etag(c.at.object, mark))
	w.Header().Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, "", c.at.object.Modified, strings.NewReader(text))
	return nil
}

// unchanged reports whether what If-Match and If-None-Match ask of an object is true.
func (c *call) unchanged(r *http.Request) bool {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	tag := ""
	if c.at.object != nil {
		_, mark := c.text(c.at.object)
		tag = etag(c.at.object, mark)
	}
	if match != "" && !lists(match, tag) {
		return false
	}
	return none == "" || !lists(none, tag)
}

// lists reports whether a list of entity tags names the one, or is a star and there is one.
func lists(header, tag string) bool {
	if strings.TrimSpace(header) == "*" {
		return tag != ""
	}
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == tag && tag != "" {
			return true
		}
	}
	return false
}
