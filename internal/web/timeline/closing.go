package timeline

import (
	"berth/testbeds/plain"
	"cmp"
	"slices"
)

// closing is a closure, or several adjacent ones too narrow to draw apart.
type closing struct {
	*Closure
	x0, x1 float64
	room   float64 // for the title, until the next one begins
	count  int
}

// leastClosing is the width below which adjacent closures are drawn as one.
const leastClosing = 3

// close places the closures, in order of time.
func (s scale) close(closures []Closure) []closing {
	var all []closing
	for i := range closures {
		if x0, x1, ok := s.span(closures[i].Slot); ok {
			all = append(all, closing{Closure: &closures[i], x0: x0, x1: max(x1, min(x0+1, s.right)), count: 1})
		}
	}
	slices.SortStableFunc(all, func(a, b closing) int { return cmp.Or(cmp.Compare(a.x0, b.x0), cmp.Compare(b.x1, a.x1)) })
	var list []closing
	for _, c := range all {
		if n := len(list) - 1; n >= 0 && c.x0 < list[n].x1+1 && (c.x1-c.x0 < leastClosing || c.x1 <= list[n].x1 || list[n].x1-list[n].x0 < leastClosing) {
			list[n].x1 = max(list[n].x1, c.x1)
			list[n].count += c.count
			continue
		}
		list = append(list, c)
	}
	for i := range list {
		end := list[i].x1
		if i+1 < len(list) {
			end = min(end, list[i+1].x0)
		}
		list[i].room = end - list[i].x0
	}
	return list
}

// words returns the title of a closure, for a place with enough room.
func (c closing) words() string {
	if c.count > 1 {
		return plain.Count(c.count, "closure")
	}
	if title := clean(c.Title); title != "" {
		return title
	}
	return "closed"
}

// titledClosure reports whether any closure has room for its title, or for part of it.
func (b *box) titledClosure() bool {
	return slices.ContainsFunc(b.closures, func(c closing) bool { return fitted(c.words(), small, c.room-10) != "" })
}
