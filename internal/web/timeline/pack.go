package timeline

import (
	"cmp"
	"slices"
)

const (
	leastBar = 4  // a narrower bar is not drawn by itself: too small to click
	binWidth = 24 // least width of the intervals in which bars are drawn together: room for a number
	rowGap   = 1  // between two bars in a row
)

// placed is a bar with its row. Its booking spans x0 to x1, its occupied time o0 to o1.
type placed struct {
	*Bar
	x0, x1, o0, o1 float64
	row            int
	beside         float64 // the room behind it, until the next one in its row
	look           *style
}

// bin counts bars that are drawn together.
type bin struct {
	x0, x1 float64
	count  int
	states [len(looks)]int
	only   *placed // nil unless there is just one
}

// packing holds the bars of a lane, placed.
type packing struct {
	bars []placed // by time
	rows int
	bins []bin
	rest int // number of bars in the bins, each counted once
}

// pack gives bars rows in which none overlaps another. Bars that take capacity come first, in the upper rows, so they never yield to
// others. At most most bars are drawn by themselves, in rows rows; all others go into bins.
func (s scale) pack(bars []Bar, rows, most int) packing {
	var p packing
	var fit, rest []placed
	for i := range bars {
		b := s.place(&bars[i])
		switch width := b.o1 - b.o0; {
		case b.row < 0:
		case width < leastBar:
			rest = append(rest, b)
		default:
			fit = append(fit, b)
		}
	}
	if len(fit) > most {
		slices.SortStableFunc(fit, func(a, b placed) int {
			return cmp.Or(cmp.Compare(a.look.rank, b.look.rank), cmp.Compare(b.o1-b.o0, a.o1-a.o0))
		})
		rest, fit = append(rest, fit[most:]...), fit[:most]
	}
	slices.SortStableFunc(fit, func(a, b placed) int { return cmp.Or(cmp.Compare(a.look.rank, b.look.rank), byTime(a, b)) })
	taken := make([][]placed, rows)
	for _, b := range fit {
		b.row = slices.IndexFunc(taken, func(row []placed) bool {
			return !slices.ContainsFunc(row, func(o placed) bool { return b.o0 < o.o1+rowGap && o.o0 < b.o1+rowGap })
		})
		if b.row < 0 {
			rest = append(rest, b)
			continue
		}
		taken[b.row] = append(taken[b.row], b)
		p.rows = max(p.rows, b.row+1)
		p.bars = append(p.bars, b)
	}
	slices.SortStableFunc(p.bars, byTime) // the order of the keyboard
	ends := slices.Repeat([]float64{s.right}, rows)
	for i := len(p.bars) - 1; i >= 0; i-- {
		b := &p.bars[i]
		b.beside = ends[b.row] - b.o1
		ends[b.row] = b.o0
	}
	p.bins, p.rest = s.bins(rest), len(rest)
	return p
}

func byTime(a, b placed) int { return cmp.Or(cmp.Compare(a.o0, b.o0), cmp.Compare(b.o1, a.o1)) }

// place locates a bar; its row is negative if it is out of sight.
func (s scale) place(b *Bar) placed {
	occupied := b.Slot
	if b.Occupied.Duration() > 0 {
		occupied = b.Occupied
		if b.Slot.Duration() > 0 && b.Slot.Start.Before(occupied.Start) {
			occupied.Start = b.Slot.Start
		}
		if b.Slot.Duration() > 0 && b.Slot.End.After(occupied.End) {
			occupied.End = b.Slot.End
		}
	}
	p := placed{Bar: b, look: lookOf(b.State)}
	var seen bool
	if p.o0, p.o1, seen = s.span(occupied); !seen {
		p.row = -1
		return p
	}
	// A booking outside the range whose setup reaches into it has no width.
	p.x0, p.x1 = s.x(b.Slot.Start.Unix()), s.x(b.Slot.End.Unix())
	if b.Slot.Duration() == 0 {
		p.x0, p.x1 = p.o0, p.o0
	}
	return p
}

// bins counts bars by intervals of one width. A narrow bar counts at its middle, a wide one everywhere that it touches.
func (s scale) bins(rest []placed) []bin {
	if len(rest) == 0 {
		return nil
	}
	n := max(1, int((s.right-s.left)/binWidth))
	width := (s.right - s.left) / float64(n)
	all := make([]bin, n)
	of := func(x float64) int { return min(max(0, int((x-s.left)/width)), n-1) }
	for i := range rest {
		b := &rest[i]
		first, last := of(b.o0), of(b.o1-.05)
		if b.o1-b.o0 < leastBar {
			first = of((b.o0 + b.o1) / 2)
			last = first
		}
		for k := first; k <= last; k++ {
			left, right := s.left+float64(k)*width, s.left+float64(k+1)*width
			// At least three units stay visible, always within the interval.
			x0 := min(max(b.o0, left), right-3)
			x1 := max(min(b.o1, right), x0+3)
			c := &all[k]
			if c.count == 0 {
				c.x0, c.x1, c.only = x0, x1, b
			} else {
				c.x0, c.x1, c.only = min(c.x0, x0), max(c.x1, x1), nil
			}
			c.count++
			c.states[b.look.index]++
		}
	}
	return slices.DeleteFunc(all, func(b bin) bool { return b.count == 0 })
}
