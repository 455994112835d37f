package calendar

import "time"

// Status is what a calendar shows of a booking's standing, RFC 5545 section 3.8.1.11.
type Status string

const (
	Tentative Status = "TENTATIVE" // under review, or held for somebody
	Confirmed Status = "CONFIRMED"
	Withdrawn Status = "CANCELLED"
)

// Event is one entry of a calendar. Its UID is for ever the same; Sequence and Modified come from the revision of what it shows,
// never from the clock, so that an unchanged event is the same bytes at every reading.
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
	Comment     string // a remark on the last move that was refused or waits for somebody
	Categories  []string
	Transparent bool // takes nobody's time: shown, but not busy
}

// UIDSuffix makes UIDs of names. It names the program and not a host: what a client has seen once has to stay the same event when
// Berth moves to another address, and the UUIDs in the names are unique in the world already.
const UIDSuffix = "@berth"

// UID is the event's identity in every calendar that it gets into.
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
