package testbeds

import "time"

// Facility holds everything bookable: the testbeds of a federation, in the order of their file.
type Facility struct {
	Testbeds []Testbed `json:"testbeds" yaml:"testbeds"`
}

// Testbed is a site with an owner: its VIMs, its devices, and the times at which they can be used.
type Testbed struct {
	ID           string   `json:"id" yaml:"id"`
	Name         string   `json:"name" yaml:"name"`
	Organisation string   `json:"organisation,omitempty" yaml:"organisation,omitempty"`
	Location     string   `json:"location,omitempty" yaml:"location,omitempty"`
	Timezone     string   `json:"timezone" yaml:"timezone"` // IANA name; closures and openings are wall-clock time there
	Features     []string `json:"features,omitempty" yaml:"features,omitempty"`
	VIMs         []VIM    `json:"vims,omitempty" yaml:"vims,omitempty"`
	Devices      []Device `json:"devices,omitempty" yaml:"devices,omitempty"`

	// Setup and Teardown are kept free before and after each slot; a VIM's or device's own ones replace them.
	Setup    Period `json:"setup,omitzero" yaml:"setup,omitempty"`
	Teardown Period `json:"teardown,omitzero" yaml:"teardown,omitempty"`

	Closures        []Closure        `json:"closures,omitempty" yaml:"closures,omitempty"`
	Opening         []Closure        `json:"opening,omitempty" yaml:"opening,omitempty"` // outside all of them, the resources that they name are closed
	CapacityChanges []CapacityChange `json:"capacity_changes,omitempty" yaml:"capacity_changes,omitempty"`

	Approval   ApprovalPolicy `json:"approval,omitempty" yaml:"approval,omitempty"` // empty means required where there are providers, else informed
	Providers  []string       `json:"providers,omitempty" yaml:"providers,omitempty"`
	Visibility Visibility     `json:"visibility,omitempty" yaml:"visibility,omitempty"` // empty means busy

	Replace   Replacing  `json:"replace,omitempty" yaml:"replace,omitempty"`     // what becomes of those whom a closure hits; empty means asked
	Lateness  *Lateness  `json:"lateness,omitempty" yaml:"lateness,omitempty"`   // of slots that nobody reports as started
	Deadlines *Deadlines `json:"deadlines,omitempty" yaml:"deadlines,omitempty"` // of decisions; nil for none
}

// VIM is a compute pool of a testbed: a vector of quantities. A VNF never spreads over hosts, so the largest host, where hosts are given,
// bounds its size. The VIM itself packs VNFs onto hosts; the model does not.
type VIM struct {
	ID       string     `json:"id" yaml:"id"`
	Name     string     `json:"name,omitempty" yaml:"name,omitempty"`
	Type     string     `json:"type,omitempty" yaml:"type,omitempty"`
	Features []string   `json:"features,omitempty" yaml:"features,omitempty"` // in addition to the testbed's
	Capacity Quantities `json:"capacity" yaml:"capacity"`
	Hosts    []Host     `json:"hosts,omitempty" yaml:"hosts,omitempty"`
	Setup    *Period    `json:"setup,omitempty" yaml:"setup,omitempty"`
	Teardown *Period    `json:"teardown,omitempty" yaml:"teardown,omitempty"`
	Closures []Closure  `json:"closures,omitempty" yaml:"closures,omitempty"`
	Opening  []Closure  `json:"opening,omitempty" yaml:"opening,omitempty"`

	// Datacenter and Account are the names under which the portal knows this VIM (datacentername, vimid).
	Datacenter string `json:"datacenter,omitempty" yaml:"datacenter,omitempty"`
	Account    string `json:"vimid,omitempty" yaml:"vimid,omitempty"`
}

// Host is Count equal compute nodes of a VIM.
type Host struct {
	Count int64      `json:"count" yaml:"count"`
	Size  Quantities `json:"size" yaml:",inline"`
}

// Device is equipment counted in whole units. Where the units have names, there are exactly Count of them.
type Device struct {
	ID       string    `json:"id" yaml:"id"`
	Name     string    `json:"name,omitempty" yaml:"name,omitempty"`
	Count    int64     `json:"count" yaml:"count"`
	Features []string  `json:"features,omitempty" yaml:"features,omitempty"`
	Units    []string  `json:"units,omitempty" yaml:"units,omitempty"`
	Setup    *Period   `json:"setup,omitempty" yaml:"setup,omitempty"`
	Teardown *Period   `json:"teardown,omitempty" yaml:"teardown,omitempty"`
	Closures []Closure `json:"closures,omitempty" yaml:"closures,omitempty"`
	Opening  []Closure `json:"opening,omitempty" yaml:"opening,omitempty"`
}

// Quantities is a vector of amounts by name. vcpu, memory_mb and storage_gb are the usual ones; a facility may name others, such as gpus or
// floating_ips. Amounts lie in [0, MaxAmount].
type Quantities map[string]int64

// MaxAmount bounds every single amount, so that no sum of bookings can overflow an int64.
const MaxAmount = 1_000_000_000

// Closure is time in which all or part of a capacity is missing, once or repeatedly. As an opening it means the reverse: the named
// resources can be used only during it.
//
// It concerns the VIM or device that it is written in, or, written at the testbed, the VIMs and Devices that it lists; a closure that lists
// none concerns the whole testbed.
//
// One with a Source comes from a calendar that the testbed's staff keep: it is written at the testbed, and changed there alone.
type Closure struct {
	ID       string      `json:"id,omitempty" yaml:"id,omitempty"`
	Source   string      `json:"source,omitempty" yaml:"source,omitempty"` // the calendar, by its name in the settings
	Summary  string      `json:"summary" yaml:"summary"`
	Start    LocalTime   `json:"start" yaml:"start"` // wall-clock time in the testbed's zone
	Duration Period      `json:"duration" yaml:"duration"`
	RRule    string      `json:"rrule,omitempty" yaml:"rrule,omitempty"` // RFC 5545 recurrence, the subset of package wallclock
	ExDates  []LocalTime `json:"exdates,omitempty" yaml:"exdates,omitempty"`

	VIMs    []string `json:"vims,omitempty" yaml:"vims,omitempty"`
	Devices []string `json:"devices,omitempty" yaml:"devices,omitempty"`

	// A part of the capacity: amounts of a VIM, a count of a device, or named units of it. A closure with none of them takes everything.
	// Openings take no part.
	Capacity Quantities `json:"capacity,omitempty" yaml:"capacity,omitempty"`
	Count    int64      `json:"count,omitempty" yaml:"count,omitempty"`
	Units    []string   `json:"units,omitempty" yaml:"units,omitempty"`

	Replace Replacing `json:"replace,omitempty" yaml:"replace,omitempty"` // what becomes of those whom it hits; empty for what the testbed says
}

// CapacityChange replaces a VIM's amounts or a device's count from an instant on, until a later change of the same thing.
type CapacityChange struct {
	From     LocalTime  `json:"from" yaml:"from"`
	Summary  string     `json:"summary,omitempty" yaml:"summary,omitempty"`
	VIM      string     `json:"vim,omitempty" yaml:"vim,omitempty"`
	Capacity Quantities `json:"capacity,omitempty" yaml:"capacity,omitempty"` // amounts not named stay
	Device   string     `json:"device,omitempty" yaml:"device,omitempty"`
	Count    int64      `json:"count,omitempty" yaml:"count,omitempty"`
}

// ApprovalPolicy says whether a testbed's providers must agree before a request is scheduled, or only receive notice.
type ApprovalPolicy string

const (
	ApprovalRequired ApprovalPolicy = "required"
	ApprovalInformed ApprovalPolicy = "informed"
)

// Visibility says how much an experimenter sees of other users' bookings of a testbed.
type Visibility string

const (
	VisibilityBusy Visibility = "busy" // times and amounts, without the request
	VisibilityOpen Visibility = "open" // the request as well
)

// Policy returns the approval policy in force: the written one, else required where the testbed has providers.
func (t Testbed) Policy() ApprovalPolicy {
	if t.Approval != "" {
		return t.Approval
	}
	if len(t.Providers) > 0 {
		return ApprovalRequired
	}
	return ApprovalInformed
}

// VIM finds a VIM by its id.
func (t Testbed) VIM(id string) (VIM, bool) {
	for _, v := range t.VIMs {
		if v.ID == id {
			return v, true
		}
	}
	return VIM{}, false
}

// Device finds a device by its id.
func (t Testbed) Device(id string) (Device, bool) {
	for _, d := range t.Devices {
		if d.ID == id {
			return d, true
		}
	}
	return Device{}, false
}

// Testbed finds a testbed by its id.
func (f Facility) Testbed(id string) (Testbed, bool) {
	for i := range f.Testbeds { // a copy of each would cost more than the search
		if f.Testbeds[i].ID == id {
			return f.Testbeds[i], true
		}
	}
	return Testbed{}, false
}

// Buffers are the times kept free before and after a slot on one VIM or device.
type Buffers struct{ Setup, Teardown time.Duration }

// Around widens a slot by the buffers, to all that it occupies of a VIM or device.
func (b Buffers) Around(s Slot) Slot {
	return Slot{Start: s.Start.Add(-b.Setup), End: s.End.Add(b.Teardown)}
}

// VIMBuffers returns the buffers of a VIM: its own, else the testbed's.
func (t Testbed) VIMBuffers(v VIM) Buffers { return t.buffers(v.Setup, v.Teardown) }

// DeviceBuffers returns the buffers of a device: its own, else the testbed's.
func (t Testbed) DeviceBuffers(d Device) Buffers { return t.buffers(d.Setup, d.Teardown) }

func (t Testbed) buffers(setup, teardown *Period) Buffers {
	b := Buffers{t.Setup.Exact(), t.Teardown.Exact()}
	if setup != nil {
		b.Setup = setup.Exact()
	}
	if teardown != nil {
		b.Teardown = teardown.Exact()
	}
	return b
}
