package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"berth/scheduler/policy"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// quotaProof adds up what requests count, from nothing, and compares the sums with the quotas of the policy in force.
//
// A sum beyond a quota is a fault where a request in it was judged by this quota, of this revision, and nothing was waived: each request is judged with
// all others, so the last one that was let through kept the sum within the quota, and since then it can only have become less. Requests from before
// the revision may exceed it by themselves; then nothing is let through any more.
type quotaProof struct {
	rules *rules
	by    map[policy.Subject][]proved
	open  map[string][]opened // by person, in the order in which they were made
}

// opened is a request that is not over.
type opened struct {
	number int64
	limits []string // of the policy in force, that counted it when it was made
	waived []string
}

// proved is what a request counts.
type proved struct {
	number int64
	charge policy.Charge
	judged []string // the quotas of the policy in force by which it was judged
	waived []string // rules
}

// proveQuotas begins a proof by the policy in force.
func (v *verifying) proveQuotas(ctx context.Context, known *policies) error {
	at, err := v.tx.State(ctx)
	if err != nil {
		return err
	}
	v.quotas = quotaProof{by: map[policy.Subject][]proved{}, open: map[string][]opened{}}
	v.quotas.rules, err = known.at(ctx, v.tx, at)
	return err
}

// add takes note of a request.
func (q *quotaProof) add(r Request) {
	if q.rules == nil || q.rules.Policy == nil {
		return
	}
	x := proved{number: r.Number}
	for _, w := range r.Waived {
		for _, f := range w.Refusals {
			x.waived = append(x.waived, f.Rule)
		}
	}
	var limits []string
	if r.Judged != nil && r.Judged.Policy == q.rules.revision {
		x.judged, limits = r.Judged.Quotas, r.Judged.Limits
	}
	if r.Status.Live() {
		q.open[r.Experimenter] = append(q.open[r.Experimenter], opened{r.Number, limits, x.waived})
	}
	var counts bool
	if x.charge, counts = r.charged().charge(); !counts {
		return
	}
	for _, s := range q.rules.Counts(r.Experimenter, r.Experimented(), r.Organisation) {
		q.by[s] = append(q.by[s], x)
	}
}

// findings lists the quotas that are exceeded.
func (q *quotaProof) findings() (list []string) {
	if q.rules == nil || q.rules.Policy == nil {
		return nil
	}
	for _, quota := range q.rules.Quotas {
		for s, all := range q.by {
			if s.Per == quota.Per {
				list = append(list, q.exceeded(quota, s, all)...)
			}
		}
	}
	list = append(list, q.tooMany()...)
	slices.Sort(list)
	return list
}

// tooMany lists the requests that were taken although their makers had as many open ones as a limit allows. A request that is still open was so when a
// later one was judged, and that one with it: what came after it was judged by itself, and may not have been counted at all.
func (q *quotaProof) tooMany() (list []string) {
	for _, l := range q.rules.Limits {
		for person, all := range q.open {
			for i, x := range all {
				if l.Open > 0 && int64(i) >= l.Open && slices.Contains(x.limits, l.Name) && !slices.Contains(x.waived, l.Name) {
					list = append(list, fmt.Sprintf("the limit %s is exceeded, and nobody waived that: when request #%d was made, %s had %s, the most being %d", l.Name, x.number, person,
						plain.Count(i, "open request"), l.Open))
				}
			}
		}
	}
	return list
}

func (q *quotaProof) exceeded(quota policy.Quota, s policy.Subject, all []proved) (list []string) {
	seen := map[testbeds.Slot]bool{}
	for _, x := range all {
		if !slices.Contains(x.judged, quota.Name) {
			continue
		}
		for _, period := range q.rules.Periods(quota, x.charge.Slot) {
			if seen[period] || q.rules.Taken(quota, x.charge, period) == 0 {
				continue
			}
			seen[period] = true
			var sum int64
			var numbers []string
			waived := false
			for _, y := range all {
				if taken := q.rules.Taken(quota, y.charge, period); taken > 0 {
					sum += taken
					numbers = append(numbers, fmt.Sprintf("#%d", y.number))
					waived = waived || slices.Contains(y.waived, quota.Name)
				}
			}
			if sum > quota.Most() && !waived {
				list = append(list, fmt.Sprintf("the quota %s of %s %s, %s, is exceeded by %s of %s, and nobody waived that: %s", quota.Name, s.Per, s.Name, period,
					plain.Count(len(numbers), "request"), quota.Unit(), strings.Join(numbers, ", ")))
			}
		}
	}
	return list
}
