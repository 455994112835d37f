package scheduler

import (
	"context"
	"slices"

	"berth/testbeds"
)

// Edit changes a request under review. What changes the slot or the demand asks for all approvals anew.
func (s *Service) Edit(ctx context.Context, a Actor, id string, in Edit) (Outcome, error) {
	return s.decide(ctx, command{actor: a, action: ActionEdit, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.edit(ctx, in) }})
}

// asked is the request as an Ask, to be changed and checked anew.
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
	timeless := in.Slot == nil && in.Window == nil && in.MinDuration == nil && in.NSD == nil && in.Components == nil && in.Placement == nil && in.Devices == nil
	if !timeless {
		remade := in.Components != nil || in.NSD != nil && *in.NSD != d.request.NSD
		if err := d.rewish(&r, q, remade); err != nil {
			return err
		}
	}
	if err := d.judge(r); err != nil {
		return err
	}
	if !timeless && !d.outcome.Fit.Fits && !in.Anyway {
		return d.refusal("the changed request does not fit")
	}
	text := "changed"
	if !timeless {
		r.Approvals = d.approvals(r)
		text = "now " + r.Slot.String()
	}
	return d.rebook(ctx, r, note{text: text, verdict: &d.outcome.Fit}, d.reviewStrength(r))
}

// rewish gives a request the experiment and slot of an Ask, checked. Its components stay unless it is remade.
func (d *decision) rewish(r *Request, q Ask, remade bool) error {
	err := d.world(func(w world) error {
		wish, err := d.s.kept(*r, q, w, d.now)
		if remade {
			wish, err = d.s.wish(q, w, d.now)
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

// judge fills in the outcome's verdict on a request as it would be, its own booking looked through.
func (d *decision) judge(r Request, without ...int64) error {
	return d.world(func(w world) error {
		d.outcome.Fit = w.fed.Check(pinned(r, w.catalogue), r.Slot)
		d.outcome.Deployable = deployable(d.outcome.Fit)
		if !d.outcome.Fit.Fits {
			d.outcome.Alternatives = d.s.alternatives(w.fed, wishOf(r), limited(0), false)
		}
		return nil
	}, append(without, r.Booking)...)
}

// pinned is what the request runs now, on the named units that it has.
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

func wishOf(r Request) wish {
	return wish{experiment: r.Experiment(), slot: r.Slot, window: r.Window, shortest: r.MinDuration}
}

// reviewStrength is how a request under review occupies capacity: held while the hold of an accepted offer lasts, in the slot that was
// offered, else pending.
func (d *decision) reviewStrength(r Request) testbeds.Strength {
	if r.HoldUntil != nil && r.HoldUntil.After(d.now) && r.Slot.Equal(d.request.Slot) && sameDemand(r.Demand, d.request.Demand) {
		return testbeds.Held
	}
	return testbeds.Pending
}

func sameDemand(a, b testbeds.Demand) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Resource != b[i].Resource || a[i].Amount != b[i].Amount {
			return false
		}
	}
	return true
}

// rebook writes a request and the booking of its slot, and makes it the outcome.
func (d *decision) rebook(ctx context.Context, r Request, n note, strength testbeds.Strength) error {
	b := d.booking(r, r.Booking, strength)
	b.Overbooked = strength == testbeds.Firm && !d.outcome.Fit.Fits
	id, err := d.book(ctx, r.ID, b)
	if err != nil {
		return err
	}
	r.Booking = id
	if strength == testbeds.Pending {
		r.HoldUntil = nil
	}
	r, err = d.save(ctx, d.request, r, n)
	d.outcome.Request = r
	return err
}
