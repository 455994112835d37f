package calendar

import (
	"bytes"
	"strings"

	ics "github.com/arran4/golang-ical"

	"berth/scheduler"
	"berth/testbeds"
)

// Method is the request of an invitation to the receiving calendar, RFC 5546.
type Method string

const (
	MethodRequest Method = "REQUEST" // add it, or update it
	MethodCancel  Method = "CANCEL"  // remove it
)

// Party is the organizer or a guest of an invitation.
type Party struct{ Name, Address string }

// Invitation writes the slot of a request for a person's own calendar. It carries the slot's one UID and the revision of the request as
// SEQUENCE: a calendar keeps the latest, in any order of arrival.
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

// parameter removes quotes and control characters, which a parameter's value may not hold and the library lets through.
func parameter(s string) string { return strings.ReplaceAll(line(s, 100), `"`, "'") }
