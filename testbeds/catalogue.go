package testbeds

// Catalogue lists everything deployable: network services (NSDs) made of network functions (VNFs).
type Catalogue struct {
	VNFs []VNF `json:"vnfs" yaml:"vnfs"`
	NSDs []NSD `json:"nsds" yaml:"nsds"`
}

// VNF is a network function: its size, the features that it requires of a VIM, and the VIMs ("testbed/vim") on which its image is ready.
type VNF struct {
	ID        string     `json:"id" yaml:"id"`
	Name      string     `json:"name,omitempty" yaml:"name,omitempty"`
	Size      Quantities `json:"size" yaml:",inline"`
	Requires  []string   `json:"requires,omitempty" yaml:"requires,omitempty"`
	Onboarded []string   `json:"onboarded" yaml:"onboarded"`
}

// NSD is a network service: its members, the usual placement, and the devices that an experiment with it holds.
type NSD struct {
	ID        string       `json:"id" yaml:"id"`
	Name      string       `json:"name,omitempty" yaml:"name,omitempty"`
	Members   []Member     `json:"members" yaml:"members"`
	Placement Placement    `json:"placement,omitempty" yaml:"placement,omitempty"` // by member index; "all" stands for every member
	Devices   []DeviceNeed `json:"devices,omitempty" yaml:"devices,omitempty"`
}

// Member is one VNF of an NSD under its member-vnf-index.
type Member struct {
	Index string `json:"index" yaml:"index"`
	VNF   string `json:"vnf" yaml:"vnf"`
}

// Placement says for each member the VIM ("testbed/vim") on which it runs.
type Placement map[string]string

// PlaceAll is the key that stands for every member that has no entry of its own.
const PlaceAll = "all"

// DeviceNeed asks for Count units of a device of a testbed. Units names the units that must be among them, at most Count.
type DeviceNeed struct {
	Testbed string   `json:"testbed" yaml:"testbed"`
	Device  string   `json:"device" yaml:"device"`
	Count   int64    `json:"count" yaml:"count"`
	Units   []string `json:"units,omitempty" yaml:"units,omitempty"`
}

// VNF finds a VNF by its id.
func (c Catalogue) VNF(id string) (VNF, bool) {
	for _, v := range c.VNFs {
		if v.ID == id {
			return v, true
		}
	}
	return VNF{}, false
}

// NSD finds an NSD by its id.
func (c Catalogue) NSD(id string) (NSD, bool) {
	for _, n := range c.NSDs {
		if n.ID == id {
			return n, true
		}
	}
	return NSD{}, false
}
