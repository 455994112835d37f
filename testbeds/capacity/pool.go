package capacity

import (
	"maps"
	"slices"

	"berth/testbeds"
	"berth/testbeds/capacity/profile"
)

// pool is a VIM with its vector of quantities, or a device: all that is booked together, between the same two instants.
type pool struct {
	mark     *mark
	key      testbeds.Resource // Quantity is empty
	columns  []string          // quantities in sorted order; for a device one without a name
	features []string
	hostList []testbeds.Host
	units    []string
	places   map[string]int // the index of each unit
	buffers  testbeds.Buffers
	calendar
	free    *profile.Profile // the total less bookings
	claims  *claimIndex      // that take capacity
	settled *claimIndex      // those of them that name units
	pending *claimIndex      // that take none
}

// poolKey returns the key of a resource's pool.
func poolKey(r testbeds.Resource) testbeds.Resource {
	r.Quantity = ""
	return r
}

// column returns the column of a quantity; ok is false where the pool, or the facility, does not have it.
func (p *pool) column(quantity string) (col int, ok bool) {
	if p == nil {
		return 0, false
	}
	col = slices.Index(p.columns, quantity) // there are few
	return col, col >= 0
}

// width returns the number of columns, 0 where there is no pool.
func (p *pool) width() int {
	if p == nil {
		return 0
	}
	return len(p.columns)
}

// resource returns the resource of a column.
func (p *pool) resource(col int) testbeds.Resource {
	r := p.key
	r.Quantity = p.columns[col]
	return r
}

// pools makes the pools of a testbed, in the order of the facility.
func pools(t testbeds.Testbed, horizon testbeds.Slot) ([]*pool, error) {
	var all []*pool
	for _, v := range t.VIMs {
		p := &pool{key: testbeds.Resource{Testbed: t.ID, VIM: v.ID}, columns: slices.Sorted(maps.Keys(v.Capacity)), hostList: v.Hosts,
			features: append(slices.Clone(t.Features), v.Features...), buffers: t.VIMBuffers(v)}
		capacity := make([]int64, len(p.columns))
		for i, q := range p.columns {
			capacity[i] = v.Capacity[q]
		}
		concerns := func(c testbeds.Closure) bool { return whole(c) || slices.Contains(c.VIMs, v.ID) }
		src := source{testbed: t, name: v.ID, capacity: capacity, columns: p.columns,
			closures: append(filter(t.Closures, concerns), v.Closures...), openings: append(filter(t.Opening, concerns), v.Opening...),
			changes: filter(t.CapacityChanges, func(c testbeds.CapacityChange) bool { return c.VIM == v.ID })}
		if err := p.fill(src, horizon); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	for _, d := range t.Devices {
		p := &pool{key: testbeds.Resource{Testbed: t.ID, Device: d.ID}, columns: []string{""}, features: d.Features, units: d.Units, places: map[string]int{},
			buffers: t.DeviceBuffers(d)}
		for i, u := range d.Units {
			p.places[u] = i
		}
		concerns := func(c testbeds.Closure) bool { return whole(c) || slices.Contains(c.Devices, d.ID) }
		src := source{testbed: t, name: d.ID, capacity: []int64{d.Count}, columns: p.columns,
			closures: append(filter(t.Closures, concerns), d.Closures...), openings: append(filter(t.Opening, concerns), d.Opening...),
			changes: filter(t.CapacityChanges, func(c testbeds.CapacityChange) bool { return c.Device == d.ID })}
		if err := p.fill(src, horizon); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// whole reports whether a closure written at the testbed concerns all of it.
func whole(c testbeds.Closure) bool { return len(c.VIMs) == 0 && len(c.Devices) == 0 }

func filter[T any](list []T, keep func(T) bool) []T {
	var out []T
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

func (p *pool) fill(s source, horizon testbeds.Slot) (err error) {
	if p.calendar, err = s.build(horizon); err != nil {
		return err
	}
	p.free = p.total.Fork()
	p.claims, p.settled, p.pending = newClaimIndex(), newClaimIndex(), newClaimIndex()
	return nil
}

func (p *pool) put(g claimSpan) {
	if !g.Value.row.blocks() {
		p.pending.Put(g)
		return
	}
	p.claims.Put(g)
	if g.Value.named {
		p.settled.Put(g)
	}
}

func (p *pool) remove(g claimSpan) {
	if !g.Value.row.blocks() {
		p.pending.Delete(g)
		return
	}
	p.claims.Delete(g)
	if g.Value.named {
		p.settled.Delete(g)
	}
}
