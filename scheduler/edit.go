package scheduler

import (
	"context"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Edit changes a request under review. Approvals hold for less of the same; for anything else testbeds are asked again. The slot of an accepted offer
// stays held while the request asks for no more than that. It returns CodeInvalid for the input, CodeConflict where the changed request does not fit,
// and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Edit(ctx context.Context, a account.Actor, id string, in Edit) (Outcome, error) {
	if err := in.Override.checkPolicyOnly(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionEdit, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.edit(ctx, in) }})
}

// asked turns the request into an Ask, to be changed and checked anew.
func asked(r Request) Ask {
	q := Ask{NSD: r.NSD, Placement: r.Placement, Devices: r.Devices, Slot: r.Slot, Window: r.Window, MinDuration: r.MinDuration}
	if r.Devices == nil {
		q.Devices = []testbeds.DeviceNeed{}
	}
	if r.NSD == "" {
		q.Components = r.Components
	}
	return q
}

func (in Edit) over(r Request) (Request, Ask) {
	q := asked(r)
	set(&r.Name, in.Name)
	set(&r.Description, in.Description)
	set(&q.Slot, in.Slot)
	set(&q.MinDuration, in.MinDuration)
	if in.Window != nil {
		q.Window = in.Window
	}
	if in.NSD != nil && *in.NSD != q.NSD {
		q.NSD, q.Components, q.Placement, q.Devices = *in.NSD, nil, nil, nil
	}
	if in.Components != nil {
		q.NSD, q.Components, q.Placement = "", *in.Components, nil
	}
	set(&q.Placement, in.Placement)
	set(&q.Devices, in.Devices)
	r.NSD = q.NSD
	return r, q
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (d *decision) edit(ctx context.Context, in Edit) error {
	r, q := in.over(d.request)
	var bad faults
	checkName("name", r.Name, maxName, &bad)
	checkText("description", r.Description, maxText, &bad)
	if err := bad.err(); err != nil {
		return err
	}
	if in.Slot == nil && in.Window == nil && in.MinDuration == nil && in.NSD == nil && in.Components == nil && in.Placement == nil && in.Devices == nil {
		if err := d.checkAsItStands(r); err != nil {
			return err
		}
		if r.Experimented() != d.request.Experimented() { // it is counted as another experiment
			if err := d.judge(ctx, &r, asks{hours: true}, in.Override); err != nil {
				return err
			}
		}
		return d.keep(ctx, r, note{reason: reasonOf(d.waiver(), ""), text: "changed" + overrideWords(d.waiver()), verdict: &d.outcome.Fit})
	}
	remade := in.Components != nil || in.NSD != nil && *in.NSD != d.request.NSD
	if err := d.recheckAsk(&r, q, remade); err != nil {
		return err
	}
	r.Requested = new(r.Slot)
	p := d.proposed(r, testbeds.Pending)
	if err := d.checkProposal(p); err != nil {
		return err
	}
	if !d.outcome.Fit.Fits && !in.Anyway {
		return d.refusal("the changed request does not fit")
	}
	if err := d.judge(ctx, &p.request, d.changes(r), in.Override); err != nil {
		return err
	}
	p.request.Approvals = d.approvals(r)
	return d.rebook(ctx, p, note{reason: reasonOf(d.waiver(), ""), text: "now " + r.Slot.String() + overrideWords(d.waiver()), verdict: &d.outcome.Fit})
}

// recheckAsk gives a request the experiment and slot of a checked Ask. Its components stay unless it is remade.
func (d *decision) recheckAsk(r *Request, q Ask, remade bool) error {
	err := d.snapshot(func(w snapshot) error {
		wish, err := d.s.recheckAsk(*r, q, w, d.now)
		if remade {
			wish, err = d.s.checkAsk(q, w, d.now)
		}
		if err != nil {
			return err
		}
		e := wish.experiment
		r.Components, r.Devices, r.Placement, r.Demand = e.Components, e.Devices, e.Placement, e.Demand()
		r.Slot, r.Window, r.MinDuration = wish.slot, wish.window, wish.shortest
		return nil
	})
	if err != nil {
		return err
	}
	return d.covered(r.Demand.Testbeds())
}

// pinned returns the experiment as it runs now, on the named units that the request has.
func pinned(r Request, c testbeds.Catalogue) testbeds.Experiment {
	e := current(r, c)
	e.Devices = slices.Clone(e.Devices)
	for i, need := range e.Devices {
		at := slices.IndexFunc(r.Units, func(u AssignedUnits) bool { return u.Testbed == need.Testbed && u.Device == need.Device })
		if at >= 0 && need.Count == int64(len(r.Units[at].Units)) {
			e.Devices[i].Units = r.Units[at].Units
		}
	}
	return e
}

func askOf(r Request) checkedAsk {
	return checkedAsk{experiment: r.Experiment(), slot: r.Slot, window: r.Window, shortest: r.MinDuration}
}
