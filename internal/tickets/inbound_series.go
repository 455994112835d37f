package tickets

import (
	"context"
	"errors"
	"fmt"

	"berth/scheduler"
	"berth/scheduler/account"
)

// seriesOffers is the number of alternatives that a rejection of a series in a ticket offers for each occurrence.
const seriesOffers = 1

// applyToSeries takes the step that leads to a status with all occurrences of a series with which it can be taken, and says with which it could not.
func (t *lockedTicket) applyToSeries(ctx context.Context, who account.Actor, x subject, to scheduler.Status, said string) error {
	var out scheduler.SeriesOutcome
	var err error
	switch id := x.series.ID; to {
	case scheduler.Scheduled:
		out, err = t.requests.ScheduleSeries(ctx, who, id, scheduler.SeriesSchedule{Reason: said})
	case scheduler.Rejected:
		out, err = t.requests.RejectSeries(ctx, who, id, scheduler.SeriesReject{Reason: said, Count: seriesOffers})
	case scheduler.Cancelled:
		out, err = t.requests.CancelSeries(ctx, who, id, scheduler.SeriesCancel{Reason: said})
	case scheduler.Completed:
		return t.completeLast(ctx, who, x, said)
	default:
		// As a step that is not allowed: the ticket is put back.
		err = &scheduler.Error{Code: scheduler.CodeConflict, Message: "the occurrences of a series begin and end one by one, on their own pages", Allowed: []scheduler.Action{}}
	}
	if err != nil || out.Refused == 0 {
		return err
	}
	return t.note(ctx, x.View.ID, t.text().notePartly(out.Refused, out.Parts), fmt.Sprintf("partly %d", out.Series.Revision))
}

// completeLast ends what runs of a series, if nothing of it is still to come: RESOLVED is for the whole.
func (t *lockedTicket) completeLast(ctx context.Context, who account.Actor, x subject, said string) error {
	for _, r := range x.all {
		if r.Status.Ahead() {
			return scheduler.Errorf(scheduler.CodeConflict, "%s has occurrences that are still to come, #%d among them; those that run are completed on their own pages", x.said(), r.Number)
		}
	}
	for _, r := range x.all {
		if !r.Status.Live() {
			continue
		}
		if err := t.applyStep(ctx, who, r.ID, scheduler.Completed, said); err != nil {
			return err
		}
	}
	return nil
}

// mostParts bounds how many occurrences a note explains.
const mostParts = 10

// refusedParts says with which occurrences a step was not taken, and why.
func refusedParts(parts []scheduler.Part) (lines []string) {
	for _, p := range parts {
		if p.Refused == nil {
			continue
		}
		if len(lines) == mostParts {
			return append(lines, "and others")
		}
		line := fmt.Sprintf("#%d: %s", p.Number, p.Refused.Message)
		if p.Fit != nil {
			for _, reason := range p.Fit.Reasons(1) {
				line += "; " + reason
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// explained says why Berth refused a step; with a series, for each occurrence.
func explained(err error) []string {
	why := scheduler.Explain(err)
	if e, ok := errors.AsType[*scheduler.Error](err); ok {
		why = append(why, refusedParts(e.Parts)...)
	}
	return why
}

// assign hands a ticket's subject to a mentor.
func (t *lockedTicket) assign(ctx context.Context, who account.Actor, x subject, mentor string) (err error) {
	why := "assigned in " + t.about.Name
	if x.whole() {
		_, err = t.requests.AssignSeries(ctx, who, x.series.ID, scheduler.SeriesAssign{Mentor: mentor, Reason: why})
	} else {
		_, err = t.requests.Assign(ctx, who, x.View.ID, scheduler.Assign{Mentor: mentor, Reason: why})
	}
	return err
}
