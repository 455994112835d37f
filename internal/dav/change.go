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

var stale = refusal{status: http.StatusPreconditionFailed, message: "It was changed or taken away in between; your client has to read it again."}

// put takes a moved event. Only the times of an event count; whatever else a client writes into it, an alarm or a note, stays out, and the
// client reads the event anew, since no entity tag comes with the answer (RFC 4791 section 5.3.4).
func (c *call) put(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atObject {
		return c.forbid("write-content", "Only events can be written.")
	}
	seen := c.at.object
	moved, err := c.move(r)
	if !moved && seen != nil {
		err = c.press(r, seen, err)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// press makes every client read an object anew, after what one of them did to it was not taken. A client whose write was refused keeps what
// it has until the entity tag changes, and may try again at every sync: the day on which nothing is in the way any more, nobody would expect
// the booking to move. In a calendar that nobody writes nothing of the kind can happen.
func (c *call) press(r *http.Request, seen *calendar.Object, refusal error) error {
	if !c.at.collection.Writable || refusal != nil && !final(refusal) {
		return refusal
	}
	if err := c.s.store.RenewCalendarObject(r.Context(), seen.Name, seen.Version()); err != nil {
		return err
	}
	return refusal
}

// final reports whether an error is an answer, rather than that there is none at the moment: then the client has to try again.
func final(err error) bool {
	if e, ok := errors.AsType[refusal](err); ok {
		return e.status < http.StatusInternalServerError
	}
	e, ok := errors.AsType[*scheduler.Error](err)
	return ok && answers[e.Code] != 0 && answers[e.Code] < http.StatusInternalServerError
}

// move gives a deployment the times that a client wrote. It reports whether the client knows all that there is to know: it moved the event, or
// wrote it as it is.
func (c *call) move(r *http.Request) (moved bool, err error) {
	o := c.at.object
	if err := c.changeable(); err != nil {
		return false, err
	}
	if o == nil && r.Header.Get("If-Match") != "" {
		return false, stale
	}
	if o == nil {
		return false, c.forbid("bind", "A deployment cannot be made in a calendar: a slot is asked for in Berth, at "+c.s.o.URL+"/, where what it needs is checked.")
	}
	wanted, same, err := c.event(r)
	if err != nil {
		return false, err
	}
	if !c.unchanged(r) {
		return false, stale
	}
	if wanted.UID != o.UID() {
		return false, precondition("C:no-uid-conflict", "This address belongs to another event.")
	}
	if wanted.Start.Equal(o.Start) && wanted.End.Equal(o.End) {
		return same, nil
	}
	if o.Kind != calendar.KindDeployment {
		return false, c.forbid("write-content", "Only the deployment itself can be moved.")
	}
	if err := c.current(r, wanted); err != nil {
		return false, err
	}
	return c.decide(r, testbeds.Slot{Start: wanted.Start, End: wanted.End})
}

// current refuses what was not made of the object as it is now. An entity tag says so, and the version in the text does, which stays in it when
// a client writes again what it wrote before, or over what somebody else did. Who says neither may have it from anywhere.
func (c *call) current(r *http.Request, wanted calendar.Moved) error {
	match := strings.TrimSpace(r.Header.Get("If-Match"))
	switch {
	case wanted.Version == c.at.object.Version(), wanted.Version == "" && match != "" && match != "*":
		return nil
	case wanted.Version == "":
		return c.forbid("write-content", "To move an event a client has to say which version of it it has read, with If-Match.")
	default:
		return c.forbid("write-content", "The event has changed since your client read it. It reads it again now; then it can be moved.")
	}
}

// decide asks for the move. A wish that somebody else decides on leaves the event where it is.
func (c *call) decide(r *http.Request, slot testbeds.Slot) (moved bool, err error) {
	err = c.attempt(r, func(revision int64) error {
		answer, err := c.s.bookings.MoveInCalendar(r.Context(), c.actor, c.at.object.Request, slot, revision)
		moved = err == nil && answer.Waiting == ""
		return err
	})
	if err != nil {
		return false, c.refused(err, "write-content")
	}
	return moved, nil
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

// event reads what was written, and whether that is the event as it is, to the letter.
func (c *call) event(r *http.Request) (moved calendar.Moved, same bool, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Header.Get("Content-Type") != "" && (err != nil || kind != "text/calendar") {
		return moved, false, precondition("C:supported-calendar-data", "Events are written as text/calendar.")
	}
	b, err := body(r, calendar.MaxObject)
	if e, ok := errors.AsType[refusal](err); ok && e.status == http.StatusRequestEntityTooLarge {
		return moved, false, precondition("C:max-resource-size", "An event is at most 64 KiB long.")
	}
	if err != nil {
		return moved, false, err
	}
	cal, err := calendar.Decode(b)
	if err != nil {
		return moved, false, precondition("C:valid-calendar-data", sentence(err))
	}
	if _, _, err := caldav.ValidateCalendarObject(cal); err != nil {
		return moved, false, precondition("C:valid-calendar-object-resource", "A calendar object has one kind of entry, one UID and no METHOD.")
	}
	if moved, err = calendar.ReadMoved(cal); err != nil {
		return moved, false, precondition("C:valid-calendar-object-resource", sentence(err))
	}
	return moved, string(b) == c.text(c.at.object), nil
}

func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// delete cancels one's own future deployment. What is refused comes back to the client.
func (c *call) delete(w http.ResponseWriter, r *http.Request) error {
	if c.at.kind != atObject {
		return c.forbid("unbind", "A calendar cannot be deleted. Remove it in your client if you do not want to see it.")
	}
	seen := c.at.object
	if seen == nil && r.Header.Get("If-Match") != "" {
		return stale
	}
	if seen == nil {
		return errNotFound
	}
	if err := c.cancel(r); err != nil {
		return c.press(r, seen, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *call) cancel(r *http.Request) error {
	if err := c.changeable(); err != nil {
		return err
	}
	if !c.unchanged(r) {
		return stale
	}
	if c.at.object.Kind != calendar.KindDeployment {
		return c.forbid("unbind", "Only a deployment of your own can be cancelled.")
	}
	err := c.attempt(r, func(revision int64) error {
		return c.s.bookings.CancelInCalendar(r.Context(), c.actor, c.at.object.Request, revision)
	})
	if err != nil {
		return c.refused(err, "unbind")
	}
	return nil
}

// maxTries bounds how often a step is tried on a request that changes meanwhile.
const maxTries = 3

// attempt takes a step on the revision of the object that the client saw. Time may change a request without changing its event, as a
// reminder does: then the step is tried again on what it is now.
func (c *call) attempt(r *http.Request, step func(revision int64) error) error {
	seen := c.at.object
	for try := 1; ; try++ {
		err := step(c.at.object.Revision)
		if scheduler.CodeOf(err) != scheduler.CodePrecondition || try == maxTries {
			return err
		}
		var now *calendar.Object
		if err := c.s.schedule.read(r.Context(), func(x *calendar.Index, _ testbeds.Facility) {
			now = x.Members(c.at.collection.Key).Get(seen.Name)
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
