package api

import (
	"context"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// The portal changes a deployment by putting the whole of it: the wanted status, the scheduled dates, and the feedback, one text that
// all users edit. Each difference becomes a step, with the rights and checks of that step.

// portalOffers is the number of alternatives that a rejection in the portal offers: its descriptor has no
// field for it.
const portalOffers = 3

// daysOf returns the slot of two dates. The portal's first forms had days only: a slot that begins and ends on the same date is that
// whole day.
func daysOf(start, end portalTime) testbeds.Slot {
	s := testbeds.Slot{Start: start.UTC(), End: end.UTC()}
	if s.Start.Equal(s.End) {
		s.End = s.End.Add(24 * time.Hour)
	}
	return s
}

// changeDeployment takes the steps that lead from the present request to a descriptor. If a step is refused, no remark is added
// either.
func (a *api) changeDeployment(ctx context.Context, actor account.Actor, v scheduler.View, d deployment) error {
	page, err := a.service.Feedback(ctx, actor, v.ID, "", 500)
	if err != nil {
		return err
	}
	remark := newRemark(thread(page.Items), d.Feedback)
	said, err := a.portalStep(ctx, actor, v, d, remark)
	if err != nil || said || remark == "" {
		return err
	}
	_, err = a.service.AddFeedback(ctx, actor, v.ID, remark, scheduler.Creation{})
	return err
}

// newRemark extracts the text that a user wrote below the thread that they were shown, or in its place.
func newRemark(shown, text string) string {
	rest, _ := strings.CutPrefix(strings.TrimSpace(text), shown)
	return strings.TrimSpace(rest)
}

// portalStep takes the step to a descriptor's status; said reports whether the remark went with it.
func (a *api) portalStep(ctx context.Context, actor account.Actor, v scheduler.View, d deployment, remark string) (said bool, err error) {
	var slot *testbeds.Slot
	if !d.Start.IsZero() && !d.End.IsZero() {
		slot = new(daysOf(d.Start, d.End))
	}
	switch status := d.Status; {
	case status == "" || status == portalStatuses[v.Status]:
		if slot != nil && v.Scheduled != nil && *slot != *v.Scheduled {
			_, err = a.service.Move(ctx, actor, v.ID, scheduler.Move{Slot: slot, Revision: v.Revision})
		}
	case status == string(scheduler.Scheduled):
		_, err = a.service.Schedule(ctx, actor, v.ID, scheduler.Schedule{Slot: slot, Revision: v.Revision})
	case status == string(scheduler.Rejected):
		_, err = a.service.Reject(ctx, actor, v.ID, scheduler.Reject{Reason: remark, Count: portalOffers, Revision: v.Revision})
		said = true
	case status == string(scheduler.Running):
		_, err = a.service.Start(ctx, actor, v.ID, scheduler.Step{Revision: v.Revision})
	case status == string(scheduler.Completed):
		_, err = a.service.Complete(ctx, actor, v.ID, scheduler.Step{Revision: v.Revision})
	default:
		err = invalid("status", "must be SCHEDULED, REJECTED, RUNNING or COMPLETED, or stay as it is")
	}
	return said, err
}
