package dav

import (
	"net/http"
	"time"

	"berth/calendar"
)

// query finds objects (RFC 4791 section 7.8). What clients ask for, events in a time-range, tasks, or an event by its UID, comes from the
// index alone; any other filter is tried on the objects that the index leaves.
func (c *call) query(w http.ResponseWriter, r *http.Request, top *element) error {
	plan, err := c.wanted(top, r)
	if err != nil {
		return err
	}
	f, err := readFilter(top.child(calSpace, "filter"))
	if err != nil {
		return err
	}
	s := f.search(c)
	x := c.begin(w, r)
	for o := range s.candidates(c.members) {
		if c.hidden(o) || s.more && !c.matches(f, o) {
			continue
		}
		plan.write(x, c.placeOf(o))
	}
	return x.end()
}

// matches tries a filter on the text of an object, as the actor sees it.
func (c *call) matches(f *compFilter, o *calendar.Object) bool {
	parsed, err := calendar.Decode([]byte(c.text(o)))
	return err == nil && f.matches(parsed.Component, time.Time{}, time.Time{})
}
