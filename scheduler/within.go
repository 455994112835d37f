package scheduler

import (
	"context"
	"slices"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// within finds alternatives that fit and that the policy allows.
type within struct {
	s     *Service
	rules *rules
	ask   policy.Ask
	use   policy.Use
	fed   *capacity.Federation
	about Request // that exists; else what is known of it
}

// maxNearest bounds what is searched for, of which the policy may leave less.
const maxNearest = 20

// allows reports whether the policy allows an ask as a way to grant it. That it is one more open request is no matter of where it goes.
func (x within) allows(slot testbeds.Slot, d testbeds.Demand) bool {
	return len(x.against(slot, d)) == 0
}

// against lists what the policy has against a way to grant an ask.
func (x within) against(slot testbeds.Slot, d testbeds.Demand) []policy.Breach {
	a := x.ask
	a.Slot, a.Demand, a.New = slot, d, false
	list, err := x.rules.Judge(a, x.use)
	if err != nil { // what cannot be judged is not offered
		return []policy.Breach{{Message: err.Error()}}
	}
	return slices.DeleteFunc(list, x.waived)
}

// of leaves those of some alternatives to a wish that the policy allows.
func (x within) of(w checkedAsk, list []testbeds.Alternative) []testbeds.Alternative {
	return slices.DeleteFunc(list, func(o testbeds.Alternative) bool {
		e := w.experiment
		if len(o.Placement) > 0 {
			e.Placement = o.Placement
		}
		if o.Devices != nil {
			e.Devices = o.Devices
		}
		return !x.allows(o.Slot, e.Demand())
	})
}

// nearest searches around the slots that refusals leave. A request that may not be one more has none, nor has one that another system refuses: what it
// would allow is not known.
func (x within) nearest(w checkedAsk, refusals []policy.Breach, limit int) (found []testbeds.Alternative) {
	if slices.ContainsFunc(refusals, func(r policy.Breach) bool { return r.Kind == policy.KindOpen || r.Kind == policy.KindHook }) {
		return nil
	}
	for _, s := range policy.Nearest(w.slot, w.experiment.Demand(), x.rules.Policy, refusals) {
		near := w
		near.slot, near.window = s.UTC(), nil
		near.shortest = min2(w.shortest, s)
		list := []testbeds.Alternative{}
		if !s.Start.Before(x.s.soonest()) && x.fed.Check(w.experiment, s).Fits {
			list = append(list, testbeds.Alternative{Slot: near.slot, Placement: w.experiment.Placement, Devices: w.experiment.Devices, Changes: capacity.Changed(w.slot, near.slot)})
		}
		list = append(list, x.s.alternativesFrom(x.fed, near, later(x.s.soonest(), x.rules.NotBefore(x.ask)), maxNearest, true)...)
		for _, o := range x.of(near, list) {
			same := func(a testbeds.Alternative) bool { return a.Slot.Equal(o.Slot) }
			if len(found) < limit && !slices.ContainsFunc(found, same) {
				if !near.slot.Equal(w.slot) { // it was searched for from there, and is compared with what was asked
					o.Changes = append(capacity.Changed(w.slot, o.Slot), slices.DeleteFunc(o.Changes, inTime)...)
				}
				found = append(found, o)
			}
		}
	}
	return found
}

// inTime reports whether a change is one of the slot.
func inTime(c testbeds.Change) bool {
	return c.Kind == testbeds.ChangeShift || c.Kind == testbeds.ChangeShorten
}

// possibleFor leaves those of the outcome's alternatives to a new request that the policy allows its experimenter; where that is none, it searches
// from where the policy begins to allow something.
func (d *decision) possibleFor(ctx context.Context, x within, r Request, w checkedAsk) ([]testbeds.Alternative, error) {
	if x.rules == nil || x.rules.Empty() || len(d.outcome.Alternatives) == 0 {
		return d.outcome.Alternatives, nil
	}
	var err error
	if x.ask, err = d.posed(ctx, r, asks{terms: true, far: true, soon: true, hours: true}); err != nil {
		return nil, err
	}
	x.use = x.rules.useOf(ctx, d.tx, r.Experimenter, 0)
	return x.search(w, d.outcome.Alternatives, len(d.outcome.Alternatives)), nil
}

// search leaves the alternatives that the policy allows, and searches further if there are none.
func (x within) search(w checkedAsk, found []testbeds.Alternative, limit int) []testbeds.Alternative {
	if left := x.of(w, found); len(left) > 0 {
		return left[:min(len(left), limit)]
	}
	left := x.of(w, x.s.alternativesFrom(x.fed, w, later(x.s.soonest(), x.rules.NotBefore(x.ask)), maxSuggestions, true))
	return left[:min(len(left), limit)]
}

// withinFor puts an ask of the actor, or of a request that they may know, before the policy; ok is false where there is none.
func (s *Service) withinFor(ctx context.Context, tx Reader, w snapshot, a account.Actor, q Ask, e testbeds.Experiment, slot testbeds.Slot) (x within, ok bool, err error) {
	at, err := tx.State(ctx)
	if err != nil {
		return x, false, err
	}
	if x.rules, err = s.policies.at(ctx, tx, at); err != nil || x.rules.Empty() && s.o.Hook == nil {
		return x, false, err
	}
	r := Request{NSD: q.NSD, Experimenter: a.Username}
	if q.Request != "" {
		if r, err = s.find(ctx, tx, a, q.Request); err != nil {
			return x, false, err
		}
	}
	x.s, x.fed, x.about = s, w.fed, r
	x.use = x.rules.useOf(ctx, tx, r.Experimenter, r.Number)
	x.ask = policy.Ask{Experiment: r.Experimented(), Mentor: r.Mentor, Slot: slot, Demand: e.Demand(), Now: s.now(), Zone: zonesIn(w),
		Terms: true, Far: true, Hours: true, New: r.ID == "", Soon: r.ID == "" || !MayOverride(a, ActionMove, r)}
	x.ask.Person, err = personOf(ctx, tx, r.Experimenter, r.Organisation)
	return x, true, err
}

// Allowed lists what the policy has against an ask of the actor, or against such a change of a request that they may know: nothing where it allows
// it, whether it fits or not. It returns the codes of Check.
func (s *Service) Allowed(ctx context.Context, a account.Actor, q Ask) (list []policy.Breach, err error) {
	list, x, err := s.ruledOut(ctx, a, q)
	if err != nil || len(list) > 0 || x.rules == nil || s.o.Hook == nil {
		return list, err
	}
	action := ActionSubmit
	if x.about.Number != 0 {
		action = ActionMove
	}
	return s.against(s.answer(ctx, question(x.ask, x.about, action, a, true))), nil
}

// RuledOut lists what the policy itself has against it, without asking another system. It returns the codes of Check.
func (s *Service) RuledOut(ctx context.Context, a account.Actor, q Ask) ([]policy.Breach, error) {
	list, _, err := s.ruledOut(ctx, a, q)
	return list, err
}

func (s *Service) ruledOut(ctx context.Context, a account.Actor, q Ask) (list []policy.Breach, x within, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, x, err
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		if q, err = s.withSlot(q); err != nil {
			return err
		}
		wish, err := s.checkAsk(q, w, s.now())
		if err != nil {
			return err
		}
		var ok bool
		if x, ok, err = s.withinFor(ctx, tx, w, a, q, wish.experiment, wish.slot); err != nil || !ok {
			x = within{}
			return err
		}
		list, err = x.rules.Judge(x.ask, x.use)
		return err
	})
	return list, x, err
}
