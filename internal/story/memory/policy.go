package memory

import (
	"context"
	"slices"

	"berth/scheduler"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// Policy reads a revision of the policy, 0 for the last one.
func (d *data) Policy(_ context.Context, revision int64) (scheduler.StoredPolicy, error) {
	n := int64(len(d.policies))
	switch {
	case revision < 0 || revision > n:
		return scheduler.StoredPolicy{}, absent("revision of the policy")
	case n == 0:
		return scheduler.StoredPolicy{}, nil
	case revision == 0:
		revision = n
	}
	return d.policies[revision-1], nil
}

// PutPolicy stores the next revision of the policy.
func (d *data) PutPolicy(_ context.Context, p scheduler.StoredPolicy) error {
	d.policies = append(slices.Clone(d.policies), p)
	return nil
}

// Open counts the requests of a person that are not over.
func (d *data) Open(_ context.Context, experimenter string) (n int64, err error) {
	for _, r := range d.requests {
		if r.Experimenter == experimenter && r.Status.Live() {
			n++
		}
	}
	return n, nil
}

// Counted adds up what the requests of a subject count.
func (d *data) Counted(_ context.Context, s policy.Subject, span testbeds.Slot, by scheduler.Counting, except int64) (sum int64, err error) {
	found := d.pick(func(r scheduler.Request) bool {
		name := map[policy.Per]string{policy.PerPerson: r.Experimenter, policy.PerExperiment: r.Experimented(), policy.PerOrganisation: r.Organisation}[s.Per]
		return name == s.Name && r.Slot.Overlaps(span) && r.Status != scheduler.Rejected && r.Status != scheduler.Cancelled
	})
	for _, r := range slices.Backward(found) {
		if r.Number != except {
			sum = policy.Plus(sum, by.Of(scheduler.Charged{Number: r.Number, Status: r.Status, Slot: r.Slot, Scheduled: r.Scheduled, Actual: r.Actual, Demand: r.Demand}))
		}
	}
	return sum, nil
}
