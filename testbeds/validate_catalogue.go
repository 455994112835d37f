package testbeds

import (
	"maps"
	"slices"
	"strings"
)

// Validate finds every fault of a catalogue against a facility: ids, sizes, references to VNFs, VIMs, testbeds and devices. It does not ask
// whether an NSD can ever run at its placement: Check does.
func (c Catalogue) Validate(f Facility) Faults {
	v := &catalogueChecker{vnfs: map[string]bool{}, sites: map[string]site{}}
	for _, t := range f.Testbeds {
		s := site{vims: map[string]VIM{}, devices: map[string]Device{}}
		for _, vim := range t.VIMs {
			s.vims[vim.ID] = vim
		}
		for _, d := range t.Devices {
			s.devices[d.ID] = d
		}
		v.sites[t.ID] = s
	}
	v.atMost("vnfs", len(c.VNFs), maxVNFs)
	for i, vnf := range c.VNFs {
		v.vnf(index("vnfs", i), vnf)
	}
	v.atMost("nsds", len(c.NSDs), maxNSDs)
	seen := map[string]bool{}
	for i, n := range c.NSDs {
		at := index("nsds", i)
		v.form(at+".id", n.ID, nameForm, nameRule)
		v.once(at+".id", n.ID, seen)
		v.nsd(at, n)
	}
	return v.faults
}

// catalogueChecker collects the faults of a catalogue against a facility.
type catalogueChecker struct {
	checker
	vnfs  map[string]bool // by id
	sites map[string]site // by testbed
}

func (c *catalogueChecker) vnf(at string, v VNF) {
	c.form(at+".id", v.ID, nameForm, nameRule)
	c.once(at+".id", v.ID, c.vnfs)
	c.text(at+".name", v.Name)
	c.amounts(at+".size", v.Size)
	c.names(at+".requires", v.Requires, maxFeatures, idForm, idRule)
	c.atMost(at+".onboarded", len(v.Onboarded), maxOnboarded)
	c.twice(at+".onboarded", v.Onboarded)
	for i, vim := range v.Onboarded {
		c.vim(index(at+".onboarded", i), vim)
	}
}

// vim checks a reference of the form testbed/vim.
func (c *catalogueChecker) vim(at, ref string) {
	testbed, vim, ok := strings.Cut(ref, "/")
	switch s, known := c.sites[testbed]; {
	case !ok:
		c.fault(at, "must be testbed/vim, not %q", clip(ref))
	case !known:
		c.fault(at, "%q is not a testbed", clip(testbed))
	default:
		if _, ok := s.vims[vim]; !ok {
			c.fault(at, "%q is not a VIM of testbed %q", clip(vim), testbed)
		}
	}
}

func (c *catalogueChecker) nsd(at string, n NSD) {
	c.text(at+".name", n.Name)
	if len(n.Members) == 0 {
		c.fault(at+".members", "is missing: an NSD has at least one member")
	}
	c.atMost(at+".members", len(n.Members), maxMembers)
	members := map[string]bool{}
	for i, m := range n.Members {
		at := index(at+".members", i)
		c.form(at+".index", m.Index, nameForm, nameRule)
		c.once(at+".index", m.Index, members)
		if m.Index == PlaceAll {
			c.fault(at+".index", "cannot be %q, which stands for every member", PlaceAll)
		}
		if m.VNF == "" {
			c.fault(at+".vnf", "is missing")
		} else if !c.vnfs[m.VNF] {
			c.fault(at+".vnf", "%q is not a VNF of the catalogue", clip(m.VNF))
		}
	}
	for _, member := range slices.Sorted(maps.Keys(n.Placement)) {
		field := at + ".placement." + member
		if member != PlaceAll && !members[member] {
			c.fault(field, "%q is not a member of the NSD", clip(member))
		}
		c.vim(field, n.Placement[member])
	}
	c.needs(at+".devices", n.Devices)
}

func (c *catalogueChecker) needs(at string, list []DeviceNeed) {
	c.atMost(at, len(list), maxNeeds)
	seen := map[string]bool{}
	for i, d := range list {
		at := index(at, i)
		c.amount(at+".count", d.Count, 1)
		if int64(len(d.Units)) > d.Count {
			c.fault(at+".units", "must name at most as many units as count says: %d, not %d", d.Count, len(d.Units))
		}
		s, ok := c.sites[d.Testbed]
		if !ok {
			c.fault(at+".testbed", "%q is not a testbed", clip(d.Testbed))
			continue
		}
		device, ok := s.devices[d.Device]
		if !ok {
			c.fault(at+".device", "%q is not a device of testbed %q", clip(d.Device), d.Testbed)
			continue
		}
		c.once(at+".device", d.Testbed+" "+d.Device, seen)
		c.units(at+".units", d.Units, device)
	}
}
