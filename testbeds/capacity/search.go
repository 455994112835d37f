package capacity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"berth/testbeds"
)

// What one search does at the most: how many options it tries, and for how many of them it looks for a slot, which takes some twenty times as
// long. What it has found by then is its answer. Dense federations of two testbeds need a few dozen of either; all of it takes some 10 ms.
const (
	maxTries     = 5000
	maxSlotLooks = 1000
)

// search is a branch and bound over the options of every item. A node of its tree has chosen an option for each of the first items. The
// cheapest slot for what these need, the cost of the options and the least cost of the items to come add up to a bound, because whatever
// is added only makes it dearer. The search leaves out nodes whose bound is no lower than the best that it found, and goes on with the lowest.
type search struct {
	f      *Federation
	q      Search
	slot   slotFinder
	items  []item
	rest   []float64 // what the items from each one on cost at the least
	before int       // how many VIMs the members are on as asked
	chosen []int     // the option of each item so far
	wants  []want    // what these need
	on     map[*pool]int
	best   float64
	found  testbeds.Alternative
	tries  int
	looks  int
}

// slotFinder finds the cheapest slot in which all that is wanted is free, where that costs less than a bound.
type slotFinder func(q Search, wants []want, below float64) (testbeds.Slot, bool)

// asAsked is a slotFinder that knows only the slot that was asked for.
func (f *Federation) asAsked(q Search, wants []want, _ float64) (testbeds.Slot, bool) {
	return q.Slot, f.fits(wants, q.Slot)
}

func (f *Federation) newSearch(q Search, items []item, slot slotFinder) *search {
	s := &search{f: f, q: q, slot: slot, items: items, rest: make([]float64, len(items)+1), on: map[*pool]int{}}
	s.before = len(slices.Compact(slices.Sorted(maps.Values(q.Experiment.Placement))))
	for i := len(items) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1] + items[i].options[0].cost
	}
	return s
}

// run finds the cheapest alternative that costs less than a bound. It takes items that leave no choice at once.
func (s *search) run(below float64) (testbeds.Alternative, bool) {
	s.best = below
	cost := 0.0
	for len(s.chosen) < len(s.items) && len(s.items[len(s.chosen)].options) == 1 {
		cost += s.items[len(s.chosen)].options[0].cost
		s.take(0)
	}
	if slot, ok := s.slot(s.q, s.wants, s.best-roundedAway-cost-s.rest[len(s.chosen)]); ok {
		s.branch(cost, slot)
	}
	return s.found, s.found.Changes != nil
}

// node has an option for the next item, the cheapest slot for that and the ones before, and a bound to what comes of it.
type node struct {
	option int
	cost   float64 // of the options
	slot   testbeds.Slot
	bound  float64
}

// branch goes on with the next item; the options before it have a cost and a cheapest slot.
func (s *search) branch(cost float64, slot testbeds.Slot) {
	if len(s.chosen) == len(s.items) {
		s.accept(slot)
		return
	}
	nodes := s.nodes(cost, slot)
	slices.SortStableFunc(nodes, func(a, b node) int { return cmp.Compare(a.bound, b.bound) })
	for _, n := range nodes {
		if n.bound >= s.best-roundedAway {
			break
		}
		s.take(n.option)
		s.branch(n.cost, n.slot)
		s.giveBack()
	}
}

// nodes tries the options of the next item that may lead to something cheaper than the best. Twins take their options in order, so that no
// two nodes differ only in which of them has which.
func (s *search) nodes(cost float64, slot testbeds.Slot) []node {
	i := len(s.chosen)
	it, from := s.items[i], 0
	if it.twin {
		from = s.chosen[i-1]
	}
	nodes := make([]node, 0, len(it.options)-from)
	for o := from; o < len(it.options); o++ {
		least := cost + it.options[o].cost + s.rest[i+1]
		if least+s.q.slotCost(slot) >= s.best-roundedAway || s.tries >= maxTries || s.looks >= maxSlotLooks {
			break
		}
		s.tries++
		s.take(o)
		least += s.spread()
		at, ok := slot, s.stays(it.options[o], slot)
		if !ok {
			s.looks++
			at, ok = s.slot(s.q, s.wants, s.best-roundedAway-least)
		}
		if ok {
			nodes = append(nodes, node{option: o, cost: cost + it.options[o].cost, slot: at, bound: least + s.q.slotCost(at)})
		}
		s.giveBack()
	}
	return nodes
}

// spread answers with the cost of the additional VIMs over which the members are spread by now.
func (s *search) spread() float64 { return CostSplit * float64(max(0, len(s.on)-s.before)) }

// stays reports whether the slot of a node also does for the option that was taken last.
func (s *search) stays(o option, slot testbeds.Slot) bool {
	if o.need == nil {
		return true
	}
	return s.f.fits(s.wants[s.want(o.pool):][:1], slot)
}

// want finds the pool among what is wanted, -1 where it is not.
func (s *search) want(p *pool) int {
	return slices.IndexFunc(s.wants, func(w want) bool { return w.pool == p })
}

// take chooses an option for the next item.
func (s *search) take(o int) {
	it := s.items[len(s.chosen)]
	s.chosen = append(s.chosen, o)
	opt := it.options[o]
	if it.member {
		s.on[opt.pool]++
	}
	if opt.need == nil {
		return
	}
	i := s.want(opt.pool)
	if i < 0 {
		i = len(s.wants)
		s.wants = append(s.wants, opt.pool.want())
	}
	for col, n := range opt.need {
		s.wants[i].need[col] += n
	}
	s.wants[i].pins = append(s.wants[i].pins, opt.pins...)
}

// giveBack undoes the last take.
func (s *search) giveBack() {
	last := len(s.chosen) - 1
	it, opt := s.items[last], s.items[last].options[s.chosen[last]]
	s.chosen = s.chosen[:last]
	if it.member {
		if s.on[opt.pool]--; s.on[opt.pool] == 0 {
			delete(s.on, opt.pool)
		}
	}
	if opt.need == nil {
		return
	}
	w := &s.wants[s.want(opt.pool)]
	nothing := true
	for col, n := range opt.need {
		w.need[col] -= n
		nothing = nothing && w.need[col] == 0
	}
	w.pins = w.pins[:len(w.pins)-len(opt.pins)]
	if nothing {
		s.wants = s.wants[:len(s.wants)-1] // it was the last to come
	}
}

// accept makes the alternative of what is chosen, in a slot, if it is cheaper than the best.
func (s *search) accept(slot testbeds.Slot) {
	v := s.variant()
	a := v.at(slot, s.q.slotChanges(slot)...)
	if a.Cost < s.best && len(a.Changes) > 0 && s.f.Fits(v.experiment, slot) {
		s.best, s.found = a.Cost, a
	}
}

// variant makes the way to run the experiment from the options that are chosen.
func (s *search) variant() variant {
	e := s.q.Experiment
	v := variant{experiment: e}
	v.experiment.Placement, v.experiment.Devices = testbeds.Placement{}, nil
	maps.Copy(v.experiment.Placement, e.Placement)
	chosen := make([]option, len(s.items))
	for i, c := range s.items {
		chosen[c.place] = c.options[s.chosen[i]]
	}
	for i, c := range e.Components {
		if from, to := e.Placement[c.Member], chosen[i].where; to != from {
			v.move(c, from, to)
		}
	}
	if after := len(s.on); after > s.before {
		v.cost += s.spread()
		v.changes = append(v.changes, testbeds.Change{Kind: testbeds.ChangeSplit, From: fmt.Sprint(s.before), To: fmt.Sprint(after),
			Text: fmt.Sprintf("spread over %d VIMs instead of %d", after, s.before)})
	}
	for i, d := range e.Devices {
		v.take(d, chosen[len(e.Components)+i].device)
	}
	v.experiment.Devices = together(v.experiment.Devices)
	return v
}

// take adds a device instead of one that was asked for, and says in what way it differs.
func (v *variant) take(d, instead testbeds.DeviceNeed) {
	v.experiment.Devices = append(v.experiment.Devices, instead)
	if instead.Testbed != d.Testbed {
		v.cost += CostTestbed
		v.changes = append(v.changes, replaced(d, instead))
	}
	if instead.Count < d.Count {
		d.Testbed, d.Device = instead.Testbed, instead.Device
		v.fewer(d, instead.Count)
	}
}
