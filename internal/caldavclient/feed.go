package caldavclient

import (
	"context"
	"fmt"
	"net/http"
)

// readFeed reads an .ics file, if it has changed.
func (c *Client) readFeed(ctx context.Context) (Reading, error) {
	header := map[string]string{"Accept": "text/calendar, */*;q=0.5"}
	if c.kept.etag != "" {
		header["If-None-Match"] = c.kept.etag
	}
	if c.kept.changed != "" {
		header["If-Modified-Since"] = c.kept.changed
	}
	a, err := c.call(ctx, "GET", c.base.String(), header, "", maxAnswer)
	switch {
	case err != nil:
		return Reading{}, err
	case a.status == http.StatusNotModified && c.kept.way == wayFeed:
		return c.kept.feed, nil
	case a.status == http.StatusNotFound || a.status == http.StatusGone || a.status == http.StatusForbidden:
		return Reading{}, &Error{Status: a.status, Text: fmt.Sprintf("it answers %d", a.status), Remedy: "the address is wrong, or was withdrawn: look at url"}
	case a.status != http.StatusOK:
		return Reading{}, &Error{Status: a.status, Text: fmt.Sprintf("it answers %d", a.status), Remedy: "look at url"}
	}
	tag := a.header.Get("ETag")
	c.kept = kept{way: wayFeed, etag: tag, changed: a.header.Get("Last-Modified"), feed: Reading{Objects: []Object{{Tag: tag, Text: a.body}}, Way: wayFeed}}
	return c.kept.feed, nil
}
