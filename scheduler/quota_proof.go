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
	v.quotas = quotaProof{by: map[policy.Subject][]proved{}}
	v.quotas.rules, err = known.at(ctx, v.tx, at)
	return err
}

// add takes note of a request.
func (q *quotaProof) add(r Request) {
	if q.rules == nil || q.rules.Policy == nil || len(q.rules.Quotas) == 0 {
		return
	}
	x := proved{number: r.Number}
	var counts bool
	if x.charge, counts = r.charged().charge(); !counts {
		return
	}
	if r.Judged != nil && r.Judged.Policy == q.rules.revision {
		x.judged = r.Judged.Quotas
	}
	for _, w := range r.Waived {
		for _, f := range w.Refusals {
			x.waived = append(x.waived, f.Rule)
		}
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
	slices.Sort(list)
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
