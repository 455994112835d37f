package story

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// ruling is a policy as a story knows it, beside the document that it wrote of it: few kinds of rules, so that they can be judged by a few lines.
type ruling struct {
	revision int64
	since    int64 // of the change log
	longest  time.Duration
	ahead    time.Duration
	open     int
	only     string // for whom the limits are; empty: everybody
	quotas   []ration
	grant    grantRule
}

// ration is a quota.
type ration struct {
	name, quantity, device string
	per                    policy.Per
	hours                  int64
	monthly, free          bool // free at weekends
}

// grantRule grants less than so many vCPU for a time; zero: there is none.
type grantRule struct {
	under     int64
	longest   time.Duration
	noDevices bool
	then      policy.Then
	attended  time.Weekday
}

// limitName names the rule of a ruling that limits single requests.
const limitName = "terms"

// rule puts a policy in force.
func (m *machine) rule(rt *rapid.T) {
	var x ruling
	if m.perhaps(rt) {
		x.longest = m.quarters(rt, 4, 40)
	}
	if m.rarely(rt) {
		x.ahead = time.Duration(rapid.IntRange(1, 10).Draw(rt, "ahead")) * day
	}
	if m.perhaps(rt) {
		x.open = rapid.IntRange(1, 5).Draw(rt, "open")
	}
	if m.rarely(rt) {
		x.only = "maeve"
	}
	for i := range rapid.IntRange(0, 2).Draw(rt, "quotas") {
		q := ration{name: fmt.Sprintf("q%d", i), per: one(rt, "per", policy.Pers), hours: int64(rapid.IntRange(4, 120).Draw(rt, "hours")), monthly: m.perhaps(rt), free: m.rarely(rt)}
		if q.quantity = "vcpu"; m.perhaps(rt) {
			q.quantity, q.device = "", "usrp"
		}
		x.quotas = append(x.quotas, q)
	}
	if m.perhaps(rt) {
		x.grant = grantRule{under: int64(rapid.SampledFrom([]int{4, 5, 8, 9}).Draw(rt, "under")), longest: m.quarters(rt, 4, 20), noDevices: m.perhaps(rt),
			then: one(rt, "then", policy.Thens), attended: time.Weekday(rapid.IntRange(0, 6).Draw(rt, "attended"))}
	}
	out, err := m.PutPolicy(m.ctx(), as("adele"), []byte(x.document()), scheduler.ChangeOptions{})
	if m.must(err); out.Changed {
		x.revision, x.since = out.Revision, m.sequence()
		m.ruled = &x
	}
	m.met(rt, "put in force: "+strings.ReplaceAll(x.document(), "\n", "; "), nil)
}

// document writes the policy down. Its weeks and months are those of Dublin, where the clocks change at the end of the first month.
func (x ruling) document() string {
	var b strings.Builder
	b.WriteString("zone: Europe/Dublin\n")
	if x.longest+x.ahead > 0 || x.open > 0 {
		fmt.Fprintf(&b, "limits:\n  - {name: %s", limitName)
		if x.longest > 0 {
			fmt.Fprintf(&b, ", longest: PT%dM", x.longest/time.Minute)
		}
		if x.ahead > 0 {
			fmt.Fprintf(&b, ", ahead: P%dD", x.ahead/day)
		}
		if x.open > 0 {
			fmt.Fprintf(&b, ", open: %d", x.open)
		}
		if x.only != "" {
			fmt.Fprintf(&b, ", who: {users: [%s]}", x.only)
		}
		b.WriteString("}\n")
	}
	if len(x.quotas) > 0 {
		b.WriteString("quotas:\n")
	}
	for _, q := range x.quotas {
		of, every := "quantity: "+q.quantity, policy.EveryWeek
		if q.device != "" {
			of = "device: " + q.device
		}
		if q.monthly {
			every = policy.EveryMonth
		}
		fmt.Fprintf(&b, "  - {name: %s, %s, hours: %d, per: %s, every: %s, free_weekends: %t}\n", q.name, of, q.hours, q.per, every, q.free)
	}
	if g := x.grant; g.under > 0 {
		fmt.Fprintf(&b, "attended:\n  - {name: staffed, days: [%s]}\n", strings.ToLower(g.attended.String()))
		fmt.Fprintf(&b, "grants:\n  - {name: small, under: {vcpu: %d}, longest: PT%dM, no_devices: %t, then: %s}\n", g.under, g.longest/time.Minute, g.noDevices, g.then)
	}
	return b.String()
}

// against takes a step that the policy may forbid, and overrides it.
func (m *machine) against(rt *rapid.T) {
	who, o := as(rapid.SampledFrom([]string{"adele", "monika", "maeve"}).Draw(rt, "who")), m.reason(scheduler.OverridePolicy)
	slot := m.slot(rt)
	var err error
	switch rapid.IntRange(0, 3).Draw(rt, "step") {
	case 0:
		in := wants(rapid.SampledFrom([]string{"c2gran", "video", "probe"}).Draw(rt, "nsd"), slot)
		in.Experimenter, in.Override, in.Anyway = "maeve", o, m.perhaps(rt)
		_, err = m.Submit(m.ctx(), who, in)
	case 1:
		_, err = m.Edit(m.ctx(), who, m.under(rt).ID, scheduler.Edit{Slot: &slot, Override: o, Anyway: m.perhaps(rt)})
	case 2:
		_, err = m.Schedule(m.ctx(), who, m.among(rt, scheduler.UnderReview).ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Policy: true, Reason: phone}})
	default:
		_, err = m.Move(m.ctx(), who, m.among(rt, scheduler.UnderReview, scheduler.Scheduled).ID, scheduler.Move{Slot: &slot, Override: o})
	}
	m.met(rt, "override the policy", err)
}

// askWithin asks for other ways to have an experiment: each is within the policy, as the story reads it.
func (m *machine) askWithin(rt *rapid.T) {
	m.now(rt)
	who := as(rapid.SampledFrom([]string{"maeve", "hector"}).Draw(rt, "who"))
	ask := scheduler.Ask{NSD: rapid.SampledFrom([]string{"c2gran", "video", "probe"}).Draw(rt, "nsd"), Slot: m.slot(rt)}
	ask.Limit = 5
	list, _, err := m.Suggest(m.ctx(), who, ask)
	if !m.met(rt, "ask for ways within the policy", err) {
		return
	}
	for _, way := range list {
		m.permits(who, ask.NSD, way)
	}
}

// permits checks a way that somebody was suggested.
func (m *machine) permits(who account.Actor, nsd string, way testbeds.Alternative) {
	x := m.ruled
	if x == nil {
		return
	}
	e, err := m.before.catalogue.Experiment(nsd, way.Placement, way.Devices)
	m.must(err)
	r := scheduler.Request{NSD: nsd, Experimenter: who.Username, Organisation: house, Slot: way.Slot, Demand: e.Demand(), Status: scheduler.UnderReview}
	if x.limits(who.Username) && (x.longest > 0 && way.Slot.Duration() > x.longest || x.ahead > 0 && way.Slot.Start.Sub(m.clock) > x.ahead) {
		m.broken("rules: suggested", "%s was suggested to %s, beyond the limits of revision %d", way.Slot, who.Username, x.revision)
	}
	for _, q := range x.quotas {
		for _, p := range q.periods(way.Slot) {
			if n := q.takes(r, p); n > 0 && n+q.sum(m.before.requests, q.subject(r), p) > q.hours*3600 {
				m.broken("rules: suggested", "%s was suggested to %s, beyond the quota %s of revision %d", way.Slot, who.Username, q.name, x.revision)
			}
		}
	}
}

func (x ruling) limits(username string) bool { return x.only == "" || x.only == username }

// dublin is where the weeks and months of quotas begin.
var dublin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// periods lists the weeks or months that a slot touches.
func (q ration) periods(s testbeds.Slot) (list []testbeds.Slot) {
	for t := s.Start; t.Before(s.End); {
		y, month, d := t.In(dublin).Date()
		from, to := time.Date(y, month, 1, 0, 0, 0, 0, dublin), time.Date(y, month+1, 1, 0, 0, 0, 0, dublin)
		if !q.monthly {
			d -= (int(t.In(dublin).Weekday()) + 6) % 7
			from, to = time.Date(y, month, d, 0, 0, 0, 0, dublin), time.Date(y, month, d+7, 0, 0, 0, 0, dublin)
		}
		list = append(list, testbeds.Slot{Start: from.UTC(), End: to.UTC()})
		t = to
	}
	return list
}

// takes says how many seconds of units a request takes of the quota in a period: of its slot, as it was granted or asked for, until it ended.
func (q ration) takes(r scheduler.Request, period testbeds.Slot) (sum int64) {
	if r.Status == scheduler.Rejected || r.Status == scheduler.Cancelled {
		return 0
	}
	s := overlap(r.Slot, period, period.Start)
	if r.Scheduled != nil {
		s = overlap(s, *r.Scheduled, s.Start)
	}
	if a := r.Actual; a != nil && a.End != nil && a.End.Before(s.End) && (r.Status == scheduler.Completed || r.Status == scheduler.Failed) {
		s.End = *a.End
	}
	var seconds int64
	for t := s.Start; t.Before(s.End); {
		y, month, d := t.In(dublin).Date()
		next := earlier(s.End, time.Date(y, month, d+1, 0, 0, 0, 0, dublin))
		if on := t.In(dublin).Weekday(); !q.free || on != time.Saturday && on != time.Sunday {
			seconds += int64(next.Sub(t) / time.Second)
		}
		t = next
	}
	for _, n := range r.Demand {
		if q.device != "" && n.Device == q.device || q.quantity != "" && n.Device == "" && n.Quantity == q.quantity {
			sum += n.Amount * seconds
		}
	}
	return sum
}

// subject names who or what a request is counted for.
func (q ration) subject(r scheduler.Request) string {
	switch {
	case q.per == policy.PerOrganisation:
		return house
	case q.per == policy.PerExperiment && r.NSD != "":
		return r.NSD
	case q.per == policy.PerExperiment:
		return r.Name
	}
	return r.Experimenter
}

// sum adds up what the requests of a subject take in a period.
func (q ration) sum(list []scheduler.Request, subject string, period testbeds.Slot) (sum int64) {
	for _, r := range list {
		if q.subject(r) == subject {
			sum += q.takes(r, period)
		}
	}
	return sum
}

// waives reports whether somebody has overridden a rule for a request.
func waives(r scheduler.Request, rule string, kind policy.Kind) bool {
	return slices.ContainsFunc(r.Waived, func(w scheduler.Waiver) bool {
		return slices.ContainsFunc(w.Refusals, func(b policy.Breach) bool { return b.Rule == rule && b.Kind == kind })
	})
}
