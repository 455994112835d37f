package scheduler

import (
	"time"

	"berth/scheduler/lateness"
	"berth/scheduler/policy"
)

// A no-show is what nobody reported; that somebody ran their experiment may become known later. Operators then report it as over, with the real times: it
// counts as used from then on, in reports and quotas, and its ticket follows its status. After a while the books stay closed.

// correctable reports whether a request was closed as a no-show so lately that what really happened can still be reported.
func (r Request) correctable(now time.Time) bool {
	return r.NoShow != nil && r.Status == Cancelled && now.Before(r.NoShow.Add(lateness.Correctable))
}

// corrected checks the report of a request that was closed as a no-show: it says that it ended, when it began and when, within the slot that was granted.
func (d *decision) corrected(r *Request, to Status, in Step) error {
	var bad faults
	if to == Terminating {
		bad.add("state", "must be COMPLETED: the slot of request #%d passed long ago", r.Number)
	}
	if in.Actual == nil || in.Actual.Start == nil || in.Actual.End == nil {
		bad.add("actual", "must say when request #%d, which was closed as a no-show, really began and ended", r.Number)
	} else if end := r.granted().End; !in.Actual.Start.Before(end) {
		bad.add("actual.start", "must lie before %s, when its slot ended", end.Format(time.RFC3339))
	}
	if err := bad.err(); err != nil {
		return err
	}
	closed := r.NoShow.Format(time.RFC3339)
	r.NoShow = nil
	if r.Judged == nil || len(r.Judged.Quotas) == 0 {
		return nil
	}
	// It counts again. What others asked for meanwhile may have had no room beside it, and that it did is recorded like any other waiver.
	w := Waiver{At: d.now, By: d.actor.Username, Reason: "reported after it was closed as a no-show at " + closed, Policy: r.Judged.Policy}
	for _, name := range r.Judged.Quotas {
		w.Refusals = append(w.Refusals, policy.Breach{Rule: name, Kind: policy.KindQuota})
	}
	r.Waived = append(r.Waived[:len(r.Waived):len(r.Waived)], w)
	return nil
}
