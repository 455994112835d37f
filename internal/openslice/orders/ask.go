package orders

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"berth/internal/intake"
	"berth/internal/openslice"
	"berth/internal/remote"
	"berth/testbeds"
)

// An order item says what it needs by the characteristics of its service, whatever their case, spaces, hyphens and underscores:
//
//	NSD                          the network service descriptor, by its id in Berth's catalogue
//	VNF                          a VNF of the catalogue, instead of a size
//	vCPU, memory, storage        the size of one component: 4, "8 GB", memory_mb 4096, storage "0.5 TB"
//	instances                    how many such components; one unless given
//	VIM                          where they run: testbed/vim, or a name that the settings or the facility know
//	requires                     features, separated by commas
//	devices                      testbed/device=2, separated by commas
//
// An item without any of NSD, VNF, size and devices orders the network service whose descriptor has the name of its service specification.

// problem says why an order cannot be taken at its word.
type problem struct{ field, rule string }

func (p problem) Error() string { return p.field + ": " + p.rule }

// Bounds of what is read.
const (
	maxOrderItems = 100
	maxInstances  = 100
)

// ask is what an order wants.
type ask struct {
	design     string
	components []testbeds.Component
	devices    []testbeds.DeviceNeed
	places     []intake.Place
}

// asked reads what the items of an order want.
func asked(o openslice.Order) (a ask, err error) {
	if len(o.Items) > maxOrderItems {
		return a, problem{"orderItem", fmt.Sprintf("has more than %d entries", maxOrderItems)}
	}
	for i, x := range o.Items {
		if !adds(x) {
			continue
		}
		if err := a.add(fmt.Sprintf("orderItem[%d]", i), x.Service); err != nil {
			return a, err
		}
	}
	if a.design != "" && len(a.components) > 0 {
		return a, problem{"orderItem", "names the NSD " + remote.Clip(a.design) + " and components beside it; a request has either"}
	}
	if len(o.Items) == 0 {
		return a, problem{"orderItem", "is empty: nothing is ordered"}
	}
	return a, nil
}

// adds reports whether an item orders a service: others modify or end one, or leave it as it is.
func adds(x openslice.Item) bool { return x.Action == "" || strings.EqualFold(x.Action, "add") }

// ending reports whether an order only ends services that there were: people end them in Openslice by changing the items of their order so.
func ending(o openslice.Order) bool {
	return slices.ContainsFunc(o.Items, func(x openslice.Item) bool { return strings.EqualFold(x.Action, "delete") }) && !slices.ContainsFunc(o.Items, adds)
}

// add reads one item.
func (a *ask) add(at string, s openslice.Service) error {
	n := item{at: at, size: testbeds.Quantities{}, instances: 1}
	for _, c := range s.Characteristics {
		if err := n.read(c); err != nil {
			return err
		}
	}
	if n.design == "" && n.vnf == "" && len(n.size) == 0 && len(n.devices) == 0 {
		if n.design = s.Specification.Name; n.design == "" {
			return problem{at + ".service", "names no NSD, neither by a characteristic nor by its service specification, and no size or device"}
		}
	}
	if n.place == "" && len(s.Places) > 0 {
		n.place = s.Places[0].Name
		if n.place == "" {
			n.place = s.Places[0].ID
		}
	}
	return a.take(n)
}

// take adds a read item to what the order wants.
func (a *ask) take(n item) error {
	for _, d := range n.devices {
		i := slices.IndexFunc(a.devices, func(x testbeds.DeviceNeed) bool { return x.Testbed == d.Testbed && x.Device == d.Device })
		if i < 0 {
			a.devices = append(a.devices, d)
			continue
		}
		a.devices[i].Count += d.Count
	}
	if n.design != "" {
		if a.design != "" {
			return problem{n.at + ".service", "is a second NSD; a request has one"}
		}
		a.design = n.design
		if n.place != "" {
			a.places = append(a.places, placed(testbeds.PlaceAll, n.place))
		}
		return nil
	}
	if n.vnf == "" && len(n.size) == 0 {
		return nil
	}
	for range n.instances {
		member := strconv.Itoa(len(a.components) + 1)
		a.components = append(a.components, testbeds.Component{Member: member, VNF: n.vnf, Size: n.size, Requires: n.requires})
		if n.place != "" {
			a.places = append(a.places, placed(member, n.place))
		}
	}
	return nil
}

func placed(member, name string) intake.Place {
	return intake.Place{Member: member, Account: name, Datacenter: name, Names: []string{name}}
}

// item is what one order item needs.
type item struct {
	at        string
	design    string
	vnf       string
	size      testbeds.Quantities
	instances int64
	place     string
	requires  []string
	devices   []testbeds.DeviceNeed
}

// plainName is the name of a characteristic without what people write differently.
func plainName(name string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(strings.ToLower(name))
}

// read reads one characteristic. Those that it does not know concern Openslice alone.
func (n *item) read(c openslice.Characteristic) (err error) {
	value := strings.TrimSpace(c.Value.Value)
	if value == "" {
		return nil
	}
	field := n.at + " " + strconv.Quote(remote.Clip(c.Name))
	switch plainName(c.Name) {
	case "nsd", "nsdname", "networkservice":
		n.design = value
	case "vnf", "vnfd":
		n.vnf = value
	case "vim", "placement", "testbedvim":
		n.place = value
	case "requires", "features":
		n.requires = listed(value)
	case "instances", "count":
		if n.instances, err = strconv.ParseInt(value, 10, 64); err != nil || n.instances < 1 || n.instances > maxInstances {
			return problem{field, fmt.Sprintf("must be from 1 to %d", maxInstances)}
		}
	case "vcpu", "vcpus", "cpu", "cpus", "cores":
		return n.sized("vcpu", field, value, nil)
	case "memory", "memorymb", "ram", "rammb":
		return n.sized("memory_mb", field, value, map[string]float64{"": 1, "mb": 1, "mib": 1, "gb": 1024, "gib": 1024, "tb": 1 << 20, "tib": 1 << 20})
	case "memorygb", "ramgb":
		return n.sized("memory_mb", field, value, map[string]float64{"": 1024, "gb": 1024, "gib": 1024})
	case "storage", "storagegb", "disk", "diskgb":
		return n.sized("storage_gb", field, value, map[string]float64{"": 1, "gb": 1, "gib": 1, "tb": 1024, "tib": 1024})
	case "gpu", "gpus":
		return n.sized("gpus", field, value, nil)
	case "device", "devices":
		n.devices, err = devices(field, value)
	}
	return err
}

var amountForm = regexp.MustCompile(`^([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([A-Za-z]*)$`)

// sized reads an amount of a quantity; nil units: a bare whole number.
func (n *item) sized(quantity, field, value string, units map[string]float64) error {
	if units == nil {
		units = map[string]float64{"": 1}
	}
	parts := amountForm.FindStringSubmatch(value)
	if parts == nil {
		return problem{field, strconv.Quote(remote.Clip(value)) + " is no amount"}
	}
	factor, known := units[strings.ToLower(parts[2])]
	amount, err := strconv.ParseFloat(parts[1], 64)
	if whole := amount * factor; !known || err != nil || whole != float64(int64(whole)) || whole > testbeds.MaxAmount {
		return problem{field, strconv.Quote(remote.Clip(value)) + " is no amount"}
	}
	n.size[quantity] = int64(amount * factor)
	return nil
}

// listed reads a list: separated by commas, or as Openslice writes a SET or an ARRAY.
func listed(value string) (list []string) {
	var entries []struct{ Value string }
	if strings.HasPrefix(value, "[") && json.Unmarshal([]byte(value), &entries) == nil {
		for _, e := range entries {
			if e.Value != "" {
				list = append(list, e.Value)
			}
		}
		return list
	}
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// devices reads a list of testbed/device=count.
func devices(field, value string) (list []testbeds.DeviceNeed, err error) {
	for _, part := range listed(value) {
		name, number, counted := strings.Cut(part, "=")
		testbed, device, named := strings.Cut(strings.TrimSpace(name), "/")
		count := int64(1)
		if counted {
			count, err = strconv.ParseInt(strings.TrimSpace(number), 10, 32)
		}
		if !named || testbed == "" || device == "" || err != nil || count < 1 {
			return nil, problem{field, strconv.Quote(remote.Clip(part)) + " is not like wins-5g/usrp-n210=2"}
		}
		list = append(list, testbeds.DeviceNeed{Testbed: testbed, Device: device, Count: count})
	}
	return list, nil
}
