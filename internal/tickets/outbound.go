package tickets

import (
	"context"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Takes reports whether tickets receive an event. Others, such as a new link to a ticket, are no news there.
func Takes(e scheduler.Event) bool {
	return e.Request != "" && e.Action != scheduler.ActionTicket && e.Kind != scheduler.EventReminder
}

// Deliver brings the ticket of an event's request in line with the request, with one comment on the event. Changes by users in the meantime
// are applied first.
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
	x, err := s.untold(ctx, v)
	if err != nil || !x.tells(e) {
		return err
	}
	key, err := s.ensureTicket(ctx, x, e)
	if err != nil {
		return err
	}
	return s.locked(ctx, key, x, func(t *lockedTicket) error { return t.notify(ctx, w, e) })
}

// notify comments on an event, and brings the ticket in line.
func (t *lockedTicket) notify(ctx context.Context, w Workflow, e scheduler.Event) error {
	x, err := t.subject(ctx, e.Request)
	if err != nil {
		return err
	}
	b, comments, err := t.read(ctx, t.saved.Key)
	if err != nil {
		return err
	}
	if err := t.inbound(ctx, w, x, b, t.unsettled(comments)); err != nil {
		return err
	}
	if x, err = t.subject(ctx, e.Request); err != nil {
		return err
	}
	if key, known := x.ticket(); !known || key != t.saved.Key {
		return errBusy // the request has another ticket now, which gets the event instead
	}
	news, err := t.news(ctx, e, x, comments)
	if err != nil {
		return err
	}
	want, err := t.desired(ctx, b, x)
	if err != nil {
		return err
	}
	want.Comment = news
	lost, err := t.converge(ctx, w, b, want)
	if err != nil || lost == nil {
		return err
	}
	// A user changed the ticket between our read and our write: trackers have no protection against that. The user's change still counts.
	return t.applyStatus(ctx, w, *lost, comments, true)
}

// read reads a ticket and all its comments.
func (s *Service) read(ctx context.Context, key string) (b Ticket, comments []Comment, err error) {
	if b, err = s.tracker.Ticket(ctx, key); err != nil {
		return b, nil, err
	}
	comments, err = s.tracker.Comments(ctx, key, time.Time{})
	return b, comments, err
}

// unsettled picks the comments that may not have been handled.
func (t *lockedTicket) unsettled(comments []Comment) []Comment {
	return slices.DeleteFunc(slices.Clone(comments), func(c Comment) bool { return !c.Time.After(t.state.Since) })
}

// news words an event together with the events after it that already wait: a step with several events, and a ticket put back with its
// explanation, make one change of the ticket, and one mail to each follower.
func (t *lockedTicket) news(ctx context.Context, e scheduler.Event, x subject, comments []Comment) (string, error) {
	events := []scheduler.Event{e}
	waiting, err := t.store.Waiting(ctx, Channel, e.Request, maxNews)
	if err != nil {
		return "", err
	}
	for _, m := range waiting {
		if m.Event.Sequence > e.Sequence && x.tells(m.Event) {
			events = append(events, m.Event)
		}
	}
	var parts []string
	for length, i := 0, 0; i < len(events) && length < longest; i++ {
		e := events[i]
		if said(comments, x.token(e)) || e.Action == scheduler.ActionFeedback && e.Via == t.about.Via {
			continue
		}
		text, err := t.comment(ctx, e, x)
		if err != nil {
			return "", err
		}
		parts, length = append(parts, text), length+len(text)
	}
	return strings.Join(parts, "\n\n"), nil
}

// comment words one event, with its token. Of a series, it is the event of one occurrence, or of several at once.
func (s *Service) comment(ctx context.Context, e scheduler.Event, x subject) (string, error) {
	v, err := x.View, error(nil)
	if e.Request != v.ID {
		if v, err = s.requests.Get(ctx, account.System, e.Request); err != nil {
			return "", err
		}
	}
	known, err := s.gatherBackground(ctx, v, e)
	if err != nil {
		return "", err
	}
	if e.Action == scheduler.ActionFeedback {
		if e.Text, err = s.requests.FeedbackText(ctx, account.System, e); err != nil {
			return "", err
		}
	}
	text := s.text().comment(e, v, known)
	if x.whole() {
		text = s.text().ofSeries(e, v, x, known, text)
	}
	if e.Action == scheduler.ActionAssign {
		switch login, err := s.account(ctx, v.Mentor); {
		case err != nil:
			return "", err
		case login == "":
			text += "\n\n" + s.text().noAssignee(v.Request)
		}
	}
	return text + "\n\n" + x.token(e), nil
}
