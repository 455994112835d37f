package scheduler

import (
	"slices"
	"strings"
	"time"

	"berth/testbeds"
)

// approvals are one per testbed that a request touches, as its policy is now. What was decided stays where the decision covers what the
// request asks for.
func (d *decision) approvals(r Request) []Approval {
	var list []Approval
	_ = d.s.ledger.read(func(w snapshot) error {
		for _, id := range r.Demand.Testbeds() {
			t, _ := w.fed.Testbed(id)
			list = append(list, r.approval(t.ID, id, t.Policy()))
		}
		return nil
	})
	return list
}

// Asked are the approvals that a request is asking for: those of its pending move, else its own while it is under review.
func (r Request) Asked() []Approval {
	switch {
	case r.PendingMove != nil:
		return r.PendingMove.Approvals
	case r.Status == UnderReview:
		return r.Approvals
	}
	return nil
}

// Open reports whether an approval that is required has still to be given or refused.
func (a Approval) Open() bool { return a.Policy == testbeds.ApprovalRequired && a.Decision == "" }

// approval is the one of a testbed under its policy.
func (r Request) approval(known, testbed string, policy testbeds.ApprovalPolicy) Approval {
	a := Approval{Testbed: testbed, Policy: policy}
	if known == "" {
		a.Policy = testbeds.ApprovalInformed // nobody is there to be asked
	}
	for _, was := range r.Approvals {
		if was.Testbed == testbed && was.Decision != "" && was.covers(r) {
			was.Policy = a.Policy
			a = was
		}
	}
	return a
}

// covers reports whether a decision was made on what the request asks of the testbed, or on more of the same.
func (a Approval) covers(r Request) bool {
	return a.Slot != nil && a.Slot.Contains(r.Slot) && r.Demand.Of(a.Testbed).Within(a.Demand)
}

// decided is the approval with a decision on what a request asks of the testbed.
func (a Approval) decided(r Request, decision Decision, by, reason string, at time.Time) Approval {
	a.Decision, a.By, a.Reason, a.At = decision, by, reason, &at
	a.Slot, a.Demand, a.Revision = new(r.Slot), r.Demand.Of(a.Testbed), r.Revision
	return a
}

// missing reports whether the approval keeps a slot from being granted.
func (a Approval) missing() bool {
	return a.Decision == Refused || a.Policy == testbeds.ApprovalRequired && a.Decision == ""
}

// unapproved says which testbeds keep a request from having its slot.
func unapproved(list []Approval) []string {
	var missing []string
	for _, a := range list {
		switch {
		case a.Decision == Refused:
			missing = append(missing, a.Testbed+" (refused)")
		case a.missing():
			missing = append(missing, a.Testbed)
		}
	}
	return missing
}

// agreed makes sure that the testbeds agree to what a request asks for. An override does without those that do not, and says so in their place.
func (d *decision) agreed(r *Request, o *Override) error {
	missing := unapproved(r.Approvals)
	switch {
	case len(missing) == 0:
		return nil
	case o == nil:
		return Errorf(CodeConflict, "request #%d waits for the approval of %s", r.Number, strings.Join(missing, ", "))
	}
	r.Approvals = slices.Clone(r.Approvals)
	for i, a := range r.Approvals {
		if a.missing() {
			r.Approvals[i] = a.decided(*r, Overridden, d.actor.Username, o.Reason, d.now)
		}
	}
	return nil
}
