package tracker

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/tickets"
)

// Settings say where the tickets of requests are made, and by which account.
type Settings struct {
	Product, Component, Version, OpSys, Platform string
	Components                                   map[string]string // other than Component, by kind or testbed
	Fields                                       map[string]string // of new tickets, beyond Berth's own; several values with a bar between
	Login                                        string            // of the account that writes the tickets
	Browse                                       string            // address of the installation, for people
}

// Via names Bugzilla in the history of requests, and in the mark with the progress of polling.
const Via = "bugzilla"

// openFor is how long after its start a write of unknown fate may still come through: for the patience of the client, and then for the
// longest lock of the server. Only then does Berth look for it, and repeat it if it is missing: earlier, the write might happen twice, or
// bring old values back.
const openFor = bugzilla.Patience + bugzilla.LongestLock + 25*time.Second

// Tracker makes a Bugzilla a tracker of package tickets.
type Tracker struct {
	client   *bugzilla.Client
	settings Settings

	mu       sync.Mutex
	workflow bugzilla.Workflow // nil until it is read
}

var _ tickets.Tracker = (*Tracker)(nil)

// New makes a tracker.
func New(c *bugzilla.Client, s Settings) *Tracker { return &Tracker{client: c, settings: s} }

// About describes Bugzilla.
func (t *Tracker) About() tickets.About {
	where := append([]string{t.settings.Product}, t.settings.components()...)
	return tickets.About{Name: "Bugzilla", Via: Via, Ticket: "bug", Where: strings.Join(where, ", "), Login: t.settings.Login, Patience: bugzilla.Patience, Open: openFor}
}

// Fault explains an error.
func (t *Tracker) Fault(err error) tickets.Fault {
	f := tickets.Fault{Temporary: bugzilla.IsTemporary(err), Open: bugzilla.IsOpen(err), Remedy: bugzilla.Remedy(err),
		Unseen: bugzilla.IsNotFound(err) || bugzilla.IsHidden(err), NoAccount: bugzilla.IsNoSuchPerson(err), Forbidden: bugzilla.IsForbidden(err), Rule: bugzilla.IsRule(err)}
	if text, outage := bugzilla.Outage(err); outage {
		f.Outage = text
	}
	return f
}

// Now reads the clock of the server's database, which stamps the changes of bugs.
func (t *Tracker) Now(ctx context.Context) (time.Time, error) {
	_, now, err := t.client.Time(ctx)
	return now, err
}

// HasAccount reports whether an account has this login.
func (t *Tracker) HasAccount(ctx context.Context, login string) (bool, error) {
	_, known, err := t.client.Person(ctx, login)
	return known, err
}

// Workflow reads the installation's workflow, once.
func (t *Tracker) Workflow(ctx context.Context) (tickets.Workflow, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.workflow == nil {
		w, err := t.client.Workflow(ctx)
		if err != nil {
			return nil, err
		}
		t.workflow = w
	}
	return workflow{t.workflow}, nil
}

// Relearn reads the workflow anew, and reports whether it differs from the known one.
func (t *Tracker) Relearn(ctx context.Context, known tickets.Workflow) (w tickets.Workflow, changed bool, err error) {
	t.mu.Lock()
	t.workflow = nil
	t.mu.Unlock()
	w, err = t.Workflow(ctx)
	return w, !reflect.DeepEqual(w, known), err
}

// URL returns the address of a bug, for people.
func (t *Tracker) URL(key string) string {
	return fmt.Sprintf("%s/show_bug.cgi?id=%s", t.settings.Browse, key)
}

// Ticket reads a bug.
func (t *Tracker) Ticket(ctx context.Context, key string) (tickets.Ticket, error) {
	id, err := bugzilla.ParseID(key)
	if err != nil {
		return tickets.Ticket{}, err
	}
	b, err := t.client.Bug(ctx, id)
	return t.ticket(b), err
}

// Tickets reads some bugs, and leaves out those that are gone or that the account may not see.
func (t *Tracker) Tickets(ctx context.Context, keys []string) ([]tickets.Ticket, error) {
	var ids []int64
	for _, key := range keys {
		if id, err := bugzilla.ParseID(key); err == nil { // other keys name no bug
			ids = append(ids, id)
		}
	}
	list, err := t.client.Bugs(ctx, ids)
	return t.tickets(list), err
}

// ChangedSince reads the bugs of the product that changed at an instant of the server's clock or later.
func (t *Tracker) ChangedSince(ctx context.Context, since time.Time) ([]tickets.Ticket, error) {
	list, err := t.client.ChangedSince(ctx, t.settings.Product, since)
	return t.tickets(list), err
}

// Comments reads the comments of a bug after an instant, oldest first.
func (t *Tracker) Comments(ctx context.Context, key string, since time.Time) (list []tickets.Comment, err error) {
	id, err := bugzilla.ParseID(key)
	if err != nil {
		return nil, err
	}
	comments, err := t.client.Comments(ctx, id, since)
	for _, c := range comments {
		list = append(list, tickets.Comment{ID: strconv.FormatInt(c.ID, 10), URL: fmt.Sprintf("%s#c%d", t.URL(key), c.Count), Creator: c.Creator, Time: c.Time, Private: c.Private, Text: c.Text})
	}
	return list, err
}

// AddComment adds a comment to a bug.
func (t *Tracker) AddComment(ctx context.Context, key, text string) error {
	id, err := bugzilla.ParseID(key)
	if err != nil {
		return err
	}
	return t.client.AddComment(ctx, id, text)
}

// Edits reads the authors and fields of a bug's changes after an instant, oldest first.
func (t *Tracker) Edits(ctx context.Context, key string, since time.Time) (list []tickets.Edit, err error) {
	id, err := bugzilla.ParseID(key)
	if err != nil {
		return nil, err
	}
	entries, err := t.client.History(ctx, id, since)
	for _, e := range entries {
		edit := tickets.Edit{At: e.When, By: e.Who}
		for _, c := range e.Changes {
			switch c.Field {
			case "status", "resolution":
				edit.Fields = append(edit.Fields, tickets.FieldStatus)
			case "assigned_to":
				edit.Fields = append(edit.Fields, tickets.FieldAssignee)
			case "deadline":
				edit.Fields = append(edit.Fields, tickets.FieldDeadline)
			case "cc":
				edit.LeftCC = append(edit.LeftCC, strings.FieldsFunc(c.Removed, func(r rune) bool { return r == ',' || r == ' ' })...)
			}
		}
		list = append(list, edit)
	}
	return list, err
}

// Update changes a bug. replaced is the status before; nil if it has not changed.
func (t *Tracker) Update(ctx context.Context, key string, c tickets.Change) (replaced *tickets.TrackerStatus, err error) {
	id, err := bugzilla.ParseID(key)
	if err != nil {
		return nil, err
	}
	was, err := t.client.Update(ctx, id, bugzilla.Change{Status: c.Status.Status, Resolution: c.Status.Resolution, Assignee: c.Assignee, Component: c.Place,
		AddCC: c.AddCC, URL: c.URL, Summary: c.Summary, Deadline: c.Deadline, Comment: c.Comment})
	if status, changed := was["status"]; changed {
		replaced = &tickets.TrackerStatus{Status: status, Resolution: was["resolution"]}
	}
	return replaced, err
}

// ticket translates a bug.
func (t *Tracker) ticket(b bugzilla.Bug) tickets.Ticket {
	x := tickets.Ticket{Key: strconv.FormatInt(b.ID, 10), Aliases: b.Alias, Status: tickets.TrackerStatus{Status: b.Status, Resolution: b.Resolution}, Open: b.Open, Summary: b.Summary,
		Label: b.Whiteboard, URL: b.URL, Creator: b.Creator, Assignee: b.Assignee, CC: b.CC, Timed: b.Timed(), Deadline: b.Deadline, Place: b.Component,
		Owned: t.settings.owns(b), Polled: b.Product == t.settings.Product, Changed: b.Changed}
	if b.Resolution == "DUPLICATE" && b.DuplicateOf != 0 {
		x.DuplicateOf = strconv.FormatInt(b.DuplicateOf, 10)
	}
	return x
}

func (t *Tracker) tickets(list []bugzilla.Bug) []tickets.Ticket {
	all := make([]tickets.Ticket, len(list))
	for i, b := range list {
		all[i] = t.ticket(b)
	}
	return all
}
