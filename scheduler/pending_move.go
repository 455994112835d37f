package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
)

// A move of a granted request waits for the testbeds that must approve it. Until the last one has, the request keeps its slot; then the move is
// checked once more and made. It lapses where a testbed refuses it, where it can no longer be made in time, and where anything else is decided about
// the slot.

// waits reports whether approvals are worth waiting for: some are open, and none was refused.
func waits(list []Approval) bool {
	refused := slices.ContainsFunc(list, func(a Approval) bool { return a.Decision == Refused })
	return !refused && len(unapproved(list)) > 0
}

// await leaves a move waiting for approvals. Its slot must be free now; nobody holds it.
func (d *decision) await(ctx context.Context, p proposal, in Move) error {
	if err := d.checkProposal(p); err != nil {
		return err
	}
	r := d.request
	if !d.outcome.Fit.Fits {
		return d.noRoom(ctx, p, fmt.Sprintf("request #%d does not fit", r.Number))
	}
	asked := p.request
	m := PendingMove{Slot: asked.Slot, Placement: asked.Placement, Devices: in.Devices, Demand: asked.Demand, Approvals: asked.Approvals, By: d.actor.Username, At: d.now, Reason: in.Reason}
	contender := p.booking
	contender.ID, contender.Strength = 0, testbeds.Pending
	var err error
	if m.Booking, err = d.book(ctx, r.ID, contender); err != nil {
		return err
	}
	if r, err = d.dropMove(ctx, r); err != nil {
		return err
	}
	r.PendingMove, r.Waived = &m, asked.Waived
	return d.keep(ctx, r, note{action: ActionProposeMove, reason: in.Reason, verdict: &d.outcome.Fit,
		text: fmt.Sprintf("from %s to %s%s, once it is approved by %s", r.Slot, m.Slot, deviceWords(in.Devices), strings.Join(m.waitsFor(), " and "))})
}

// String says what the move waits for, in one sentence.
func (m PendingMove) String() string {
	return fmt.Sprintf("A move to %s waits for the approval of %s.", m.Slot, strings.Join(m.waitsFor(), " and "))
}

// waitsFor lists the testbeds whose approval a move still needs.
func (m PendingMove) waitsFor() []string {
	var ids []string
	for _, a := range m.Approvals {
		if a.missing() {
			ids = append(ids, a.Testbed)
		}
	}
	return ids
}

// lapses returns when a pending move can no longer be made: when its slot begins or, where only the end moves, when the slot ends.
func (r Request) lapses() time.Time {
	if r.PendingMove.Slot.Start.Equal(r.Slot.Start) {
		return r.Slot.End
	}
	return r.PendingMove.Slot.Start
}

// dropMove takes a pending move off a request.
func (d *decision) dropMove(ctx context.Context, r Request) (Request, error) {
	if r.PendingMove == nil {
		return r, nil
	}
	err := d.release(ctx, r.PendingMove.Booking)
	r.PendingMove = nil
	return r, err
}

// approving finds a testbed among those asked about a pending move; -1 where it was not.
func (r Request) approving(testbed string) int {
	if r.PendingMove == nil {
		return -1
	}
	return slices.IndexFunc(r.PendingMove.Approvals, func(a Approval) bool {
		return a.Testbed == testbed && (a.missing() || a.Policy == testbeds.ApprovalRequired)
	})
}

// approveMove records a testbed's decision about a pending move, and makes the move after the last one.
func (d *decision) approveMove(ctx context.Context, i int, in Approve) error {
	r, m := d.request, *d.request.PendingMove
	m.Approvals = slices.Clone(m.Approvals)
	m.Approvals[i] = m.Approvals[i].decided(m.of(r), in.Decision, d.actor.Username, in.Reason, d.now)
	if err := d.checkAsItStands(r); err != nil {
		return err
	}
	text := fmt.Sprintf("%s %s the move to %s", m.Approvals[i].Testbed, in.Decision, m.Slot)
	if in.Decision == Refused {
		r, err := d.dropMove(ctx, r)
		if err != nil {
			return err
		}
		return d.keep(ctx, r, note{reason: in.Reason, text: text, verdict: &d.outcome.Fit})
	}
	r.PendingMove = &m
	if len(m.waitsFor()) > 0 {
		return d.keep(ctx, r, note{reason: in.Reason, text: text, verdict: &d.outcome.Fit})
	}
	if err := d.record(ctx, r.Status, r, note{reason: in.Reason, text: text, verdict: &d.outcome.Fit}); err != nil {
		return err
	}
	return d.carryOut(ctx, r)
}

// of applies the move to a request.
func (m PendingMove) of(r Request) Request {
	r.Slot, r.Placement, r.Demand, r.Approvals = m.Slot, m.Placement, m.Demand, m.Approvals
	set(&r.Devices, m.Devices)
	return r
}

// carryOut makes a fully approved move, if it is still possible.
func (d *decision) carryOut(ctx context.Context, r Request) error {
	m := *r.PendingMove
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return err
	}
	stays := r
	in := Move{Slot: &m.Slot, Devices: m.Devices, Reason: m.Reason}
	if !maps.Equal(m.Placement, r.Placement) {
		in.Placement = m.Placement
	}
	if err := d.moveTo(&r, in); err != nil {
		if CodeOf(err) != CodeInvalid {
			return err
		}
		return d.keep(ctx, stays, note{action: ActionProposeMove, reason: m.Reason, text: "the move to " + m.Slot.String() + " can no longer be made: " + err.Error()})
	}
	p := d.proposed(r, testbeds.Firm)
	if err := d.checkProposal(p); err != nil {
		return err
	}
	if !d.outcome.Fit.Fits {
		return d.keep(ctx, stays, note{action: ActionProposeMove, reason: m.Reason, verdict: &d.outcome.Fit, text: "the move to " + m.Slot.String() + " no longer fits"})
	}
	p.request.Approvals = m.Approvals
	if err := d.judge(ctx, &p.request, asks{hours: !withinGrant(r, d.request) && !r.waivedAt(m.At)}, nil); CodeOf(err) == CodeConflict {
		return d.keep(ctx, stays, note{action: ActionProposeMove, reason: m.Reason, text: "the move to " + m.Slot.String() + " can no longer be made: " + err.Error()})
	} else if err != nil {
		return err
	}
	if p, err = d.marked(ctx, p, nil); err != nil {
		return err
	}
	n := d.moved(r, in)
	n.action = ActionMove
	return d.rebook(ctx, p.moved(), n)
}

// lapseMove drops a pending move that was not approved in time.
func (d *decision) lapseMove(ctx context.Context, r Request) (Request, error) {
	if r.PendingMove == nil || r.lapses().After(d.now) {
		return r, nil
	}
	before, slot := r, r.PendingMove.Slot
	r, err := d.dropMove(ctx, r)
	if err != nil {
		return r, err
	}
	return d.save(ctx, before, r, note{action: ActionProposeMove, text: "the move to " + slot.String() + " was not approved in time"})
}
