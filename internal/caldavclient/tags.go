package caldavclient

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const propTags = `<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop><d:getetag/><d:resourcetype/></d:prop></d:propfind>`

// readTags reads the objects whose entity tags changed, if the ctag of the collection did.
func (c *Client) readTags(ctx context.Context, ctag string) (Reading, error) {
	if ctag == "" || c.kept.way == wayRange {
		return c.readRange(ctx)
	}
	if c.kept.way == wayTags && c.kept.token == ctag {
		return Reading{Objects: sorted(c.kept.objects), Way: wayTags}, nil
	}
	list, err := c.List(ctx)
	if err != nil {
		return Reading{}, err
	}
	objects := map[string]Object{}
	var changed []Object
	for _, o := range list {
		if have, ok := c.kept.objects[o.Path]; ok && o.Tag != "" && have.Tag == o.Tag {
			objects[o.Path] = have
		} else {
			changed = append(changed, o)
		}
	}
	if _, err = c.fetch(ctx, changed, objects); err != nil {
		if e, ok := errors.AsType[*Error](err); ok && e.Status/100 == 4 || ok && e.Status == http.StatusNotImplemented {
			return c.readRange(ctx) // there is no calendar-multiget
		}
		return Reading{}, err
	}
	return c.keep(wayTags, ctag, objects, nil)
}

// List lists the objects of the collection, without their texts.
func (c *Client) List(ctx context.Context) (list []Object, err error) {
	m, err := c.multistatus(ctx, "PROPFIND", c.kept.path, "1", propTags, maxAnswer)
	if err != nil {
		return nil, err
	}
	for _, r := range m.responses {
		if c.mine(r.path) && !r.is(dav, "collection") && (r.status == 0 || r.status/100 == 2) {
			list = append(list, Object{Path: r.path, href: r.href, Tag: r.prop(dav, "getetag")})
		}
	}
	if len(list) > MaxObjects {
		return nil, tooMany()
	}
	return list, nil
}

// readRange reads the events of a time range.
func (c *Client) readRange(ctx context.Context) (Reading, error) {
	now := c.o.Clock().UTC().Truncate(24 * time.Hour)
	const form = "20060102T150405Z"
	body := `<?xml version="1.0" encoding="utf-8"?><c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>` +
		`<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="` + now.Add(-Behind).Format(form) + `" end="` + now.Add(c.o.Ahead+24*time.Hour).Format(form) + `"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`
	m, err := c.multistatus(ctx, "REPORT", c.kept.path, "1", body, maxAnswer)
	if err != nil {
		return Reading{}, err
	}
	objects := map[string]Object{}
	for _, r := range m.responses {
		if text := r.prop(caldav, "calendar-data"); c.mine(r.path) && text != "" {
			objects[r.path] = Object{Path: r.path, href: r.href, Tag: r.prop(dav, "getetag"), Text: []byte(text)}
		}
	}
	if len(objects) > MaxObjects {
		return Reading{}, tooMany()
	}
	return c.keep(wayRange, "", objects, nil)
}
