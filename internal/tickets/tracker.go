package tickets

import (
	"context"
	"strings"
	"time"

	"berth/scheduler"
)

// Tracker keeps the tickets, for people and for Berth. It names each by a key. Its errors are its own: Fault explains them. It is safe for
// concurrent use.
type Tracker interface {
	About() About
	Fault(err error) Fault

	// Now reads the tracker's clock, which stamps the changes of tickets.
	Now(ctx context.Context) (time.Time, error)
	// HasAccount reports whether a login has an account, and so can be put on a ticket.
	HasAccount(ctx context.Context, login string) (bool, error)
	// Workflow reads the installation's workflow, once. Relearn reads it anew, and reports whether it differs from the known one.
	Workflow(ctx context.Context) (Workflow, error)
	Relearn(ctx context.Context, known Workflow) (w Workflow, changed bool, err error)

	// URL returns the address of a ticket, for people.
	URL(key string) string
	// Place returns the place of a request's ticket among all tickets, such as a component.
	Place(r scheduler.Request) string

	Ticket(ctx context.Context, key string) (Ticket, error)
	// Tickets reads some tickets, and leaves out those that are gone or that the account may not see.
	Tickets(ctx context.Context, keys []string) ([]Ticket, error)
	// ChangedSince reads the tickets that changed at an instant of the tracker's clock or later. It may return a ticket twice.
	ChangedSince(ctx context.Context, since time.Time) ([]Ticket, error)
	// Comments reads the comments after an instant, oldest first; the zero time for all.
	Comments(ctx context.Context, key string, since time.Time) ([]Comment, error)
	// Edits reads the authors and fields of changes after an instant, oldest first; the zero time for all.
	Edits(ctx context.Context, key string, since time.Time) ([]Edit, error)

	// Create makes the ticket of a request, or finds the one that an earlier attempt has made: any number of attempts make one ticket.
	Create(ctx context.Context, n NewTicket) (key string, err error)
	// Update changes a ticket, all of it or nothing. replaced is the status before; nil if it has not changed.
	Update(ctx context.Context, key string, c Change) (replaced *TrackerStatus, err error)
	AddComment(ctx context.Context, key, text string) error
}

// Workflow holds the changes of status that an installation allows, as of its reading.
type Workflow interface {
	// Same compares two statuses, ignoring differences that requests do not know.
	Same(a, b TrackerStatus) bool
	// Steps lists the updates that bring a ticket in line, without values that it already has. filler is the comment of a step that
	// requires one if there is no other.
	Steps(t Ticket, want Change, filler string) ([]Change, error)
}

// About describes a tracker; it never changes.
type About struct {
	Name   string // for people, such as Bugzilla
	Via    string // in the history of requests, and in stored state
	Ticket string // its word for a ticket, such as bug
	Where  string // the place of requests' tickets, in the words of its settings
	Login  string // of the account that writes the tickets

	Patience time.Duration // longest wait for one write
	Open     time.Duration // how long after its start a write of unknown fate may still come through
}

// Fault explains an error of a tracker.
type Fault struct {
	Temporary bool   // the same may work later without any action
	Open      bool   // the write may still happen: its fate is unknown
	Outage    string // the trouble that every ticket meets, without the ticket; empty if it is this ticket's alone
	Remedy    string // advice for an administrator; empty if there is none

	Unseen    bool // there is no such ticket, or not for the account
	NoAccount bool // a person on the ticket has no account
	Forbidden bool // the account may not change a field
	Rule      bool // a rule of the installation is in the way, such as one of its workflow
}

// TrackerStatus is the status of a ticket in the words of its tracker.
type TrackerStatus struct{ Status, Resolution string }

func (s TrackerStatus) String() string { return strings.TrimSpace(s.Status + " " + s.Resolution) }

// Ticket holds the fields that Berth reads of a ticket.
type Ticket struct {
	Key         string
	Aliases     []string // other names; a ticket that Berth made has the id of its request
	Status      TrackerStatus
	Open        bool
	DuplicateOf string // another ticket; empty if this is no duplicate
	Summary     string
	Label       string // short text beside the summary
	URL         string // the page behind the label
	Creator     string
	Assignee    string
	CC          []string
	Timed       bool   // the account may give it a deadline
	Deadline    string // a day, or empty
	Place       string // see Tracker.Place
	Owned       bool   // it is in a place of requests' tickets; a ticket that users moved elsewhere stays there
	Polled      bool   // ChangedSince returns it
	Changed     time.Time
}

// NewTicket describes a ticket to be made.
type NewTicket struct {
	Request              string // its id makes the ticket unique
	Place                string
	Summary, Description string
	URL, Deadline        string
	Assignee             string
	CC                   []string
	Related              []string // tickets that it refers to, if the installation has such references
}

// Change describes the new values of a ticket; zero fields stay.
type Change struct {
	Status   TrackerStatus
	Assignee string
	AddCC    []string
	Place    string
	URL      string
	Summary  string
	Deadline *string // a day; an empty string takes it away
	Comment  string
}

// Empty reports whether a change changes nothing.
func (c Change) Empty() bool {
	return c.Status == (TrackerStatus{}) && c.Assignee == "" && len(c.AddCC) == 0 && c.Place == "" && c.URL == "" && c.Summary == "" && c.Deadline == nil && c.Comment == ""
}

// Comment is one remark on a ticket.
type Comment struct {
	ID      string
	URL     string
	Creator string
	Time    time.Time
	Private bool
	Text    string
}

// Edit has the author, the time and the fields of one change of a ticket; the new values are in the ticket itself.
type Edit struct {
	At     time.Time
	By     string
	Fields []Field
	LeftCC []string
}

// Field names a part of a ticket that users change and a request follows.
type Field string

const (
	FieldStatus   Field = "status" // or resolution
	FieldAssignee Field = "assignee"
	FieldDeadline Field = "deadline"
)
