package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// SeriesSchedule grants occurrences of a series; with a change, other slots than those asked for. Those that the change leaves out stay under review.
type SeriesSchedule struct {
	SeriesChoice
	Change   series.Change `json:"change,omitzero"`
	Override *Override     `json:"override,omitempty"` // not displace
	Reason   string        `json:"reason,omitempty"`
}

// SeriesReject turns occurrences of a series down: each with a number of offers of its own or, with a change, one that is the occurrence as the change
// would have it; those that it leaves out get none.
type SeriesReject struct {
	SeriesChoice
	Reason  string          `json:"reason"`
	Count   int             `json:"count,omitempty"` // of the cheapest alternatives for each occurrence, 0 to 10
	Change  series.Change   `json:"change,omitzero"` // instead of a count
	HoldFor testbeds.Period `json:"hold_for,omitzero"`
}

// SeriesMove moves occurrences of a series. Those that the change leaves out stay where they are.
type SeriesMove struct {
	SeriesChoice
	Change   series.Change `json:"change"`
	Override *Override     `json:"override,omitempty"` // not displace
	Reason   string        `json:"reason,omitempty"`
}

// SeriesCancel takes occurrences of a series back; SeriesAccept takes their offers.
type SeriesCancel struct {
	SeriesChoice
	Reason string `json:"reason,omitempty"`
}

// SeriesAccept takes the first open offer of each occurrence.
type SeriesAccept struct {
	SeriesChoice
}

// SeriesAssign hands occurrences of a series to a mentor.
type SeriesAssign struct {
	SeriesChoice
	Mentor string `json:"mentor"`
	Reason string `json:"reason,omitempty"`
}

// SeriesApprove is a provider's decision for one testbed about occurrences of a series.
type SeriesApprove struct {
	SeriesChoice
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason,omitempty"`
}

// ScheduleSeries grants occurrences of a series, by default all that are under review and ahead, in one transaction. It returns the codes of Schedule
// and GetSeries; where it refuses, the error has the answer for each occurrence and the ways in which all would fit.
func (s *Service) ScheduleSeries(ctx context.Context, a account.Actor, id string, in SeriesSchedule) (SeriesOutcome, error) {
	if err := s.checkJointOverride(ctx, a, in.Override); err != nil {
		return SeriesOutcome{}, err
	}
	x, j, err := s.joint(ctx, a, ActionSchedule, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	slots, err := j.apply(in.Change)
	if err != nil {
		return SeriesOutcome{}, err
	}
	j.take = func(ctx context.Context, d *decision) error {
		step := Schedule{Override: in.Override, Reason: in.Reason}
		if m := slots[d.request.ID]; !in.Change.IsZero() {
			step.Slot, step.Placement, step.Devices = &m.Slot, m.Placement, devicesOf(m)
		}
		return d.schedule(ctx, step, nil)
	}
	return s.finishJoint(ctx, x, j)
}

// RejectSeries turns occurrences of a series down, by default all that are ahead, in one transaction. It returns the codes of Reject and GetSeries.
func (s *Service) RejectSeries(ctx context.Context, a account.Actor, id string, in SeriesReject) (SeriesOutcome, error) {
	hold, err := s.checkReject(Reject{Reason: in.Reason, Count: in.Count, HoldFor: in.HoldFor})
	if err != nil {
		return SeriesOutcome{}, err
	}
	x, j, err := s.joint(ctx, a, ActionReject, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	all := slices.Clone(j.members)
	slots, err := j.apply(in.Change)
	if err != nil {
		return SeriesOutcome{}, err
	}
	j.members = all
	step := func(r Request) Reject {
		one := Reject{Reason: in.Reason, Count: in.Count}
		if m, ok := slots[r.ID]; ok && !in.Change.IsZero() {
			one.Count, one.Offers = 0, []testbeds.Alternative{{Slot: m.Slot, Placement: m.Placement, Devices: m.Devices, Changes: []testbeds.Change{}}}
		}
		return one
	}
	j.touches = func(r Request) []string { return s.offered(ctx, step(r))(r) }
	j.take = func(ctx context.Context, d *decision) error { return d.reject(ctx, step(d.request), hold) }
	return s.finishJoint(ctx, x, j)
}

// MoveSeries moves occurrences of a series, by default all that are ahead, in one transaction: none is in the way of another one that moves too. It
// returns the codes of Move and GetSeries.
func (s *Service) MoveSeries(ctx context.Context, a account.Actor, id string, in SeriesMove) (SeriesOutcome, error) {
	var bad faults
	if in.Change.IsZero() {
		bad.add("change", "say what is to change: shift_minutes, or moves")
	}
	checkText("reason", in.Reason, maxReason, &bad)
	if err := bad.err(); err != nil {
		return SeriesOutcome{}, err
	}
	if err := s.checkJointOverride(ctx, a, in.Override); err != nil {
		return SeriesOutcome{}, err
	}
	x, j, err := s.joint(ctx, a, ActionMove, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	slots, err := j.apply(in.Change)
	if err != nil {
		return SeriesOutcome{}, err
	}
	if in.Change.Shift == 0 { // the others stay
		j.members = slices.DeleteFunc(j.members, func(r Request) bool { _, ok := in.Change.Of(r.Series.Place); return !ok })
	}
	if j.leaves = true; len(j.members) == 0 {
		bad.add("change", "moves no occurrence")
		return SeriesOutcome{}, bad.err()
	}
	j.take = func(ctx context.Context, d *decision) error {
		m := slots[d.request.ID]
		step := Move{Slot: &m.Slot, Placement: m.Placement, Devices: devicesOf(m), Override: in.Override, Reason: in.Reason}
		return d.move(ctx, step, nil)
	}
	return s.finishJoint(ctx, x, j)
}

// CancelSeries takes occurrences of a series back, by default all that are ahead, in one transaction. It returns the codes of Cancel and GetSeries.
func (s *Service) CancelSeries(ctx context.Context, a account.Actor, id string, in SeriesCancel) (SeriesOutcome, error) {
	var bad faults
	checkText("reason", in.Reason, maxReason, &bad)
	if err := bad.err(); err != nil {
		return SeriesOutcome{}, err
	}
	x, j, err := s.joint(ctx, a, ActionCancel, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	j.take = func(ctx context.Context, d *decision) error {
		return d.progress(ctx, Cancelled, Step{Reason: in.Reason})
	}
	return s.finishJoint(ctx, x, j)
}

// ApproveSeries records the decision of a testbed's providers about occurrences of a series, by default all that ask for it, in one transaction. It
// returns the codes of Approve and GetSeries.
func (s *Service) ApproveSeries(ctx context.Context, a account.Actor, id, testbed string, in SeriesApprove) (SeriesOutcome, error) {
	step := Approve{Decision: in.Decision, Reason: in.Reason}
	if err := step.check(); err != nil {
		return SeriesOutcome{}, err
	}
	x, j, err := s.joint(ctx, a, ActionApprove, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	if len(in.Places) == 0 {
		asks := func(r Request) bool {
			return slices.ContainsFunc(r.Asked(), func(p Approval) bool { return p.Testbed == testbed && (p.Decision != in.Decision) })
		}
		if slices.ContainsFunc(j.members, asks) {
			j.members = slices.DeleteFunc(j.members, func(r Request) bool { return !asks(r) })
		}
	}
	j.take = func(ctx context.Context, d *decision) error { return d.approve(ctx, testbed, step) }
	return s.finishJoint(ctx, x, j)
}

// AcceptSeries takes the first open offer of each rejected occurrence of a series that has one, in one transaction. It returns the codes of AcceptOffer
// and GetSeries.
func (s *Service) AcceptSeries(ctx context.Context, a account.Actor, id string, in SeriesAccept) (SeriesOutcome, error) {
	x, j, err := s.joint(ctx, a, ActionAcceptOffer, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	j.take = func(ctx context.Context, d *decision) error {
		i := slices.IndexFunc(d.request.Offers, func(o Offer) bool { return o.State == OfferOpen })
		if i < 0 {
			return Errorf(CodeConflict, "request #%d has no open offer", d.request.Number)
		}
		err := d.accept(ctx, d.request.Offers[i].ID)
		if err == nil && d.outcome.Created != nil {
			d.outcome.Request = *d.outcome.Created // it takes the place; who waited stays the same request
		}
		return err
	}
	return s.finishJoint(ctx, x, j)
}

// AssignSeries hands occurrences of a series to a mentor, by default all that are not over, in one transaction. It returns the codes of Assign and
// GetSeries.
func (s *Service) AssignSeries(ctx context.Context, a account.Actor, id string, in SeriesAssign) (SeriesOutcome, error) {
	x, j, err := s.joint(ctx, a, ActionAssign, id, in.SeriesChoice)
	if err != nil {
		return SeriesOutcome{}, err
	}
	j.take = func(ctx context.Context, d *decision) error {
		return d.assignMentor(ctx, Assign{Mentor: in.Mentor, Reason: in.Reason})
	}
	return s.finishJoint(ctx, x, j)
}

// checkJointOverride checks an override of all occurrences of a step. Which requests make room for which is decided one by one.
func (s *Service) checkJointOverride(ctx context.Context, a account.Actor, o *Override) error {
	if o != nil && o.Mode == OverrideDisplace {
		var bad faults
		bad.add("override.mode", "must be overbook or approvals; requests are displaced for one occurrence at a time")
		return bad.err()
	}
	_, err := s.victims(ctx, a, o)
	return err
}

// joint begins a step with the chosen occurrences of a series.
func (s *Service) joint(ctx context.Context, a account.Actor, action Action, id string, in SeriesChoice) (x foundSeries, j joint, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		x, err = s.findSeries(ctx, tx, a, id)
		return err
	})
	if err != nil {
		return x, j, err
	}
	if in.Revision != 0 && in.Revision != x.revision {
		return x, j, Errorf(CodePrecondition, "the series of #%d was changed in between: it is at revision %d, not %d", x.Number, x.revision, in.Revision)
	}
	j = joint{actor: a, action: action, series: x.Series, dry: in.DryRun, all: x.AllOrNothing, pinned: in.Revision != 0}
	if in.AllOrNothing != nil {
		j.all = *in.AllOrNothing
	}
	var bad faults
	if x.AllOrNothing && !j.all && len(in.Places) == 0 && (action == ActionSchedule || action == ActionMove) {
		bad.add("all_or_nothing", "the series is of use only as a whole; name the occurrences that you mean")
	}
	if j.members, err = s.namedIn(x, a, action, in.Places, &bad); err != nil {
		return x, j, err
	}
	return x, j, bad.err()
}

// namedIn lists the occurrences with which a step is to be taken: those named, or all with which it can be taken now.
func (s *Service) namedIn(x foundSeries, a account.Actor, action Action, places []int, bad *faults) (list []Request, err error) {
	for i, place := range places[:min(len(places), series.MaxOccurrences)] {
		at := slices.IndexFunc(x.members, func(r Request) bool { return r.Series.Place == place })
		switch {
		case at < 0:
			bad.add(fmt.Sprintf("occurrences[%d]", i), "the series of #%d has no occurrence %d", x.Number, place)
		case slices.Contains(places[:i], place):
			bad.add(fmt.Sprintf("occurrences[%d]", i), "occurrence %d is named twice", place)
		default:
			list = append(list, x.members[at])
		}
	}
	if len(places) > 0 {
		slices.SortFunc(list, func(a, b Request) int { return a.Series.Place - b.Series.Place })
		return list, nil
	}
	refused := error(Errorf(CodeConflict, "no occurrence of the series of #%d is such that you can %s it now", x.Number, action.words()))
	for _, r := range x.members {
		if err := permit(a, action, r, s.now()); err != nil {
			if CodeOf(err) == CodeForbidden {
				refused = err
			}
			continue
		}
		if r.ready(action, s.now()) {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil, refused
	}
	return list, nil
}

// ready reports whether a step that the status allows makes sense with an occurrence that nobody has named.
func (r Request) ready(action Action, now time.Time) bool {
	switch action {
	case ActionSchedule:
		return !r.Slot.Start.Before(now)
	case ActionMove:
		return r.Status.Ahead() && r.Slot.Start.After(now)
	case ActionAcceptOffer:
		return slices.ContainsFunc(r.Offers, func(o Offer) bool { return o.State == OfferOpen && o.until().After(now) })
	}
	return true
}

// apply makes a change to the chosen occurrences: it returns where each goes, by request, and leaves those out of the step that the change leaves out.
func (j *joint) apply(c series.Change) (map[string]series.Move, error) {
	var now []series.Occurrence
	for _, r := range j.members {
		now = append(now, series.Occurrence{Place: r.Series.Place, Slot: r.Slot})
	}
	after, err := j.series.Plan.Apply(now, c)
	if err != nil {
		return nil, invalid(err)
	}
	to := map[string]series.Move{}
	kept := slices.Clone(j.members)
	j.members = nil
	for _, o := range after {
		i := slices.IndexFunc(kept, func(r Request) bool { return r.Series.Place == o.Place })
		m, _ := c.Of(o.Place)
		m.Place, m.Slot = o.Place, o.Slot
		to[kept[i].ID], j.members = m, append(j.members, kept[i])
	}
	return to, nil
}

// devicesOf returns the devices that a move asks for; nil where they stay.
func devicesOf(m series.Move) *[]testbeds.DeviceNeed {
	if m.Devices == nil {
		return nil
	}
	return &m.Devices
}

// finishJoint takes a step that was prepared, and tells how the series is afterwards.
func (s *Service) finishJoint(ctx context.Context, x foundSeries, j joint) (SeriesOutcome, error) {
	out, err := s.jointly(ctx, j)
	if e, ok := errors.AsType[*Error](err); ok && len(e.Parts) > 0 && (j.action == ActionSchedule || j.action == ActionMove) && unfit(e.Parts) {
		refused := *e
		if refused.Ways, err = s.WaysOfSeries(ctx, j.actor, x.ID, 0); err != nil && CodeOf(err) == "" {
			return SeriesOutcome{}, err
		}
		return SeriesOutcome{}, &refused
	}
	if err != nil || out.DryRun {
		return out, err
	}
	out.Series = &SeriesView{Series: x.Series}
	return s.withView(ctx, j.actor, out)
}

// unfit reports whether any answer is that something does not fit.
func unfit(parts []Part) bool {
	return slices.ContainsFunc(parts, func(p Part) bool { return p.Refused != nil && p.Fit != nil && !p.Fit.Fits })
}
