package capacity

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"berth/testbeds"
)

// Of one member or device a search looks at no more options than maxOptions, the cheapest ones, and of one device of a testbed at no more
// numbers than maxCounts, the greatest ones. A federation of a thousand testbeds would otherwise take the time of all of them.
const (
	maxOptions = 64
	maxCounts  = 16
)

// item is a member of an experiment, or a device that it needs, with the options of which a search chooses one.
type item struct {
	place   int      // of the member, or behind all of them of the device
	member  bool     // else a device
	options []option // cheapest first
	twin    bool     // the item before it differs in its name only
}

// option says where a member runs, or which device is taken and how many of it.
type option struct {
	pool   *pool
	need   []int64 // per column; empty where nothing is needed
	pins   []string
	cost   float64 // without that of spreading over more VIMs
	where  string
	device testbeds.DeviceNeed
}

// items lists all members and devices of an experiment with the options that cost less than a bound. Those with a single option come first,
// then those that are hardest to place. ok is false where one has none.
func (f *Federation) items(e testbeds.Experiment, below float64) (all []item, ok bool) {
	for i, c := range e.Components {
		all = append(all, item{place: i, member: true, options: f.places(c, e.Placement[c.Member], below), twin: i > 0 && twins(e, e.Components[i-1], c)})
	}
	for i, d := range e.Devices {
		all = append(all, item{place: len(e.Components) + i, options: f.replacements(d, below)})
	}
	slices.SortStableFunc(all, func(a, b item) int {
		return cmp.Or(cmp.Compare(min(len(a.options), 2), min(len(b.options), 2)), cmp.Compare(b.share(), a.share()))
	})
	return all, len(all) == 0 || len(all[0].options) > 0
}

// share answers how much an item needs of all that there is where it would go first. What needs most is hardest to place.
func (i item) share() float64 {
	most := 0.0
	for _, o := range i.options[:min(1, len(i.options))] {
		for col, n := range o.need {
			most = max(most, float64(n)/float64(max(1, o.pool.peak[col])))
		}
	}
	return most
}

// twins reports whether two members differ in their names only: which of them goes where is then the same.
func twins(e testbeds.Experiment, a, b testbeds.Component) bool {
	return e.Placement[a.Member] == e.Placement[b.Member] && maps.Equal(a.Size, b.Size) && slices.Equal(a.Onboarded, b.Onboarded) && slices.Equal(a.Requires, b.Requires)
}

// places lists the VIMs on which a component can run: its own, others of the same testbed, those of other testbeds.
func (f *Federation) places(c testbeds.Component, home string, below float64) []option {
	testbed, _, _ := strings.Cut(home, "/")
	cost := func(where string) float64 {
		switch {
		case where == home:
			return 0
		case strings.HasPrefix(where, testbed+"/"):
			return CostVIM
		default:
			return CostTestbed
		}
	}
	var all []option
	for _, group := range []float64{0, CostVIM, CostTestbed} {
		for i, where := range c.Onboarded {
			if cost(where) != group || group >= below || len(all) == maxOptions || slices.Contains(c.Onboarded[:i], where) || !f.allowed(c, where) {
				continue
			}
			testbed, vim, _ := strings.Cut(where, "/")
			o := option{pool: f.pool(testbeds.Resource{Testbed: testbed, VIM: vim}), cost: group, where: where}
			o.need = o.pool.needOf(c.Size)
			all = append(all, o)
		}
	}
	return all
}

// needOf lays out a size per column, nil where that is nothing.
func (p *pool) needOf(size testbeds.Quantities) []int64 {
	var need []int64
	for q, n := range size {
		if col, ok := p.column(q); ok && n > 0 {
			if need == nil {
				need = make([]int64, len(p.columns))
			}
			need[col] += n
		}
	}
	return need
}

// replacements lists the numbers of a device that there can be, and those of the devices of other testbeds that can stand in for it.
func (f *Federation) replacements(d testbeds.DeviceNeed, below float64) []option {
	p, problems := f.device(d)
	if p == nil || len(problems) > 0 {
		return nil
	}
	if d.Count <= 0 {
		return []option{{pool: p, device: d}}
	}
	all := p.counts(d, d.Testbed, 0, below)
	if CostTestbed < below && len(d.Units) == 0 {
		for _, t := range f.facility.Testbeds {
			for _, other := range t.Devices {
				if t.ID != d.Testbed && len(all) < maxOptions && standsIn(d.Device, p.features, other) {
					all = append(all, f.pool(testbeds.Resource{Testbed: t.ID, Device: other.ID}).counts(d, t.ID, CostTestbed, below)...)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b option) int { return cmp.Compare(a.cost, b.cost) })
	return all[:min(len(all), maxOptions)]
}

// standsIn reports whether a device of another testbed can take the place of one: it has the same id, or all its features.
func standsIn(id string, features []string, other testbeds.Device) bool {
	return other.ID == id || len(features) > 0 && len(lacking(features, other.Features)) == 0
}

// counts lists the options to have as many of the pool's device as are needed, or fewer, but one and all named units at the least.
func (p *pool) counts(d testbeds.DeviceNeed, testbed string, cost, below float64) []option {
	var all []option
	least := max(1, int64(len(d.Units)))
	for n := min(d.Count, p.peak[0]); n >= least && len(all) < maxCounts; n-- {
		total := cost + CostDevice*float64(d.Count-n)
		if total >= below {
			break
		}
		all = append(all, option{pool: p, need: []int64{n}, pins: d.Units, cost: total,
			device: testbeds.DeviceNeed{Testbed: testbed, Device: p.key.Device, Count: n, Units: d.Units}})
	}
	return all
}
