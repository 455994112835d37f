package capacity

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawAround draws a device with named units, many of them settled, and claims that wait for units, never more at once than there are.
func drawAround(t *rapid.T) competitors {
	p := &pool{places: map[string]int{}}
	for i := range drawInt(t, "units", 2, 5) {
		p.units = append(p.units, fmt.Sprint("r", i))
		p.places[p.units[i]] = i
	}
	const hours = 14
	var taken [hours]int
	var has [hours][5]bool
	a := competitors{pool: p}
	for range drawInt(t, "holdings", 4, 40) {
		from := drawInt(t, "from", 0, hours-1)
		h := unitClaim{span: span{int64(from), int64(drawInt(t, "to", from+1, min(hours, from+7)))}, count: 1}
		unit := -1
		if drawInt(t, "settled", 0, 3) == 0 {
			unit = drawInt(t, "unit", 0, len(p.units)-1)
			h.units = []string{p.units[unit]}
		}
		fits := true
		for at := h.from; at < h.to; at++ {
			fits = fits && taken[at] < len(p.units) && (unit < 0 || !has[at][unit])
		}
		for at := h.from; fits && at < h.to; at++ {
			taken[at]++
			if unit >= 0 {
				has[at][unit] = true
			}
		}
		if fits {
			a.holdings = append(a.holdings, h)
		}
	}
	return a
}

// solvable tries every unit for every claim.
func (a competitors) solvable() bool {
	given := slices.Clone(a.holdings)
	var try func(i int) bool
	try = func(i int) bool {
		for i < len(given) && given[i].open() == 0 {
			i++
		}
		if i == len(given) {
			return true
		}
		for _, u := range a.pool.units {
			if slices.ContainsFunc(given, func(h unitClaim) bool { return h.overlaps(given[i].span) && slices.Contains(h.units, u) }) {
				continue
			}
			given[i].units = []string{u}
			if try(i + 1) {
				return true
			}
			given[i].units = nil
		}
		return false
	}
	slices.SortStableFunc(given, func(a, b unitClaim) int { return int(a.from - b.from) })
	return try(0)
}

// TestTheSearchForUnitsAgreesWithTryingAll: the search skips many choices, but never a solution.
func TestTheSearchForUnitsAgreesWithTryingAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawAround(t)
		mine := unitClaim{span: span{0, 14}}
		if _, ok := a.solve(mine); ok != a.solvable() {
			t.Fatalf("solve says %t of %+v", ok, a.holdings)
		}
		p := a.packing(mine)
		if !p.run() {
			return
		}
		for i, j := range p.jobs {
			if _, ok := p.settledNext(j.unit, j.span); !ok {
				t.Fatalf("unit %d is settled for somebody else than %+v", j.unit, j)
			}
			for _, o := range p.jobs[:i] {
				if o.unit == j.unit && o.overlaps(j.span) {
					t.Fatalf("%+v and %+v have the same unit", o, j)
				}
			}
		}
	})
}
