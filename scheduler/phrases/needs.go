package phrases

import (
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
)

// Demand describes what a request needs, without the sizes of the testbeds' equipment.
func Demand(r scheduler.Request) []string { return Needs(r, testbeds.Facility{}) }

// Needs describes what a request needs, a line for each place: "wins-5g iris: 8 vCPU, 16 GB memory for ue (1), core (2)", "wins-5g: 2 of 4 usrp-n210
// (n210-3, n210-4)".
func Needs(r scheduler.Request, f testbeds.Facility) []string {
	var lines []string
	for _, p := range placed(r) {
		line := p.where + ": "
		if size := p.size.Words(); size != "" {
			line += size + " for "
		}
		lines = append(lines, line+strings.Join(p.members, ", "))
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
	where   string
	members []string
	size    testbeds.Quantities
}

// placed groups the components by place, in the order in which the places first appear.
func placed(r scheduler.Request) (list []*place) {
	at := map[string]*place{}
	for _, c := range r.Components {
		where := r.Placement[c.Member]
		p := at[where]
		if p == nil {
			p = &place{where: strings.ReplaceAll(where, "/", " "), size: testbeds.Quantities{}}
			if where == "" {
				p.where = "not placed"
			}
			at[where], list = p, append(list, p)
		}
		p.members = append(p.members, member(c))
		for q, n := range c.Size {
			p.size[q] += n
		}
	}
	return list
}

func member(c testbeds.Component) string {
	if c.VNF == "" {
		return "component " + c.Member
	}
	return c.VNF + " (" + c.Member + ")"
}

// of says how many of a device there are, where that is known: " of 4".
func of(d testbeds.DeviceNeed, f testbeds.Facility) string {
	t, _ := f.Testbed(d.Testbed)
	if device, ok := t.Device(d.Device); ok {
		return fmt.Sprintf(" of %d", device.Count)
	}
	return " ×"
}
