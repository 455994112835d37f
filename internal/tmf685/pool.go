package tmf685

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// A pool is a device ("testbed:device") or a quantity of a VIM ("testbed:vim:quantity"). Ids of testbeds, VIMs and devices have no colon.

// reference names a resource of a pool: a unit of a device, or the quantity of the VIM itself.
type reference struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Referred string `json:"@referredType,omitempty"`
}

type poolCapacity struct {
	Amount    int64       `json:"capacityAmount"`
	Place     *reference  `json:"place,omitempty"`
	Resources []reference `json:"resources"`
}

type pool struct {
	Type        string       `json:"@type"`
	ID          string       `json:"id"`
	UUID        string       `json:"uuid"` // Openslice's clients read both
	Href        string       `json:"href"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	Lifecycle   string       `json:"lifecycleStatus"`
	Capacity    poolCapacity `json:"capacity"`

	what  testbeds.Resource
	named bool // its resources are units with names of their own
}

// maxResources bounds how many units without names a pool lists: each more than that is only counted.
const maxResources = 1000

func poolID(r testbeds.Resource) string {
	if r.Device != "" {
		return r.Testbed + ":" + r.Device
	}
	return r.Testbed + ":" + r.VIM + ":" + r.Quantity
}

// pools lists what the facility has.
func pools(f testbeds.Facility) []pool {
	list := []pool{}
	for _, t := range f.Testbeds {
		place := &reference{ID: t.ID, Name: t.Name}
		for _, v := range t.VIMs {
			quantities := make([]string, 0, len(v.Capacity))
			for q := range v.Capacity {
				quantities = append(quantities, q)
			}
			slices.Sort(quantities)
			for _, q := range quantities {
				what := testbeds.Resource{Testbed: t.ID, VIM: v.ID, Quantity: q}
				p := poolOf(what, nameOr(v.Name, t.ID+" "+v.ID)+", "+plain.Quantity(q), place)
				p.Description = "amounts of " + q + " on VIM " + t.ID + "/" + v.ID + " of " + t.Name
				p.Capacity.Amount, p.Capacity.Resources = v.Capacity[q], []reference{{ID: p.ID, Name: p.Name, Referred: "VIM"}}
				list = append(list, p)
			}
		}
		for _, d := range t.Devices {
			p := poolOf(testbeds.Resource{Testbed: t.ID, Device: d.ID}, t.ID+" "+nameOr(d.Name, d.ID), place)
			p.Description = "units of device " + d.ID + " of " + t.Name
			p.Capacity.Amount, p.named = d.Count, len(d.Units) > 0
			p.Capacity.Resources = unitsOf(p.ID, nameOr(d.Name, d.ID), d)
			list = append(list, p)
		}
	}
	return list
}

func poolOf(what testbeds.Resource, name string, place *reference) pool {
	id := poolID(what)
	return pool{Type: "ResourcePool", ID: id, UUID: id, Href: base + "/resourcePool/" + id, Name: name, Lifecycle: "Active", what: what, Capacity: poolCapacity{Place: place}}
}

func nameOr(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

// unitsOf lists the units of a device: first whichever is free, which stands for those that a reservation was not given yet, then each by its name or
// its number.
func unitsOf(id, name string, d testbeds.Device) []reference {
	list := []reference{{ID: id, Name: name + ", any", Referred: "Device"}}
	for _, u := range d.Units {
		list = append(list, reference{ID: id + ":" + u, Name: u, Referred: "Device"})
	}
	for i := int64(1); len(d.Units) == 0 && i <= min(d.Count, maxResources); i++ {
		n := strconv.FormatInt(i, 10)
		list = append(list, reference{ID: id + ":" + n, Name: name + " " + n, Referred: "Device"})
	}
	return list
}

func find(list []pool, id string) (pool, bool) {
	i := slices.IndexFunc(list, func(p pool) bool { return p.ID == id })
	if i < 0 {
		return pool{}, false
	}
	return list[i], true
}

// unit returns the unit that a resource of the pool names, by its whole id or by its name.
func (p pool) unit(id string) (name string, ok bool) {
	for _, r := range p.Capacity.Resources {
		if r.ID != p.ID && (r.ID == id || p.named && r.Name == id) {
			return strings.TrimPrefix(r.ID, p.ID+":"), true
		}
	}
	return "", false
}

func (s *server) listPools(c call) error {
	p, err := c.paging("name")
	if err != nil {
		return err
	}
	f, _, err := s.requests.Facility(c.Context(), c.actor)
	if err != nil {
		return err
	}
	list := pools(f)
	if name := c.URL.Query().Get("name"); name != "" {
		list = slices.DeleteFunc(list, func(x pool) bool { return x.Name != name })
	}
	all, total := []any{}, len(list)
	for _, x := range p.cut(list) {
		all = append(all, x)
	}
	return c.list(p, all, total, true)
}

func (s *server) getPool(c call) error {
	f, _, err := s.requests.Facility(c.Context(), c.actor)
	if err != nil {
		return err
	}
	p, ok := find(pools(f), c.PathValue("id"))
	if !ok {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no resource pool %q", plain.Clip(c.PathValue("id"), 80))
	}
	return c.one(http.StatusOK, p)
}
