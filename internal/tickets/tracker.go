package tickets

import (
	"context"
	"strings"
	"time"

	"berth/scheduler"
)

// Tracker keeps the tickets, for people and for Berth. It names each by a key. Its errors are its own: Fault says what one means. It is safe for
// concurrent use.
type Tracker interface {
	About() About
	Fault(err error) Fault

	// Now reads the tracker's clock, by which it says when tickets were changed.
	Now(ctx context.Context) (time.Time, error)
	// HasAccount reports whether somebody has an account of this login, and so can be put into a ticket.
	HasAccount(ctx context.Context, login string) (bool, error)
	// Workflow reads the installation's workflow, once. Relearn reads it anew, and reports whether it is another one than was known.
	Workflow(ctx context.Context) (Workflow, error)
	Relearn(ctx context.Context, known Workflow) (w Workflow, changed bool, err error)

	// URL says where people see a ticket.
	URL(key string) string
	// Place says where among the tickets that of a request belongs, such as a component.
	Place(r scheduler.Request) string

	Ticket(ctx context.Context, key string) (Ticket, error)
	// Tickets reads some tickets, and leaves out those that are gone or that the account may not see.
	Tickets(ctx context.Context, keys []string) ([]Ticket, error)
	// ChangedSince reads the tickets that changed at an instant of the tracker's clock or later. One may come twice.
	ChangedSince(ctx context.Context, since time.Time) ([]Ticket, error)
	// Comments reads the comments after an instant, oldest first; the zero time for all.
	Comments(ctx context.Context, key string, since time.Time) ([]Comment, error)
	// Edits reads who changed what after an instant, oldest first; the zero time for all.
	Edits(ctx context.Context, key string, since time.Time) ([]Edit, error)

	// Create makes the ticket of a request, or finds the one that an earlier attempt has made: of any number of attempts one ticket comes.
	Create(ctx context.Context, n NewTicket) (key string, err error)
	// Update changes a ticket, all of it or nothing. replaced is the status that it had until then; nil where that has not changed.
	Update(ctx context.Context, key string, c Change) (replaced *TrackerStatus, err error)
	AddComment(ctx context.Context, key, text string) error
}

// Workflow says which changes of status an installation allows, as it was when it was read.
type Workflow interface {
	// Same compares two statuses, and takes for the same also those that differ in nothing that a request knows of.
	Same(a, b TrackerStatus) bool
	// Steps lists the updates that make a ticket as it must be, without anything that is so already. filler is said where a step takes a comment
	// and there is nothing to say.
	Steps(t Ticket, want Change, filler string) ([]Change, error)
}

// About describes a tracker; it never changes.
type About struct {
	Name   string // as people call it, such as Bugzilla
	Via    string // as the history of requests, and what is remembered, calls it
	Ticket string // as it calls a ticket, such as bug
	Where  string // where the tickets of requests are, in the words of its settings
	Login  string // of the account that writes the tickets

	Patience time.Duration // how long one write is waited for
	Open     time.Duration // how long after its beginning a write of which nothing was heard may still come through
}

// Fault says what an error of a tracker means.
type Fault struct {
	Temporary bool   // the same may work later, with nobody doing anything
	Open      bool   // what was asked for may still happen: nobody who knows has said what became of it
	Outage    string // the trouble that every ticket meets, without the one that met it; empty where it is that ticket's alone
	Remedy    string // what an administrator can do; empty where that is nothing, or not known

	Unseen    bool // there is no such ticket, or not for the account
	NoAccount bool // somebody named in a ticket has none
	Forbidden bool // the account may not change a field
	Rule      bool // a rule of the installation is in the way, such as one of its workflow
}

// TrackerStatus is the status of a ticket in the words of its tracker.
type TrackerStatus struct{ Status, Resolution string }

func (s TrackerStatus) String() string { return strings.TrimSpace(s.Status + " " + s.Resolution) }

// Ticket holds what is read of a ticket.
type Ticket struct {
	Key         string
	Aliases     []string // other names of it; one that Berth has made bears the id of its request
	Status      TrackerStatus
	Open        bool
	DuplicateOf string // another ticket; empty where nobody said so
	Summary     string
	Label       string // short text beside the summary
	URL         string // the page that it leads to
	Creator     string
	Assignee    string
	CC          []string
	Timed       bool   // the account may give it a deadline
	Deadline    string // a day, or empty
	Place       string // see Tracker.Place
	Owned       bool   // it is where the tickets of requests are; one that people have moved elsewhere stays there
	Polled      bool   // ChangedSince tells of it
	Changed     time.Time
}

// NewTicket is a ticket to be made.
type NewTicket struct {
	Request              string // its id makes the ticket one of its kind
	Place                string
	Summary, Description string
	URL, Deadline        string
	Assignee             string
	CC                   []string
	Related              []string // tickets that it shows, where the installation does such a thing
}

// Change says what becomes of a ticket; zero fields stay.
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

// Edit tells who changed which fields of a ticket at once, and when; the ticket itself tells to what.
type Edit struct {
	At     time.Time
	By     string
	Fields []Field
	LeftCC []string
}

// Field names a part of a ticket that people change and a request follows.
type Field string

const (
	FieldStatus   Field = "status" // or resolution
	FieldAssignee Field = "assignee"
	FieldDeadline Field = "deadline"
)
