package tracker

import (
	"slices"
	"strings"

	"berth/internal/bugzilla"
	"berth/internal/tickets"
)

// workflow is an installation's workflow, as of its reading.
type workflow struct{ bugzilla.Workflow }

// Same compares statuses. Closed bugs with one resolution are the same: whether one is verified changes nothing.
func (w workflow) Same(a, b tickets.TrackerStatus) bool {
	if a.Resolution != b.Resolution {
		return false
	}
	x, known := w.Workflow[a.Status]
	y, too := w.Workflow[b.Status]
	return a.Status == b.Status || known && too && !x.Open && !y.Open
}

// Steps lists the updates that take a bug along the workflow, as many as needed, and bring it in line.
func (w workflow) Steps(b tickets.Ticket, want tickets.Change, filler string) ([]tickets.Change, error) {
	if w.Same(b.Status, want.Status) {
		want.Status = b.Status
	}
	path, ok := w.Path(b.Status.Status, want.Status.Status)
	if !ok {
		return nil, bugzilla.NoWay(b.Key, b.Status.Status, want.Status.Status)
	}
	return w.changes(b, want, path, filler), nil
}

// changes lists the updates that take a bug along a path: the comment and everything else go with the first, so that no change of a status
// stays unexplained. filler is the comment of a step that requires one if there is no other.
func (w workflow) changes(b tickets.Ticket, c tickets.Change, path []string, filler string) []tickets.Change {
	list := []tickets.Change{needed(b, c, len(path) > 0)}
	for i, status := range path {
		if i > 0 {
			list = append(list, tickets.Change{})
		}
		at := &list[i]
		at.Status = tickets.TrackerStatus{Status: status}
		if i == len(path)-1 {
			at.Status.Resolution = c.Status.Resolution
		}
		if at.Comment == "" && w.takesComment(b.Status.Status, path, i) {
			at.Comment = filler
		}
	}
	return list
}

// takesComment reports whether a step of a path takes a comment.
func (w workflow) takesComment(from string, path []string, i int) bool {
	if i > 0 {
		from = path[i-1]
	}
	return slices.Contains(w.Workflow[from].Comment, path[i])
}

// needed reduces a change to the values that differ from the bug's.
func needed(b tickets.Ticket, c tickets.Change, moves bool) tickets.Change {
	if !moves {
		c.Status.Status = ""
		if b.Status.Resolution == c.Status.Resolution {
			c.Status.Resolution = ""
		}
	}
	if strings.EqualFold(b.Assignee, c.Assignee) {
		c.Assignee = ""
	}
	if c.Deadline != nil && (b.Deadline == *c.Deadline || !b.Timed) {
		c.Deadline = nil
	}
	if b.Place == c.Place {
		c.Place = ""
	}
	if b.URL == c.URL {
		c.URL = ""
	}
	if b.Summary == c.Summary {
		c.Summary = ""
	}
	c.AddCC = slices.DeleteFunc(slices.Clone(c.AddCC), func(login string) bool {
		return slices.ContainsFunc(b.CC, func(there string) bool { return strings.EqualFold(there, login) })
	})
	return c
}
