package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// bring takes a bug to how it has to stand. Where a rule of the installation is in the way, its workflow may have been changed since it was
// read: it is read anew, once. lost is how the ticket was in between, where somebody changed it at the same moment.
func (h *hold) bring(ctx context.Context, w Workflow, b Bug, c Change) (lost *Bug, err error) {
	lost, err = h.walk(ctx, w, b, c)
	if !IsRule(err) {
		return lost, err
	}
	w, changed, learnErr := h.t.relearn(ctx, w)
	if learnErr != nil || !changed {
		return lost, errors.Join(err, learnErr)
	}
	if b, learnErr = h.t.client.Bug(ctx, b.ID); learnErr != nil {
		return lost, errors.Join(err, learnErr)
	}
	there, learnErr := h.t.client.Said(ctx, b.ID, c.Comment[strings.LastIndexByte(c.Comment, '\n')+1:]) // its token
	if learnErr != nil {
		return lost, errors.Join(err, learnErr)
	}
	if there { // with the first of several steps
		c.Comment = ""
	}
	return h.walk(ctx, w, b, c)
}

// walk takes a bug along the workflow to how it has to stand, in as many steps as that wants.
func (h *hold) walk(ctx context.Context, w Workflow, b Bug, c Change) (lost *Bug, err error) {
	if w.same(Standing{b.Status, b.Resolution}, Standing{c.Status, c.Resolution}) {
		c.Status, c.Resolution = b.Status, b.Resolution
	}
	path, ok := w.Path(b.Status, c.Status)
	if !ok {
		return nil, &Error{Doing: fmt.Sprintf("changing bug %d", b.ID), Code: codeTransition, Message: fmt.Sprintf("there is no way from %s to %s", b.Status, c.Status)}
	}
	return h.write(ctx, b, w.changes(b, c, path, filler(h.kept.Request)))
}

// changes are the writes that take a bug along a path: what there is to say and everything else with the first, so that no change of a status
// stands there unexplained. filler is said with a step that takes a comment where there is nothing else to say.
func (w Workflow) changes(b Bug, c Change, path []string, filler string) []Change {
	list := []Change{needed(b, c, len(path) > 0)}
	for i, status := range path {
		if i > 0 {
			list = append(list, Change{})
		}
		at := &list[i]
		at.Status, at.Resolution = status, ""
		if i == len(path)-1 {
			at.Resolution = c.Resolution
		}
		if at.Comment == "" && w.takesComment(b.Status, path, i) {
			at.Comment = filler
		}
	}
	return list
}

// takesComment reports whether a step of a path takes a comment.
func (w Workflow) takesComment(from string, path []string, i int) bool {
	if i > 0 {
		from = path[i-1]
	}
	return slices.Contains(w[from].Comment, path[i])
}

// filler is said where Bugzilla takes a comment and nothing has happened that there would be one on.
func filler(request string) string {
	return fmt.Sprintf("The ticket is brought in line with its request.\n\n[berth:%s/0]", request)
}

// needed is what of a change has to be written to a bug, and no more.
func needed(b Bug, c Change, moves bool) Change {
	if !moves {
		c.Status = ""
		if b.Resolution == c.Resolution {
			c.Resolution = ""
		}
	}
	if strings.EqualFold(b.Assignee, c.Assignee) {
		c.Assignee = ""
	}
	if c.Deadline != nil && (b.Deadline == *c.Deadline || !b.Timed()) {
		c.Deadline = nil
	}
	if b.Component == c.Component {
		c.Component = ""
	}
	if b.URL == c.URL {
		c.URL = ""
	}
	if b.Summary == c.Summary {
		c.Summary = ""
	}
	c.AddCC = slices.DeleteFunc(slices.Clone(c.AddCC), func(login string) bool { return hasName(b.CC, login) })
	return c
}
