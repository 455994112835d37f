package dav

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"berth/calendar"
	"berth/testbeds"
)

// report answers the four reports on a calendar. It ignores their Depth: Evolution sends 0 where RFC 4791 wants 1.
func (c *call) report(w http.ResponseWriter, r *http.Request) error {
	in := &input{request: r, held: c.s.held, who: c.actor.Username, list: c.addresses(w)}
	defer in.done()
	top, err := in.parse()
	if err != nil {
		return err
	}
	if top == nil {
		return badRequest("The body of a REPORT must name the report.")
	}
	if c.at.kind == atCollection {
		switch top.name {
		case inDAV("sync-collection"):
			return c.sync(w, r, top)
		case inCal("calendar-query"):
			return c.query(w, r, top)
		case inCal("calendar-multiget"):
			return c.multiget(w, r, top, in.list)
		case inCal("free-busy-query"):
			return c.freeBusy(w, top)
		}
	}
	return precondition("D:supported-report", "This report is not supported here; see supported-report-set.")
}

// wanted reads the properties that a report must write for each object.
func (c *call) wanted(top *element, r *http.Request) (*plan, error) {
	want := asked{names: wishes(top.child(davSpace, "prop")), brief: brief(r)}
	data := top.child(davSpace, "prop").child(calSpace, "calendar-data")
	if data != nil {
		if kind := data.attr("content-type"); kind != "" && !strings.EqualFold(kind, "text/calendar") {
			return nil, precondition("C:supported-calendar-data", "Events can only be sent as text/calendar.")
		}
		want.part = partial(data)
	}
	if want.names == nil {
		want.all = true
	}
	return c.plan(want), nil
}

// gone writes that an address has no resource.
func (x *writer) gone(base, name string) {
	x.raw("<D:response><D:href>")
	x.text(base)
	x.text(name)
	x.raw("</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>")
}

// sync lists the changes since a token (RFC 6578).
func (c *call) sync(w http.ResponseWriter, r *http.Request, top *element) error {
	invalid := precondition("D:valid-sync-token", "The sync token is no longer valid; read the calendar anew.")
	now := c.tokenOf(c.at)
	// A client that reads everything knows none of the removed objects, so no old removals are needed, however old
	// the first objects sent are.
	from, initial := token{began: c.sequence}, true
	if e := top.child(davSpace, "sync-token"); e != nil && e.text != "" {
		var ok bool
		from, ok = parseToken(e.text)
		if from.name != allNames {
			from.name = c.real(from.name)
			ok = ok && from.name != ""
		}
		if !ok || from.epoch != now.epoch || from.audience != now.audience || from.sequence > c.sequence || !c.members.Knows(from.began) {
			return invalid
		}
		initial = false
	}
	limit := -1
	if e := top.child(davSpace, "limit").child(davSpace, "nresults"); e != nil {
		n, err := strconv.Atoi(e.text)
		if err != nil || n < 1 {
			return badRequest("DAV:nresults must be a number from 1 on.")
		}
		limit = n
	}
	plan, err := c.wanted(top, r)
	if err != nil {
		return err
	}
	x := c.begin(w, r)
	reached := now
	reached.sequence = max(now.sequence, from.sequence)
	if initial && limit < 0 { // in the order of a list, so that both have the same pieces
		err := plan.each(x, c.members.All())
		x.raw("<D:sync-token>" + reached.String() + "</D:sync-token>")
		return errors.Join(err, x.end())
	}
	for m := range c.members.Since(from.sequence, from.name) {
		gone := m.Object == nil || c.hidden(m.Object)
		if gone && initial {
			continue
		}
		if limit == 0 { // there are more changes than requested
			x.raw("<D:response>")
			x.href(c.href(c.at))
			x.raw("<D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:response>")
			from.epoch, from.audience = now.epoch, now.audience
			reached = from
			reached.name = c.shown(from.name)
			break
		}
		limit--
		from.sequence, from.name = m.Sequence, m.Name
		if gone {
			x.gone(plan.base, c.shown(m.Name)+".ics")
			continue
		}
		plan.write(x, c.placeOf(m.Object))
	}
	x.raw("<D:sync-token>" + reached.String() + "</D:sync-token>")
	return x.end()
}

// freeBusy lists the busy times of a calendar (RFC 4791 section 7.10).
func (c *call) freeBusy(w http.ResponseWriter, top *element) error {
	span, err := readRange(top.child(calSpace, "time-range"))
	if err != nil {
		return err
	}
	if span == nil || span.from.IsZero() || span.to.IsZero() {
		return precondition("C:valid-filter", "A free-busy-query needs a time-range with start and end.")
	}
	if span.to.Sub(span.from) > calendar.KeepPast+calendar.FeedFuture*2 {
		return precondition("C:valid-filter", "The time-range of a free-busy-query may be at most three years long.")
	}
	taken := func(yield func(*calendar.Entry) bool) {
		for o := range c.members.Overlapping(span.from, span.to) {
			if !c.hidden(o) && !yield(o) {
				return
			}
		}
	}
	w.Header().Set("Content-Type", calendarType)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(calendar.FreeBusy(testbeds.Slot{Start: span.from, End: span.to}, c.s.o.Clock().UTC().Truncate(time.Second), taken))
	return err
}
