package dav

import (
	"errors"
	"net/http"
	"time"

	"berth/calendar"
)

// query finds objects (RFC 4791 section 7.8). The filters of real clients (events in a time-range, tasks, an event by its UID) need the
// index alone; any other filter is applied to the candidates from the index.
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
	err = plan.each(x, func(yield func(*calendar.Entry) bool) {
		candidates := s.candidates(c.members)
		if s.more {
			candidates = c.ahead(candidates)
		}
		for o := range candidates {
			if (!s.more || !c.hidden(o) && c.matches(f, o)) && !yield(o) {
				return
			}
		}
	})
	return errors.Join(err, x.end())
}

// matches applies a filter to the actor's view of an object.
func (c *call) matches(f *compFilter, o *calendar.Entry) bool {
	parsed, err := calendar.Decode([]byte(c.text(o)))
	return err == nil && f.matches(parsed.Component, time.Time{}, time.Time{})
}
