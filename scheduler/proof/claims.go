package proof

import (
	"maps"
	"slices"
	"strings"

	"berth/testbeds"
)

// claimed judges whether a booking claims exactly a demand, throughout its slot, on the units that were given or insisted on.
func (p *Proof) claimed(r Request, b testbeds.Booking, demand testbeds.Demand, given []Units) {
	claims := map[testbeds.Resource]testbeds.Need{}
	for _, c := range b.Claims {
		n := claims[c.Resource]
		n.Amount, n.Units = n.Amount+c.Amount, append(slices.Clone(n.Units), c.Units...)
		claims[c.Resource] = n
		if c.From.After(b.Slot.Start) || c.To.Before(b.Slot.End) {
			p.say(r, "its booking %d claims %s for less than its slot", b.ID, c.Resource)
		}
	}
	for _, n := range demand {
		c, ok := claims[n.Resource]
		delete(claims, n.Resource)
		if !ok || c.Amount != n.Amount {
			p.say(r, "needs %d of %s, and its booking %d claims %d", n.Amount, n.Resource, b.ID, c.Amount)
			continue
		}
		p.units(r, b, n, c.Units, given)
	}
	for _, resource := range slices.SortedFunc(maps.Keys(claims), testbeds.Resource.Compare) {
		p.say(r, "its booking %d claims %d of %s, which it does not need", b.ID, claims[resource].Amount, resource)
	}
}

// units judges the named units of one claim.
func (p *Proof) units(r Request, b testbeds.Booking, n testbeds.Need, claimed []string, given []Units) {
	want, how := n.Units, "insists on"
	for _, g := range given {
		if g.Testbed != n.Testbed || g.Device != n.Device || n.Device == "" {
			continue
		}
		if want, how = g.Names, "was given"; !within(n.Units, want) {
			p.say(r, "insists on %s of %s, and was given %s", words(n.Units), n.Resource, words(want))
		}
	}
	if !slices.Equal(set(want), set(claimed)) {
		p.say(r, "%s %s of %s, and its booking %d claims %s", how, words(want), n.Resource, b.ID, words(claimed))
	}
}

// unit is a named unit of a device.
type unit struct{ testbed, device, name string }

// runs judges whether a running request has its units alone.
func (p *Proof) runs(r Request) {
	for _, g := range r.Units {
		for _, name := range g.Names {
			u := unit{g.Testbed, g.Device, name}
			if other := p.running[u]; other != 0 {
				p.say(r, "runs on unit %s of %s %s, and so does request #%d", name, g.Testbed, g.Device, other)
			}
			p.running[u] = r.Number
		}
	}
}

func set(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

// within reports whether all names are among others.
func within(names, others []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(others, n) })
}

func words(names []string) string {
	if len(names) == 0 {
		return "no unit"
	}
	return strings.Join(set(names), ", ")
}
