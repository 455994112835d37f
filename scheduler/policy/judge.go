package policy

import (
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Person is who asks, or for whom it is asked.
type Person struct {
	Username     string
	Roles        []string
	Organisation string
}

// Ask is what is asked for.
type Ask struct {
	Person
	Experiment string
	Mentor     string
	Slot       testbeds.Slot
	Demand     testbeds.Demand
	Now        time.Time
	Zone       func(testbed string) *time.Location

	// What is judged of it. A mentor who grants a slot needs no notice; who shortens one needs nothing at all.
	Terms bool // how long
	Far   bool // how far ahead
	Soon  bool // notice
	New   bool // it is one more open request
	Hours bool // quotas
}

// Use looks up what is counted besides the ask itself.
type Use struct {
	Open    func() (int64, error)                                 // other requests of the person that are not over
	Charges func(s Subject, span testbeds.Slot) ([]Charge, error) // of the other requests that touch a span

	// Sum adds up what they take of a quota in a period, if it is set, in the place of Charges.
	Sum func(q Quota, s Subject, period testbeds.Slot) (int64, error)
}

// Judge lists every rule that keeps an ask from being taken, in the order of the policy.
func (p *Policy) Judge(a Ask, use Use) (list []Breach, err error) {
	if p == nil {
		return nil, nil
	}
	for _, l := range p.Limits {
		if !p.applies(l.Who, l.Except, l.Testbeds, a) {
			continue
		}
		list = append(list, p.bounds(l, a)...)
		if l.Open > 0 && a.New {
			n, err := use.Open()
			if err != nil {
				return nil, err
			}
			if n >= l.Open {
				list = append(list, l.full(a, n))
			}
		}
	}
	if !a.Hours {
		return list, nil
	}
	for _, q := range p.Quotas {
		over, err := p.exceeded(q, a, use)
		if err != nil {
			return nil, err
		}
		list = append(list, over...)
	}
	return list, nil
}

// applies reports whether a rule is about an ask.
func (p *Policy) applies(who, except *People, where []string, a Ask) bool {
	return (who == nil || who.has(a.Person)) && (except == nil || !except.has(a.Person)) &&
		(len(where) == 0 || slices.ContainsFunc(a.Demand, func(n testbeds.Need) bool { return slices.Contains(where, n.Testbed) }))
}

func (p *People) has(x Person) bool {
	return slices.Contains(p.Users, x.Username) || x.Organisation != "" && slices.Contains(p.Organisations, x.Organisation) ||
		slices.ContainsFunc(p.Roles, func(r string) bool { return slices.Contains(x.Roles, r) })
}

func (q Quota) at(testbed string) bool {
	return len(q.Testbeds) == 0 || slices.Contains(q.Testbeds, testbed)
}

// bounds judges the times of an ask by a limit.
func (p *Policy) bounds(l Limit, a Ask) (list []Breach) {
	if most := l.Longest.Exact(); a.Terms && most > 0 && a.Slot.Duration() > most {
		list = append(list, l.tooLong(a, most))
	}
	if l.Notice > 0 && a.Soon {
		if where, first := p.earliest(l, a); a.Slot.Start.Before(first) {
			list = append(list, p.tooSoon(l, a, where, first))
		}
	}
	if most := l.Ahead.Exact(); a.Far && most > 0 && a.Slot.Start.Sub(a.Now) > most {
		list = append(list, l.tooFar(a, most))
	}
	return list
}

// earliest returns when a slot may begin that is asked for now: at the testbed of the demand where that is latest.
func (p *Policy) earliest(l Limit, a Ask) (where string, first time.Time) {
	for _, id := range a.Demand.Testbeds() {
		if len(l.Testbeds) > 0 && !slices.Contains(l.Testbeds, id) {
			continue
		}
		if t := wallclock.AfterBusinessDays(a.Now, int(l.Notice), a.Zone(id), p.holiday); t.After(first) {
			where, first = id, t
		}
	}
	return where, first
}

func (p *Policy) holiday(date time.Time) bool {
	return slices.ContainsFunc(p.Holidays, func(d Date) bool { return d.Equal(date) })
}

// NotBefore returns the earliest start that the notices allow an ask, whatever its slot; the zero time for any.
func (p *Policy) NotBefore(a Ask) (first time.Time) {
	if p == nil {
		return first
	}
	for _, l := range p.Limits {
		if l.Notice == 0 || !p.applies(l.Who, l.Except, l.Testbeds, a) {
			continue
		}
		if _, t := p.earliest(l, a); t.After(first) {
			first = t
		}
	}
	return first
}

// Name returns whose use of a quota an ask counts to; empty for nobody's.
func (a Ask) name(per Per) string {
	switch per {
	case PerExperiment:
		return a.Experiment
	case PerOrganisation:
		return a.Organisation
	}
	return a.Username
}

// exceeded judges an ask by a quota, in each period that its slot touches.
func (p *Policy) exceeded(q Quota, a Ask, use Use) (list []Breach, err error) {
	if q.amount(a.Demand) == 0 || !p.applies(q.Who, q.Except, q.Testbeds, a) || a.name(q.Per) == "" {
		return nil, nil
	}
	subject := Subject{q.Per, a.name(q.Per)}
	for _, period := range p.Periods(q, a.Slot) {
		asked := p.Taken(q, Charge{a.Slot, a.Demand}, period)
		if asked == 0 {
			continue
		}
		used, err := p.Used(q, subject, period, use)
		if err != nil {
			return nil, err
		}
		if Plus(used, asked) > q.Most() {
			list = append(list, p.over(q, a, subject, period, used, asked))
		}
	}
	return list, nil
}

// Counting names the quotas that count an ask.
func (p *Policy) Counting(a Ask) (names []string) {
	if p == nil {
		return nil
	}
	for _, q := range p.Quotas {
		if q.amount(a.Demand) > 0 && p.applies(q.Who, q.Except, q.Testbeds, a) && a.name(q.Per) != "" {
			names = append(names, q.Name)
		}
	}
	return names
}

// Opening names the limits that count an ask as one more open request.
func (p *Policy) Opening(a Ask) (names []string) {
	if p == nil || !a.New {
		return nil
	}
	for _, l := range p.Limits {
		if l.Open > 0 && p.applies(l.Who, l.Except, l.Testbeds, a) {
			names = append(names, l.Name)
		}
	}
	return names
}

// Nearest returns the slots closest to an ask's that the refusals leave: as long as may be, as soon as may be, in the next period, as far as the
// quota reaches.
func Nearest(s testbeds.Slot, d testbeds.Demand, p *Policy, list []Breach) (slots []testbeds.Slot) {
	best, later := s, time.Time{}
	for _, r := range list {
		switch r.Kind {
		case KindLongest:
			if most := r.Latest.Sub(s.Start); most < best.Duration() {
				best.End = best.Start.Add(most)
			}
		case KindNotice:
			best = best.Shift(max(0, r.Earliest.Sub(best.Start)))
		case KindAhead:
			best = best.Shift(min(0, r.Latest.Sub(best.Start)))
		case KindQuota:
			if r.Period.End.After(later) {
				later = r.Period.End
			}
			if amount := p.quota(r.Rule).amount(d); amount > 0 && r.Allowed > 0 {
				left := time.Duration(r.Allowed*3600*float64(p.quota(r.Rule).scale())/float64(amount)) * time.Second
				if left = left.Truncate(time.Minute); left > 0 && left < best.Duration() {
					slots = append(slots, testbeds.NewSlot(best.Start, left))
				}
			}
		}
	}
	if later.IsZero() {
		return []testbeds.Slot{best}
	}
	return append(slots, testbeds.NewSlot(later, best.Duration()))
}

func (p *Policy) quota(name string) Quota {
	for _, q := range p.Quotas {
		if q.Name == name {
			return q
		}
	}
	return Quota{}
}

// Used adds up what a subject takes of a quota in a period, in units times seconds.
func (p *Policy) Used(q Quota, s Subject, period testbeds.Slot, use Use) (sum int64, err error) {
	if use.Sum != nil {
		return use.Sum(q, s, period)
	}
	list, err := use.Charges(s, period)
	for _, c := range list {
		sum = Plus(sum, p.Taken(q, c, period))
	}
	return sum, err
}
