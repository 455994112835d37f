package timeline

import (
	"cmp"
	"slices"
)

// placed is a bar in its row.
type placed struct {
	Bar
	row         int
	left, right float64
}

// crowd are bars too narrow to be drawn each by itself.
type crowd struct {
	left, right float64
	count       int
}

// pack gives each bar a row in which it overlaps no other; those for which there is no row are counted. Bars too narrow to be seen are put
// together into crowds.
func (f *frame) pack(bars []Bar) (list []placed, crowds []crowd, rows, more int) {
	sorted := make([]placed, 0, len(bars))
	narrow := map[int]int{} // by the piece of width that they begin in
	for _, b := range bars {
		whole := b.Slot
		if !b.Occupied.IsZero() {
			whole = b.Occupied
		}
		if !f.seen(whole) {
			continue
		}
		p := placed{Bar: b, left: f.x(whole.Start), right: f.x(whole.End)}
		if p.right-p.left < leastBar {
			narrow[int((p.left-f.left)/leastBar)]++
			continue
		}
		sorted = append(sorted, p)
	}
	slices.SortStableFunc(sorted, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(b.right, a.right), cmp.Compare(a.Label, b.Label))
	})
	var ends []float64
	for _, p := range sorted {
		row := slices.IndexFunc(ends, func(end float64) bool { return end <= p.left })
		if row < 0 {
			if len(ends) == rowsPerLane {
				more++
				continue
			}
			ends = append(ends, 0)
			row = len(ends) - 1
		}
		ends[row] = p.right + 1
		p.row = row
		list = append(list, p)
	}
	for piece, n := range narrow {
		left := f.left + float64(piece)*leastBar
		crowds = append(crowds, crowd{left, min(left+leastBar, f.width), n})
	}
	slices.SortFunc(crowds, func(a, b crowd) int { return cmp.Compare(a.left, b.left) })
	return list, crowds, len(ends), more
}
