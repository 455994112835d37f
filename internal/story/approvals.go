package story

import (
	"slices"

	"berth/scheduler"
	"berth/testbeds"
)

// approvals: a request with its slot has every approval that it needs, given, overridden, or refused after the grant; and each covers
// the slot and the demand of the request.
func (m *machine) approvals(s snapshot, r scheduler.Request) {
	for _, a := range r.Approvals {
		if a.Decision == scheduler.Approved && a.Slot == nil {
			m.broken("approval: bound", "#%d is approved by %s, and it is not said what for", r.Number, a.Testbed)
		}
		if !granted(r) || r.Status == scheduler.Terminating || a.Policy != testbeds.ApprovalRequired {
			continue
		}
		switch {
		case a.Decision == scheduler.Approved:
			m.covers(r, a)
		case a.Decision == "", a.Decision == scheduler.Refused && (m.grantedNow(r) || !flagged(r, "approval")): // a refusal after the grant does not withdraw it
			m.broken("approval: missing", "#%d is %s without the approval of %s", r.Number, r.Status, a.Testbed)
		}
	}
	for _, testbed := range r.Demand.Testbeds() {
		if granted(r) && !slices.ContainsFunc(r.Approvals, func(a scheduler.Approval) bool { return a.Testbed == testbed }) {
			m.broken("approval: missing", "#%d is on %s, which is not among its approvals", r.Number, testbed)
		}
	}
}

// grantedNow reports whether the last step granted a request its slot, or more than it had.
func (m *machine) grantedNow(is scheduler.Request) bool {
	was, _ := m.before.request(is.ID)
	return !granted(was) || slices.ContainsFunc(is.Demand, func(n testbeds.Need) bool { return !asked(was.Demand, n) }) || !was.Slot.Contains(is.Slot) && !is.Overrun
}

// asked reports whether a need is a part of a demand.
func asked(d testbeds.Demand, n testbeds.Need) bool {
	i := slices.IndexFunc(d, func(o testbeds.Need) bool { return o.Resource == n.Resource })
	return i >= 0 && within(n, d[i])
}

// covers checks an approval against its request: the granted slot lies within the approved one, no amount is larger, and every unit was
// approved.
func (m *machine) covers(r scheduler.Request, a scheduler.Approval) {
	about, known := m.approved[r.ID][a.Testbed]
	if a.Slot != nil {
		about, known = agreement{*a.Slot, a.Demand}, true
	}
	if !known {
		return
	}
	slot := r.Slot
	if r.Scheduled != nil {
		slot = *r.Scheduled // an overrun needs no approval
	}
	if !about.slot.Contains(slot) {
		m.broken("approval: covers the slot", "#%d has %s, and %s approved %s", r.Number, slot, a.Testbed, about.slot)
	}
	for _, n := range part(r.Demand, a.Testbed) {
		if !asked(about.demand, n) {
			m.broken("approval: covers the demand", "#%d has %s %d %v, and %s approved %#v", r.Number, n.Resource, n.Amount, n.Units, a.Testbed, about.demand)
		}
	}
}

// within reports whether a need is a part of another one: its units beyond those named there must be among those left open there.
func within(n, of testbeds.Need) bool {
	beyond := int64(0)
	for _, u := range n.Units {
		if !slices.Contains(of.Units, u) {
			beyond++
		}
	}
	open := n.Amount - int64(len(n.Units))
	return n.Amount <= of.Amount && open+beyond <= of.Amount-int64(len(of.Units))
}

// grants: a grant obeys the policies of its own moment, not those of the submission.
func (m *machine) grants(s snapshot, r scheduler.Request) {
	was, _ := m.before.request(r.ID)
	if r.Status != scheduler.Scheduled || was.Status == scheduler.Scheduled {
		return
	}
	for _, id := range r.Demand.Testbeds() {
		t, _ := m.before.facility.Testbed(id)
		i := slices.IndexFunc(r.Approvals, func(a scheduler.Approval) bool { return a.Testbed == id })
		if t.Policy() == testbeds.ApprovalRequired && (i < 0 || r.Approvals[i].Decision != scheduler.Approved && r.Approvals[i].Decision != scheduler.Overridden) {
			m.broken("approval: policy of the grant", "#%d is scheduled without the approval of %s", r.Number, id)
		}
	}
}
