package testbeds

import (
	"cmp"
	"slices"
)

// holding is a claim on a device whose units have names: an interval, how many units, and those that are settled already.
type holding struct {
	booking  int64
	from, to int64
	count    int
	units    []string
}

// maxComponent bounds how many claims one question about named units looks at.
const maxComponent = 2000

// unitConflicts are the conflicts about named units alone: a wanted unit that somebody has, or a count that is free but that cannot be
// given without taking a settled unit from somebody.
func (f *Federation) unitConflicts(w want, from, to int64) []Conflict {
	if len(w.pool.units) == 0 || w.need[0] <= 0 {
		return nil
	}
	around := f.component(w.pool, from, to)
	settled := slices.ContainsFunc(around, func(h holding) bool { return len(h.units) > 0 })
	if len(w.pins) == 0 && !settled {
		return nil // counting is exact
	}
	if conflicts := f.pinned(w, around, from, to); len(conflicts) > 0 {
		return conflicts
	}
	mine := holding{from: from, to: to, count: int(w.need[0]), units: w.pins}
	if _, ok := assign(w.pool.units, append(around, mine)); ok {
		return nil
	}
	c := f.conflict(w.pool, 0, w.need[0], from, to)
	c.Free = min(c.Free, w.need[0]-1)
	c.ShortBy = w.need[0] - c.Free
	return []Conflict{c}
}

// pinned are the conflicts of wanted units that overlapping claims have.
func (f *Federation) pinned(w want, around []holding, from, to int64) []Conflict {
	var conflicts []Conflict
	for _, unit := range w.pins {
		for _, h := range around {
			if h.from >= to || h.to <= from || !slices.Contains(h.units, unit) {
				continue
			}
			t := Taker{Kind: TakerClosure, Amount: 1, Units: []string{unit}, Interval: slotOf(h.from, h.to)}
			if b, ok := f.Booking(h.booking); ok {
				t.Kind, t.Booking, t.Request, t.Strength = TakerBooking, b.ID, b.Request, b.Strength
			} else {
				t.Summary = "unit closed"
			}
			conflicts = append(conflicts, Conflict{Resource: w.pool.resource(0), Interval: slotOf(max(h.from, from), min(h.to, to)),
				Needed: 1, Free: 0, ShortBy: 1, TakenBy: []Taker{t}})
		}
	}
	return conflicts
}

// component gathers the blocking claims that overlap [from, to), those that overlap these, and so on, and the closed units: all that
// can have a say in which units are given.
func (f *Federation) component(p *pool, from, to int64) []holding {
	var found []holding
	seen := map[int64]bool{}
	for grown := true; grown && len(found) < maxComponent; {
		grown = false
		f.overlapping(p.key, from, to, func(g grip) bool {
			if g.blocks && !seen[g.booking] {
				seen[g.booking] = true
				b, _ := f.Booking(g.booking)
				found = append(found, holding{b.ID, g.from, g.to, int(g.amounts[0]), unitsOf(b, p.key)})
				grown = grown || g.from < from || g.to > to
			}
			return len(found) < maxComponent
		})
		for _, h := range found {
			from, to = min(from, h.from), max(to, h.to)
		}
	}
	for _, a := range p.absences {
		if len(a.units) > 0 && a.from < to && a.to > from {
			found = append(found, holding{from: a.from, to: a.to, count: len(a.units), units: a.units})
		}
	}
	return found
}

func unitsOf(b Booking, key Resource) []string {
	for _, c := range b.Claims {
		if c.Resource == key {
			return c.Units
		}
	}
	return nil
}

// assign chooses units for every holding, earliest first: settled ones stay, the others get units that nobody settled has meanwhile,
// those first that are wanted latest by somebody settled. It answers with the units of the last holding.
func assign(units []string, holdings []holding) (chosen []string, ok bool) {
	last := len(holdings) - 1
	order := make([]int, len(holdings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(holdings[a].from, holdings[b].from), cmp.Compare(holdings[a].booking, holdings[b].booking))
	})
	given := slices.Clone(holdings)
	for _, i := range order {
		h := given[i]
		missing := h.count - len(h.units)
		if missing <= 0 {
			continue
		}
		free := filter(units, func(u string) bool { return !slices.Contains(h.units, u) && !taken(given, i, u) })
		slices.SortStableFunc(free, func(a, b string) int { return cmp.Compare(next(given, h.to, b), next(given, h.to, a)) })
		if len(free) < missing {
			return nil, false
		}
		given[i].units = append(slices.Clone(h.units), free[:missing]...)
	}
	return given[last].units, true
}

// taken reports whether a unit belongs to another holding that overlaps the i-th.
func taken(given []holding, i int, unit string) bool {
	for j, o := range given {
		if j != i && o.from < given[i].to && given[i].from < o.to && slices.Contains(o.units, unit) {
			return true
		}
	}
	return false
}

// next is when a unit is next needed by a settled holding after an instant; far off where never.
func next(given []holding, after int64, unit string) int64 {
	at := int64(1) << 62
	for _, h := range given {
		if h.from >= after && slices.Contains(h.units, unit) {
			at = min(at, h.from)
		}
	}
	return at
}

// AssignUnits chooses named units for the claims of a booking on devices whose units have names: units that no other overlapping
// booking has and that no pinned one will need. Claims that have all their units keep them. ok is false where no choice exists,
// which can only be where the device is overbooked.
func (f *Federation) AssignUnits(b Booking) (claims []Claim, ok bool) {
	others := f.Without(b.ID)
	claims, ok = slices.Clone(b.Claims), true
	for i, c := range claims {
		p := f.pools[poolKey(c.Resource)]
		if c.Device == "" || p == nil || len(p.units) == 0 || int64(len(c.Units)) >= c.Amount {
			continue
		}
		from, to := c.From.Unix(), c.To.Unix()
		mine := holding{booking: b.ID, from: from, to: to, count: int(c.Amount), units: c.Units}
		chosen, found := assign(p.units, append(others.component(p, from, to), mine))
		if !found {
			ok = false
			continue
		}
		claims[i].Units = slices.Sorted(slices.Values(chosen))
	}
	return claims, ok
}
