package scheduler

import (
	"context"
	"slices"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/scheduler/series"
	"berth/testbeds"
)

// bounds says what the policy leaves of ways to grant a series: what its occurrences take of a quota adds up, and each new one is one more open request.
// It remembers what others take, as a search asks the same again and again.
type bounds struct {
	within
	own  []Request // of the series: they take something else instead
	open *int64
	sums map[string]int64
}

// boundsFor puts the ways of a series before the policy: of one that r's experimenter is to have, or of requests that exist. It is nil where there is
// none.
func (s *Service) boundsFor(ctx context.Context, tx Reader, w snapshot, a account.Actor, r Request, own []Request) (*bounds, error) {
	at, err := tx.State(ctx)
	if err != nil {
		return nil, err
	}
	x := &bounds{own: own, sums: map[string]int64{}}
	if x.rules, err = s.policies.at(ctx, tx, at); err != nil || x.rules.Empty() {
		return nil, err
	}
	x.s, x.use = s, x.rules.useOf(ctx, tx, r.Experimenter, 0)
	if len(own) > 0 {
		x.about = own[0]
	}
	x.ask = policy.Ask{Experiment: r.Experimented(), Mentor: r.Mentor, Now: s.now(), Zone: zonesIn(w), Terms: true, Far: true, Hours: true,
		New: len(own) == 0, Soon: len(own) == 0 || !MayOverride(a, ActionMove, own[0])}
	x.ask.Person, err = personOf(ctx, tx, r.Experimenter, r.Organisation)
	return x, err
}

// allows reports whether an occurrence may be had beside others, which are taken as granted.
func (x *bounds) allows(slot testbeds.Slot, d testbeds.Demand, beside []policy.Charge) bool {
	if x == nil || slices.ContainsFunc(x.own, func(r Request) bool { return r.Slot.Contains(slot) && d.Within(r.Demand) }) {
		return true // it has, or asks for, as much already
	}
	a := x.ask
	a.Slot, a.Demand = slot, d
	list, err := x.rules.Judge(a, policy.Use{
		Open: func() (int64, error) { n, err := x.opened(); return n + int64(len(beside)), err },
		Sum: func(q policy.Quota, s policy.Subject, period testbeds.Slot) (int64, error) {
			sum, err := x.others(q, s, period)
			for _, c := range beside {
				sum = policy.Plus(sum, x.rules.Taken(q, c, period))
			}
			return sum, err
		},
	})
	return err == nil && len(slices.DeleteFunc(list, x.waived)) == 0
}

// opened counts the open requests of the experimenter.
func (x *bounds) opened() (int64, error) {
	if x.open == nil {
		n, err := x.use.Open()
		if err != nil {
			return 0, err
		}
		x.open = &n
	}
	return *x.open, nil
}

// others adds up what others than the series take of a quota.
func (x *bounds) others(q policy.Quota, s policy.Subject, period testbeds.Slot) (int64, error) {
	key := q.Name + " " + period.String()
	if sum, known := x.sums[key]; known {
		return sum, nil
	}
	sum, err := x.use.Sum(q, s, period)
	if err != nil {
		return 0, err
	}
	for _, r := range x.own {
		if c, counts := r.charged().charge(); counts {
			sum -= x.rules.Taken(q, c, period)
		}
	}
	x.sums[key] = max(0, sum)
	return x.sums[key], nil
}

// charges lists what occurrences would take.
func (m market) charges(list []series.Occurrence) (charges []policy.Charge) {
	for _, o := range list {
		charges = append(charges, policy.Charge{Slot: o.Slot, Demand: m.of[o.Place].experiment.Demand()})
	}
	return charges
}
