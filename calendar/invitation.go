package calendar

import (
	"bytes"
	"strings"

	ics "github.com/arran4/golang-ical"

	"berth/scheduler"
	"berth/testbeds"
)

// Method is what an invitation asks of the calendar that gets it, RFC 5546.
type Method string

const (
	MethodRequest Method = "REQUEST" // put it in, or bring it up to date
	MethodCancel  Method = "CANCEL"  // take it out
)

// Party is somebody in an invitation.
type Party struct{ Name, Address string }

// Invitation is the slot of a request for somebody's own calendar. It has the UID that the slot has in every calendar, and the revision of
// the request as its SEQUENCE: a calendar takes the latest, in whatever order they arrive.
func (s Site) Invitation(r scheduler.Request, f testbeds.Facility, m Method, organizer, guest Party) string {
	e := s.deployment(r, f)
	if m == MethodCancel {
		e.Status = Withdrawn
	}
	cal := empty()
	cal.SetMethod(ics.Method(m))
	v := vevent(e)
	v.SetOrganizer(address(organizer), ics.WithCN(parameter(organizer.Name)))
	v.AddAttendee(address(guest), ics.WithCN(parameter(guest.Name)), ics.CalendarUserTypeIndividual, ics.ParticipationRoleReqParticipant,
		ics.ParticipationStatusNeedsAction)
	cal.AddVEvent(v)
	var b bytes.Buffer
	_ = write(&b, cal) // a bytes.Buffer never fails
	return b.String()
}

func address(p Party) string { return "mailto:" + uri(token(p.Address)) }

// parameter keeps what a parameter's value may hold: neither quotes nor control characters, which the library would let through.
func parameter(s string) string { return strings.ReplaceAll(line(s, 100), `"`, "'") }
