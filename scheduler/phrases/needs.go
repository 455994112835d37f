package phrases

import (
	"cmp"
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
)

// Demand describes what a request needs, without the sizes of the testbeds' equipment.
func Demand(r scheduler.Request) []string { return Needs(r, testbeds.Facility{}) }

// Needs describes what a request needs, a line for each place: "wins-5g iris: 8 vCPU, 16 GB memory for 2 × ue, core", "wins-5g: 2 of 4 usrp-n210
// (n210-3, n210-4)".
func Needs(r scheduler.Request, f testbeds.Facility) []string {
	var lines []string
	for _, p := range placed(r) {
		line := p.where + ": "
		if size := p.size.Words(); size != "" {
			line += size + " for "
		}
		lines = append(lines, line+p.members())
	}
	for _, d := range r.Devices {
		line := fmt.Sprintf("%s: %d%s %s", d.Testbed, d.Count, of(d, f), d.Device)
		for _, u := range r.Units {
			if u.Testbed == d.Testbed && u.Device == d.Device {
				line += " (" + strings.Join(u.Units, ", ") + ")"
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// place is a VIM with the components on it and their size in all.
type place struct {
	where string
	names []string // of the functions, each once
	count map[string]int
	size  testbeds.Quantities
}

// placed groups the components by place, in the order in which the places first appear.
func placed(r scheduler.Request) (list []*place) {
	at := map[string]*place{}
	for _, c := range r.Components {
		where := r.Placement[c.Member]
		p := at[where]
		if p == nil {
			p = &place{where: strings.ReplaceAll(where, "/", " "), count: map[string]int{}, size: testbeds.Quantities{}}
			if where == "" {
				p.where = "not placed"
			}
			at[where], list = p, append(list, p)
		}
		name := cmp.Or(c.VNF, "component "+c.Member)
		if p.count[name]++; p.count[name] == 1 {
			p.names = append(p.names, name)
		}
		for q, n := range c.Size {
			p.size[q] += n
		}
	}
	return list
}

// members lists the components of a place, equal ones as one: "2 × ue, core".
func (p *place) members() string {
	words := make([]string, len(p.names))
	for i, name := range p.names {
		words[i] = name
		if n := p.count[name]; n > 1 {
			words[i] = fmt.Sprintf("%d × %s", n, name)
		}
	}
	return strings.Join(words, ", ")
}

// of says how many of a device there are, where that is known: " of 4".
func of(d testbeds.DeviceNeed, f testbeds.Facility) string {
	t, _ := f.Testbed(d.Testbed)
	if device, ok := t.Device(d.Device); ok {
		return fmt.Sprintf(" of %d", device.Count)
	}
	return " ×"
}
