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

var stale = refusal{status: http.StatusPreconditionFailed, message: "It was changed or removed in between; your client must read it again."}

// put accepts a moved event. Only its times count; all else that a client writes, an alarm or a note, is dropped, and the answer carries
// no entity tag so that the client reads the event anew (RFC 4791 section 5.3.4).
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

// press makes every client read an object anew after a write that was not accepted. The client that was refused keeps its version until the
// entity tag changes, and may repeat the write at every sync: on the day when nothing is in the way any more, the booking would move
// unexpectedly. In read-only calendars this cannot happen.
func (c *call) press(r *http.Request, seen *calendar.Entry, refusal error) error {
	if !c.at.collection.Writable || refusal != nil && !final(refusal) {
		return refusal
	}
	if err := c.s.store.RenewCalendarObject(r.Context(), seen.Name(), seen.Version()); err != nil {
		return err
	}
	return refusal
}

// final reports whether an error is an answer. Others are temporary, and the client must try again.
func final(err error) bool {
	if e, ok := errors.AsType[refusal](err); ok {
		return e.status < http.StatusInternalServerError
	}
	e, ok := errors.AsType[*scheduler.Error](err)
	return ok && answers[e.Code] != 0 && answers[e.Code] < http.StatusInternalServerError
}

// move gives a deployment the times that a client wrote. It reports whether the client is up to date: it moved the event, or wrote it
// unchanged.
func (c *call) move(r *http.Request) (moved bool, err error) {
	o := c.at.object
	if err := c.changeable(); err != nil {
		return false, err
	}
	if o == nil && r.Header.Get("If-Match") != "" {
		return false, stale
	}
	if o == nil {
		return false, c.forbid("bind", "A calendar client cannot create a deployment: request the slot in Berth, at "+c.s.o.URL+"/, which checks the capacity.")
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
	if wanted.Start.Equal(o.Start()) && wanted.End.Equal(o.End()) {
		return same, nil
	}
	if o.Kind() != calendar.KindDeployment {
		return false, c.forbid("write-content", "Only the deployment itself can be moved.")
	}
	if err := c.current(r, wanted); err != nil {
		return false, err
	}
	return c.decide(r, testbeds.Slot{Start: wanted.Start, End: wanted.End})
}

// current refuses a write that was not made from the present version of the object. If-Match names that version, and so does the text, in
// which it stays when a client repeats an old write or overwrites the change of another user. A write that names neither may be of any age.
func (c *call) current(r *http.Request, wanted calendar.Moved) error {
	match := strings.TrimSpace(r.Header.Get("If-Match"))
	switch {
	case wanted.Version == c.at.object.Version(), wanted.Version == "" && match != "" && match != "*":
		return nil
	case wanted.Version == "":
		return c.forbid("write-content", "To move an event, a client must name the version that it read, with If-Match.")
	default:
		return c.forbid("write-content", "The event has changed since your client read it. After the next sync it can be moved.")
	}
}

// decide asks for the move. While the wish awaits another person's decision, the event stays in place.
func (c *call) decide(r *http.Request, slot testbeds.Slot) (moved bool, err error) {
	err = c.attempt(r, func(revision int64) error {
		answer, err := c.s.bookings.MoveInCalendar(r.Context(), c.actor, c.at.object.Request(), slot, revision)
		moved = err == nil && answer.Waiting == ""
		return err
	})
	if err != nil {
		return false, c.refused(err, "write-content")
	}
	return moved, nil
}

// changeable refuses writes to read-only places.
func (c *call) changeable() error {
	switch {
	case c.writes(c.at):
		return nil
	case c.at.collection.Writable:
		return c.forbid("write-content", "This app password can only read. Use one with the right to move.")
	default:
		return c.forbid("write-content", "This calendar is read-only. Your own deployments are in the calendar \"My deployments\".")
	}
}

// event reads the written event, and reports whether it equals the present one to the letter.
func (c *call) event(r *http.Request) (moved calendar.Moved, same bool, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Header.Get("Content-Type") != "" && (err != nil || kind != "text/calendar") {
		return moved, false, precondition("C:supported-calendar-data", "Events must be written as text/calendar.")
	}
	b, err := body(r, calendar.MaxObject)
	if e, ok := errors.AsType[refusal](err); ok && e.status == http.StatusRequestEntityTooLarge {
		return moved, false, precondition("C:max-resource-size", "An event may be at most 64 KiB long.")
	}
	if err != nil {
		return moved, false, err
	}
	cal, err := calendar.Decode(b)
	if err != nil {
		return moved, false, precondition("C:valid-calendar-data", sentence(err))
	}
	if _, _, err := caldav.ValidateCalendarObject(cal); err != nil {
		return moved, false, precondition("C:valid-calendar-object-resource", "A calendar object must have one kind of entry, one UID and no METHOD.")
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

// delete cancels the actor's own future deployment. If that is refused, the event returns to the client.
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
	if c.at.object.Kind() != calendar.KindDeployment {
		return c.forbid("unbind", "Only your own deployments can be cancelled.")
	}
	err := c.attempt(r, func(revision int64) error {
		return c.s.bookings.CancelInCalendar(r.Context(), c.actor, c.at.object.Request(), revision)
	})
	if err != nil {
		return c.refused(err, "unbind")
	}
	return nil
}

// maxTries bounds the attempts at a step on a request that changes meanwhile.
const maxTries = 3

// attempt takes a step on the revision of the object that the client saw. Time may change a request without changing its event, as a
// reminder does: then the step is repeated on the new revision.
func (c *call) attempt(r *http.Request, step func(revision int64) error) error {
	seen := c.at.object
	for try := 1; ; try++ {
		err := step(c.at.object.Revision())
		if scheduler.CodeOf(err) != scheduler.CodePrecondition || try == maxTries {
			return err
		}
		var now *calendar.Entry
		if _, err := c.s.schedule.read(r.Context(), func(x *calendar.Index, _ []calendar.Collection) {
			now = x.Members(c.at.collection.Key).Get(seen.Name())
		}); err != nil {
			return err
		}
		if now == nil || !now.Start().Equal(seen.Start()) || !now.End().Equal(seen.End()) || now.Status() != seen.Status() {
			return err
		}
		c.at.object = now
	}
}

// refused turns a refusal of the scheduler into an answer that clients take as final, with the conflicts in
// its text.
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
