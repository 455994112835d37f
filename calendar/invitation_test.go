package calendar

import (
	"strings"
	"testing"

	"github.com/emersion/go-ical"

	"berth/scheduler"
)

// testSite is the target of links in invitations.
var testSite = Site{URL: "https://berth.example"}

// invited parses an invitation and returns its event.
func invited(t *testing.T, text string) (method string, event ical.Event) {
	t.Helper()
	cal, err := ical.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	events := cal.Events()
	if len(events) != 1 || len(cal.Children) != 1 {
		t.Fatalf("%d events in\n%s", len(events), text)
	}
	return cal.Props.Get(ical.PropMethod).Value, events[0]
}

func value(e ical.Event, name string) string {
	if p := e.Props.Get(name); p != nil {
		return p.Value
	}
	return ""
}

func TestAnInvitationIsTheSlotForOneCalendar(t *testing.T) {
	t.Parallel()
	r, f := marathon(scheduler.Scheduled), hall()
	berth, ada := Party{"Berth", "berth@example.org"}, Party{"Ada", "ada@example.org"}
	object := testSite.Objects(r, f)[0]

	method, e := invited(t, testSite.Invitation(r, f, MethodRequest, berth, ada))
	if method != "REQUEST" || value(e, ical.PropUID) != object.Name+UIDSuffix || value(e, ical.PropStatus) != "CONFIRMED" {
		t.Errorf("%s %+v", method, e.Props)
	}
	if start, err := e.DateTimeStart(nil); err != nil || !start.Equal(r.Slot.Start) {
		t.Errorf("starts %v, %v", start, err)
	}
	if value(e, ical.PropOrganizer) != "mailto:berth@example.org" || value(e, ical.PropAttendee) != "mailto:ada@example.org" {
		t.Errorf("%+v", e.Props)
	}
	before := value(e, ical.PropSequence)
	r.Revision++
	r.Status = scheduler.Cancelled
	method, e = invited(t, testSite.Invitation(r, f, MethodCancel, berth, ada))
	if method != "CANCEL" || value(e, ical.PropStatus) != "CANCELLED" || value(e, ical.PropUID) != object.Name+UIDSuffix || value(e, ical.PropSequence) <= before {
		t.Errorf("%s %+v after sequence %s", method, e.Props, before)
	}
}

func TestNobodyWritesLinesIntoInvitations(t *testing.T) {
	t.Parallel()
	r, f := marathon(scheduler.Scheduled), hall()
	r.Name = "x\r\nATTENDEE:mailto:all@example.org"
	evil := Party{"Eve\r\nX-EVIL:1\";X=\"y", "eve@example.org\r\nX-EVIL:2"}
	text := testSite.Invitation(r, f, MethodRequest, evil, evil)
	_, e := invited(t, text)
	for _, l := range strings.Split(strings.ReplaceAll(text, "\r\n ", ""), "\r\n") {
		if strings.HasPrefix(l, "X-EVIL") || strings.HasPrefix(l, "ATTENDEE:") {
			t.Errorf("a line of its own: %s", l)
		}
	}
	if n := len(e.Props.Values(ical.PropAttendee)); n != 1 {
		t.Errorf("%d attendees", n)
	}
}
