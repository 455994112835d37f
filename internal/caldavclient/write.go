package caldavclient

import (
	"context"
	"fmt"
	"net/http"
)

// Fetch reads objects of the collection. Those that are not there are left out.
func (c *Client) Fetch(ctx context.Context, list []Object) ([]Object, error) {
	found := map[string]Object{}
	if _, err := c.fetch(ctx, list, found); err != nil {
		return nil, err
	}
	return sorted(found), nil
}

// Called makes an object of the collection of a name, which must need no escapes.
func (c *Client) Called(name string) Object {
	o := Object{href: c.kept.path + name}
	if u, err := c.base.Parse(o.href); err == nil {
		o.Path = u.Path
	}
	return o
}

// Put writes an object: over the one with its tag, or, without a tag, a new one. Changed tells the error that it is another one by now.
func (c *Client) Put(ctx context.Context, o Object) error {
	header := map[string]string{"Content-Type": "text/calendar; charset=utf-8"}
	if o.Tag == "" {
		header["If-None-Match"] = "*"
	} else {
		header["If-Match"] = o.Tag
	}
	a, err := c.call(ctx, "PUT", c.at(o.href), header, string(o.Text), maxSmall)
	return written(a, err)
}

// Delete deletes the object with its tag. One that is not there is no error.
func (c *Client) Delete(ctx context.Context, o Object) error {
	a, err := c.call(ctx, "DELETE", c.at(o.href), map[string]string{"If-Match": o.Tag}, "", maxSmall)
	if a.status == http.StatusNotFound || a.status == http.StatusGone {
		return nil
	}
	return written(a, err)
}

func written(a answer, err error) error {
	switch {
	case err != nil:
		return err
	case a.status/100 == 2:
		return nil
	case a.status == http.StatusForbidden || a.status == http.StatusMethodNotAllowed:
		return &Error{Status: a.status, Text: "it does not let us write", Remedy: "give the account the right to write into the calendar"}
	case a.status == http.StatusPreconditionFailed:
		return &Error{Status: a.status, Text: "the event was changed in between"}
	case a.status == http.StatusInsufficientStorage:
		return &Error{Status: a.status, Text: "it has no room left", Remedy: "give the account more room"}
	}
	return &Error{Status: a.status, Text: fmt.Sprintf("it answers %d to an event", a.status)}
}
