package policy

import (
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Granted returns the first rule that grants an ask which fits, and decides nothing where a person must be there.
func (p *Policy) Granted(a Ask) (g Grant, ok bool) {
	if p == nil || p.attends(a) != "" {
		return g, false
	}
	i := slices.IndexFunc(p.Grants, func(g Grant) bool { return p.grants(g, a) })
	if i < 0 {
		return g, false
	}
	return p.Grants[i], true
}

// grants reports whether a rule grants an ask. All of it must lie at the rule's testbeds.
func (p *Policy) grants(g Grant, a Ask) bool {
	elsewhere := func(n testbeds.Need) bool { return len(g.Testbeds) > 0 && !slices.Contains(g.Testbeds, n.Testbed) }
	device := func(n testbeds.Need) bool { return n.Device != "" }
	switch {
	case len(a.Demand) == 0, !p.applies(g.Who, g.Except, nil, a), slices.ContainsFunc(a.Demand, elsewhere):
		return false
	case len(g.Mentors) > 0 && !slices.Contains(g.Mentors, a.Mentor):
		return false
	case g.NoDevices && slices.ContainsFunc(a.Demand, device):
		return false
	case g.Longest.Exact() > 0 && a.Slot.Duration() > g.Longest.Exact():
		return false
	}
	sums := map[string]int64{}
	for _, n := range a.Demand {
		if n.Device == "" {
			sums[n.Quantity] = Plus(sums[n.Quantity], n.Amount)
		}
	}
	for quantity, under := range g.Under {
		if sums[quantity] >= under {
			return false
		}
	}
	return true
}

// attends names the rule by which a person must decide about an ask; empty for none.
func (p *Policy) attends(a Ask) (rule string) {
	for _, x := range p.Attended {
		if len(x.Testbeds) > 0 && !slices.ContainsFunc(a.Demand, func(n testbeds.Need) bool { return slices.Contains(x.Testbeds, n.Testbed) }) {
			continue
		}
		if x.on(a.Slot, p.In()) {
			return x.Name
		}
	}
	return ""
}

// on reports whether a slot touches one of the days.
func (x Attended) on(s testbeds.Slot, zone *time.Location) (found bool) {
	wallclock.Dates(s.Start, s.End, zone, func(date time.Time, _ wallclock.Interval) bool {
		found = slices.ContainsFunc(x.Days, func(d string) bool { return weekdays[d] == date.Weekday() }) ||
			slices.ContainsFunc(x.Dates, func(d Date) bool { return d.Equal(date) })
		return !found
	})
	return found
}
