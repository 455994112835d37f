package bugzilla

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
)

// Takes reports whether tickets hear of an event. Others, such as which ticket a request has, are nobody's news there.
func Takes(e scheduler.Event) bool {
	return e.Request != "" && e.Action != scheduler.ActionTicket && e.Kind != scheduler.EventReminder
}

// Deliver brings the ticket of an event's request in line with the request, with one comment on the event. What people did with the
// ticket in between counts first.
func (t *Tickets) Deliver(ctx context.Context, e scheduler.Event) error {
	if !Takes(e) {
		return nil
	}
	v, err := t.requests.Get(ctx, scheduler.System, e.Request)
	if err != nil {
		return err
	}
	w, err := t.steps(ctx)
	if err != nil {
		return err
	}
	id, err := t.ticket(ctx, v, e)
	if err != nil {
		return err
	}
	return t.take(ctx, id, v.ID, func(h *hold) error { return h.tell(ctx, w, e) })
}

// tell says of an event what there is to say, and brings the ticket in line.
func (h *hold) tell(ctx context.Context, w Workflow, e scheduler.Event) error {
	t := h.t
	v, err := t.requests.Get(ctx, scheduler.System, e.Request)
	if err != nil {
		return err
	}
	b, comments, err := t.read(ctx, h.kept.ID)
	if err != nil {
		return err
	}
	if err := h.absorb(ctx, w, v, b, h.after(comments)); err != nil {
		return err
	}
	if v, err = t.requests.Get(ctx, scheduler.System, e.Request); err != nil {
		return err
	}
	if v.Ticket == nil || v.Ticket.ID != h.kept.ID {
		return errBusy // it has another ticket now, which is told instead
	}
	change := Change{}
	if change.Comment, err = h.news(ctx, e, v, comments); err != nil {
		return err
	}
	if err := t.aim(ctx, h, b, &change, v.Request); err != nil {
		return err
	}
	lost, err := h.bring(ctx, w, b, change)
	if err != nil || lost == nil {
		return err
	}
	// Somebody changed the ticket between our look and our write, which has no protection against that. What they wanted still counts.
	return h.stood(ctx, w, *lost, comments, true)
}

// read reads a bug and all that was said on it.
func (t *Tickets) read(ctx context.Context, id int64) (b Bug, comments []Comment, err error) {
	if b, err = t.client.Bug(ctx, id); err != nil {
		return b, nil, err
	}
	comments, err = t.client.Comments(ctx, id, time.Time{})
	return b, comments, err
}

// after are the comments that may not have been dealt with.
func (h *hold) after(comments []Comment) []Comment {
	return slices.DeleteFunc(slices.Clone(comments), func(c Comment) bool { return !c.Time.After(h.m.Since) })
}

func said(comments []Comment, token string) bool {
	return slices.ContainsFunc(comments, func(c Comment) bool { return strings.Contains(c.Text, token) })
}

// news is what there is to say of an event, and of those after it that wait already: a step that makes several, and a ticket that is put back
// with what explains it, are one change of the ticket, and one mail to whoever follows it.
func (h *hold) news(ctx context.Context, e scheduler.Event, v scheduler.View, comments []Comment) (string, error) {
	events := []scheduler.Event{e}
	waiting, err := h.t.memory.Waiting(ctx, Channel, e.Request, maxNews)
	if err != nil {
		return "", err
	}
	for _, m := range waiting {
		if m.Event.Sequence > e.Sequence && Takes(m.Event) {
			events = append(events, m.Event)
		}
	}
	var parts []string
	for length, i := 0, 0; i < len(events) && length < longest; i++ {
		e := events[i]
		if said(comments, token(e)) || e.Action == scheduler.ActionFeedback && e.Via == via {
			continue
		}
		text, err := h.t.comment(ctx, e, v)
		if err != nil {
			return "", err
		}
		parts, length = append(parts, text), length+len(text)
	}
	return strings.Join(parts, "\n\n"), nil
}

// comment is what is said of an event, with its token.
func (t *Tickets) comment(ctx context.Context, e scheduler.Event, v scheduler.View) (string, error) {
	x, err := t.beside(ctx, v, e)
	if err != nil {
		return "", err
	}
	if e.Action == scheduler.ActionFeedback {
		if e.Text, err = t.requests.Remark(ctx, scheduler.System, e); err != nil {
			return "", err
		}
	}
	text := comment(e, v, x, t.settings)
	if e.Action == scheduler.ActionAssign {
		switch login, err := t.assignable(ctx, v.Mentor); {
		case err != nil:
			return "", err
		case login == "":
			text += fmt.Sprintf("\n\n%s has no account in Bugzilla and could not be made the assignee.", v.Mentor)
		}
	}
	return text + "\n\n" + token(e), nil
}

// login is somebody's name in Bugzilla: their address of mail, empty where none is known.
func (t *Tickets) login(ctx context.Context, username string) string {
	if username == "" {
		return ""
	}
	p, err := t.requests.Person(ctx, scheduler.System, username)
	if err != nil {
		return ""
	}
	return p.Email
}

// assignable is the login of somebody who can be an assignee; empty where Bugzilla does not know them.
func (t *Tickets) assignable(ctx context.Context, username string) (login string, err error) {
	if login = t.login(ctx, username); login == "" {
		return "", nil
	}
	_, known, err := t.client.Person(ctx, login)
	if err != nil || !known {
		return "", err
	}
	return login, nil
}

// aim says how the ticket has to stand. Whom Bugzilla does not know is not put into it; who took themself out of CC stays out, and a summary
// that people wrote stays.
func (t *Tickets) aim(ctx context.Context, h *hold, b Bug, c *Change, r scheduler.Request) error {
	at := t.settings.Standings[r.Status]
	c.Status, c.Resolution, c.URL, c.Deadline = at.Status, at.Resolution, t.page(r), new(day(r))
	if t.settings.owns(b) {
		c.Component = t.settings.componentOf(r)
	}
	if h.ownSummary(b) {
		c.Summary = summary(r)
	}
	if !strings.EqualFold(t.login(ctx, r.Mentor), h.m.Known.Assignee) {
		var err error
		if c.Assignee, err = t.assignable(ctx, r.Mentor); err != nil {
			return err
		}
	}
	if hasName(h.m.InCC, t.login(ctx, r.Experimenter)) {
		return nil
	}
	login, err := t.assignable(ctx, r.Experimenter)
	if err == nil && login != "" {
		c.AddCC = []string{login}
	}
	return err
}
