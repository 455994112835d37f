package caldavclient

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The ways to read a calendar.
const (
	waySync  = "sync-collection"
	wayTags  = "ctag"
	wayRange = "time range"
	wayFeed  = "feed"
)

// errNoSync says that a collection has no sync-collection, though it may have claimed so.
var errNoSync = errors.New("there is no sync-collection")

// mostSteps bounds how often a server may say that there is more.
const mostSteps = 1000

// readSync reads what changed since the last token. A token that the server no longer knows means to read everything anew.
func (c *Client) readSync(ctx context.Context) (Reading, error) {
	reading, err := c.synced(ctx, c.kept.token)
	if e, ok := errors.AsType[*Error](err); ok && c.kept.token != "" && forgotten(e.Status) {
		reading, err = c.synced(ctx, "")
	}
	if e, ok := errors.AsType[*Error](err); ok && (forgotten(e.Status) || e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusNotImplemented) {
		return reading, errNoSync
	}
	return reading, err
}

// forgotten reports whether a status may mean that a sync token is not good any more: RFC 6578 says 403 or 409 with a condition, others say 400, 410 or 412,
// or 507 where there is too much to tell.
func forgotten(status int) bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed, http.StatusInsufficientStorage}, status)
}

// synced reads from a token on; an empty one stands for the beginning.
func (c *Client) synced(ctx context.Context, token string) (Reading, error) {
	objects, gone := map[string]Object{}, map[string]bool{}
	anew := token == ""
	if token != "" {
		maps.Copy(objects, c.kept.objects)
	}
	changed := map[string]Object{}
	for steps := 0; ; steps++ {
		body := `<?xml version="1.0" encoding="utf-8"?><d:sync-collection xmlns:d="DAV:"><d:sync-token>` + escaped(token) + `</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`
		m, err := c.multistatus(ctx, "REPORT", c.kept.path, "0", body, maxAnswer)
		if err != nil {
			return Reading{}, err
		}
		more := false
		for _, r := range m.responses {
			switch mine := c.mine(r.path); {
			case !mine && r.status == http.StatusInsufficientStorage:
				more = true
			case !mine:
			case r.status == http.StatusNotFound || r.status == http.StatusGone:
				delete(objects, r.path)
				delete(changed, r.path)
				gone[r.path] = true
			case r.status == 0 || r.status/100 == 2:
				delete(gone, r.path)
				if have, ok := objects[r.path]; ok && have.Tag != "" && have.Tag == r.prop(dav, "getetag") {
					continue
				}
				changed[r.path] = Object{Path: r.path, href: r.href, Tag: r.prop(dav, "getetag")}
			}
		}
		if m.token == "" || more && (m.token == token || steps > mostSteps) {
			return Reading{}, errXML(errors.New("it has no new sync-token"))
		}
		if token = m.token; !more {
			break
		}
	}
	if len(objects)+len(changed) > MaxObjects {
		return Reading{}, tooMany()
	}
	missing, err := c.fetch(ctx, slices.Collect(maps.Values(changed)), objects)
	if err != nil {
		return Reading{}, err
	}
	for _, path := range missing { // deleted since: the next report says so
		delete(objects, path)
	}
	if anew { // a server whose history begins anew cannot know what was there before
		gone = nil
	}
	return c.keep(waySync, token, objects, gone)
}

// mine reports whether a path is that of an object in the collection.
func (c *Client) mine(path string) bool {
	at := c.kept.path
	if u, err := url.Parse(at); err == nil {
		at = u.Path
	}
	rest, ok := strings.CutPrefix(path, at)
	return ok && rest != "" && !strings.Contains(rest, "/")
}

func tooMany() error {
	return &Error{Text: fmt.Sprintf("the calendar has more than %d events", MaxObjects), Remedy: "name a calendar that holds the testbed's events alone"}
}

// keep keeps a good reading, and returns it.
func (c *Client) keep(way, token string, objects map[string]Object, gone map[string]bool) (Reading, error) {
	size := 0
	for _, o := range objects {
		size += len(o.Text)
	}
	if size > maxAnswer {
		return Reading{}, &Error{Text: fmt.Sprintf("the calendar has more than %d MB", maxAnswer>>20), Remedy: "name a calendar that holds the testbed's events alone"}
	}
	var deleted []string
	for path := range gone {
		if _, was := c.kept.objects[path]; was {
			deleted = append(deleted, path)
		}
	}
	slices.Sort(deleted)
	c.kept.way, c.kept.token, c.kept.objects = way, token, objects
	return Reading{Objects: sorted(objects), Gone: deleted, Way: way}, nil
}

func sorted(objects map[string]Object) []Object {
	list := make([]Object, 0, len(objects))
	for _, path := range slices.Sorted(maps.Keys(objects)) {
		list = append(list, objects[path])
	}
	return list
}

// fetch reads objects into a map, and lists those that are not there.
func (c *Client) fetch(ctx context.Context, list []Object, into map[string]Object) (missing []string, err error) {
	slices.SortFunc(list, func(a, b Object) int { return strings.Compare(a.Path, b.Path) })
	for some := range slices.Chunk(list, atOnce) {
		var body strings.Builder
		body.WriteString(`<?xml version="1.0" encoding="utf-8"?><c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>`)
		asked := map[string]Object{}
		for _, o := range some {
			body.WriteString("<d:href>" + escaped(o.href) + "</d:href>")
			asked[o.Path] = o
		}
		body.WriteString("</c:calendar-multiget>")
		m, err := c.multistatus(ctx, "REPORT", c.kept.path, "1", body.String(), maxAnswer)
		if err != nil {
			return nil, err
		}
		for _, r := range m.responses {
			o, ok := asked[r.path]
			text := r.prop(caldav, "calendar-data")
			switch {
			case !ok:
			case r.status == http.StatusNotFound || r.status == http.StatusGone:
				missing = append(missing, r.path)
				delete(asked, r.path)
			case text == "" || len(text) > maxObject:
				return nil, &Error{Text: fmt.Sprintf("it does not hand out the event %.60q", r.path), Remedy: "look at the event in the calendar"}
			default:
				o.Tag, o.Text = r.prop(dav, "getetag"), []byte(text)
				into[r.path] = o
				delete(asked, r.path)
			}
		}
		if len(asked) > 0 {
			return nil, errXML(fmt.Errorf("it leaves out %d of the events that it names", len(asked)))
		}
	}
	return missing, nil
}
