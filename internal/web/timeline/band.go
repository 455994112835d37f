package timeline

import (
	"math"
	"slices"

	"berth/testbeds"
)

// level is how much is free of how much between two places.
type level struct {
	x0, x1      float64
	free, total int64
}

// levels are the steps of a band as they can be seen, on a grid of half pixels: a cell that several steps touch shows the least that is free
// and the least that there is of them, so that nobody sees capacity that is not there. Where no step
// says anything there is no level.
func (s scale) levels(steps []testbeds.Step) []level {
	if !slices.IsSortedFunc(steps, func(a, b testbeds.Step) int { return a.At.Compare(b.At) }) {
		steps = slices.SortedStableFunc(slices.Values(steps), func(a, b testbeds.Step) int { return a.At.Compare(b.At) })
	}
	cells := make([]struct {
		free, total int64
		known       bool
	}, int(math.Ceil((s.right-s.left)*2)))
	for i, step := range steps {
		a, b := step.At.Unix(), s.to
		if i+1 < len(steps) {
			b = steps[i+1].At.Unix()
		}
		if a, b = max(a, s.from), min(b, s.to); a >= b {
			continue
		}
		end := min(int(math.Ceil((s.x(b)-s.left)*2)), len(cells))
		for k := int((s.x(a) - s.left) * 2); k < end; k++ {
			if c := &cells[k]; !c.known {
				c.free, c.total, c.known = step.Free, step.Total, true
			} else {
				c.free, c.total = min(c.free, step.Free), min(c.total, step.Total)
			}
		}
	}
	var list []level
	for k, c := range cells {
		x0, x1 := s.left+float64(k)/2, min(s.left+float64(k+1)/2, s.right)
		n := len(list)
		switch {
		case !c.known:
		case n > 0 && list[n-1].x1 == x0 && list[n-1].free == c.free && list[n-1].total == c.total:
			list[n-1].x1 = x1
		default:
			list = append(list, level{x0, x1, c.free, c.total})
		}
	}
	return list
}

// extremes are the least that is free and the most that there is; ok is false where nothing is known.
func extremes(list []level) (least, most int64, ok bool) {
	for i, l := range list {
		if i == 0 {
			least, most = l.free, l.total
		}
		least, most = min(least, l.free), max(most, l.total)
	}
	return least, max(most, 1), len(list) > 0
}
