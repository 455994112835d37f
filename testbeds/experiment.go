package testbeds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"berth/testbeds/plain"
)

// Experiment is the work of one slot: components, the VIM of each, and devices.
type Experiment struct {
	Components []Component  `json:"components,omitempty"`
	Placement  Placement    `json:"placement,omitempty"` // complete: one entry per member, no "all"
	Devices    []DeviceNeed `json:"devices,omitempty"`
}

// Component is one member of an experiment: a VNF with its size and its requirements.
type Component struct {
	Member    string     `json:"member"`
	VNF       string     `json:"vnf,omitempty"`
	Size      Quantities `json:"size"`
	Requires  []string   `json:"requires,omitempty"`
	Onboarded []string   `json:"onboarded,omitempty"` // VIMs on which the image is ready
}

// Resource names one counted thing: a quantity of a VIM, or a device of a testbed.
type Resource struct {
	Testbed  string `json:"testbed"`
	VIM      string `json:"vim,omitempty"`
	Quantity string `json:"quantity,omitempty"` // of the VIM
	Device   string `json:"device,omitempty"`
}

// String writes the resource with the names that the facility file uses: "wins-5g usrp-n210" or "wins-5g/iris memory_mb".
func (r Resource) String() string {
	if r.Device != "" {
		return r.Testbed + " " + r.Device
	}
	return r.Testbed + "/" + r.VIM + " " + r.Quantity
}

// Words names the resource in a sentence: "wins-5g usrp-n210" or "wins-5g iris memory".
func (r Resource) Words() string {
	if r.Device != "" {
		return r.String()
	}
	return r.Testbed + " " + r.VIM + " " + plain.Quantity(r.Quantity)
}

// Compare orders resources by testbed, VIMs before devices, then by name.
func (r Resource) Compare(o Resource) int {
	return cmp.Or(cmp.Compare(r.Testbed, o.Testbed), cmp.Compare(r.Device, o.Device),
		cmp.Compare(r.VIM, o.VIM), cmp.Compare(r.Quantity, o.Quantity))
}

// Need is an amount of one resource; Units names the units that must be among it.
type Need struct {
	Resource
	Amount int64    `json:"amount"`
	Units  []string `json:"units,omitempty"`
}

// Demand is the vector that a request needs: one need per resource, in the order of Resource.Compare, none of them zero.
type Demand []Need

// Demand sums the needs of the experiment per resource. Members without a place do not count.
func (e Experiment) Demand() Demand {
	sums := map[Resource]*Need{}
	add := func(r Resource, n int64, units []string) {
		if n == 0 {
			return
		}
		if sums[r] == nil {
			sums[r] = &Need{Resource: r}
		}
		sums[r].Amount += n
		sums[r].Units = append(sums[r].Units, units...)
	}
	for _, c := range e.Components {
		testbed, vim, ok := strings.Cut(e.Placement[c.Member], "/")
		if !ok {
			continue
		}
		for q, n := range c.Size {
			add(Resource{Testbed: testbed, VIM: vim, Quantity: q}, n, nil)
		}
	}
	for _, d := range e.Devices {
		add(Resource{Testbed: d.Testbed, Device: d.Device}, d.Count, d.Units)
	}
	demand := make(Demand, 0, len(sums))
	for _, n := range sums {
		demand = append(demand, *n)
	}
	slices.SortFunc(demand, func(a, b Need) int { return a.Resource.Compare(b.Resource) })
	return demand
}

// Of returns the testbed's part of the demand.
func (d Demand) Of(testbed string) Demand {
	var part Demand
	for _, n := range d {
		if n.Testbed == testbed {
			part = append(part, n)
		}
	}
	return part
}

// Within reports whether the demand asks for no more than another one: of no resource a greater amount, no unit that the other does not
// insist on, and no more units than the other leaves open.
func (d Demand) Within(o Demand) bool {
	return !slices.ContainsFunc(d, func(n Need) bool {
		return !slices.ContainsFunc(o, func(x Need) bool { return n.Resource == x.Resource && n.within(x) })
	})
}

func (n Need) within(o Need) bool {
	open, left := n.Amount-int64(len(n.Units)), o.Amount-int64(len(o.Units))
	return n.Amount <= o.Amount && open <= left && !slices.ContainsFunc(n.Units, func(u string) bool { return !slices.Contains(o.Units, u) })
}

// Testbeds lists the ids of the testbeds that the demand touches, sorted.
func (d Demand) Testbeds() []string {
	var ids []string
	for _, n := range d {
		ids = append(ids, n.Testbed)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Experiment builds the experiment of an NSD: placement entries of the caller replace the NSD's own, devices given (not nil) replace the
// NSD's. An unknown NSD or VNF, or a placement of a member that the NSD does not have, is an error that names it.
func (c Catalogue) Experiment(nsd string, placement Placement, devices []DeviceNeed) (Experiment, error) {
	n, ok := c.NSD(nsd)
	if !ok {
		return Experiment{}, fmt.Errorf("NSD %q is not in the catalogue", nsd)
	}
	e := Experiment{Placement: Placement{}, Devices: n.Devices}
	if devices != nil {
		e.Devices = devices
	}
	for _, m := range n.Members {
		v, ok := c.VNF(m.VNF)
		if !ok {
			return Experiment{}, fmt.Errorf("VNF %q of NSD %q is not in the catalogue", m.VNF, nsd)
		}
		e.Components = append(e.Components, Component{Member: m.Index, VNF: v.ID, Size: v.Size, Requires: v.Requires, Onboarded: v.Onboarded})
	}
	if err := e.place(n.Placement, placement); err != nil {
		return Experiment{}, err
	}
	return e, nil
}

// place fills the placement of each member from the last of the given placements with an entry for it.
func (e *Experiment) place(from ...Placement) error {
	for _, p := range from {
		for member := range p {
			if member != PlaceAll && !slices.ContainsFunc(e.Components, func(c Component) bool { return c.Member == member }) {
				return fmt.Errorf("placement names member %q, which does not exist", member)
			}
		}
		for _, c := range e.Components {
			if vim, ok := p[c.Member]; ok {
				e.Placement[c.Member] = vim
			} else if vim, ok := p[PlaceAll]; ok {
				e.Placement[c.Member] = vim
			}
		}
	}
	return nil
}
