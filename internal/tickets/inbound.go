package tickets

import (
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// inbound applies in Berth the changes that users made to a ticket since it was last handled, each with the rights of its author. A refused
// change is explained on the ticket, and the delivery of that note brings the ticket in line again. Repeating the call is safe: an applied
// change stays applied.
func (t *lockedTicket) inbound(ctx context.Context, w Workflow, x subject, b Ticket, comments []Comment) error {
	experimenter := t.login(ctx, x.Experimenter)
	if t.first { // earlier content has no author to act for
		if t.isOwn(b.Creator) { // but for what people wrote since Berth opened it
			if err := t.inboundComments(ctx, x, comments); err != nil {
				return err
			}
		}
		return t.firstSeen(ctx, b, experimenter, comments)
	}
	if err := t.inboundComments(ctx, x, comments); err != nil {
		return err
	}
	if err := t.inboundAssignee(ctx, x, b); err != nil {
		return err
	}
	if err := t.applyStatus(ctx, w, b, comments, false); err != nil {
		return err
	}
	if err := t.inboundDeadline(ctx, x, b); err != nil {
		return err
	}
	t.takeSnapshot(b, experimenter)
	t.state.read(comments)
	return t.save(ctx)
}

// inboundComments makes feedback of users' comments: of a series, for the occurrence that a comment names, else for the next one.
func (t *lockedTicket) inboundComments(ctx context.Context, x subject, comments []Comment) error {
	for _, c := range t.state.unread(comments) {
		if c.Private || ours(c, x.id()) || strings.TrimSpace(c.Text) == "" {
			continue
		}
		who, known, err := t.actor(ctx, c.Creator)
		if err != nil {
			return err
		}
		if known {
			_, err = t.requests.AddFeedback(ctx, who, x.about(c.Text), quoted(c), scheduler.Creation{Key: fmt.Sprintf("%s comment %s", t.about.Via, c.ID), Fingerprint: "comment"})
			if refusal(err) {
				known, err = false, nil
			}
		}
		if err != nil {
			return err
		}
		if !known && !hasName(t.state.Unknown, c.Creator) {
			t.state.Unknown = append(t.state.Unknown, c.Creator)
			if err := t.note(ctx, x.View.ID, t.text().noteStranger(x, c.Creator), fmt.Sprintf("stranger %s", c.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxQuoted bounds how much of a comment becomes feedback, in bytes.
const maxQuoted = 60 << 10

// quoted makes the text of feedback of a comment.
func quoted(c Comment) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(c.Text, "\uFFFD"))
	text = strings.TrimSpace(text)
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "…\n\nAll of it: " + c.URL
}

// ours reports whether Berth itself wrote a comment: it ends with the token of an event of its subject.
func ours(c Comment, subject string) bool {
	at := strings.LastIndexByte(c.Text, '\n') + 1
	last := c.Text[at:]
	return strings.HasPrefix(last, "[berth:"+subject+"/") && strings.HasSuffix(last, "]")
}

// inboundAssignee makes the new assignee the mentor, or explains on the ticket why it cannot.
func (t *lockedTicket) inboundAssignee(ctx context.Context, x subject, b Ticket) error {
	if t.state.expected(func(l snapshot) bool { return strings.EqualFold(l.Assignee, b.Assignee) }) {
		return nil
	}
	wanted, err := t.account(ctx, x.Mentor)
	if err != nil || strings.EqualFold(wanted, b.Assignee) {
		return err
	}
	login, at, err := t.changer(ctx, false, FieldAssignee)
	if err != nil || t.cameLate(func(l snapshot) bool { return strings.EqualFold(l.Assignee, b.Assignee) }, login, at) {
		return err
	}
	var why []string
	mentor, found, err := t.requests.PersonByMail(ctx, account.System, b.Assignee)
	switch {
	case err != nil:
		return err
	case !found || !account.MayMentor(mentor.Roles):
		if wanted == "" {
			return nil // no other assignee is needed
		}
		why = []string{t.text().whyNoMentor(b.Assignee)}
	default:
		who, known, err := t.actor(ctx, login)
		switch {
		case err != nil:
			return err
		case !known:
			why = []string{t.text().whyUnknown(login)}
		default:
			err := t.assign(ctx, who, x, mentor.Username)
			if err == nil {
				return nil
			}
			if !refusal(err) {
				return err
			}
			why = scheduler.Explain(err)
		}
	}
	return t.note(ctx, x.View.ID, t.text().noteAssignee(login, b.Assignee, why), fmt.Sprintf("assignee %d %s", at.Unix(), b.Assignee))
}

// inboundDeadline puts back a deadline that a user changed: it follows the slot, if Berth's account may set it.
func (t *lockedTicket) inboundDeadline(ctx context.Context, x subject, b Ticket) error {
	if !b.Timed || b.Deadline == x.day() || t.state.expected(func(l snapshot) bool { return l.Deadline == b.Deadline }) {
		return nil
	}
	login, at, err := t.changer(ctx, false, FieldDeadline)
	if err != nil || t.cameLate(func(l snapshot) bool { return l.Deadline == b.Deadline }, login, at) {
		return err
	}
	return t.note(ctx, x.View.ID, t.text().noteDeadline(login), fmt.Sprintf("deadline %d %s", at.Unix(), b.Deadline))
}
