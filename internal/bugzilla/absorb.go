package bugzilla

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
)

// via marks what people do here in the history of their requests.
const via = "bugzilla"

// rejectOffers is how many alternatives a rejection offers that was made here, where nobody says how many.
const rejectOffers = 3

// absorb does in Berth what people did with a ticket since it was last dealt with, each with their own rights. What cannot be done is
// said on the ticket, which the message about that brings in line again. It may be called again with the same: what was done stays done.
func (h *hold) absorb(ctx context.Context, w Workflow, v scheduler.View, b Bug, comments []Comment) error {
	t := h.t
	experimenter := t.login(ctx, v.Experimenter)
	if h.first { // what there was before Berth knew the ticket is nobody's doing
		return h.meet(ctx, b, experimenter, comments)
	}
	if err := h.hear(ctx, v, comments); err != nil {
		return err
	}
	if err := h.assigned(ctx, v, b); err != nil {
		return err
	}
	if err := h.stood(ctx, w, b, comments, false); err != nil {
		return err
	}
	if err := h.dated(ctx, v, b); err != nil {
		return err
	}
	h.look(b, experimenter)
	h.m.read(comments)
	return h.keep(ctx)
}

// hear makes feedback of what people wrote.
func (h *hold) hear(ctx context.Context, v scheduler.View, comments []Comment) error {
	for _, c := range h.m.unread(comments) {
		if c.Private || ours(c, v.ID) || strings.TrimSpace(c.Text) == "" {
			continue
		}
		who, known, err := h.t.actor(ctx, c.Creator)
		if err != nil {
			return err
		}
		if known {
			_, err = h.t.requests.AddFeedback(ctx, who, v.ID, h.t.quoted(v, c), scheduler.Creation{Key: fmt.Sprintf("bugzilla comment %d", c.ID), Fingerprint: "comment"})
			if refusal(err) {
				known, err = false, nil
			}
		}
		if err != nil {
			return err
		}
		if !known && !hasName(h.m.Unknown, c.Creator) {
			h.m.Unknown = append(h.m.Unknown, c.Creator)
			text := fmt.Sprintf("%s is not somebody who may write to request #%d in Berth: nobody has an account there with this login as its address of mail, or not that right. What they write here stays here.",
				shown(c.Creator), v.Number)
			if err := h.note(ctx, v.ID, text, fmt.Sprintf("stranger %d", c.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxQuoted is the most of a comment that becomes feedback, in bytes.
const maxQuoted = 60 << 10

func (t *Tickets) quoted(v scheduler.View, c Comment) string {
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
	return strings.ToValidUTF8(text[:maxQuoted], "") + fmt.Sprintf("…\n\nAll of it: %s#c%d", t.browse(v.Ticket.ID), c.Count)
}

// shown is a login as it is written where others read it.
func shown(login string) string { return strings.Join(strings.Fields(login), " ") }

// ours reports whether Berth itself wrote a comment: it ends with the token of an event of the request.
func ours(c Comment, request string) bool {
	at := strings.LastIndexByte(c.Text, '\n') + 1
	last := c.Text[at:]
	return strings.HasPrefix(last, "[berth:"+request+"/") && strings.HasSuffix(last, "]")
}

// actor is who has a login, with the rights that they have in Berth. Berth's own account has none: nobody knows who used it.
func (t *Tickets) actor(ctx context.Context, login string) (a scheduler.Actor, known bool, err error) {
	if login == "" || t.own(login) {
		return a, false, nil
	}
	p, known, err := t.requests.PersonByMail(ctx, scheduler.System, login)
	if err != nil || !known {
		return a, false, err
	}
	a = scheduler.ActorOf(p)
	a.Scopes, a.Via = []scheduler.Scope{scheduler.ScopeRead, scheduler.ScopeWrite}, via
	return a, true, nil
}

// own reports whether a login is that of Berth's account.
func (t *Tickets) own(login string) bool { return strings.EqualFold(login, t.settings.Login) }

// refusal reports whether Berth said no, for reasons that a person may know; any other error is nobody's answer.
func refusal(err error) bool {
	switch scheduler.CodeOf(err) {
	case scheduler.CodeConflict, scheduler.CodeForbidden, scheduler.CodeInvalid, scheduler.CodeNotFound:
		return true
	}
	return false
}

// note says something on the ticket, once.
func (h *hold) note(ctx context.Context, request, text, what string) error {
	return h.t.requests.NoteOnTicket(ctx, scheduler.System, request, text, scheduler.Creation{Key: fmt.Sprintf("ticket %d %s", h.kept.ID, what), Fingerprint: "note"})
}

// changer is who last changed one of some fields, and when. The history merges what one person changed within a second, so that it says
// who, and never what. With others it is the last one that was not Berth.
func (h *hold) changer(ctx context.Context, others bool, fields ...string) (login string, at time.Time, err error) {
	since := h.m.Changed.Add(-overlap)
	for _, from := range []time.Time{since, {}} {
		entries, err := h.t.client.History(ctx, h.kept.ID, from)
		if err != nil {
			return "", at, err
		}
		for _, e := range slices.Backward(entries) {
			for _, c := range e.Changes {
				if slices.Contains(fields, c.Field) && !(others && h.t.own(e.Who)) {
					return e.Who, e.When, nil
				}
			}
		}
	}
	return "", at, nil
}

// assigned makes the mentor of whom somebody assigned the ticket to.
func (h *hold) assigned(ctx context.Context, v scheduler.View, b Bug) error {
	if h.m.expected(func(l look) bool { return strings.EqualFold(l.Assignee, b.Assignee) }) {
		return nil
	}
	wanted, err := h.t.assignable(ctx, v.Mentor)
	if err != nil || strings.EqualFold(wanted, b.Assignee) {
		return err
	}
	login, at, err := h.changer(ctx, false, "assigned_to")
	if err != nil || h.late(func(l look) bool { return strings.EqualFold(l.Assignee, b.Assignee) }, login, at) {
		return err
	}
	var why []string
	mentor, found, err := h.t.requests.PersonByMail(ctx, scheduler.System, b.Assignee)
	switch {
	case err != nil:
		return err
	case !found || !slices.Contains(mentor.Roles, scheduler.RoleMentor):
		if wanted == "" {
			return nil // nobody else has to be the assignee
		}
		why = []string{shown(b.Assignee) + " is no mentor in Berth"}
	default:
		who, known, err := h.t.actor(ctx, login)
		switch {
		case err != nil:
			return err
		case !known:
			why = []string{shown(login) + " has no account in Berth, and what they change here counts for nothing"}
		default:
			_, err := h.t.requests.Assign(ctx, who, v.ID, scheduler.Assign{Mentor: mentor.Username, Reason: "assigned in Bugzilla"})
			if err == nil {
				return nil
			}
			if !refusal(err) {
				return err
			}
			why = scheduler.Explain(err)
		}
	}
	text := fmt.Sprintf("%s assigned this ticket to %s. That cannot be:\n%s\n\nThe ticket is assigned as before.", shown(login), shown(b.Assignee), bulleted(why))
	return h.note(ctx, v.ID, text, fmt.Sprintf("assignee %d %s", at.Unix(), b.Assignee))
}

// dated puts back a deadline that somebody changed: it follows the slot, where Berth's account may set it.
func (h *hold) dated(ctx context.Context, v scheduler.View, b Bug) error {
	if !b.Timed() || b.Deadline == day(v.Request) || h.m.expected(func(l look) bool { return l.Deadline == b.Deadline }) {
		return nil
	}
	login, at, err := h.changer(ctx, false, "deadline")
	if err != nil || h.late(func(l look) bool { return l.Deadline == b.Deadline }, login, at) {
		return err
	}
	text := fmt.Sprintf("%s changed the deadline. It follows the slot of the request, which is moved in Berth or in a calendar: it is put back.", shown(login))
	return h.note(ctx, v.ID, text, fmt.Sprintf("deadline %d %s", at.Unix(), b.Deadline))
}

func bulleted(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "- %s\n", l)
	}
	return strings.TrimRight(b.String(), "\n")
}
