package capacity

import (
	"berth/testbeds"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Limits of a search for other placements.
const (
	maxVariants   = 64
	maxSplitSteps = 5000
)

// variants lists ways to run the experiment, cheapest first: as asked, with fewer devices, elsewhere as a whole, and, in the requested
// slot, split.
func (f *Federation) variants(q Search) []variant {
	e := q.Experiment
	all := []variant{{experiment: e}}
	if v, ok := f.fewerDevices(q); ok {
		all = append(all, v)
	}
	all = append(all, f.otherVIMs(e)...)
	all = append(all, f.otherTestbeds(e)...)
	if v, ok := f.split(q); ok {
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b variant) int { return cmp.Compare(a.cost, b.cost) })
	return all[:min(len(all), maxVariants)]
}

// fewerDevices reduces the experiment to the units that are free during the slot, if there is at least one of each device.
func (f *Federation) fewerDevices(q Search) (variant, bool) {
	v := variant{experiment: q.Experiment}
	v.experiment.Devices = slices.Clone(q.Experiment.Devices)
	for i, d := range v.experiment.Devices {
		p := f.pools[testbeds.Resource{Testbed: d.Testbed, Device: d.Device}]
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
		v.cost += CostDevice * float64(d.Count-free)
		v.changes = append(v.changes, testbeds.Change{Kind: testbeds.ChangeDevices, From: fmt.Sprint(d.Count), To: fmt.Sprint(free),
			Text: fmt.Sprintf("%d instead of %d × %s of %s", free, d.Count, d.Device, d.Testbed)})
	}
	return v, len(v.changes) > 0
}

// allowed reports whether a component can ever run on a VIM.
func (f *Federation) allowed(c testbeds.Component, where string) bool {
	p, problems := f.place(c, where)
	if p == nil || len(problems) > 0 {
		return false
	}
	for q, n := range c.Size {
		if col, ok := p.column(q); ok && n > p.peak[col] {
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
		changes = append(changes, testbeds.Change{Kind: testbeds.ChangeTestbed, From: from + " " + d.Device, To: to.ID + " " + other,
			Text: fmt.Sprintf("%d × %s of %s instead of %s of %s", d.Count, other, to.ID, d.Device, from)})
	}
	return together(out), changes, true
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
	home, _ := f.Testbed(d.Testbed)
	mine, known := home.Device(d.Device)
	if !known || len(d.Units) > 0 {
		return "", false
	}
	if same, ok := t.Device(d.Device); ok && same.Count >= d.Count {
		return same.ID, true
	}
	for _, other := range t.Devices {
		if len(mine.Features) > 0 && other.Count >= d.Count && len(lacking(mine.Features, other.Features)) == 0 {
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

// split looks for the cheapest placement in which every member fits its VIM during the whole requested slot; it separates members of one
// VIM if that helps. The devices stay.
func (f *Federation) split(q Search) (variant, bool) {
	s := splitter{f: f, q: q, best: math.Inf(1), left: map[string][]int64{}}
	for _, c := range q.Experiment.Components {
		s.options = append(s.options, s.places(c))
	}
	s.try(0, 0)
	if s.found == nil {
		return variant{}, false
	}
	v := variant{experiment: q.Experiment}
	v.experiment.Placement = maps.Clone(q.Experiment.Placement)
	apart := map[string]bool{}
	for i, c := range q.Experiment.Components {
		apart[s.found[i]] = true
		if from := q.Experiment.Placement[c.Member]; s.found[i] != from {
			v.move(c, from, s.found[i])
		}
	}
	before := len(slices.Compact(slices.Sorted(maps.Values(q.Experiment.Placement))))
	if more := len(apart) - before; more > 0 {
		v.cost += CostSplit * float64(more)
		v.changes = append(v.changes, testbeds.Change{Kind: testbeds.ChangeSplit, From: fmt.Sprint(before), To: fmt.Sprint(len(apart)),
			Text: fmt.Sprintf("spread over %d VIMs instead of %d", len(apart), before)})
	}
	return v, len(v.changes) > 0
}

// splitter is a bounded depth-first search over the places of each member.
type splitter struct {
	f       *Federation
	q       Search
	options [][]option // per component, cheapest first
	left    map[string][]int64
	chosen  []string
	found   []string
	best    float64
	steps   int
}

type option struct {
	where string
	cost  float64
}

// places lists the VIMs on which a component could run, with their free capacity over the whole slot.
func (s *splitter) places(c testbeds.Component) []option {
	home := s.q.Experiment.Placement[c.Member]
	testbed, _, _ := strings.Cut(home, "/")
	var all []option
	for _, where := range c.Onboarded {
		if !s.f.allowed(c, where) {
			continue
		}
		o := option{where: where}
		switch {
		case where == home:
		case strings.HasPrefix(where, testbed+"/"):
			o.cost = CostVIM
		default:
			o.cost = CostTestbed
		}
		all = append(all, o)
		s.measure(where)
	}
	slices.SortStableFunc(all, func(a, b option) int { return cmp.Compare(a.cost, b.cost) })
	return all
}

func (s *splitter) measure(where string) {
	if s.left[where] != nil {
		return
	}
	testbed, vim, _ := strings.Cut(where, "/")
	p := s.f.pools[testbeds.Resource{Testbed: testbed, VIM: vim}]
	from, to := p.want().span(s.q.Slot)
	s.left[where] = make([]int64, len(p.columns))
	for col := range p.columns {
		s.left[where][col] = p.free.Min(col, from, to)
	}
}

func (s *splitter) try(i int, cost float64) {
	if s.steps++; s.steps > maxSplitSteps || cost >= s.best {
		return
	}
	if i == len(s.options) {
		s.best, s.found = cost, slices.Clone(s.chosen)
		return
	}
	c := s.q.Experiment.Components[i]
	for _, o := range s.options[i] {
		if !s.take(c, o.where, 1) {
			continue
		}
		s.chosen = append(s.chosen, o.where)
		s.try(i+1, cost+o.cost)
		s.chosen = s.chosen[:i]
		s.take(c, o.where, -1)
	}
}

// take books a component on a VIM, or gives it back; it reports whether there was room.
func (s *splitter) take(c testbeds.Component, where string, sign int64) bool {
	testbed, vim, _ := strings.Cut(where, "/")
	p := s.f.pools[testbeds.Resource{Testbed: testbed, VIM: vim}]
	if sign > 0 {
		for q, n := range c.Size {
			if col, ok := p.column(q); ok && s.left[where][col] < n {
				return false
			}
		}
	}
	for q, n := range c.Size {
		if col, ok := p.column(q); ok {
			s.left[where][col] -= sign * n
		}
	}
	return true
}
