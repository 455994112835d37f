package scheduler

import (
	"context"
	"fmt"
	"slices"

	"berth/scheduler/policy"
	"berth/testbeds"
)

// allowance says whether the policy allows a demand in a slot; nil allows everything.
type allowance func(testbeds.Slot, testbeds.Demand) bool

func (p allowance) may(s testbeds.Slot, d testbeds.Demand) bool { return p == nil || p(s, d) }

// offering returns what can be offered to a request within the policy, so that no offer is refused when it is taken; ruled is false where there is no
// policy. What was waived for a request stays so, but for quotas: those are judged when the offer is taken.
func (d *decision) offering(ctx context.Context, r Request) (x within, ruled bool, err error) {
	rules := d.rules
	if rules == nil {
		at, err := d.tx.State(ctx)
		if err != nil {
			return x, false, err
		}
		if rules, err = d.s.policies.at(ctx, d.tx, at); err != nil {
			return x, false, err
		}
	}
	if rules.Empty() {
		return x, false, nil
	}
	x = within{s: d.s, rules: rules, about: r, use: rules.useOf(ctx, d.tx, r.Experimenter, r.Number)}
	x.ask, err = d.posed(ctx, r, asks{terms: true, far: true, hours: true})
	return x, true, err
}

// allowance returns whether the policy lets a request have something that it was offered: what it has, or asks for, and less it may have without.
func (d *decision) allowance(ctx context.Context, r Request) (allowance, error) {
	x, ruled, err := d.offering(ctx, r)
	if err != nil || !ruled {
		return nil, err
	}
	return func(s testbeds.Slot, n testbeds.Demand) bool {
		return r.Status.Live() && r.Slot.Contains(s) && n.Within(r.Demand) || x.allows(s, n)
	}, nil
}

// waived reports whether a rule was waived for the request that it is asked about.
func (x within) waived(b policy.Breach) bool {
	return b.Kind != policy.KindQuota && slices.ContainsFunc(x.about.Waived, func(w Waiver) bool {
		return slices.ContainsFunc(w.Refusals, func(was policy.Breach) bool { return was.Rule == b.Rule && was.Kind == b.Kind })
	})
}

// chosen refuses offers that a person has chosen, and that could not be taken: a quota has no room for them. How long they are, and how far ahead, is for
// who offers them to say.
func (x within) chosen(r Request, list []testbeds.Alternative, ruled bool) error {
	if !ruled {
		return nil
	}
	x.ask.Terms, x.ask.Far = false, false
	for i, o := range list {
		if against := x.against(o.Slot, variantOf(r, o).Demand()); len(against) > 0 {
			return &Error{Code: CodeConflict, Message: fmt.Sprintf("alternatives[%d] could not be taken: %s", i, against[0].Message), Refusals: against}
		}
	}
	return nil
}
