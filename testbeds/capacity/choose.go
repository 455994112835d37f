package capacity

import (
	"berth/testbeds"
	"maps"
	"slices"
)

// distinct keeps the first of alternatives with the same content.
func distinct(found []testbeds.Alternative) []testbeds.Alternative {
	var out []testbeds.Alternative
	for _, a := range found {
		if !slices.ContainsFunc(out, func(b testbeds.Alternative) bool { return same(a, b) }) {
			out = append(out, a)
		}
	}
	return out
}

func same(a, b testbeds.Alternative) bool {
	return a.Slot.Equal(b.Slot) && maps.Equal(a.Placement, b.Placement) && slices.EqualFunc(a.Devices, b.Devices, func(x, y testbeds.DeviceNeed) bool {
		return x.Testbed == y.Testbed && x.Device == y.Device && x.Count == y.Count && slices.Equal(x.Units, y.Units)
	})
}

// kinds names the kinds of change of an alternative, and for a shift its direction.
func kinds(a testbeds.Alternative) string {
	name := ""
	for _, c := range a.Changes {
		name += " " + string(c.Kind)
		if c.Kind == testbeds.ChangeShift && c.Seconds < 0 {
			name += " earlier"
		}
	}
	return name
}

// choose keeps limit alternatives of a list ordered by cost: the cheapest of each kind first, then the cheapest of the others; the order
// stays that of cost.
func choose(found []testbeds.Alternative, limit int) []testbeds.Alternative {
	if len(found) <= limit {
		return found
	}
	taken := make([]bool, len(found))
	left := limit
	seen := map[string]bool{}
	for i, a := range found {
		if left > 0 && !seen[kinds(a)] {
			seen[kinds(a)], taken[i] = true, true
			left--
		}
	}
	for i := range found {
		if left > 0 && !taken[i] {
			taken[i] = true
			left--
		}
	}
	var out []testbeds.Alternative
	for i, a := range found {
		if taken[i] {
			out = append(out, a)
		}
	}
	return out
}
