package tickets

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"berth/scheduler"
)

// mend puts a ticket right that a late write has given old values.
func (t *lockedTicket) mend(ctx context.Context, w Workflow, b Ticket) error {
	if !t.m.Mend {
		return nil
	}
	v, err := t.requests.Get(ctx, scheduler.System, t.kept.Request)
	if err != nil {
		return err
	}
	change := Change{}
	if err := t.aim(ctx, b, &change, v.Request); err != nil {
		return err
	}
	_, err = t.bring(ctx, w, b, change)
	return err
}

// aim says how the ticket has to stand. Whom the tracker does not know is not put into it; who took themself out of CC stays out, and a summary
// that people wrote stays.
func (t *lockedTicket) aim(ctx context.Context, b Ticket, c *Change, r scheduler.Request) error {
	c.Status, c.URL, c.Deadline = t.settings.Statuses[r.Status], t.page(r), new(day(r))
	if b.Owned {
		c.Place = t.tracker.Place(r)
	}
	if t.ownSummary(b) {
		c.Summary = summary(r)
	}
	if !strings.EqualFold(t.login(ctx, r.Mentor), t.m.Known.Assignee) {
		var err error
		if c.Assignee, err = t.assignable(ctx, r.Mentor); err != nil {
			return err
		}
	}
	if hasName(t.m.InCC, t.login(ctx, r.Experimenter)) {
		return nil
	}
	login, err := t.assignable(ctx, r.Experimenter)
	if err == nil && login != "" {
		c.AddCC = []string{login}
	}
	return err
}

// bring takes a ticket to how it has to stand. Where a rule of the installation is in the way, its workflow may have been changed since it was
// read: it is read anew, once. lost is how the ticket was in between, where somebody changed it at the same moment.
func (t *lockedTicket) bring(ctx context.Context, w Workflow, b Ticket, c Change) (lost *Ticket, err error) {
	lost, err = t.walk(ctx, w, b, c)
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
	there, learnErr := t.said(ctx, b.Key, c.Comment[strings.LastIndexByte(c.Comment, '\n')+1:]) // its token
	if learnErr != nil {
		return lost, errors.Join(err, learnErr)
	}
	if there { // with the first of several steps
		c.Comment = ""
	}
	return t.walk(ctx, w, b, c)
}

// walk takes a ticket along the workflow to how it has to stand, in as many steps as that wants.
func (t *lockedTicket) walk(ctx context.Context, w Workflow, b Ticket, c Change) (lost *Ticket, err error) {
	filler := fmt.Sprintf("The ticket is brought in line with its request.\n\n[berth:%s/0]", t.kept.Request)
	steps, err := w.Steps(b, c, filler)
	if err != nil {
		return nil, err
	}
	return t.write(ctx, b, steps)
}
