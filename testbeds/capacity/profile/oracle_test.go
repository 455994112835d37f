package profile

import (
	"cmp"
	"slices"
)

// oracle is the slow and obvious profile: a sorted array of the instants of change, searched from its beginning at every
// question. Neighbours differ.
type oracle struct {
	points []point
}

type point struct {
	At   int64
	Free []int64
}

func newOracle(capacity []int64) *oracle {
	return &oracle{[]point{{beginning, slices.Clone(capacity)}}}
}

func (o *oracle) clone() *oracle {
	c := &oracle{}
	for _, p := range o.points {
		c.points = append(c.points, point{p.At, slices.Clone(p.Free)})
	}
	return c
}

func (o *oracle) add(d Delta) {
	if d.From >= d.To {
		return
	}
	o.ensure(d.From)
	if d.To < forever {
		o.ensure(d.To)
	}
	for _, p := range o.points {
		if d.From <= p.At && p.At < d.To {
			for c, n := range d.By {
				p.Free[c] += n
			}
		}
	}
	o.points = slices.CompactFunc(o.points, func(a, b point) bool { return slices.Equal(a.Free, b.Free) })
}

func (o *oracle) ensure(t int64) {
	i, found := slices.BinarySearchFunc(o.points, t, func(p point, t int64) int { return cmp.Compare(p.At, t) })
	if !found {
		o.points = slices.Insert(o.points, i, point{t, slices.Clone(o.points[i-1].Free)})
	}
}

// within lists the points clipped to [from, to).
func (o *oracle) within(from, to int64) []point {
	var in []point
	for i, p := range o.points {
		end := int64(forever)
		if i+1 < len(o.points) {
			end = o.points[i+1].At
		}
		if max(p.At, from) < min(end, to) {
			in = append(in, point{max(p.At, from), p.Free})
		}
	}
	return in
}

func (o *oracle) least(col int, from, to int64) int64 {
	least := int64(forever)
	for _, p := range o.within(from, to) {
		least = min(least, p.Free[col])
	}
	return least
}

func (o *oracle) fits(need []int64, from, to int64) bool {
	for c, n := range need {
		if n > 0 && o.least(c, from, to) < n {
			return false
		}
	}
	return true
}

// first finds the first instant in [from, to) at which there is enough, or is not.
func (o *oracle) first(col int, need, from, to int64, enough bool) (int64, bool) {
	for _, p := range o.within(from, to) {
		if (p.Free[col] >= need) == enough {
			return p.At, true
		}
	}
	return 0, false
}

// earliest tries from and every instant of change: a run cannot begin at another one.
func (o *oracle) earliest(need []int64, from, to, length int64) (int64, bool) {
	for _, p := range o.within(from, to) {
		if p.At+length <= to && o.fits(need, p.At, p.At+length) {
			return p.At, true
		}
	}
	return from, from == to && length == 0
}

// latest tries to and every instant of change as the end.
func (o *oracle) latest(need []int64, from, to, length int64) (int64, bool) {
	if to-length >= from && o.fits(need, to-length, to) {
		return to - length, true
	}
	for _, p := range slices.Backward(o.within(from, to)) {
		if at := p.At - length; at >= from && o.fits(need, at, p.At) {
			return at, true
		}
	}
	return 0, false
}
