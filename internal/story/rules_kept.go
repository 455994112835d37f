package story

import (
	"errors"
	"math"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// rulesKept: what a step took is within the policy in force, or somebody with the right has overridden it, with a reason.
func (m *machine) rulesKept(s snapshot) {
	x := m.ruled
	if x == nil || m.before.sequence < x.since {
		return // there is none, or the step itself put it in force
	}
	for _, r := range s.requests {
		was, known := m.before.request(r.ID)
		if !known {
			m.mayBeOpen(s, *x, r)
			m.grantedByRule(*x, r)
		}
		if x.limits(r.Experimenter) {
			m.withinTerms(*x, was, r, known)
		}
		for _, w := range r.Waived {
			if w.Reason != phone || !slices.Contains([]string{"adele", "monika"}, w.By) || len(w.Refusals) == 0 {
				m.broken("rules: waived", "for #%d, by %s, %q, %+v", r.Number, w.By, w.Reason, w.Refusals)
			}
		}
	}
	for _, q := range x.quotas {
		m.withinQuota(s, *x, q)
	}
}

// ruledOut reports whether a step was refused by the policy.
func ruledOut(err error) bool {
	e, ok := errors.AsType[*scheduler.Error](err)
	return ok && len(e.Refusals) > 0
}

// overQuota reports whether a step was refused by quotas alone.
func overQuota(err error) bool {
	e, ok := errors.AsType[*scheduler.Error](err)
	return ok && len(e.Refusals) > 0 && !slices.ContainsFunc(e.Refusals, func(b policy.Breach) bool { return b.Kind != policy.KindQuota })
}

// mayBeOpen: whoever made a request had fewer open ones than the limit.
func (m *machine) mayBeOpen(s snapshot, x ruling, r scheduler.Request) {
	if x.open == 0 || !x.limits(r.Experimenter) || !r.Status.Live() || waives(r, limitName, policy.KindOpen) {
		return
	}
	n := 0
	for _, o := range s.requests {
		if o.Experimenter == r.Experimenter && o.Number <= r.Number && o.Status.Live() {
			n++
		}
	}
	if n > x.open {
		m.broken("rules: open", "#%d is the %d. open request of %s, of %d by revision %d", r.Number, n, r.Experimenter, x.open, x.revision)
	}
}

// withinTerms: a slot that was asked for is no longer, and no further ahead, than the limits allow. What was offered is not asked for.
func (m *machine) withinTerms(x ruling, was, r scheduler.Request, known bool) {
	switch {
	case known && (was.Slot.Contains(r.Slot) || was.PendingMove != nil || r.Overrun || !m.toldNow(r.Number, scheduler.ActionEdit, scheduler.ActionMove, scheduler.ActionSchedule)):
		return
	case r.Origin != "" && !known || m.toldNow(r.Number, scheduler.ActionAcceptOffer):
		return
	}
	if x.longest > 0 && r.Slot.Duration() > x.longest && !waives(r, limitName, policy.KindLongest) {
		m.broken("rules: longest", "#%d has %s, longer than the %s of revision %d", r.Number, r.Slot, x.longest, x.revision)
	}
	if x.ahead > 0 && !known && r.Slot.Start.Sub(r.Created) > x.ahead && !waives(r, limitName, policy.KindAhead) {
		m.broken("rules: ahead", "#%d was asked for at %s for %s, further ahead than the %s of revision %d", r.Number, r.Created, r.Slot, x.ahead, x.revision)
	}
}

// withinQuota: what is taken of a quota grew within it, or by a request for which it was overridden.
func (m *machine) withinQuota(s snapshot, x ruling, q ration) {
	type sum struct {
		subject string
		period  testbeds.Slot
	}
	seen := map[sum]bool{}
	for _, r := range s.requests {
		for _, p := range q.periods(r.Slot) {
			at := sum{q.subject(r), p}
			if seen[at] || q.takes(r, p) == 0 {
				continue
			}
			seen[at] = true
			is, before := q.sum(s.requests, at.subject, p), q.sum(m.before.requests, at.subject, p)
			if is > q.hours*3600 && is > before && !m.letThrough(s, q, at.subject, p) {
				m.broken("rules: quota", "%s takes %d of the %d seconds that revision %d allows it in %s of %s, and took %d before", at.subject, is, q.hours*3600, x.revision, p, q.name, before)
			}
		}
	}
}

// letThrough reports whether the quota was overridden for a request that takes more of it than before.
func (m *machine) letThrough(s snapshot, q ration, subject string, period testbeds.Slot) bool {
	return slices.ContainsFunc(s.requests, func(r scheduler.Request) bool {
		was, _ := m.before.request(r.ID)
		return q.subject(r) == subject && waives(r, q.name, policy.KindQuota) && (q.subject(was) != subject || q.takes(r, period) > q.takes(was, period))
	})
}

// grantedByRule: what Berth itself granted is as small as the rule says, and touches no day on which a person decides.
func (m *machine) grantedByRule(x ruling, r scheduler.Request) {
	granted := slices.ContainsFunc(m.events[m.before.sequence:], func(e scheduler.Event) bool {
		return e.Number == r.Number && e.Actor == account.System.Username && (e.Action == scheduler.ActionApprove || e.Action == scheduler.ActionSchedule)
	})
	if !granted {
		return
	}
	var vcpu int64
	devices := false
	for _, n := range r.Demand {
		if devices = devices || n.Device != ""; n.Device == "" {
			vcpu += n.Amount
		}
	}
	staffed := false
	for t := r.Slot.Start; t.Before(r.Slot.End); t = t.Add(quarter) {
		staffed = staffed || t.In(dublin).Weekday() == x.grant.attended
	}
	g := x.grant
	if vcpu >= g.under || devices && g.noDevices || r.Slot.Duration() > g.longest || staffed || len(r.Waived) > 0 || r.Status != scheduler.UnderReview && g.then != policy.ThenSchedule {
		m.broken("rules: granted", "#%d (%s), %s, %v, was granted by revision %d: %+v", r.Number, r.Status, r.Slot, r.Demand, x.revision, g)
	}
}

// counted: what a transaction counts, from what its process remembers, is what there is.
func (m *machine) counted(s snapshot) {
	if m.ruled == nil {
		return
	}
	of := []ration{{name: "story vcpu", quantity: "vcpu"}, {name: "story usrp", device: "usrp", monthly: true, free: true}}
	m.must(m.store.Change(m.ctx(), nil, func(tx scheduler.Tx) error {
		if _, err := tx.State(m.ctx()); err != nil {
			return err
		}
		for _, q := range of {
			for _, subject := range []policy.Subject{{Per: policy.PerPerson, Name: "maeve"}, {Per: policy.PerPerson, Name: "hector"}, {Per: policy.PerExperiment, Name: "video"}, {Per: policy.PerOrganisation, Name: house}} {
				q.per = subject.Per
				for _, p := range q.periods(testbeds.NewSlot(s.now, 5*day)) {
					by := scheduler.Counting{Name: q.name, Of: func(c scheduler.Charged) int64 {
						return q.takes(scheduler.Request{Status: c.Status, Slot: c.Slot, Scheduled: c.Scheduled, Actual: c.Actual, Demand: c.Demand}, p)
					}}
					n, err := tx.Counted(m.ctx(), subject, p, by, 0)
					if err != nil {
						return err
					}
					if is := q.sum(s.requests, subject.Name, p); n != is {
						m.broken("rules: counted", "%s %s takes %d in %s, and %d is counted", subject.Per, subject.Name, is, p, n)
					}
				}
			}
		}
		return m.openCounted(s, tx)
	}))
	m.shared(s)
}

func (m *machine) openCounted(s snapshot, tx scheduler.Tx) error {
	for _, who := range []string{"maeve", "hector"} {
		n, err := tx.Open(m.ctx(), who)
		if err != nil {
			return err
		}
		is := int64(0)
		for _, r := range s.requests {
			if r.Experimenter == who && r.Status.Live() {
				is++
			}
		}
		if n != is {
			m.broken("rules: counted", "%s has %d open requests, and %d are counted", who, is, n)
		}
	}
	return nil
}

// shared: what people read of what they have used is what there is.
func (m *machine) shared(s snapshot) {
	v, err := m.Policy(m.ctx(), as("maeve"))
	m.must(err)
	for _, share := range v.Shares {
		i := slices.IndexFunc(m.ruled.quotas, func(q ration) bool { return q.name == share.Rule })
		if i < 0 || v.Revision != m.ruled.revision {
			m.broken("rules: counted", "a share of %s at revision %d", share.Rule, v.Revision)
			continue
		}
		if is := m.ruled.quotas[i].sum(s.requests, share.Of.Name, share.Period); math.Abs(share.Used*3600-float64(is)) > 20 {
			m.broken("rules: counted", "%s takes %d seconds of %s, and is told %v hours", share.Of.Name, is, share.Rule, share.Used)
		}
	}
}
