package testbeds

import (
	"slices"
	"strings"
	"unicode"
)

// Validate finds every fault of a facility: ids, zones, amounts, units, recurrences, approval policies, references. The fields are
// named as in JSON, by index.
func (f Facility) Validate() Faults {
	c := &checker{zones: map[string]bool{}}
	c.atMost("testbeds", len(f.Testbeds), maxTestbeds)
	seen := map[string]bool{}
	for i, t := range f.Testbeds {
		at := index("testbeds", i)
		c.form(at+".id", t.ID, idForm, idRule)
		c.once(at+".id", t.ID, seen)
		c.testbed(at, t)
	}
	if c.recurring > maxRecurring {
		c.fault("testbeds", "has %d recurring closures and openings, at most %d are allowed", c.recurring, maxRecurring)
	}
	c.portalNames(f)
	return c.faults
}

func (c *checker) testbed(at string, t Testbed) {
	c.someText(at+".name", t.Name)
	c.text(at+".organisation", t.Organisation)
	c.text(at+".location", t.Location)
	c.zone(at+".timezone", t.Timezone)
	c.names(at+".features", t.Features, maxFeatures, idForm, idRule)
	c.buffer(at+".setup", t.Setup)
	c.buffer(at+".teardown", t.Teardown)

	s := site{vims: map[string]VIM{}, devices: map[string]Device{}}
	c.vims(at+".vims", t.VIMs, s)
	c.devices(at+".devices", t.Devices, s)
	c.closures(at+".closures", t.Closures, s.concerned, false)
	c.closures(at+".opening", t.Opening, s.concerned, true)
	c.capacityChanges(at+".capacity_changes", t.CapacityChanges, s)

	c.providers(at+".providers", t.Providers)
	if !oneOf(t.Approval, "", ApprovalRequired, ApprovalInformed) {
		c.fault(at+".approval", "must be %s or %s, not %q", ApprovalRequired, ApprovalInformed, clip(string(t.Approval)))
	}
	if !oneOf(t.Visibility, "", VisibilityBusy, VisibilityOpen) {
		c.fault(at+".visibility", "must be %s or %s, not %q", VisibilityBusy, VisibilityOpen, clip(string(t.Visibility)))
	}
	c.replacing(at+".replace", t.Replace)
	c.lateness(at+".lateness", t.Lateness)
	c.deadlines(at+".deadlines", t.Deadlines)
}

// vims checks the VIMs of a testbed and adds them to its site.
func (c *checker) vims(at string, list []VIM, s site) {
	c.atMost(at, len(list), maxVIMs)
	seen := map[string]bool{}
	for i, v := range list {
		at := index(at, i)
		c.form(at+".id", v.ID, idForm, idRule)
		c.once(at+".id", v.ID, seen)
		c.text(at+".name", v.Name)
		c.text(at+".type", v.Type)
		c.text(at+".datacenter", v.Datacenter)
		c.text(at+".vimid", v.Account)
		c.names(at+".features", v.Features, maxFeatures, idForm, idRule)
		if len(v.Capacity) == 0 {
			c.fault(at+".capacity", "is missing: a VIM has at least one amount, such as vcpu")
		}
		c.amounts(at+".capacity", v.Capacity)
		c.atMost(at+".hosts", len(v.Hosts), maxHosts)
		for i, h := range v.Hosts {
			at := index(at+".hosts", i)
			c.amount(at+".count", h.Count, 1)
			c.amounts(at+".size", h.Size)
			c.amountsKnown(at+".size", h.Size, v)
		}
		c.ownBuffers(at, v.Setup, v.Teardown)
		c.closures(at+".closures", v.Closures, ofVIM(v), false)
		c.closures(at+".opening", v.Opening, ofVIM(v), true)
		s.vims[v.ID] = v
	}
}

// devices checks the devices of a testbed and adds them to its site.
func (c *checker) devices(at string, list []Device, s site) {
	c.atMost(at, len(list), maxDevices)
	seen := map[string]bool{}
	for i, d := range list {
		at := index(at, i)
		c.form(at+".id", d.ID, idForm, idRule)
		c.once(at+".id", d.ID, seen)
		c.text(at+".name", d.Name)
		c.amount(at+".count", d.Count, 0)
		c.names(at+".features", d.Features, maxFeatures, idForm, idRule)
		c.names(at+".units", d.Units, maxUnits, nameForm, nameRule)
		if len(d.Units) > 0 && int64(len(d.Units)) != d.Count {
			c.fault(at+".units", "must name exactly as many units as count says: %d, not %d", d.Count, len(d.Units))
		}
		c.ownBuffers(at, d.Setup, d.Teardown)
		c.closures(at+".closures", d.Closures, ofDevice(d), false)
		c.closures(at+".opening", d.Opening, ofDevice(d), true)
		s.devices[d.ID] = d
	}
}

func (c *checker) ownBuffers(at string, setup, teardown *Period) {
	if setup != nil {
		c.buffer(at+".setup", *setup)
	}
	if teardown != nil {
		c.buffer(at+".teardown", *teardown)
	}
}

// providers checks a list of user names; the form of user names is not the facility's business.
func (c *checker) providers(at string, list []string) {
	c.atMost(at, len(list), maxProviders)
	seen := map[string]bool{}
	for i, name := range list {
		field := index(at, i)
		c.someText(field, name)
		if strings.ContainsFunc(name, unicode.IsSpace) {
			c.fault(field, "must be a user name, without white space")
		}
		c.once(field, name, seen)
	}
}

// portalNames checks that each portal name stands for one VIM of the whole facility.
func (c *checker) portalNames(f Facility) {
	datacenters, accounts := map[string]bool{}, map[string]bool{}
	for i, t := range f.Testbeds {
		for j, v := range t.VIMs {
			at := index(index("testbeds", i)+".vims", j)
			c.once(at+".datacenter", v.Datacenter, datacenters)
			c.once(at+".vimid", v.Account, accounts)
		}
	}
}

func oneOf[T comparable](v T, allowed ...T) bool { return slices.Contains(allowed, v) }
