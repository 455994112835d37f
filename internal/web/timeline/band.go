package timeline

import "berth/testbeds"

// point is a piece of a band: how much is free and how much there is between two places.
type point struct {
	left, right float64
	free, total int64
}

// points are the steps of a band as they can be seen: those closer together than half a unit are one, with the least that is free of them.
func (f *frame) points(b Band) (list []point, least, most int64) {
	for i, s := range b.Steps {
		end := f.c.To
		if i+1 < len(b.Steps) {
			end = b.Steps[i+1].At
		}
		if !f.seen(testbeds.Slot{Start: s.At, End: end}) {
			continue
		}
		p := point{f.x(s.At), f.x(end), s.Free, s.Total}
		if len(list) == 0 {
			least = s.Free
		}
		least, most = min(least, s.Free), max(most, s.Total)
		if n := len(list); n > 0 && (p.right-p.left < .5 || list[n-1].right-list[n-1].left < .5) {
			list[n-1].right = p.right
			list[n-1].free, list[n-1].total = min(list[n-1].free, p.free), max(list[n-1].total, p.total)
			continue
		}
		list = append(list, p)
	}
	return list, least, most
}
