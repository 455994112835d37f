package scheduler

import (
	"slices"
	"strings"
	"time"

	"berth/testbeds"
)

// approvals lists one approval per testbed that a request touches, by its present policy. A decision stays where it covers what the request asks for.
func (d *decision) approvals(r Request) []Approval {
	var list []Approval
	_ = d.s.ledger.read(func(w snapshot) error {
		for _, id := range r.Demand.Testbeds() {
			t, _ := w.fed.Testbed(id)
			a := r.approval(t.ID, id, t.Policy())
			a.Deadline = d.deadlineOf(r, a, w.fed.Facility())
			list = append(list, a)
		}
		return nil
	})
	return list
}

// Asked returns the approvals that a request asks for: those of its pending move, else its own while it is under review.
func (r Request) Asked() []Approval {
	switch {
	case r.PendingMove != nil:
		return r.PendingMove.Approvals
	case r.Status == UnderReview:
		return r.Approvals
	}
	return nil
}

// Open reports whether a required approval is neither given nor refused.
func (a Approval) Open() bool { return a.Policy == testbeds.ApprovalRequired && a.Decision == "" }

// approval returns the request's approval by a testbed, under its policy.
func (r Request) approval(known, testbed string, policy testbeds.ApprovalPolicy) Approval {
	a := Approval{Testbed: testbed, Policy: policy}
	if known == "" {
		a.Policy = testbeds.ApprovalInformed // there is no provider to ask
	}
	for _, was := range r.Approvals {
		if was.Testbed == testbed && was.Decision != "" && was.covers(r) {
			was.Policy = a.Policy
			a = was
		}
	}
	return a
}

// covers reports whether a decision was made on everything that the request asks of the testbed, or on more.
func (a Approval) covers(r Request) bool {
	return a.Slot != nil && a.Slot.Contains(r.Slot) && r.Demand.Of(a.Testbed).Within(a.Demand)
}

// agreedTo reports whether what the testbeds decided covers what a request asks for now, as far as less of it goes: a unit by name is one of those left
// open, but units left open are not those approved, or refused after the grant, by their names.
func agreedTo(r Request) bool {
	return !slices.ContainsFunc(r.Approvals, func(a Approval) bool {
		return (a.Decision == Approved || a.Decision == Refused) && a.Slot != nil && slices.ContainsFunc(r.Demand.Of(a.Testbed), func(n testbeds.Need) bool {
			return !slices.ContainsFunc(a.Demand, func(was testbeds.Need) bool {
				named := int64(len(n.Units))
				for _, u := range n.Units {
					if !slices.Contains(was.Units, u) {
						named--
					}
				}
				return was.Resource == n.Resource && n.Amount <= was.Amount && n.Amount-named <= was.Amount-int64(len(was.Units))
			})
		})
	})
}

// decided returns the approval with a decision on the request's demand of the testbed.
func (a Approval) decided(r Request, decision Decision, by, reason string, at time.Time) Approval {
	a.Decision, a.By, a.Reason, a.At, a.Deadline = decision, by, reason, &at, nil
	a.Slot, a.Demand, a.Revision = new(r.Slot), r.Demand.Of(a.Testbed), r.Revision
	return a
}

// missing reports whether the approval keeps a slot from being granted.
func (a Approval) missing() bool {
	return a.Decision == Refused || a.Policy == testbeds.ApprovalRequired && a.Decision == ""
}

// unapproved names the testbeds that keep a request from its slot.
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

// agreed makes sure that the testbeds agree to a request. An override replaces missing approvals and records itself in their place.
func (d *decision) agreed(r *Request, o *Override) error {
	missing := unapproved(r.Approvals)
	switch {
	case len(missing) == 0:
		return nil
	case o == nil:
		e := Errorf(CodeConflict, "request #%d waits for the approval of %s", r.Number, strings.Join(missing, ", "))
		e.Overrides = d.overrides(OverrideApprovals)
		return e
	}
	r.Approvals = slices.Clone(r.Approvals)
	for i, a := range r.Approvals {
		if a.missing() {
			r.Approvals[i] = a.decided(*r, Overridden, d.actor.Username, o.Reason, d.now)
		}
	}
	return nil
}
