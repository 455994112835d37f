package tmf685

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// demand is TMF685's ResourceCapacityDemand: an amount of a pool, or named resources of it.
type demand struct {
	Amount    *int64      `json:"capacityDemandAmount,omitempty"`
	Pool      poolRef     `json:"resourcePool"`
	Resources []reference `json:"resources,omitempty"`
	Period    *period     `json:"applicableTimePeriod,omitempty"`
}

type poolRef struct {
	ID        string      `json:"id"`
	Href      string      `json:"href,omitempty"`
	Name      string      `json:"name,omitempty"`
	Resources []reference `json:"resources,omitempty"`
}

// applied is what an item got.
type applied struct {
	Amount    int64       `json:"appliedDemandAmount"`
	Resources []reference `json:"resources"`
	Demand    demandShown `json:"resourceCapacityDemand"`
}

// demandShown is a demand whose resources are there even if there are none: Openslice's calendar reads them unasked.
type demandShown struct {
	Amount    int64       `json:"capacityDemandAmount"`
	Pool      poolRef     `json:"resourcePool"`
	Resources []reference `json:"resources"`
	Period    *period     `json:"applicableTimePeriod,omitempty"`
}

// item is one ReservationItem. Quantity counts equal parts: of a VIM each becomes a component of its own.
type item struct {
	Quantity *int64   `json:"quantity,omitempty"`
	Capacity demand   `json:"resourceCapacity"`
	Applied  *applied `json:"appliedCapacityAmount,omitempty"`
}

// Bounds of what is read.
const (
	maxItems    = 100
	maxQuantity = 100
)

// wish is what reservation items ask for.
type wish struct {
	components []testbeds.Component
	placement  testbeds.Placement
	devices    []testbeds.DeviceNeed
}

func (w wish) ask(slot testbeds.Slot) scheduler.Ask {
	return scheduler.Ask{Components: w.components, Placement: w.placement, Devices: w.devices, Slot: slot}
}

func (w wish) demand() testbeds.Demand {
	return testbeds.Experiment{Components: w.components, Placement: w.placement, Devices: w.devices}.Demand()
}

// wishOf translates items. shown are those of the reservation that is to be changed: an item which names no amount, and the same resources as were shown,
// leaves the amount as it is.
func wishOf(field string, items []item, list []pool, shown []item, bad *faults) wish {
	w := wish{placement: testbeds.Placement{}, devices: []testbeds.DeviceNeed{}}
	switch {
	case len(items) == 0:
		bad.add(field, "is missing: name at least one resource pool")
	case len(items) > maxItems:
		bad.add(field, fmt.Sprintf("at most %d", maxItems))
		return w
	}
	var parts []part
	for i, x := range items {
		at := fmt.Sprintf("%s[%d]", field, i)
		p, ok := find(list, x.Capacity.Pool.ID)
		if !ok {
			bad.add(at+".resourceCapacity.resourcePool.id", fmt.Sprintf("there is no resource pool %q", plain.Clip(x.Capacity.Pool.ID, 80)))
			continue
		}
		w.add(at, p, x, shown, &parts, bad)
	}
	for _, x := range parts {
		for range x.quantity {
			member := strconv.Itoa(len(w.components) + 1)
			w.components = append(w.components, testbeds.Component{Member: member, Size: x.size, Onboarded: []string{x.vim}})
			w.placement[member] = x.vim
		}
	}
	return w
}

// part is a number of equal components of a VIM.
type part struct {
	vim      string
	quantity int64
	size     testbeds.Quantities
}

// add adds one item.
func (w *wish) add(at string, p pool, x item, shown []item, parts *[]part, bad *faults) {
	units, named := p.chosen(at, x, bad)
	quantity, amount := int64(1), int64(named)
	if x.Quantity != nil {
		quantity = *x.Quantity
	}
	switch before := amountShown(shown, x); {
	case x.Capacity.Amount != nil:
		amount = *x.Capacity.Amount
	case before > 0:
		amount = before
	case p.what.VIM != "":
		bad.add(at+".resourceCapacity.capacityDemandAmount", "is missing: say how much "+plain.Quantity(p.what.Quantity))
		return
	case named == 0:
		amount = 1
	}
	if quantity < 1 || quantity > maxQuantity {
		bad.add(at+".quantity", fmt.Sprintf("must be from 1 to %d", maxQuantity))
		return
	}
	if amount < 1 || amount > testbeds.MaxAmount/maxQuantity {
		bad.add(at+".resourceCapacity.capacityDemandAmount", "must be at least 1, and no more than there can be")
		return
	}
	if p.what.VIM != "" {
		*parts = merged(*parts, part{p.what.Testbed + "/" + p.what.VIM, quantity, testbeds.Quantities{p.what.Quantity: amount}})
		return
	}
	if int64(named) > amount*quantity {
		bad.add(at+".resourceCapacity.resourcePool.resources", "names more than the amount")
		return
	}
	for i, d := range w.devices {
		if d.Testbed == p.what.Testbed && d.Device == p.what.Device {
			w.devices[i].Count += amount * quantity
			w.devices[i].Units = append(w.devices[i].Units, units...)
			return
		}
	}
	w.devices = append(w.devices, testbeds.DeviceNeed{Testbed: p.what.Testbed, Device: p.what.Device, Count: amount * quantity, Units: units})
}

// chosen lists the units that an item names, and counts its resources, units of no name among them.
func (p pool) chosen(at string, x item, bad *faults) (units []string, count int) {
	seen := map[string]bool{}
	for _, r := range slices.Concat(x.Capacity.Pool.Resources, x.Capacity.Resources) {
		if seen[r.ID] {
			continue
		}
		seen[r.ID] = true
		if r.ID != p.ID {
			u, ok := p.unit(r.ID)
			if !ok {
				bad.add(at+".resourceCapacity.resourcePool.resources", fmt.Sprintf("pool %s has no resource %q", p.ID, plain.Clip(r.ID, 80)))
				continue
			}
			if p.named {
				units = append(units, u)
			}
		}
		count++
	}
	return units, count
}

// merged adds an amount to the first part that lacks its quantity, so that vcpu and memory of one VIM become one component.
func merged(parts []part, x part) []part {
	for i, p := range parts {
		if p.vim != x.vim || p.quantity != x.quantity {
			continue
		}
		if _, there := p.size[only(x.size)]; !there {
			maps.Copy(parts[i].size, x.size)
			return parts
		}
	}
	return append(parts, x)
}

func only(q testbeds.Quantities) string {
	for name := range q {
		return name
	}
	return ""
}

// amountShown returns the amount of the item shown for the same pool with the same resources; 0 if there is none.
func amountShown(shown []item, x item) int64 {
	named := slices.Concat(x.Capacity.Pool.Resources, x.Capacity.Resources)
	for _, s := range shown {
		if s.Capacity.Pool.ID == x.Capacity.Pool.ID && s.Capacity.Amount != nil && sameResources(s.Capacity.Pool.Resources, named) {
			return *s.Capacity.Amount
		}
	}
	return 0
}

func sameResources(a, b []reference) bool {
	names := func(list []reference) map[string]bool {
		set := map[string]bool{}
		for _, r := range list {
			set[r.ID] = true
		}
		return set
	}
	return maps.Equal(names(a), names(b))
}

// need is an amount of one resource, as it is shown.
type need struct {
	testbed, vim, quantity, device string
	amount                         int64
	units                          []string
}

// itemOf shows a need. What has no name of its own is shown as the pool.
func itemOf(n need, slot testbeds.Slot, granted bool) item {
	id := poolID(testbeds.Resource{Testbed: n.testbed, VIM: n.vim, Quantity: n.quantity, Device: n.device})
	resources := []reference{}
	for _, u := range n.units {
		resources = append(resources, reference{ID: id + ":" + u, Name: u})
	}
	if n.device == "" || int64(len(n.units)) < n.amount {
		resources = append(resources, reference{ID: id, Name: id})
	}
	span := periodOf(slot)
	ref := poolRef{ID: id, Href: base + "/resourcePool/" + id, Resources: resources}
	got := applied{Resources: resources, Demand: demandShown{Amount: n.amount, Pool: ref, Resources: resources, Period: &span}}
	if granted {
		got.Amount = n.amount
	}
	return item{Quantity: new(int64(1)), Capacity: demand{Amount: &n.amount, Pool: ref, Period: &span}, Applied: &got}
}

// itemsOf shows what a request needs.
func itemsOf(r scheduler.Request) []item {
	list := []item{}
	for _, n := range r.Demand {
		units := n.Units
		for _, u := range r.Units {
			if u.Testbed == n.Testbed && u.Device == n.Device && n.Device != "" {
				units = u.Units
			}
		}
		list = append(list, itemOf(need{n.Testbed, n.VIM, n.Quantity, n.Device, n.Amount, units}, r.Slot, r.Status.Granted()))
	}
	return list
}
