package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// rejectOffers is the number of alternatives that a rejection made in a ticket offers, unless it names one.
const rejectOffers = 3

// applyStatus takes the step that a user asks for by changing the status or resolution; overwritten says that Berth has changed the ticket
// since.
func (t *lockedTicket) applyStatus(ctx context.Context, w Workflow, b Ticket, comments []Comment, overwritten bool) error {
	at := b.Status
	same := func(l snapshot) bool { return w.Same(TrackerStatus{l.Status, l.Resolution}, at) }
	if t.state.expected(same) {
		return nil
	}
	x, err := t.subject(ctx, t.saved.Request)
	if err != nil || w.Same(t.settings.Statuses[x.status()], at) {
		return err
	}
	login, when, err := t.changer(ctx, overwritten, FieldStatus)
	// Late values arrive field by field: a status may meet the resolution of another one.
	late := func(l snapshot) bool {
		return l.Status == at.Status && (l.Resolution == at.Resolution || t.state.Known.Resolution == at.Resolution)
	}
	if err != nil || t.cameLate(late, login, when) {
		return err
	}
	key := fmt.Sprintf("%d %s %s", when.Unix(), at.Status, at.Resolution)
	who, known, err := t.actor(ctx, login)
	if err == nil && known {
		if _, err = t.requests.Get(ctx, who, x.View.ID); refusal(err) { // users change here only requests that they can see there
			known, err = false, nil
		}
	}
	if err != nil {
		return err
	}
	if known && b.DuplicateOf != "" {
		return t.followDuplicate(ctx, x, b, login, key)
	}
	var why []string
	var alternatives string
	switch candidates := t.settings.Statuses.asked(at, w); {
	case !known:
		why = []string{t.text().whyUnknown(login)}
	case len(candidates) == 0:
		why = t.text().whyNoStep()
	default:
		err := t.applyFirst(ctx, who, x, candidates, saidWith(comments, login, when))
		if err == nil {
			return nil
		}
		if !refusal(err) {
			return err
		}
		why, alternatives = explained(err), offered(err)
	}
	return t.note(ctx, x.View.ID, t.text().notePutBack(x, login, at, why, alternatives), key)
}

// applyFirst takes the first of some steps that follows from the status of the request.
func (t *lockedTicket) applyFirst(ctx context.Context, who account.Actor, x subject, candidates []scheduler.Status, reason string) error {
	var first error
	for _, to := range candidates {
		err := t.apply(ctx, who, x, to, strings.TrimSuffix("in "+t.about.Name+": "+reason, ": "))
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
		e, ok := errors.AsType[*scheduler.Error](err)
		if !ok || e.Code != scheduler.CodeConflict || e.Verdict != nil || e.Allowed == nil {
			return err // the user meant this step, and it is refused
		}
	}
	return first
}

// apply takes the step that leads to a status, with all of the ticket's subject.
func (t *lockedTicket) apply(ctx context.Context, who account.Actor, x subject, to scheduler.Status, said string) error {
	if x.whole() {
		return t.applyToSeries(ctx, who, x, to, said)
	}
	return t.applyStep(ctx, who, x.View.ID, to, said)
}

// applyStep takes the step that leads to a status.
func (t *lockedTicket) applyStep(ctx context.Context, who account.Actor, id string, to scheduler.Status, said string) (err error) {
	r := t.requests
	switch to {
	case scheduler.Scheduled:
		_, err = r.Schedule(ctx, who, id, scheduler.Schedule{Reason: said})
	case scheduler.Instantiating, scheduler.Running:
		_, err = r.Start(ctx, who, id, scheduler.Step{State: to, Reason: said})
	case scheduler.Terminating, scheduler.Completed:
		_, err = r.Complete(ctx, who, id, scheduler.Step{State: to, Reason: said})
	case scheduler.Rejected:
		_, err = r.Reject(ctx, who, id, scheduler.Reject{Reason: said, Count: rejectOffers})
	case scheduler.Cancelled:
		_, err = r.Cancel(ctx, who, id, scheduler.Step{Reason: said})
	case scheduler.Failed:
		_, err = r.Fail(ctx, who, id, scheduler.Step{Reason: said})
	default:
		// As a step that is not allowed: the ticket is put back.
		err = &scheduler.Error{Code: scheduler.CodeConflict, Message: fmt.Sprintf("no step leads to %s", to), Allowed: []scheduler.Action{}}
	}
	return err
}

// saidWith finds the user's comment on a change: the reason for it.
func saidWith(comments []Comment, login string, when time.Time) string {
	const longest = 1000
	for _, c := range slices.Backward(comments) {
		if apart := c.Time.Sub(when).Abs(); apart <= time.Second && strings.EqualFold(c.Creator, login) && !c.Private {
			return plain.Clip(strings.Join(strings.Fields(c.Text), " "), longest)
		}
	}
	return ""
}

// offered lists the alternatives in a refusal.
func offered(err error) string {
	e, ok := errors.AsType[*scheduler.Error](err)
	if !ok {
		return ""
	}
	if len(e.Ways) > 0 {
		lines := make([]string, len(e.Ways))
		for i, way := range e.Ways {
			lines[i] = way.Text
		}
		return "\nWhat would work instead:\n" + bulleted(lines) + "\n"
	}
	return instead(e.Alternatives)
}
