package story

import (
	"slices"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
)

// deployable reports whether a request can run at its places at any time: its places and devices exist, its components are onboarded
// there, find their features, and fit a host.
func (s snapshot) deployable(r scheduler.Request) bool {
	for _, c := range r.Components {
		if v, ok := s.catalogue.VNF(c.VNF); ok {
			c.Onboarded, c.Requires = v.Onboarded, v.Requires
		}
		if !s.runs(c, r.Placement[c.Member]) {
			return false
		}
	}
	for _, d := range r.Devices {
		t, _ := s.facility.Testbed(d.Testbed)
		device, ok := t.Device(d.Device)
		if !ok || device.Count < d.Count || slices.ContainsFunc(d.Units, func(u string) bool { return !slices.Contains(device.Units, u) }) {
			return false
		}
	}
	return !slices.ContainsFunc(r.Demand, func(n testbeds.Need) bool { return n.Amount > s.most(n.Resource) })
}

func (s snapshot) runs(c testbeds.Component, where string) bool {
	testbed, vim, _ := strings.Cut(where, "/")
	t, _ := s.facility.Testbed(testbed)
	v, ok := t.VIM(vim)
	if !ok || !slices.Contains(c.Onboarded, where) {
		return false
	}
	for _, feature := range c.Requires {
		if !slices.Contains(t.Features, feature) && !slices.Contains(v.Features, feature) {
			return false
		}
	}
	return len(v.Hosts) == 0 || slices.ContainsFunc(v.Hosts, func(h testbeds.Host) bool { return holds(h.Size, c.Size) })
}

func holds(host, size testbeds.Quantities) bool {
	for q, n := range size {
		if host[q] < n {
			return false
		}
	}
	return true
}

// most returns the amount of a resource without closures.
func (s snapshot) most(r testbeds.Resource) int64 {
	t, _ := s.facility.Testbed(r.Testbed)
	if d, ok := t.Device(r.Device); ok {
		return d.Count
	}
	v, _ := t.VIM(r.VIM)
	return v.Capacity[r.Quantity]
}

// exists reports whether all resources of a request's booking still exist.
func (s snapshot) exists(r scheduler.Request) bool {
	for _, n := range r.Demand {
		t, _ := s.facility.Testbed(n.Testbed)
		v, there := t.VIM(n.VIM)
		if _, ok := t.Device(n.Device); !ok && !there || n.Device == "" && v.Capacity[n.Quantity] == 0 {
			return false
		}
		if d, ok := t.Device(n.Device); ok && slices.ContainsFunc(n.Units, func(u string) bool { return !slices.Contains(d.Units, u) }) {
			return false
		}
	}
	return true
}
