package orders

import (
	"context"
	"fmt"
	"strings"
	"time"

	"berth/internal/intake"
	"berth/internal/portal"
	"berth/scheduler"
	"berth/testbeds"
)

// Shows reports whether a deployment says all that is wanted of it, as far as it can.
func (o *Orders) Shows(x intake.Order, w intake.Wanted) bool {
	d, ok := x.Record.(portal.Deployment)
	return ok && len(missing(d, w)) == 0
}

// Write puts what a deployment does not say yet.
func (o *Orders) Write(ctx context.Context, x intake.Order, w intake.Wanted) error {
	d, ok := x.Record.(portal.Deployment)
	if !ok || d.Fault != "" {
		return fmt.Errorf("order %s cannot be written: it was not read", x.Key)
	}
	fields := missing(d, w)
	if len(fields) == 0 {
		return nil
	}
	if w.Thread != "" {
		fields["feedback"] = w.Thread // a program may have overwritten it; it goes along with what must be written anyway
	}
	return o.client.Put(ctx, d, fields)
}

// missing returns the fields of a deployment that do not say what is wanted, as they should be.
func missing(d portal.Deployment, w intake.Wanted) map[string]any {
	fields := map[string]any{}
	if w.Status != "" {
		if to := target(d, w.Status); to != "" && to != d.Status && meanings[d.Status] != w.Status {
			fields["status"] = to
		}
	}
	if w.Slot != nil && !dated(d, *w.Slot) {
		fields["startDate"], fields["endDate"] = dates(d, *w.Slot)
	}
	if w.Thread != "" && lines(d.Feedback) != lines(w.Thread) && !spoken(d) {
		fields["feedback"] = w.Thread
	}
	return fields
}

// lines makes texts comparable that differ in how their lines end.
func lines(text string) string {
	list := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, l := range list {
		list[i] = strings.TrimRight(l, " \t\r")
	}
	return strings.TrimSpace(strings.Join(list, "\n"))
}

// target returns the status that a deployment shall have for a request's; empty if it is to stay as it is.
func target(d portal.Deployment, s scheduler.Status) portal.Status {
	if !d.Later() {
		return first[s]
	}
	// The second generation takes four statuses from others, and does what they say: RUNNING instantiates, COMPLETED terminates. Berth never lets the
	// portal instantiate thereby; the portal does that by itself when what is SCHEDULED begins. UNDER_REVIEW is not taken: what is SCHEDULED there and
	// lost its slot here must be REJECTED, or it would be instantiated.
	free := d.Instance == ""
	switch s {
	case scheduler.UnderReview:
		if free && d.Status == portal.Scheduled {
			return portal.Rejected
		}
	case scheduler.Scheduled, scheduler.Instantiating, scheduler.Running, scheduler.Terminating:
		if free {
			return portal.Scheduled
		}
	case scheduler.Rejected, scheduler.Cancelled, scheduler.Failed:
		if free {
			return portal.Rejected
		}
	case scheduler.Completed:
		if !free && (d.Status == portal.Running || d.Status == portal.Instantiating) {
			return portal.Completed
		}
	}
	return ""
}

// first translates statuses for the first generation, whose deployments take any of five. It knows nothing between SCHEDULED, RUNNING and COMPLETED,
// and rejects what failed.
var first = map[scheduler.Status]portal.Status{
	scheduler.UnderReview: portal.UnderReview, scheduler.Scheduled: portal.Scheduled, scheduler.Instantiating: portal.Scheduled, scheduler.Running: portal.Running,
	scheduler.Terminating: portal.Running, scheduler.Completed: portal.Completed, scheduler.Rejected: portal.Rejected, scheduler.Cancelled: portal.Rejected, scheduler.Failed: portal.Rejected,
}

// dated reports whether a deployment shows a slot. The forms of the first generation show days: dates of the same days are the same there.
func dated(d portal.Deployment, s testbeds.Slot) bool {
	if d.Start.IsZero() {
		return false
	}
	shown := slotOf(d, d.Start, d.End)
	if shown.Equal(s) {
		return true
	}
	return !d.Later() && midnight(d.Start.Time) && midnight(d.End.Time) && day(d.Start.Time).Equal(day(s.Start)) && day(shown.End.Add(-time.Second)).Equal(day(s.End.Add(-time.Second)))
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func midnight(t time.Time) bool { return t.Equal(day(t)) }

// dates returns the dates of a slot: a whole day as it was asked for, else the instants themselves.
func dates(d portal.Deployment, s testbeds.Slot) (start, end portal.Date) {
	start, end = portal.Date{Time: s.Start.UTC()}, portal.Date{Time: s.End.UTC()}
	if !d.Later() && d.StartReq.Equal(d.EndReq.Time) && s.Equal(slotOf(d, d.StartReq, d.EndReq)) {
		end = start
	}
	return start, end
}
