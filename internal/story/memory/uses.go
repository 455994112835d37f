package memory

import (
	"context"
	"slices"
	"time"

	"berth/scheduler"
)

// Uses streams what a report needs of the requests whose slots touch a span.
func (d *data) Uses(ctx context.Context, from, to time.Time, v *scheduler.Visible, yield func(scheduler.Used) error) error {
	list, err := d.Requests(ctx, scheduler.RequestFilter{From: from, To: to, Visible: v})
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(list) {
		u := scheduler.Used{Experimenter: r.Experimenter, Organisation: r.Organisation, NSD: r.NSD, Status: r.Status, Slot: r.Slot, Scheduled: r.Scheduled, Released: r.Released, Actual: r.Actual,
			Demand: r.Demand, Overbooked: len(r.Overbooked) > 0, Created: r.Created,
			Refused: slices.ContainsFunc(r.Approvals, func(a scheduler.Approval) bool { return a.Decision == scheduler.Refused })}
		for _, e := range d.entries {
			if e.Request != r.ID {
				continue
			}
			if u.Decided == nil && (e.Action == scheduler.ActionSchedule || e.Action == scheduler.ActionReject) {
				u.Decided = new(e.At)
			}
			if (r.Status == scheduler.Rejected || r.Status == scheduler.Cancelled) && (e.Action == scheduler.ActionReject || e.Action == scheduler.ActionCancel || e.Action == scheduler.ActionNoShow) {
				u.Closed = new(deep(e))
			}
		}
		if err := yield(u); err != nil {
			return err
		}
	}
	return nil
}
