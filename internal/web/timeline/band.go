package timeline

import (
	"math"
	"slices"

	"berth/testbeds"
)

// level is the free and the total capacity between two places.
type level struct {
	x0, x1      float64
	free, total int64
}

// levels turns the steps of a band into levels on a grid of half pixels: a cell that several steps touch gets the least free and the least
// total capacity of them, so the picture never shows capacity that does not exist. Times without steps have no level.
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

// extremes returns the least free and the greatest total capacity; ok is false without levels.
func extremes(list []level) (least, most int64, ok bool) {
	for i, l := range list {
		if i == 0 {
			least, most = l.free, l.total
		}
		least, most = min(least, l.free), max(most, l.total)
	}
	return least, max(most, 1), len(list) > 0
}
