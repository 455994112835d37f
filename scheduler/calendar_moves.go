package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"berth/scheduler/account"
	"berth/testbeds"
)

// What people do in their calendar clients comes here: the same steps with the same rights as everywhere, but for what is said of a
// refusal. A client shows little of an answer, so why a booking stays where it is becomes a remark on the request, which the calendar
// shows, and an entry in its history.

// Moved is the answer to a move in a calendar client that was not refused.
type Moved struct {
	Request Request
	Waiting string // what it waits for; empty where it was moved
}

const inCalendar = "in a calendar client"

// MoveInCalendar gives a request the slot to which somebody dragged it. The experimenter of a scheduled request asks its mentor to move it,
// where it would fit. A refusal is left as a remark; asking for the same again adds none. It returns the codes of Move.
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
		waiting, wishErr := s.wishMove(ctx, a, id, slot)
		if wishErr == nil && waiting.Waiting != "" {
			return waiting, nil
		}
		if wishErr != nil {
			err = wishErr
		}
	}
	return Moved{}, s.remarked(ctx, a, id, remark, "Move to "+slot.String()+" refused: ", err)
}

// CancelInCalendar cancels one's own future request, which somebody deleted from their calendar. It returns the codes of Cancel, CodeForbidden
// for what is somebody else's, and CodeConflict for what has begun.
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

// cancelable refuses to cancel by a keystroke what is somebody else's, or has begun.
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

// remarked leaves a refusal as a remark, and answers with it. What is nobody's decision is answered as it is.
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

// plainly says a refusal in one line, with the nearest slot that works.
func plainly(refusal error) string {
	parts := Explain(refusal)
	if e, ok := errors.AsType[*Error](refusal); ok {
		if near, ok := nearest(e.Alternatives); ok {
			parts = append(parts, "the nearest slot that works: "+near.String())
		}
	}
	return strings.Join(parts, "; ")
}

// maxExplained is how many conflicts an explanation names one by one.
const maxExplained = 3

// Explain says a refusal so that everybody who sees the request may read it: what is short and when, not who has it. An error that is not
// for users explains nothing.
func Explain(refusal error) []string {
	e, ok := errors.AsType[*Error](refusal)
	if !ok {
		return nil
	}
	parts := []string{e.Error()}
	if e.Verdict == nil {
		return parts
	}
	for i, c := range e.Verdict.Conflicts {
		if i == maxExplained {
			parts = append(parts, fmt.Sprintf("and %d more conflicts", len(e.Verdict.Conflicts)-i))
			break
		}
		c.TakenBy, c.More = nil, 0
		parts = append(parts, c.String())
	}
	for _, p := range e.Verdict.Problems {
		parts = append(parts, p.Message)
	}
	return parts
}

// nearest is the first alternative that differs in its time only.
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

// remark writes a remark on a request, unless the same one stands there already.
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

// wishMove asks the mentor of a scheduled request, in its thread, to move it. The answer says what it waits for; it is empty where there
// is nothing to ask, and an error where the request would not fit.
func (s *Service) wishMove(ctx context.Context, a account.Actor, id string, slot testbeds.Slot) (Moved, error) {
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
		text := fmt.Sprintf("Move to %s asked for; %s decides.", slot, r.Mentor)
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
