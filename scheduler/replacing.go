package scheduler

import (
	"cmp"
	"reflect"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// drawn is a time at which a new or changed closure says itself what becomes of those whom it hits.
type drawn struct {
	slot    testbeds.Slot
	testbed string
	of      []string // VIMs and devices; empty for all of the testbed
	replace testbeds.Replacing
}

func (x drawn) takes(o testbeds.Overcommitment) bool {
	return o.Resource.Testbed == x.testbed && o.Interval.Overlaps(x.slot) && (len(x.of) == 0 || slices.Contains(x.of, cmp.Or(o.Resource.VIM, o.Resource.Device)))
}

// closuresOf expands the new and changed closures that say what becomes of those whom they hit.
func (m *impact) closuresOf() (list []drawn) {
	for _, id := range m.beds {
		before, _ := m.before.fed.Testbed(id)
		after, _ := m.after.fed.Testbed(id)
		zone, err := wallclock.Zone(after.Timezone)
		if err != nil {
			continue // a testbed that is gone
		}
		known := map[string][]testbeds.Closure{}
		for _, c := range before.AllClosures() {
			known[c.ID] = append(known[c.ID], c.Closure)
		}
		for _, c := range after.AllClosures() {
			if c.Replace == "" || slices.ContainsFunc(known[c.ID], func(old testbeds.Closure) bool { return reflect.DeepEqual(old, c.Closure) }) {
				continue
			}
			slots, _ := c.Occurrences(zone, m.after.fed.Horizon()) // it was expanded to that before
			for _, at := range slots {
				list = append(list, drawn{at, id, c.Of, c.Replace})
			}
		}
	}
	return list
}

// replacing says what becomes of a request whose booking the change breaks: what the closures that take from it say, else their testbeds; of several the
// gentlest counts. Where it is not time that is missing, its people are asked.
func (m *impact) replacing(o ChangeOptions, booking int64) testbeds.Replacing {
	if o.Replace {
		return testbeds.ReplaceTold
	}
	if len(m.problems[booking]) > 0 {
		return testbeds.ReplaceAsked
	}
	way := len(testbeds.Replacements) - 1
	note := func(r testbeds.Replacing) { way = min(way, slices.Index(testbeds.Replacements, r)) }
	for _, short := range m.short[booking] {
		said := false
		for _, c := range m.drawn {
			if c.takes(short) {
				said = true
				note(c.replace)
			}
		}
		if !said {
			t, _ := m.after.fed.Testbed(short.Resource.Testbed)
			note(t.Replacing())
		}
	}
	return testbeds.Replacements[way]
}

// termsOf says who makes a change, and for which testbeds they speak in it. A calendar speaks for its own, although Berth acts for it.
func (d *decision) termsOf(o ChangeOptions, m *impact) CareTerms {
	t := CareTerms{By: d.actor.Username, Via: d.actor.Via, Reason: o.Reason}
	switch {
	case d.actor.Username == account.System.Username:
		t.Testbeds = m.beds
	case d.actor.Is(account.RoleAdministrator):
		t.Everywhere = true
	default:
		t.Testbeds = d.actor.Testbeds
	}
	return t
}
