package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Changes in calendar clients take the same steps with the same rights as everywhere. Only refusals differ: a client shows little of an answer, so
// the reason becomes a note on the request, which the calendar shows, and an entry in its history.

// Moved is the answer to a move in a calendar client that was not refused.
type Moved struct {
	Request Request
	Waiting string // the decision it waits for, as a sentence; empty where it was moved
}

const inCalendar = "in a calendar client"

// MoveInCalendar gives a request the slot to which a user dragged it. The experimenter of a scheduled request asks its mentor to move it, where it
// would fit. A refusal leaves a note; the same refusal again adds none. It returns the codes of Move.
func (s *Service) MoveInCalendar(ctx context.Context, a account.Actor, id string, slot testbeds.Slot, revision int64) (Moved, error) {
	out, err := s.Move(ctx, a, id, Move{Slot: &slot, Reason: "moved " + inCalendar, Revision: revision})
	if err == nil {
		answer := Moved{Request: out.Request}
		if m := out.Request.PendingMove; m != nil {
			answer.Waiting = m.String()
		}
		return answer, nil
	}
	remark := CalendarNote{Slot: &slot}
	if CodeOf(err) == CodeForbidden {
		waiting, askErr := s.askToMove(ctx, a, id, slot)
		if askErr == nil && waiting.Waiting != "" {
			return waiting, nil
		}
		if askErr != nil {
			err = askErr
		}
	}
	return Moved{}, s.remarked(ctx, a, id, remark, "Move to "+slot.String()+" refused: ", err)
}

// CancelInCalendar cancels the actor's own future request, which they deleted from their calendar. It returns the codes of Cancel, CodeForbidden for
// another user's request, and CodeConflict for one that has begun.
func (s *Service) CancelInCalendar(ctx context.Context, a account.Actor, id string, revision int64) error {
	err := s.cancelable(ctx, a, id)
	if err == nil {
		_, err = s.Cancel(ctx, a, id, Step{Reason: "deleted " + inCalendar, Revision: revision})
	}
	if err == nil {
		return nil
	}
	return s.remarked(ctx, a, id, CalendarNote{}, "Not cancelled: ", err)
}

// cancelable protects other users' requests, and those that have begun, from a keystroke in a calendar.
func (s *Service) cancelable(ctx context.Context, a account.Actor, id string) error {
	var r Request
	err := s.store.View(ctx, func(tx Reader) (err error) {
		r, err = s.find(ctx, tx, a, id)
		return err
	})
	switch {
	case err != nil:
		return err
	case r.Experimenter != a.Username:
		return Errorf(CodeForbidden, "request #%d is %s's; reject or cancel it in Berth, with a reason", r.Number, r.Experimenter)
	case !r.Slot.Start.After(s.now()):
		return Errorf(CodeConflict, "request #%d has begun", r.Number)
	}
	return nil
}

// remarked leaves a refusal as a note on the request, and returns it. An error that is no refusal is returned as it is.
func (s *Service) remarked(ctx context.Context, a account.Actor, id string, remark CalendarNote, begin string, refusal error) error {
	switch CodeOf(refusal) {
	case CodeInvalid, CodeConflict, CodeForbidden:
	default:
		return refusal
	}
	remark.Text = begin + plainly(refusal)
	if err := s.remark(ctx, a, id, remark); err != nil {
		return err
	}
	return refusal
}

// plainly puts a refusal into one line, with the nearest slot that works.
func plainly(refusal error) string {
	parts := Explain(refusal)
	if e, ok := errors.AsType[*Error](refusal); ok {
		if near, ok := nearest(e.Alternatives); ok {
			parts = append(parts, "the nearest slot that works: "+near.String())
		}
	}
	return strings.Join(parts, "; ")
}

// maxExplained limits how many conflicts an explanation names one by one.
const maxExplained = 3

// Explain describes a refusal for everybody who sees the request: the shortages and their times, but not who has the capacity. An internal error
// explains nothing.
func Explain(refusal error) []string {
	e, ok := errors.AsType[*Error](refusal)
	if !ok {
		return nil
	}
	parts := []string{e.Error()}
	if e.Verdict != nil {
		parts = append(parts, e.Verdict.Reasons(maxExplained)...)
	}
	return parts
}

// nearest finds the first alternative that changes nothing but the time.
func nearest(list []testbeds.Alternative) (testbeds.Slot, bool) {
	for _, a := range list {
		only := true
		for _, c := range a.Changes {
			only = only && (c.Kind == testbeds.ChangeShift || c.Kind == testbeds.ChangeShorten)
		}
		if only {
			return a.Slot, true
		}
	}
	return testbeds.Slot{}, false
}

// remark leaves a note on a request, unless it is there already.
func (s *Service) remark(ctx context.Context, a account.Actor, id string, remark CalendarNote) error {
	_, err := s.decide(ctx, command{actor: a, action: ActionRemark, id: id,
		take: func(ctx context.Context, d *decision) error { return d.remark(ctx, remark) }})
	return err
}

func (d *decision) remark(ctx context.Context, remark CalendarNote) error {
	r := d.request
	d.outcome.Request = r
	if remark.By = d.actor.Username; r.Remark != nil && r.Remark.By == remark.By && r.Remark.Text == remark.Text && sameSlot(r.Remark.Slot, remark.Slot) {
		return nil
	}
	remark.At = d.now
	r.Remark = &remark
	return d.keep(ctx, r, note{text: remark.Text})
}

func sameSlot(a, b *testbeds.Slot) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// askToMove asks the mentor of a scheduled request, in its thread, to move it, and says what the move waits for. The answer is empty where there is
// nothing to ask; it is an error where the request would not fit.
func (s *Service) askToMove(ctx context.Context, a account.Actor, id string, slot testbeds.Slot) (Moved, error) {
	var answer Moved
	_, err := s.decide(ctx, command{actor: a, action: ActionRemark, id: id, take: func(ctx context.Context, d *decision) error {
		r := d.request
		answer = Moved{}
		if r.Status != Scheduled || r.Experimenter != a.Username || r.Mentor == "" || !slot.Start.After(d.now) {
			return nil
		}
		wished := r
		if err := d.moveTo(&wished, Move{Slot: &slot}); err != nil {
			return err
		}
		if err := d.checkProposal(d.proposed(wished, testbeds.Firm)); err != nil {
			return err
		}
		if !d.outcome.Fit.Fits {
			return d.refusal(fmt.Sprintf("request #%d does not fit there", r.Number))
		}
		text := fmt.Sprintf("Asked to move this to %s; %s decides.", slot, r.Mentor)
		before := r.Remark
		if err := d.remark(ctx, CalendarNote{Slot: &slot, Text: text}); err != nil {
			return err
		}
		answer = Moved{Request: d.outcome.Request, Waiting: text}
		if before != nil && before.Text == text {
			return nil
		}
		f := Feedback{Request: r.ID, Author: a.Username, At: d.now, Text: fmt.Sprintf("Please move this to %s. It would fit.", slot)}
		if err := d.tx.AddFeedback(ctx, &f); err != nil {
			return err
		}
		return d.record(ctx, r.Status, d.outcome.Request, note{action: ActionFeedback, text: clip(f.Text), remark: f.ID})
	}})
	return answer, err
}
