package capacity

import (
	"berth/testbeds"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxVariants is how many ways to run an experiment are looked at, at the most.
const maxVariants = 64

// variants lists the simple ways to run the experiment, cheapest first: as asked, with fewer devices, and elsewhere as a whole.
func (f *Federation) variants(q Search) []variant {
	e := q.Experiment
	all := []variant{{experiment: e}}
	if v, ok := f.fewerDevices(q); ok {
		all = append(all, v)
	}
	all = append(all, f.otherVIMs(e)...)
	all = append(all, f.otherTestbeds(e)...)
	slices.SortStableFunc(all, func(a, b variant) int { return cmp.Compare(a.cost, b.cost) })
	return all[:min(len(all), maxVariants)]
}

// fewerDevices reduces the experiment to the units that are free during the slot, if there is at least one of each device.
func (f *Federation) fewerDevices(q Search) (variant, bool) {
	v := variant{experiment: q.Experiment}
	v.experiment.Devices = slices.Clone(q.Experiment.Devices)
	for i, d := range v.experiment.Devices {
		p := f.pool(testbeds.Resource{Testbed: d.Testbed, Device: d.Device})
		if p == nil {
			return v, false
		}
		from, to := p.want().span(q.Slot)
		if from >= to {
			return v, false
		}
		free := max(p.free.Min(0, from, to), int64(len(d.Units)))
		if free >= d.Count {
			continue
		}
		if free < 1 {
			return v, false
		}
		v.experiment.Devices[i].Count = free
		v.fewer(d, free)
	}
	return v, len(v.changes) > 0
}

// fewer says that there are only so many of a device. The device itself is left to the caller.
func (v *variant) fewer(d testbeds.DeviceNeed, count int64) {
	v.cost += CostDevice * float64(d.Count-count)
	v.changes = append(v.changes, testbeds.Change{Kind: testbeds.ChangeDevices, From: fmt.Sprint(d.Count), To: fmt.Sprint(count),
		Text: fmt.Sprintf("%d instead of %d × %s of %s", count, d.Count, d.Device, d.Testbed)})
}

// allowed reports whether a component can ever run on a VIM.
func (f *Federation) allowed(c testbeds.Component, where string) bool {
	if !slices.Contains(c.Onboarded, where) {
		return false // most places of a large federation: nobody wants to read why
	}
	p := f.vim(where)
	if p == nil || !p.runs(&c, where) {
		return false
	}
	for q, n := range c.Size {
		if col, ok := p.column(q); n > 0 && (!ok || n > p.peak[col]) {
			return false
		}
	}
	return true
}

// otherVIMs moves all members of one VIM to another one of the same testbed.
func (f *Federation) otherVIMs(e testbeds.Experiment) []variant {
	var all []variant
	for _, from := range slices.Compact(slices.Sorted(maps.Values(e.Placement))) {
		testbed, _, _ := strings.Cut(from, "/")
		t, _ := f.Testbed(testbed)
		for _, vim := range t.VIMs {
			to := testbed + "/" + vim.ID
			if v, ok := f.moved(e, func(where string) string {
				if where == from {
					return to
				}
				return where
			}); ok {
				all = append(all, v)
			}
		}
	}
	return all
}

// otherTestbeds moves everything on one testbed to another: its members to one VIM there, its devices to the same ones there or to
// others that have all their features.
func (f *Federation) otherTestbeds(e testbeds.Experiment) []variant {
	var all []variant
	for _, from := range usedTestbeds(e) {
		for _, t := range f.facility.Testbeds {
			if t.ID == from {
				continue
			}
			devices, changes, ok := f.devicesAt(e.Devices, from, t)
			if !ok {
				continue
			}
			for _, v := range f.movedTo(e, from, t) {
				v.experiment.Devices = devices
				v.changes = append(v.changes, changes...)
				v.cost += CostTestbed * float64(len(changes))
				if len(v.changes) > 0 {
					all = append(all, v)
				}
			}
			if len(all) >= maxVariants {
				return all
			}
		}
	}
	return all
}

// movedTo puts all members of one testbed on one VIM of another, for each of its VIMs; an experiment without members there stays as it is.
func (f *Federation) movedTo(e testbeds.Experiment, from string, to testbeds.Testbed) []variant {
	if !placedAt(e, from) {
		return []variant{{experiment: e}}
	}
	var all []variant
	for _, vim := range to.VIMs {
		if v, ok := f.moved(e, func(where string) string {
			if strings.HasPrefix(where, from+"/") {
				return to.ID + "/" + vim.ID
			}
			return where
		}); ok {
			all = append(all, v)
		}
	}
	return all
}

func placedAt(e testbeds.Experiment, testbed string) bool {
	for _, where := range e.Placement {
		if strings.HasPrefix(where, testbed+"/") {
			return true
		}
	}
	return false
}

func usedTestbeds(e testbeds.Experiment) []string {
	var ids []string
	for _, where := range e.Placement {
		testbed, _, _ := strings.Cut(where, "/")
		ids = append(ids, testbed)
	}
	for _, d := range e.Devices {
		ids = append(ids, d.Testbed)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// devicesAt replaces the devices of one testbed by those of another.
func (f *Federation) devicesAt(devices []testbeds.DeviceNeed, from string, to testbeds.Testbed) ([]testbeds.DeviceNeed, []testbeds.Change, bool) {
	out := slices.Clone(devices)
	var changes []testbeds.Change
	for i, d := range out {
		if d.Testbed != from {
			continue
		}
		other, ok := f.like(d, to)
		if !ok {
			return nil, nil, false
		}
		out[i] = testbeds.DeviceNeed{Testbed: to.ID, Device: other, Count: d.Count}
		changes = append(changes, replaced(d, out[i]))
	}
	return together(out), changes, true
}

// replaced says that a device of another testbed stands in for one.
func replaced(d, by testbeds.DeviceNeed) testbeds.Change {
	return testbeds.Change{Kind: testbeds.ChangeTestbed, From: d.Testbed + " " + d.Device, To: by.Testbed + " " + by.Device,
		Text: fmt.Sprintf("%d × %s of %s instead of %s of %s", by.Count, by.Device, by.Testbed, d.Device, d.Testbed)}
}

// together adds up needs of the same device.
func together(devices []testbeds.DeviceNeed) []testbeds.DeviceNeed {
	var out []testbeds.DeviceNeed
	for _, d := range devices {
		i := slices.IndexFunc(out, func(o testbeds.DeviceNeed) bool { return o.Testbed == d.Testbed && o.Device == d.Device })
		if i < 0 {
			out = append(out, d)
			continue
		}
		out[i].Count += d.Count
		out[i].Units = append(slices.Clone(out[i].Units), d.Units...)
	}
	return out
}

// like finds the device of a testbed that can replace another one: with the same id, else with all its features.
func (f *Federation) like(d testbeds.DeviceNeed, t testbeds.Testbed) (string, bool) {
	mine := f.pool(testbeds.Resource{Testbed: d.Testbed, Device: d.Device})
	if mine == nil || len(d.Units) > 0 {
		return "", false
	}
	if same, ok := t.Device(d.Device); ok && same.Count >= d.Count {
		return same.ID, true
	}
	for _, other := range t.Devices {
		if other.Count >= d.Count && standsIn(d.Device, mine.features, other) {
			return other.ID, true
		}
	}
	return "", false
}

// moved returns the experiment with each member moved by to; ok is false if nothing moves or a member cannot run there.
func (f *Federation) moved(e testbeds.Experiment, to func(where string) string) (variant, bool) {
	v := variant{experiment: e}
	v.experiment.Placement = maps.Clone(e.Placement)
	for _, c := range e.Components {
		from := e.Placement[c.Member]
		where := to(from)
		if where == from {
			continue
		}
		if !f.allowed(c, where) {
			return variant{experiment: e}, false
		}
		v.move(c, from, where)
	}
	return v, len(v.changes) > 0
}

// move moves a member and records the change.
func (v *variant) move(c testbeds.Component, from, to string) {
	v.experiment.Placement[c.Member] = to
	before, _, _ := strings.Cut(from, "/")
	after, _, _ := strings.Cut(to, "/")
	kind, cost := testbeds.ChangeVIM, CostVIM
	if before != after {
		kind, cost = testbeds.ChangeTestbed, CostTestbed
	}
	v.cost += cost
	v.changes = append(v.changes, testbeds.Change{Kind: kind, Member: c.Member, From: from, To: to,
		Text: fmt.Sprintf("member %s (%s) on %s instead of %s", c.Member, c.VNF, to, from)})
}
