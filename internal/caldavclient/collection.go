package caldavclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/emersion/go-webdav"
	webcal "github.com/emersion/go-webdav/caldav"
)

const propsOfCollection = `<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"><d:prop>` +
	`<d:resourcetype/><d:displayname/><d:sync-token/><d:supported-report-set/><cs:getctag/></d:prop></d:propfind>`

// xmlType is the header of every body.
const xmlType = "application/xml; charset=utf-8"

// Read reads the whole calendar; of what has not changed since the last good reading it asks nothing. An error leaves what was read before.
func (c *Client) Read(ctx context.Context) (Reading, error) {
	if c.o.Feed {
		return c.readFeed(ctx)
	}
	at, err := c.Find(ctx)
	if err != nil {
		return Reading{}, err
	}
	switch {
	case c.kept.way != "" && c.kept.way != waySync:
	case at.is(dav, "sync-collection") || at.prop(dav, "sync-token") != "":
		reading, err := c.readSync(ctx)
		if !errors.Is(err, errNoSync) {
			return reading, err
		}
	}
	return c.readTags(ctx, at.prop(cs, "getctag"))
}

// Find finds the collection: the address itself, or the one of that name among the user's calendars.
func (c *Client) Find(ctx context.Context) (response, error) {
	if c.kept.path != "" {
		at, err := c.look(ctx, c.kept.path)
		if err == nil && at.is(caldav, "calendar") {
			return at, nil
		}
		if e, ok := errors.AsType[*Error](err); err != nil && (!ok || e.Status != http.StatusNotFound) {
			return at, err
		}
		c.kept = kept{} // it has moved, or is gone
	}
	at, err := c.look(ctx, c.base.EscapedPath())
	if err == nil && at.is(caldav, "calendar") && c.o.Calendar == "" {
		return at, c.found(at.href)
	}
	if e, ok := errors.AsType[*Error](err); err != nil && (!ok || e.Refused || e.Status == 0 || e.Status >= 500) {
		return at, err
	}
	href, err := c.discover(ctx)
	if err != nil {
		return at, err
	}
	if at, err = c.look(ctx, href); err != nil {
		return at, err
	}
	if !at.is(caldav, "calendar") {
		return at, errXML(errors.New("there is no calendar at the address"))
	}
	return at, c.found(at.href)
}

// Path returns the path of the collection that was found.
func (c *Client) Path() string { return c.kept.path }

func (c *Client) found(href string) error {
	if !strings.HasSuffix(href, "/") {
		href += "/"
	}
	c.kept.path = href
	return nil
}

// look asks for the properties of one resource.
func (c *Client) look(ctx context.Context, href string) (response, error) {
	m, err := c.multistatus(ctx, "PROPFIND", href, "0", propsOfCollection, maxSmall)
	if err != nil {
		return response{}, err
	}
	if len(m.responses) != 1 {
		return response{}, errXML(fmt.Errorf("it speaks of %d resources instead of one", len(m.responses)))
	}
	r := m.responses[0]
	r.href = href // some servers name the principal instead
	return r, nil
}

// multistatus makes a call that is answered by a multistatus.
func (c *Client) multistatus(ctx context.Context, method, href, depth, body string, limit int64) (multistatus, error) {
	a, err := c.call(ctx, method, c.at(href), map[string]string{"Depth": depth, "Content-Type": xmlType}, body, limit)
	if err != nil {
		return multistatus{}, err
	}
	switch {
	case a.status == http.StatusMultiStatus:
		return parse(a.body)
	case a.status/100 == 3:
		return multistatus{}, &Error{Status: a.status, Text: "it has moved", Remedy: "look at url: the server names another address"}
	case a.status == http.StatusNotFound:
		return multistatus{}, &Error{Status: a.status, Text: "there is no such calendar", Remedy: "look at url, and whether the account may read it"}
	}
	return multistatus{}, &Error{Status: a.status, Text: fmt.Sprintf("it answers %d to %s", a.status, method), Remedy: "look at url: it must be that of a calendar or of a CalDAV server"}
}

// guarded makes calls for go-webdav. Its decoders recurse, so they get nothing that is large or deep.
type guarded struct{ c *Client }

func (g guarded) Do(r *http.Request) (*http.Response, error) {
	a, err := g.c.do(r, maxSmall)
	if err != nil {
		return nil, err
	}
	if a.status == http.StatusMultiStatus {
		if _, err := parse(a.body); err != nil {
			return nil, err
		}
	}
	return &http.Response{Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.header,
		Body: io.NopCloser(strings.NewReader(string(a.body))), ContentLength: int64(len(a.body)), Request: r}, nil
}

// discover finds the user's calendars as RFC 6764 and RFC 4791 say, and chooses one.
func (c *Client) discover(ctx context.Context) (href string, err error) {
	endpoint := c.at(c.base.EscapedPath())
	list, err := c.calendars(ctx, endpoint)
	if err != nil {
		if a, wellKnown := c.call(ctx, "GET", c.at("/.well-known/caldav"), nil, "", maxSmall); wellKnown == nil && a.status/100 == 3 {
			if to, bad := c.base.Parse(a.header.Get("Location")); bad == nil && to.Host == c.base.Host {
				list, err = c.calendars(ctx, c.at(to.EscapedPath()))
			}
		}
	}
	if err != nil {
		if own, ok := errors.AsType[*Error](err); ok {
			return "", own
		}
		return "", errXML(errors.New("it leads to no calendars"))
	}
	var names []string
	for _, x := range list {
		if len(x.SupportedComponentSet) > 0 && !slices.Contains(x.SupportedComponentSet, "VEVENT") {
			continue
		}
		names = append(names, fmt.Sprintf("%.40q", x.Name))
		if c.o.Calendar != "" && (x.Name == c.o.Calendar || path.Base(x.Path) == c.o.Calendar) {
			return x.Path, nil
		}
		href = x.Path
	}
	if c.o.Calendar == "" && len(names) == 1 {
		return href, nil
	}
	if len(names) > 20 {
		names = append(names[:20], "…")
	}
	return "", &Error{Text: "which calendar is meant is not clear; there are " + strings.Join(names, ", "), Remedy: "name one of them with calendar"}
}

// calendars lists the user's calendars. A panic of the library is an answer that it cannot read.
func (c *Client) calendars(ctx context.Context, endpoint string) (list []webcal.Calendar, err error) {
	defer func() {
		if recover() != nil {
			err = errXML(errors.New("it cannot be read"))
		}
	}()
	var client webdav.HTTPClient = guarded{c}
	w, err := webcal.NewClient(client, endpoint)
	if err != nil {
		return nil, err
	}
	principal, err := w.FindCurrentUserPrincipal(ctx)
	if err != nil {
		return nil, err
	}
	home, err := w.FindCalendarHomeSet(ctx, principal)
	if err != nil {
		return nil, err
	}
	return w.FindCalendars(ctx, home)
}

// Open finds the collection, to write into it.
func (c *Client) Open(ctx context.Context) error {
	_, err := c.Find(ctx)
	return err
}
