package tickets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Takes reports whether tickets hear of an event. Others, such as which ticket a request has, are nobody's news there.
func Takes(e scheduler.Event) bool {
	return e.Request != "" && e.Action != scheduler.ActionTicket && e.Kind != scheduler.EventReminder
}

// Deliver brings the ticket of an event's request in line with the request, with one comment on the event. What people did with the
// ticket in between counts first.
func (s *Service) Deliver(ctx context.Context, e scheduler.Event) error {
	if !Takes(e) {
		return nil
	}
	v, err := s.requests.Get(ctx, account.System, e.Request)
	if err != nil {
		return err
	}
	w, err := s.tracker.Workflow(ctx)
	if err != nil {
		return err
	}
	key, err := s.ensureTicket(ctx, v, e)
	if err != nil {
		return err
	}
	return s.locked(ctx, key, v.ID, func(t *lockedTicket) error { return t.notify(ctx, w, e) })
}

// notify says of an event what there is to say, and brings the ticket in line.
func (t *lockedTicket) notify(ctx context.Context, w Workflow, e scheduler.Event) error {
	v, err := t.requests.Get(ctx, account.System, e.Request)
	if err != nil {
		return err
	}
	b, comments, err := t.read(ctx, t.saved.Key)
	if err != nil {
		return err
	}
	if err := t.inbound(ctx, w, v, b, t.unsettled(comments)); err != nil {
		return err
	}
	if v, err = t.requests.Get(ctx, account.System, e.Request); err != nil {
		return err
	}
	if v.Ticket == nil || v.Ticket.Key != t.saved.Key {
		return errBusy // it has another ticket now, which is told instead
	}
	news, err := t.news(ctx, e, v, comments)
	if err != nil {
		return err
	}
	want, err := t.desired(ctx, b, v.Request)
	if err != nil {
		return err
	}
	want.Comment = news
	lost, err := t.converge(ctx, w, b, want)
	if err != nil || lost == nil {
		return err
	}
	// Somebody changed the ticket between our read and our write, which has no protection against that. What they wanted still counts.
	return t.applyStatus(ctx, w, *lost, comments, true)
}

// read reads a ticket and all that was said on it.
func (s *Service) read(ctx context.Context, key string) (b Ticket, comments []Comment, err error) {
	if b, err = s.tracker.Ticket(ctx, key); err != nil {
		return b, nil, err
	}
	comments, err = s.tracker.Comments(ctx, key, time.Time{})
	return b, comments, err
}

// unsettled picks the comments that may not have been dealt with.
func (t *lockedTicket) unsettled(comments []Comment) []Comment {
	return slices.DeleteFunc(slices.Clone(comments), func(c Comment) bool { return !c.Time.After(t.state.Since) })
}

// news says what there is to say of an event, and of those after it that wait already: a step that makes several, and a ticket that is put
// back with what explains it, are one change of the ticket, and one mail to whoever follows it.
func (t *lockedTicket) news(ctx context.Context, e scheduler.Event, v scheduler.View, comments []Comment) (string, error) {
	events := []scheduler.Event{e}
	waiting, err := t.store.Waiting(ctx, Channel, e.Request, maxNews)
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
		if said(comments, token(e)) || e.Action == scheduler.ActionFeedback && e.Via == t.about.Via {
			continue
		}
		text, err := t.comment(ctx, e, v)
		if err != nil {
			return "", err
		}
		parts, length = append(parts, text), length+len(text)
	}
	return strings.Join(parts, "\n\n"), nil
}

// comment says what there is to say of one event, with its token.
func (s *Service) comment(ctx context.Context, e scheduler.Event, v scheduler.View) (string, error) {
	x, err := s.gatherBackground(ctx, v, e)
	if err != nil {
		return "", err
	}
	if e.Action == scheduler.ActionFeedback {
		if e.Text, err = s.requests.FeedbackText(ctx, account.System, e); err != nil {
			return "", err
		}
	}
	text := s.text().comment(e, v, x)
	if e.Action == scheduler.ActionAssign {
		switch login, err := s.account(ctx, v.Mentor); {
		case err != nil:
			return "", err
		case login == "":
			text += fmt.Sprintf("\n\n%s has no account in %s and could not be made the assignee.", v.Mentor, s.about.Name)
		}
	}
	return text + "\n\n" + token(e), nil
}
