package dav

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/emersion/go-webdav/caldav"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

var stale = refusal{status: http.StatusPreconditionFailed, message: "It was changed in between; your client has to read it again."}

// put takes a moved event. Only the times of an event count; whatever else a client writes into it, an alarm or a note, stays out, and the
// client reads the event anew, since no entity tag comes with the answer (RFC 4791 section 5.3.4).
func (c *call) put(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atObject {
		return c.forbid("write-content", "Only events can be written.")
	}
	if err := c.changeable(); err != nil {
		return err
	}
	o := c.at.object
	if o == nil {
		return c.forbid("bind", "A deployment cannot be made in a calendar: a slot is asked for in Berth, at "+c.s.o.URL+"/, where what it needs is checked.")
	}
	moved, err := c.event(r)
	if err != nil {
		return err
	}
	if !c.unchanged(r) {
		return stale
	}
	if moved.UID != o.UID() {
		return precondition("C:no-uid-conflict", "This address belongs to another event.")
	}
	if moved.Start.Equal(o.Start) && moved.End.Equal(o.End) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if o.Kind != calendar.KindDeployment {
		return c.forbid("write-content", "Only the deployment itself can be moved.")
	}
	slot := testbeds.Slot{Start: moved.Start, End: moved.End}
	err = c.current(r, func(revision int64) error {
		_, err := c.s.bookings.MoveInCalendar(r.Context(), c.actor, o.Request, slot, revision)
		return err
	})
	if err != nil {
		return c.refused(err, "write-content")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// changeable refuses where nothing can be changed at all.
func (c *call) changeable() error {
	switch {
	case c.writes(c.at):
		return nil
	case c.at.collection.Writable:
		return c.forbid("write-content", "This app password is for reading. One with the right to move is needed.")
	default:
		return c.forbid("write-content", "This calendar can be read only. Your own deployments are in the calendar \"My deployments\".")
	}
}

// event reads what was written.
func (c *call) event(r *http.Request) (calendar.Moved, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Header.Get("Content-Type") != "" && (err != nil || kind != "text/calendar") {
		return calendar.Moved{}, precondition("C:supported-calendar-data", "Events are written as text/calendar.")
	}
	b, err := body(r, calendar.MaxObject)
	if e, ok := errors.AsType[refusal](err); ok && e.status == http.StatusRequestEntityTooLarge {
		return calendar.Moved{}, precondition("C:max-resource-size", "An event is at most 64 KiB long.")
	}
	if err != nil {
		return calendar.Moved{}, err
	}
	cal, err := calendar.Decode(b)
	if err != nil {
		return calendar.Moved{}, precondition("C:valid-calendar-data", sentence(err))
	}
	if _, _, err := caldav.ValidateCalendarObject(cal); err != nil {
		return calendar.Moved{}, precondition("C:valid-calendar-object-resource", "A calendar object has one kind of entry, one UID and no METHOD.")
	}
	moved, err := calendar.ReadMoved(cal)
	if err != nil {
		return moved, precondition("C:valid-calendar-object-resource", sentence(err))
	}
	return moved, nil
}

func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// delete cancels one's own future deployment.
func (c *call) delete(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atObject {
		return c.forbid("unbind", "A calendar cannot be deleted. Remove it in your client if you do not want to see it.")
	}
	if c.at.object == nil {
		return errNotFound
	}
	if err := c.changeable(); err != nil {
		return err
	}
	if !c.unchanged(r) {
		return stale
	}
	if c.at.object.Kind != calendar.KindDeployment {
		return c.forbid("unbind", "Only a deployment of your own can be cancelled.")
	}
	err := c.current(r, func(revision int64) error {
		return c.s.bookings.CancelInCalendar(r.Context(), c.actor, c.at.object.Request, revision)
	})
	if err != nil {
		return c.refused(err, "unbind")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// maxTries bounds how often a step is tried on a request that changes meanwhile.
const maxTries = 3

// current takes a step on the revision of the object that the client saw. Time may change a request without changing its event, as a
// reminder does: then the step is tried again on what it is now.
func (c *call) current(r *http.Request, step func(revision int64) error) error {
	seen := c.at.object
	for try := 1; ; try++ {
		err := step(c.at.object.Revision)
		if scheduler.CodeOf(err) != scheduler.CodePrecondition || try == maxTries {
			return err
		}
		var now *calendar.Object
		if err := c.s.schedule.read(r.Context(), func(x *calendar.Index, _ testbeds.Facility) {
			now = x.Members(c.at.collection.Key).Get(c.at.name)
		}); err != nil {
			return err
		}
		if now == nil || !now.Start.Equal(seen.Start) || !now.End.Equal(seen.End) || now.Status != seen.Status {
			return err
		}
		c.at.object = now
	}
}

// refused makes a refusal that clients take as final of what the scheduler decided, with what is in the way.
func (c *call) refused(err error, privilege string) error {
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok || answers[e.Code] != http.StatusForbidden {
		return err
	}
	no := refusal{status: http.StatusForbidden, name: "D:need-privileges", privilege: privilege, href: c.href(c.at), message: e.Error() + "."}
	if e.Verdict != nil {
		no.conflicts = e.Verdict.Conflicts
		for _, x := range e.Verdict.Conflicts {
			no.message += " " + x.String() + "."
		}
	}
	if len(e.Alternatives) > 0 {
		no.message += " It would fit " + e.Alternatives[0].Slot.String() + "."
	}
	return no
}
