package capacity

import (
	"math"

	"berth/testbeds"
)

// leastOtherCost is what the cheapest change costs that is not one of time. Where a shift costs no more, no other way can be cheaper.
const leastOtherCost = CostVIM

// roundedAway is a difference in cost that does not survive the rounding.
const roundedAway = 0.5 / costPrecision

// cheapest adds what the simple ways have missed: the cheapest alternative in the slot that was asked for, and the cheapest of all, where
// they cost less than what was found. Where the experiment fits as asked, nothing is missing.
//
// The shifts that were found bound the cost of everything else, so most searches end before they begin.
func (f *Federation) cheapest(q Search, found []testbeds.Alternative) []testbeds.Alternative {
	wants, problems := f.wants(q.Experiment)
	possible := len(problems) == 0
	if possible && q.allows(q.Slot) && f.fits(wants, q.Slot) {
		return nil
	}
	below, belowInSlot := math.Inf(1), math.Inf(1)
	for _, a := range found {
		below = min(below, a.Cost)
		if a.Slot.Equal(q.Slot) {
			belowInSlot = min(belowInSlot, a.Cost)
		}
	}
	var more []testbeds.Alternative
	note := func(a testbeds.Alternative, ok bool) {
		if ok {
			more = append(more, a)
			below = min(below, a.Cost)
		}
	}
	items, ok := f.items(q.Experiment, max(below, belowInSlot))
	if ok && q.allows(q.Slot) && belowInSlot > leastOtherCost {
		note(f.newSearch(q, items, f.asAsked).run(belowInSlot))
	}
	if possible {
		if s, ok := f.cheapestSlot(q, wants, below-roundedAway); ok {
			note(variant{experiment: q.Experiment}.at(s, q.slotChanges(s)...), true)
		}
	}
	if ok && below > leastOtherCost {
		note(f.newSearch(q, items, f.cheapestSlot).run(below))
	}
	return more
}
