package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/words"
)

// stood takes the step that somebody's change of status or resolution asks for; overwritten says that Berth has changed the ticket since.
func (h *hold) stood(ctx context.Context, w Workflow, b Bug, comments []Comment, overwritten bool) error {
	at := Standing{b.Status, b.Resolution}
	same := func(l look) bool { return w.same(Standing{l.Status, l.Resolution}, at) }
	if h.m.expected(same) {
		return nil
	}
	v, err := h.t.requests.Get(ctx, scheduler.System, h.kept.Request)
	if err != nil || w.same(h.t.settings.Standings[v.Status], at) {
		return err
	}
	login, when, err := h.changer(ctx, overwritten, "status", "resolution")
	// What comes late comes field by field: a status may meet the resolution of another one.
	late := func(l look) bool {
		return l.Status == at.Status && (l.Resolution == at.Resolution || h.m.Known.Resolution == at.Resolution)
	}
	if err != nil || h.late(late, login, when) {
		return err
	}
	key := fmt.Sprintf("%d %s %s", when.Unix(), at.Status, at.Resolution)
	who, known, err := h.t.actor(ctx, login)
	if err == nil && known {
		if _, err = h.t.requests.Get(ctx, who, v.ID); refusal(err) { // what they cannot see there they do not change here
			known, err = false, nil
		}
	}
	if err != nil {
		return err
	}
	if known && b.DuplicateOf != 0 && at.Resolution == "DUPLICATE" {
		return h.duplicate(ctx, v, b, login, key)
	}
	var why []string
	var alternatives string
	switch candidates := h.t.settings.Standings.asked(at, w); {
	case !known:
		why = []string{shown(login) + " has no account in Berth that sees the request, and what they change here counts for nothing"}
	case len(candidates) == 0:
		why = []string{"there is no step of a request that this stands for", h.t.settings.Standings.help()}
	default:
		err := h.step(ctx, who, v, candidates, saidWith(comments, login, when))
		if err == nil {
			return nil
		}
		if !refusal(err) {
			return err
		}
		why, alternatives = scheduler.Explain(err), offered(err)
	}
	text := fmt.Sprintf("%s set this ticket to %s. Request #%d stays %s:\n%s\n%s\nThe ticket is put back.", shown(login), at, v.Number, words.Status(v.Status), bulleted(why), alternatives)
	return h.note(ctx, v.ID, text, key)
}

// step takes the first of some steps that follows from where the request is.
func (h *hold) step(ctx context.Context, who scheduler.Actor, v scheduler.View, candidates []scheduler.Status, reason string) error {
	var first error
	for _, to := range candidates {
		err := h.take(ctx, who, v, to, reason)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
		e, ok := errors.AsType[*scheduler.Error](err)
		if !ok || e.Code != scheduler.CodeConflict || e.Verdict != nil || e.Allowed == nil {
			return err // it is this step that was meant, and it cannot be
		}
	}
	return first
}

func (h *hold) take(ctx context.Context, who scheduler.Actor, v scheduler.View, to scheduler.Status, reason string) (err error) {
	r := h.t.requests
	said := strings.TrimSuffix("in Bugzilla: "+reason, ": ")
	switch to {
	case scheduler.Scheduled:
		_, err = r.Schedule(ctx, who, v.ID, scheduler.Schedule{Reason: said})
	case scheduler.Instantiating, scheduler.Running:
		_, err = r.Start(ctx, who, v.ID, scheduler.Step{State: to, Reason: said})
	case scheduler.Terminating, scheduler.Completed:
		_, err = r.Complete(ctx, who, v.ID, scheduler.Step{State: to, Reason: said})
	case scheduler.Rejected:
		_, err = r.Reject(ctx, who, v.ID, scheduler.Reject{Reason: said, Count: rejectOffers})
	case scheduler.Cancelled:
		_, err = r.Cancel(ctx, who, v.ID, scheduler.Step{Reason: said})
	case scheduler.Failed:
		_, err = r.Fail(ctx, who, v.ID, scheduler.Step{Reason: said})
	default:
		err = fmt.Errorf("no step leads to %s", to)
	}
	return err
}

// asked are the statuses to which a change to a standing may ask to take a request, in the order in which they are tried. Back to review
// nobody takes a request, and a standing that a failure shares with review asks for none.
func (s Standings) asked(at Standing, w Workflow) []scheduler.Status {
	var list []scheduler.Status
	for _, status := range scheduler.Statuses {
		if status != scheduler.UnderReview && w.same(s[status], at) && (status != scheduler.Failed || s[status] != s[scheduler.UnderReview]) {
			list = append(list, status)
		}
	}
	return list
}

// help says what can be done with a ticket.
func (s Standings) help() string {
	return fmt.Sprintf("%s schedules, %s rejects, %s cancels, %s ends what runs", s[scheduler.Scheduled], s[scheduler.Rejected], s[scheduler.Cancelled], s[scheduler.Completed])
}

func (s Standing) String() string { return strings.TrimSpace(s.Status + " " + s.Resolution) }

// same compares standings. Closed tickets of one resolution stand alike: that somebody has verified one changes nothing.
func (w Workflow) same(a, b Standing) bool {
	if a.Resolution != b.Resolution {
		return false
	}
	x, known := w[a.Status]
	y, too := w[b.Status]
	return a.Status == b.Status || known && too && !x.Open && !y.Open
}

// saidWith is what somebody wrote with a change: the reason for it.
func saidWith(comments []Comment, login string, when time.Time) string {
	const longest = 1000
	for _, c := range slices.Backward(comments) {
		if apart := c.Time.Sub(when).Abs(); apart <= time.Second && strings.EqualFold(c.Creator, login) && !c.Private {
			text := strings.Join(strings.Fields(c.Text), " ")
			if r := []rune(text); len(r) > longest {
				return string(r[:longest]) + "…"
			}
			return text
		}
	}
	return ""
}

// offered says what would work instead of what was refused.
func offered(err error) string {
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok {
		return ""
	}
	return instead(e.Alternatives)
}
