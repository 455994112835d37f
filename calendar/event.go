package calendar

import "time"

// Status is the status of a booking in a calendar, RFC 5545 section 3.8.1.11.
type Status string

const (
	Tentative Status = "TENTATIVE" // under review, or held for a person
	Confirmed Status = "CONFIRMED"
	Withdrawn Status = "CANCELLED"
)

// Event is one entry of a calendar. Its UID never changes; Sequence and Modified come from the revision of the request, never
// from the clock, so an unchanged event has the same bytes at every reading.
type Event struct {
	Name        string // of the object in its collection, without ".ics"
	Sequence    int64
	Created     time.Time
	Modified    time.Time
	Start, End  time.Time
	Status      Status
	Summary     string
	Description string
	Location    string
	URL         string
	Comment     string // a remark on the last move that was refused or awaits a decision
	Categories  []string
	Series      string // UUID of the series that it belongs to; empty for none
	Transparent bool   // takes nobody's time: shown, but not busy
}

// UIDSuffix makes UIDs of names. It names the program and not a host: an event that a client knows must keep its identity when
// Berth moves to another address, and the UUIDs in the names are globally unique.
const UIDSuffix = "@berth"

// UID returns the event's identity in every calendar.
func (e Event) UID() string { return e.Name + UIDSuffix }

// masked keeps what everybody may see of an event, under another summary. A field that is not named here is for those who see all of it; when it
// was created is not: to the second that is nearly an id.
func (e Event) masked(summary string) Event {
	return Event{Name: e.Name, Sequence: e.Sequence, Modified: e.Modified, Start: e.Start, End: e.End, Status: e.Status, Summary: summary,
		Categories: e.Categories, Transparent: e.Transparent}
}

// busy is the value of X-MICROSOFT-CDO-BUSYSTATUS, which Outlook prefers to TRANSP.
func (e Event) busy() string {
	switch {
	case e.Transparent || e.Status == Withdrawn:
		return "FREE"
	case e.Status == Tentative:
		return "TENTATIVE"
	default:
		return "BUSY"
	}
}
