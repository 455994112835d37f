package dav

import (
	"net/http"
	"time"

	"berth/calendar"
)

// query finds objects (RFC 4791 section 7.8). What nearly every client asks for, events in a time-range, comes from the index alone; any
// other filter is tried on the objects that the index leaves.
func (c *call) query(w http.ResponseWriter, r *http.Request, top *element) error {
	plan, err := c.wanted(top, r)
	if err != nil {
		return err
	}
	f, err := readFilter(top.child(calSpace, "filter"))
	if err != nil {
		return err
	}
	from, to, simple := f.span()
	x := begin(w)
	for o := range c.members.Overlapping(from, to) {
		text, _ := o.For(c.visible)
		if text == "" || !simple && !c.matches(f, o) {
			continue
		}
		plan.write(x, place{kind: atObject, collection: c.at.collection, name: o.Name, object: o})
	}
	return x.end()
}

// matches tries a filter on the text of an object, as the actor sees it.
func (c *call) matches(f *compFilter, o *calendar.Object) bool {
	text, _ := c.text(o)
	parsed, err := calendar.Decode([]byte(text))
	return err == nil && f.matches(parsed.Component, time.Time{}, time.Time{})
}
