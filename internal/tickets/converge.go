package tickets

import (
	"context"
	"errors"
	"strings"
)

// mend corrects a ticket to which a late write has given old values.
func (t *lockedTicket) mend(ctx context.Context, w Workflow, b Ticket) error {
	if !t.state.Mend {
		return nil
	}
	x, err := t.subject(ctx, t.saved.Request)
	if err != nil {
		return err
	}
	want, err := t.desired(ctx, b, x)
	if err != nil {
		return err
	}
	_, err = t.converge(ctx, w, b, want)
	return err
}

// desired returns the change that brings the ticket in line with its subject. It adds no person unknown to the tracker and none who left
// CC, and keeps a summary that people wrote.
func (t *lockedTicket) desired(ctx context.Context, b Ticket, x subject) (c Change, err error) {
	c = Change{Status: t.settings.Statuses[x.status()], URL: t.page(x), Deadline: new(x.day())}
	if b.Owned {
		c.Place = t.tracker.Place(x.standing())
	}
	if t.ownSummary(b) {
		c.Summary = x.summary()
	}
	if !strings.EqualFold(t.login(ctx, x.Mentor), t.state.Known.Assignee) {
		if c.Assignee, err = t.account(ctx, x.Mentor); err != nil {
			return c, err
		}
	}
	if hasName(t.state.InCC, t.login(ctx, x.Experimenter)) {
		return c, nil
	}
	login, err := t.account(ctx, x.Experimenter)
	if err == nil && login != "" {
		c.AddCC = []string{login}
	}
	return c, err
}

// converge brings a ticket in line. If a rule of the installation refuses, the workflow may have changed since it was read: it is read
// anew, once. lost is the ticket's state in between, if a user changed it at the same moment.
func (t *lockedTicket) converge(ctx context.Context, w Workflow, b Ticket, c Change) (lost *Ticket, err error) {
	lost, err = t.update(ctx, w, b, c)
	if !t.tracker.Fault(err).Rule {
		return lost, err
	}
	w, changed, learnErr := t.tracker.Relearn(ctx, w)
	if learnErr != nil || !changed {
		return lost, errors.Join(err, learnErr)
	}
	if b, learnErr = t.tracker.Ticket(ctx, b.Key); learnErr != nil {
		return lost, errors.Join(err, learnErr)
	}
	there, learnErr := t.hasComment(ctx, b.Key, c.Comment[strings.LastIndexByte(c.Comment, '\n')+1:]) // its token
	if learnErr != nil {
		return lost, errors.Join(err, learnErr)
	}
	if there { // with the first of several steps
		c.Comment = ""
	}
	return t.update(ctx, w, b, c)
}

// update takes a ticket along the workflow, in as many steps as that needs.
func (t *lockedTicket) update(ctx context.Context, w Workflow, b Ticket, c Change) (lost *Ticket, err error) {
	filler := noteFiller + "\n\n" + mark(t.own, 0)
	steps, err := w.Steps(b, c, filler)
	if err != nil {
		return nil, err
	}
	return t.write(ctx, b, steps)
}
